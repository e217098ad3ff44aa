/* bench.c — how many reports a second the store takes, without bus and core:
 *
 *	store_bench ROOT [BATCH [SECONDS [LANES]]]
 *
 * Decides by hand, so what is measured is FETCH, COMMIT and PostgreSQL on the same machine. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/store/fixture.h"

int
main(int argc, char **argv)
{
	size_t size = argc > 2 ? (size_t)atoi(argv[2]) : 1000, lanes = argc > 4 ? (size_t)atoi(argv[4]) : 2;
	int64_t seconds = argc > 3 ? atoi(argv[3]) : 10, from_us, us;
	struct batch *batches[2];
	struct store *store;
	long reports = 0;

	fixture_start(argc, argv);
	(void)fixture_fresh(NULL);
	store = fixture_store();
	for (size_t i = 0; i < lanes; i++)
		batches[i] = batch_new(size);
	from_us = wait_clock_us();
	while ((us = wait_clock_us() - from_us) < seconds * US_PER_SECOND) {
		for (size_t i = 0; i < lanes; i++) {
			struct batch *batch = batches[i];

			if (batch->stage == BATCH_COMMITTED) {
				reports += (long)batch->count;
				batch->stage = BATCH_IDLE;
			} else if (batch->stage == BATCH_FAILED) {
				printf("failed: %s\n", batch->sqlstate);
				return 1;
			}
			if (batch->stage == BATCH_IDLE && store_lane_is_free(store, NULL)) {
				batch_empty(batch);
				for (size_t k = 0; k < size; k++)
					work_report(batch, KEY_REPORTER,
						"垃圾堆放在楼道里，请尽快处理。A heap of litter on the stairs.");
				store_fetch(store, batch);
			} else if (batch->stage == BATCH_FETCHED) {
				decide_all(store, batch);
				store_commit(store, batch);
			}
		}
		(void)store_until(store, NULL, NULL);
	}
	printf("%ld reports in %.1f s: %.0f a second, batches of %zu, %zu lanes\n", reports,
		(double)us / 1e6, (double)reports * 1e6 / (double)us, size, lanes);
	for (size_t i = 0; i < lanes; i++)
		batch_free(batches[i]);
	store_close(&store);
	return 0;
}
