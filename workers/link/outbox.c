/* outbox.c — reports that have not been answered yet, in one SQLite file.
 *
 * WAL and synchronous=FULL: what outbox_keep said is kept, is on the disk. Every change is one
 * IMMEDIATE transaction, so two processes never take the same number or give one report two ids. */
#include "link/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "huying.pb-c.h"

#define BUSY_MS 10000
#define FORGET_US (7LL * 24 * 3600 * 1000000)

struct outbox {
	sqlite3 *file;
	char lock_path[4200];
	int lock;
	char recalled[300];
};

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS known (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS reserve (id INTEGER PRIMARY KEY);"
	"CREATE TABLE IF NOT EXISTS report ("
	" key INTEGER PRIMARY KEY AUTOINCREMENT,"
	" state INTEGER NOT NULL DEFAULT 0,"
	" issue_id INTEGER NOT NULL,"
	" number TEXT NOT NULL,"
	" title TEXT NOT NULL,"
	" made_us INTEGER NOT NULL,"
	" command BLOB,"  /* as it was made, without a request id */
	" request BLOB,"  /* from the first send on, */
	" frame BLOB,"    /* and the exact bytes sent */
	" answer BLOB,"
	" seen_us INTEGER);"
	"CREATE INDEX IF NOT EXISTS report_waiting ON report (key) WHERE state = 0;";

#define ROW_COLUMNS "key, state, issue_id, number, title, made_us, request, frame, answer, seen_us"

static sqlite3_stmt *prepare(struct outbox *outbox, const char *sql);
static bool run(struct outbox *outbox, const char *sql);
static bool finish(sqlite3_stmt *statement);
static bool begin(struct outbox *outbox);
static bool end(struct outbox *outbox, bool good);
static int64_t one_number(struct outbox *outbox, const char *sql);
static bool seal(struct outbox *outbox, const struct link *link, int64_t key);
static bool again_without_number(struct outbox *outbox, int64_t key);
static void read_row(sqlite3_stmt *statement, struct outbox_row *ret_row);
static void copy_text(char *ret_text, size_t size, sqlite3_stmt *statement, int column);

struct outbox *
outbox_open(const char *path, const char **ret_why)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	*ret_why = "the file cannot be made or opened";
	if (!outbox || fd < 0)
		goto failed;
	close(fd);
	outbox->lock = -1;
	if (snprintf(outbox->lock_path, sizeof(outbox->lock_path), "%s.lock", path) >=
		(int)sizeof(outbox->lock_path))
		goto failed;
	if (sqlite3_open_v2(path, &outbox->file, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		goto failed;
	sqlite3_busy_timeout(outbox->file, BUSY_MS);
	*ret_why = "the file is not an outbox, or it is damaged";
	if (!run(outbox, "PRAGMA journal_mode = WAL") || !run(outbox, "PRAGMA synchronous = FULL") ||
		!run(outbox, "PRAGMA secure_delete = ON") || !run(outbox, schema))
		goto failed;
	return outbox;
failed:
	outbox_close(&outbox);
	return NULL;
}

void
outbox_close(struct outbox **ret_outbox)
{
	struct outbox *outbox = *ret_outbox;

	if (!outbox)
		return;
	outbox_unlock(outbox);
	sqlite3_close(outbox->file);
	free(outbox);
	*ret_outbox = NULL;
}

const char *
outbox_recall(struct outbox *outbox, const char *name)
{
	sqlite3_stmt *statement = prepare(outbox, "SELECT value FROM known WHERE name = ?");

	outbox->recalled[0] = '\0';
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) == SQLITE_ROW)
		copy_text(outbox->recalled, sizeof(outbox->recalled), statement, 0);
	sqlite3_finalize(statement);
	return outbox->recalled;
}

bool
outbox_remember(struct outbox *outbox, const char *name, const char *value)
{
	if (strcmp(outbox_recall(outbox, name), value) == 0)
		return true;
	sqlite3_stmt *statement = prepare(outbox, "INSERT INTO known VALUES (?, ?)"
		" ON CONFLICT (name) DO UPDATE SET value = excluded.value");
	sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
	return finish(statement);
}

uint32_t
outbox_numbers_left(struct outbox *outbox)
{
	return (uint32_t)one_number(outbox, "SELECT count(*) FROM reserve");
}

bool
outbox_numbers_add(struct outbox *outbox, uint64_t from, uint32_t count)
{
	bool good = begin(outbox);

	for (uint32_t i = 0; good && i < count; i++) {
		sqlite3_stmt *statement = prepare(outbox, "INSERT OR IGNORE INTO reserve VALUES (?)");
		sqlite3_bind_int64(statement, 1, (sqlite3_int64)(from + i));
		good = finish(statement);
	}
	return end(outbox, good);
}

bool
outbox_numbers_forget(struct outbox *outbox)
{
	return run(outbox, "DELETE FROM reserve");
}

bool
outbox_keep(struct outbox *outbox, Huying__Command *command, const char *title, int64_t now_us,
	struct outbox_row *ret_row)
{
	struct outbox_row row = {.made_us = now_us};
	char district[32];
	bool good = false;

	snprintf(row.title, sizeof(row.title), "%s", title);
	snprintf(district, sizeof(district), "%s", outbox_recall(outbox, "district"));
	if (!begin(outbox))
		return false;
	int64_t id = one_number(outbox, "DELETE FROM reserve"
		" WHERE id = (SELECT min(id) FROM reserve) RETURNING id");
	if (id > 0) {
		row.issue_id = (uint64_t)id;
		number_of(district, row.issue_id, row.number);
	}
	command->report->issue_id = row.issue_id;
	size_t len = huying__command__get_packed_size(command);
	uint8_t *bytes = malloc(len + 1);
	if (bytes) {
		huying__command__pack(command, bytes);
		sqlite3_stmt *statement = prepare(outbox, "INSERT INTO report"
			" (issue_id, number, title, made_us, command) VALUES (?, ?, ?, ?, ?)");
		sqlite3_bind_int64(statement, 1, (sqlite3_int64)row.issue_id);
		sqlite3_bind_text(statement, 2, row.number, -1, SQLITE_STATIC);
		sqlite3_bind_text(statement, 3, row.title, -1, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 4, now_us);
		sqlite3_bind_blob64(statement, 5, bytes, len, SQLITE_STATIC);
		good = finish(statement);
		row.key = sqlite3_last_insert_rowid(outbox->file);
	}
	free(bytes);
	if (!end(outbox, good))
		return false;
	*ret_row = row;
	return true;
}

bool
outbox_first(struct outbox *outbox, const struct link *link, int64_t after, struct outbox_row *ret_row)
{
	sqlite3_stmt *statement = prepare(outbox,
		"SELECT key, request IS NULL FROM report WHERE state = 0 AND key > ? ORDER BY key LIMIT 1");
	int64_t key = 0;
	bool fresh = false, found = false;

	sqlite3_bind_int64(statement, 1, after);
	if (sqlite3_step(statement) == SQLITE_ROW) {
		key = sqlite3_column_int64(statement, 0);
		fresh = sqlite3_column_int(statement, 1) != 0;
	}
	sqlite3_finalize(statement);
	if (key == 0 || (fresh && !seal(outbox, link, key)))
		return false;
	statement = prepare(outbox, "SELECT " ROW_COLUMNS " FROM report WHERE key = ? AND state = 0");
	sqlite3_bind_int64(statement, 1, key);
	if (sqlite3_step(statement) == SQLITE_ROW) {
		read_row(statement, ret_row);
		found = ret_row->frame != NULL;
	}
	sqlite3_finalize(statement);
	return found;
}

bool
outbox_answer(struct outbox *outbox, int64_t key, const Huying__Reply *reply)
{
	bool done = reply->outcome == HUYING__OUTCOME__OUTCOME_DONE;
	size_t len = huying__reply__get_packed_size(reply);

	if (reply->refusal == HUYING__REFUSAL__REFUSAL_NUMBER_NOT_YOURS ||
		reply->refusal == HUYING__REFUSAL__REFUSAL_NUMBER_TAKEN)
		return again_without_number(outbox, key);
	uint8_t *bytes = malloc(len + 1);
	if (!bytes)
		return false;
	huying__reply__pack(reply, bytes);
	sqlite3_stmt *statement = prepare(outbox, "UPDATE report SET state = ?, answer = ?,"
		" number = coalesce(?, number), command = NULL, frame = NULL WHERE key = ? AND state = 0");
	sqlite3_bind_int(statement, 1, done ? OUTBOX_DONE : OUTBOX_REFUSED);
	sqlite3_bind_blob64(statement, 2, bytes, len, SQLITE_STATIC);
	if (done && reply->issue)
		sqlite3_bind_text(statement, 3, reply->issue->number, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 4, key);
	bool good = finish(statement);
	free(bytes);
	return good;
}

bool
outbox_next(struct outbox *outbox, int64_t *cursor, struct outbox_row *ret_row)
{
	sqlite3_stmt *statement = prepare(outbox,
		"SELECT " ROW_COLUMNS " FROM report WHERE key > ? ORDER BY key LIMIT 1");

	sqlite3_bind_int64(statement, 1, *cursor);
	bool found = sqlite3_step(statement) == SQLITE_ROW;
	if (found) {
		read_row(statement, ret_row);
		*cursor = ret_row->key;
	}
	sqlite3_finalize(statement);
	return found;
}

void
outbox_row_free(struct outbox_row *row)
{
	free(row->frame);
	if (row->reply)
		huying__reply__free_unpacked(row->reply, NULL);
	row->frame = NULL;
	row->reply = NULL;
}

uint32_t
outbox_waiting(struct outbox *outbox)
{
	return (uint32_t)one_number(outbox, "SELECT count(*) FROM report WHERE state = 0");
}

bool
outbox_seen(struct outbox *outbox, int64_t key, int64_t now_us)
{
	sqlite3_stmt *statement = prepare(outbox,
		"UPDATE report SET seen_us = ? WHERE key = ? AND state <> 0 AND seen_us IS NULL");

	sqlite3_bind_int64(statement, 1, now_us);
	sqlite3_bind_int64(statement, 2, key);
	bool good = finish(statement);
	statement = prepare(outbox, "DELETE FROM report WHERE seen_us < ?");
	sqlite3_bind_int64(statement, 1, now_us - FORGET_US);
	return finish(statement) && good;
}

bool
outbox_drop(struct outbox *outbox, int64_t key)
{
	sqlite3_stmt *statement = prepare(outbox, "DELETE FROM report WHERE key = ?");

	sqlite3_bind_int64(statement, 1, key);
	return finish(statement) && sqlite3_changes(outbox->file) == 1;
}

bool
outbox_lock(struct outbox *outbox)
{
	if (outbox->lock >= 0)
		return true;
	outbox->lock = open(outbox->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (outbox->lock >= 0 && flock(outbox->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	outbox_unlock(outbox);
	return false;
}

void
outbox_unlock(struct outbox *outbox)
{
	if (outbox->lock >= 0)
		close(outbox->lock);
	outbox->lock = -1;
}

/* ---- helpers ---- */

/* The first send: a request id, and the bytes that it will always have. Nothing happens when
 * another process was quicker. */
static bool
seal(struct outbox *outbox, const struct link *link, int64_t key)
{
	uint8_t request[LINK_REQUEST_BYTES], *frame = NULL;
	size_t len = 0;
	bool good = false;

	if (!begin(outbox))
		return false;
	sqlite3_stmt *statement = prepare(outbox,
		"SELECT command FROM report WHERE key = ? AND state = 0 AND request IS NULL");
	sqlite3_bind_int64(statement, 1, key);
	int found = sqlite3_step(statement);
	Huying__Command *command = found == SQLITE_ROW
		? huying__command__unpack(NULL, (size_t)sqlite3_column_bytes(statement, 0),
			sqlite3_column_blob(statement, 0)) : NULL;
	sqlite3_finalize(statement);
	if (found == SQLITE_DONE)
		return end(outbox, true);
	link_request_id(link, request);
	if (command && link_pack(command, request, &frame, &len)) {
		statement = prepare(outbox,
			"UPDATE report SET request = ?, frame = ?, command = NULL WHERE key = ?");
		sqlite3_bind_blob(statement, 1, request, sizeof(request), SQLITE_STATIC);
		sqlite3_bind_blob64(statement, 2, frame, len, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 3, key);
		good = finish(statement);
	}
	free(frame);
	if (command)
		huying__command__free_unpacked(command, NULL);
	return end(outbox, good);
}

/* The server does not accept the number (it was restored from a backup, say): a refused command was
 * not applied, so the same report may go once more as a new one. The rest of the reserve came from
 * the same server and is given up with it. */
static bool
again_without_number(struct outbox *outbox, int64_t key)
{
	bool good = begin(outbox);
	Huying__ToServer *message = NULL;
	uint8_t *bytes = NULL;
	size_t len = 0;

	if (!good)
		return false;
	sqlite3_stmt *statement = prepare(outbox, "SELECT frame FROM report WHERE key = ? AND state = 0");
	sqlite3_bind_int64(statement, 1, key);
	if (sqlite3_step(statement) == SQLITE_ROW)
		message = huying__to_server__unpack(NULL, (size_t)sqlite3_column_bytes(statement, 0),
			sqlite3_column_blob(statement, 0));
	sqlite3_finalize(statement);
	if (message && message->body_case == HUYING__TO_SERVER__BODY_COMMAND &&
		message->command->verb_case == HUYING__COMMAND__VERB_REPORT) {
		message->command->report->issue_id = 0;
		len = huying__command__get_packed_size(message->command);
		bytes = malloc(len + 1);
	}
	good = bytes != NULL;
	if (good) {
		huying__command__pack(message->command, bytes);
		statement = prepare(outbox, "UPDATE report SET issue_id = 0, number = '', command = ?,"
			" request = NULL, frame = NULL WHERE key = ?");
		sqlite3_bind_blob64(statement, 1, bytes, len, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 2, key);
		good = finish(statement) && run(outbox, "DELETE FROM reserve");
	}
	free(bytes);
	if (message)
		huying__to_server__free_unpacked(message, NULL);
	return end(outbox, good);
}

static void
read_row(sqlite3_stmt *statement, struct outbox_row *ret_row)
{
	*ret_row = (struct outbox_row){
		.key = sqlite3_column_int64(statement, 0),
		.state = (enum outbox_state)sqlite3_column_int(statement, 1),
		.issue_id = (uint64_t)sqlite3_column_int64(statement, 2),
		.made_us = sqlite3_column_int64(statement, 5),
		.seen = sqlite3_column_type(statement, 9) != SQLITE_NULL,
	};
	copy_text(ret_row->number, sizeof(ret_row->number), statement, 3);
	copy_text(ret_row->title, sizeof(ret_row->title), statement, 4);
	if (sqlite3_column_bytes(statement, 6) == LINK_REQUEST_BYTES)
		memcpy(ret_row->request, sqlite3_column_blob(statement, 6), LINK_REQUEST_BYTES);
	int len = sqlite3_column_bytes(statement, 7);
	if (len > 0 && (ret_row->frame = malloc((size_t)len))) {
		memcpy(ret_row->frame, sqlite3_column_blob(statement, 7), (size_t)len);
		ret_row->frame_len = (size_t)len;
	}
	len = sqlite3_column_bytes(statement, 8);
	if (len > 0)
		ret_row->reply = huying__reply__unpack(NULL, (size_t)len,
			sqlite3_column_blob(statement, 8));
}

static void
copy_text(char *ret_text, size_t size, sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	snprintf(ret_text, size, "%s", text ? (const char *)text : "");
}

/* A statement of ours that SQLite cannot prepare leaves NULL: every call below then says MISUSE, and
 * finish says false. */
static sqlite3_stmt *
prepare(struct outbox *outbox, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	sqlite3_prepare_v2(outbox->file, sql, -1, &statement, NULL);
	return statement;
}

static bool
finish(sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	return sqlite3_finalize(statement) == SQLITE_OK && result == SQLITE_DONE;
}

static bool
run(struct outbox *outbox, const char *sql)
{
	return sqlite3_exec(outbox->file, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool
begin(struct outbox *outbox)
{
	return run(outbox, "BEGIN IMMEDIATE");
}

static bool
end(struct outbox *outbox, bool good)
{
	if (good && run(outbox, "COMMIT"))
		return true;
	run(outbox, "ROLLBACK");
	return false;
}

static int64_t
one_number(struct outbox *outbox, const char *sql)
{
	sqlite3_stmt *statement = prepare(outbox, sql);
	int64_t number = 0;

	int found = sqlite3_step(statement);
	if (found == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	while (found == SQLITE_ROW) /* a RETURNING is done when its last row was taken */
		found = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return number;
}
