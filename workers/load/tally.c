/* tally.c — every latency is kept, so a percentile is one that somebody had. */
#include "load/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/must.h"

static int compare(const void *a, const void *b);
static double at(const struct tally *tally, double share);

void
tally_add(struct tally *tally, int64_t took_us)
{
	if (tally->count == tally->room) {
		tally->room = tally->room == 0 ? 4096 : 2 * tally->room;
		tally->took_us = realloc(tally->took_us, tally->room * sizeof(*tally->took_us));
		must(tally->took_us != NULL);
	}
	tally->took_us[tally->count++] = took_us > UINT32_MAX ? UINT32_MAX : (uint32_t)took_us;
}

void
tally_refuse(struct tally *tally, const char *message, const char *detail)
{
	if (tally->refused++ == 0)
		snprintf(tally->first_refusal, sizeof(tally->first_refusal), "%s (%s)", message, detail);
}

void
tally_print(struct tally *tally, const char *name, double seconds)
{
	if (tally->count > 0)
		qsort(tally->took_us, tally->count, sizeof(*tally->took_us), compare);
	printf("\"%s\": {\"count\": %zu, \"per_second\": %.1f, \"p50_ms\": %.3f, \"p90_ms\": %.3f, "
	       "\"p99_ms\": %.3f, \"max_ms\": %.3f, \"refused\": %llu}",
		name, tally->count, seconds > 0 ? (double)tally->count / seconds : 0, at(tally, 0.5),
		at(tally, 0.9), at(tally, 0.99), at(tally, 1), (unsigned long long)tally->refused);
	if (tally->refused > 0)
		fprintf(stderr, "huying-load: %s: %llu refused, the first: %s\n", name,
			(unsigned long long)tally->refused, tally->first_refusal);
}

void
tally_free(struct tally *tally)
{
	free(tally->took_us);
	*tally = (struct tally){.count = 0};
}

double
tally_cpu_seconds(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static int
compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* The smallest that so large a share of all did not exceed. */
static double
at(const struct tally *tally, double share)
{
	size_t index = (size_t)(share * (double)tally->count + 0.9999999);

	if (tally->count == 0)
		return 0;
	return tally->took_us[index == 0 ? 0 : index - 1] / 1000.0;
}
