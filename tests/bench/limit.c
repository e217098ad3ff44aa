/* limit.c — the most that this PostgreSQL takes of the rows that a routed report makes.
 *
 * Copies issues that a dispatcher has made, with their journal and receipt, under new ids, request
 * ids and instants: same tables, same indexes, same sizes. Two connections, batches of a thousand by
 * binary COPY, and nothing else done: no lock, no question, no answer, nobody routed. */
#include <inttypes.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define BATCH 1000 /* as many ids as one value of issue_number stands for */
#define LANES 2
#define COLUMNS_MAX 48

enum patch {
	PATCH_NONE,
	PATCH_ID,
	PATCH_REQUEST,
	PATCH_LATER /* instants, and ranks, which end in one: moved by the time gone by */
};

struct column {
	const char *name;
	enum patch patch;
};

struct table {
	const char *name, *alias;
	struct column columns[COLUMNS_MAX];
};

static const struct table TABLES[] = {
	{"receipt", "r", {{"device", 0}, {"request", PATCH_REQUEST}, {"issue_id", PATCH_ID},
		{"digest", 0}, {"reply", 0}}},
	{"issue", "i", {{"version", 0}, {"id", PATCH_ID}, {"rank", PATCH_LATER},
		{"observed_at", PATCH_LATER}, {"received_at", PATCH_LATER}, {"last_at", PATCH_LATER},
		{"due_at", PATCH_LATER}, {"warn_at", PATCH_LATER}, {"next_due_at", PATCH_LATER},
		{"outside_due_at", PATCH_LATER}, {"parent", 0}, {"merged_into", 0}, {"holder_unit", 0},
		{"handler", 0}, {"place", 0}, {"area_district", 0}, {"area_town", 0},
		{"area_community", 0}, {"area_grid", 0}, {"latitude", 0}, {"longitude", 0},
		{"standard", 0}, {"reporter", 0}, {"answered_by", 0}, {"entry_unit", 0}, {"lead_unit", 0},
		{"release", 0}, {"state", 0}, {"holder_desk", 0}, {"tier", 0}, {"severity", 0},
		{"cause", 0}, {"returns", 0}, {"renewals", 0}, {"redos", 0}, {"class_code", 0},
		{"clocks", 0}}},
	{"journal", "j", {{"version", 0}, {"issue_id", PATCH_ID}, {"at", PATCH_LATER},
		{"due_at", PATCH_LATER}, {"next_due_at", PATCH_LATER}, {"request", PATCH_REQUEST},
		{"holder_unit", 0}, {"handler", 0}, {"actor", 0}, {"device", 0}, {"release", 0},
		{"core_version", 0}, {"event", 0}, {"state", 0}, {"tier", 0}, {"holder_desk", 0},
		{"cause", 0}, {"reason", 0}, {"ledger", 0}, {"said", 0}, {"text_digest", 0}, {"text", 0}}},
};

#define TABLES_COUNT (sizeof(TABLES) / sizeof(TABLES[0]))

struct rows { /* a binary COPY of BATCH rows without head and tail, and where what changes lies */
	char *bytes;
	size_t len;
	struct spot {
		enum patch patch;
		size_t at, row;
	} *spots;
	size_t spots_count;
};

struct lane {
	const char *conninfo;
	struct rows rows[TABLES_COUNT];
	int64_t until_us;
	uint64_t written;
};

static int64_t taken_us; /* instant of the rows we copy */

static void fetch(PGconn *connection, const struct table *table, struct rows *ret_rows);
static void find_spots(const struct table *table, struct rows *rows);
static void *write_batches(void *lane);
static void write_rows(PGconn *connection, const struct table *table, const struct rows *rows, char *bytes,
	int64_t first_id, uint8_t (*requests)[16], int64_t later_us);
static void make_requests(uint8_t (*requests)[16]);
static PGconn *open_connection(const char *conninfo);
static int64_t ask_number(PGconn *connection, const char *sql);
static void command(PGconn *connection, const char *sql);
static void column_list(const struct table *table, const char *alias, char *ret_list, size_t size);
static uint64_t big_endian(const char *bytes, size_t count);
static void put_big_endian(char *bytes, uint64_t value);
static int64_t now_us(clockid_t clock);
static _Noreturn void fail(const char *what, PGconn *connection);

int
main(int argc, char **argv)
{
	struct lane lanes[LANES];
	struct rows rows[TABLES_COUNT];
	pthread_t threads[LANES];
	PGconn *connection;
	int64_t start;
	double seconds;
	uint64_t written = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: huying-bench-limit CONNINFO SECONDS\n");
		return 2;
	}
	connection = open_connection(argv[1]);
	taken_us = ask_number(connection,
		"SELECT (extract(epoch FROM max(received_at)) * 1000000)::bigint FROM issue");
	for (size_t t = 0; t < TABLES_COUNT; t++)
		fetch(connection, &TABLES[t], &rows[t]);
	PQfinish(connection);
	start = now_us(CLOCK_MONOTONIC);
	for (int i = 0; i < LANES; i++) {
		lanes[i] = (struct lane){.conninfo = argv[1], .until_us = start + (int64_t)(atof(argv[2]) * 1e6)};
		memcpy(lanes[i].rows, rows, sizeof(rows));
		pthread_create(&threads[i], NULL, write_batches, &lanes[i]);
	}
	for (int i = 0; i < LANES; i++) {
		pthread_join(threads[i], NULL);
		written += lanes[i].written;
	}
	seconds = (double)(now_us(CLOCK_MONOTONIC) - start) / 1e6;
	printf("{\"phase\": \"limit\", \"count\": %" PRIu64 ", \"per_second\": %.1f, \"seconds\": %.3f}\n",
		written, (double)written / seconds, seconds);
	for (size_t t = 0; t < TABLES_COUNT; t++) {
		free(rows[t].bytes);
		free(rows[t].spots);
	}
	return 0;
}

/* ---- the rows to copy ---- */

static void
fetch(PGconn *connection, const struct table *table, struct rows *ret_rows)
{
	static const char from[] =
		"COPY (SELECT %s FROM issue i JOIN journal j ON j.district_id = i.district_id AND j.issue_id = i.id "
		"AND j.version = 1 JOIN receipt r ON r.district_id = j.district_id AND r.request = j.request AND "
		"r.device = j.device WHERE i.version = 1 ORDER BY i.id LIMIT %d) TO STDOUT (FORMAT binary)";
	char list[2048], sql[4096], *part;
	int len;
	PGresult *result;

	column_list(table, table->alias, list, sizeof(list));
	snprintf(sql, sizeof(sql), from, list, BATCH);
	result = PQexec(connection, sql);
	if (PQresultStatus(result) != PGRES_COPY_OUT)
		fail(sql, connection);
	PQclear(result);
	*ret_rows = (struct rows){.bytes = NULL};
	while ((len = PQgetCopyData(connection, &part, 0)) > 0) {
		ret_rows->bytes = realloc(ret_rows->bytes, ret_rows->len + (size_t)len);
		if (ret_rows->bytes == NULL)
			abort();
		memcpy(ret_rows->bytes + ret_rows->len, part, (size_t)len);
		ret_rows->len += (size_t)len;
		PQfreemem(part);
	}
	result = PQgetResult(connection);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail(sql, connection);
	PQclear(result);
	while ((result = PQgetResult(connection)) != NULL)
		PQclear(result);
	find_spots(table, ret_rows);
}

/* Head: 11 bytes of signature, flags, length of the extension; tail: a row of -1 columns. */
static void
find_spots(const struct table *table, struct rows *rows)
{
	size_t head = 19, at = head, row = 0;

	rows->spots = calloc(BATCH * COLUMNS_MAX, sizeof(*rows->spots));
	if (rows->spots == NULL || rows->len < head)
		abort();
	while (at + 2 <= rows->len) {
		size_t count = big_endian(rows->bytes + at, 2);

		if (count == 0xffff)
			break;
		at += 2;
		for (size_t c = 0; c < count; c++) {
			uint32_t len = (uint32_t)big_endian(rows->bytes + at, 4);

			at += 4;
			if (len == UINT32_MAX)
				continue;
			if (c > 0 && table->columns[c - 1].patch != PATCH_NONE) /* 0 is the district */
				rows->spots[rows->spots_count++] =
					(struct spot){table->columns[c - 1].patch, at, row};
			at += len;
		}
		row++;
	}
	if (row != BATCH) {
		fprintf(stderr, "huying-bench-limit: %zu reported issues to copy, %d are needed\n", row, BATCH);
		exit(1);
	}
}

/* ---- writing ---- */

static void *
write_batches(void *argument)
{
	struct lane *lane = argument;
	PGconn *connection = open_connection(lane->conninfo);
	uint8_t(*requests)[16] = calloc(BATCH, sizeof(*requests));
	char *bytes[TABLES_COUNT];

	for (size_t t = 0; t < TABLES_COUNT; t++) {
		bytes[t] = malloc(lane->rows[t].len);
		if (bytes[t] == NULL || requests == NULL)
			abort();
		memcpy(bytes[t], lane->rows[t].bytes, lane->rows[t].len);
	}
	while (now_us(CLOCK_MONOTONIC) < lane->until_us) {
		int64_t first_id = ask_number(connection, "SELECT nextval('issue_number')");
		int64_t later_us = now_us(CLOCK_REALTIME) - taken_us;

		make_requests(requests);
		command(connection, "BEGIN");
		for (size_t t = 0; t < TABLES_COUNT; t++)
			write_rows(connection, &TABLES[t], &lane->rows[t], bytes[t], first_id, requests, later_us);
		command(connection, "COMMIT");
		lane->written += BATCH;
	}
	for (size_t t = 0; t < TABLES_COUNT; t++)
		free(bytes[t]);
	free(requests);
	PQfinish(connection);
	return NULL;
}

static void
write_rows(PGconn *connection, const struct table *table, const struct rows *rows, char *bytes,
	int64_t first_id, uint8_t (*requests)[16], int64_t later_us)
{
	char list[2048], sql[4096];
	PGresult *result;

	for (size_t i = 0; i < rows->spots_count; i++) {
		const struct spot *spot = &rows->spots[i];
		char *to = bytes + spot->at;

		if (spot->patch == PATCH_ID)
			put_big_endian(to, (uint64_t)first_id + spot->row);
		else if (spot->patch == PATCH_REQUEST)
			memcpy(to, requests[spot->row], 16);
		else
			put_big_endian(to, big_endian(rows->bytes + spot->at, 8) + (uint64_t)later_us);
	}
	column_list(table, NULL, list, sizeof(list));
	snprintf(sql, sizeof(sql), "COPY %s (district_id, %s) FROM STDIN (FORMAT binary)", table->name, list);
	result = PQexec(connection, sql);
	if (PQresultStatus(result) != PGRES_COPY_IN)
		fail(sql, connection);
	PQclear(result);
	if (PQputCopyData(connection, bytes, (int)rows->len) != 1 || PQputCopyEnd(connection, NULL) != 1)
		fail(sql, connection);
	while ((result = PQgetResult(connection)) != NULL) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			fail(sql, connection);
		PQclear(result);
	}
}

/* As devices make them: UUIDv7 of now. */
static void
make_requests(uint8_t (*requests)[16])
{
	uint64_t ms = (uint64_t)(now_us(CLOCK_REALTIME) / 1000);

	for (size_t done = 0, size = BATCH * sizeof(*requests); done < size;) {
		ssize_t got = getrandom((char *)requests + done, size - done, 0);

		done += got > 0 ? (size_t)got : 0;
	}
	for (size_t i = 0; i < BATCH; i++) {
		for (int b = 0; b < 6; b++)
			requests[i][b] = (uint8_t)(ms >> (40 - 8 * b));
		requests[i][6] = (uint8_t)((requests[i][6] & 0x0f) | 0x70);
		requests[i][8] = (uint8_t)((requests[i][8] & 0x3f) | 0x80);
	}
}

/* ---- small things ---- */

/* With an alias as a SELECT reads them, the district in front; else as COPY takes them behind it. */
static void
column_list(const struct table *table, const char *alias, char *ret_list, size_t size)
{
	size_t len = 0;

	if (alias != NULL)
		len += (size_t)snprintf(ret_list, size, "%s.district_id, ", alias);
	for (size_t c = 0; table->columns[c].name != NULL; c++)
		len += (size_t)snprintf(ret_list + len, size - len, "%s%s%s%s", c > 0 ? ", " : "",
			alias != NULL ? alias : "", alias != NULL ? "." : "", table->columns[c].name);
}

static PGconn *
open_connection(const char *conninfo)
{
	PGconn *connection = PQconnectdb(conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		fail("connect", connection);
	command(connection, "SET search_path = huying");
	return connection;
}

static int64_t
ask_number(PGconn *connection, const char *sql)
{
	PGresult *result = PQexec(connection, sql);
	int64_t number;

	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQgetisnull(result, 0, 0))
		fail(sql, connection);
	number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return number;
}

static void
command(PGconn *connection, const char *sql)
{
	PGresult *result = PQexec(connection, sql);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail(sql, connection);
	PQclear(result);
}

static uint64_t
big_endian(const char *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value << 8 | (uint8_t)bytes[i];
	return value;
}

static void
put_big_endian(char *bytes, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		bytes[i] = (char)(uint8_t)(value >> (56 - 8 * i));
}

static int64_t
now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static void
fail(const char *what, PGconn *connection)
{
	fprintf(stderr, "huying-bench-limit: %.200s: %s", what, PQerrorMessage(connection));
	exit(1);
}
