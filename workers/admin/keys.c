/* keys.c — enrolment codes, keys of devices, and the server's own key.
 *
 * A code is a key: both sides derive the same CURVE pair from it (proto/README.md says how), and
 * only the public half is kept here. What is secret is wiped as soon as it was printed. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <qrencode.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/admin.h"
#include "admin/draft.h"
#include "admin/statements.h"

#define CODE_BYTES 16
#define CODE_LETTERS 26
#define KEY_BYTES_HEX 64
#define CODE_LIFE_MAX (30 * US_PER_DAY)

/* ---- enrol ---- */

static const struct command ENROL = {
	"enrol", NULL, "huying-admin enrol zhang --device phone --for 10m", NULL};

enum { KEY_ENDPOINT = 0x300, KEY_SERVER_KEY, KEY_QR, KEY_RENEW, KEY_FOR, KEY_DEVICE };

static const struct argp_option ENROL_OPTIONS[] = {
	{"device", KEY_DEVICE, "NAME", 0, "what the actor calls it", 1},
	{"for", KEY_FOR, "SPAN", 0, "how long the code can be used; default: 10m", 1},
	{"renew", KEY_RENEW, NULL, 0,
		"a device of this name gets a new key; its old one stops at once", 1},
	{"endpoint", KEY_ENDPOINT, "HOST:PORT", 0, "where devices reach the dispatcher", 2},
	{"server-key", KEY_SERVER_KEY, "FILE", 0,
		"public key (64 hex digits), or the secret key file", 2},
	{"qr", KEY_QR, NULL, 0, "draw the QR also where no terminal is", 2},
	{0},
};

struct enrol_options {
	const char *actor, *device, *life, *endpoint, *server_key;
	bool qr, renew;
};

struct one_time {
	char letters[CODE_LETTERS + 1];
	char public_hex[KEY_BYTES_HEX + 1];
};

static error_t parse_enrol(int key, char *value, struct argp_state *state);
static struct one_time code_new(void);
static const char *server_public(struct admin *admin, const char *path);
static const char *endpoint_of(struct admin *admin, const char *given);
static int32_t put_device(struct draft *draft, const struct enrol_options *options,
	const struct one_time *code, struct span life, struct text *ret_until);
static void draw(const char *line);

int
enrol_run(struct admin *admin, int argc, char **argv)
{
	struct enrol_options options = {.life = "10m", .device = ""};
	struct draft draft = {0};
	struct span life;
	struct db *db;

	admin_parse(admin, &ENROL, ENROL_OPTIONS, parse_enrol, "ACTOR",
		"Prints a one-time code for one device: a line and a QR.", argc, argv, &options);
	if (options.actor == NULL)
		admin_fail(admin, EXIT_USAGE, "say whose device it is: %s", ENROL.example);
	if (!span_parse(text_of(options.life), &life) || life.us == 0 || life.us > CODE_LIFE_MAX)
		admin_fail(admin, EXIT_USAGE, "--for %s must be a duration up to 30d, such as 10m",
			options.life);
	if (sodium_init() < 0)
		admin_fail(admin, EXIT_FAILED, "libsodium found no randomness");
	db = db_open(admin);
	draft_begin(&draft, admin, db);
	const char *endpoint = endpoint_of(admin, options.endpoint);
	const char *server = server_public(admin, options.server_key);
	struct one_time code = code_new();
	struct text until;
	int32_t number = put_device(&draft, &options, &code, life, &until);
	struct text line = arena_format(
		admin->arena, "huying://%s/?key=%s&code=%s", endpoint, server, code.letters);

	if (admin->json)
		admin_print_json(json_pack("{s:s, s:i, s:s, s:s, s:s}", "actor", options.actor,
			"device", (int)number, "line", line.data, "code", code.letters, "until",
			until.data));
	else
		printf("%s\n", line.data);
	if (!admin->json && (options.qr || isatty(STDOUT_FILENO)))
		draw(line.data);
	if (!admin->json)
		fprintf(stderr, "device %" PRId32 " of %s; the code works once, until %s\n", number,
			options.actor, until.data);
	sodium_memzero(&code, sizeof(code));
	sodium_memzero((void *)(uintptr_t)line.data, line.len);
	return EXIT_DONE;
}

static error_t
parse_enrol(int key, char *value, struct argp_state *state)
{
	struct enrol_options *options = state->input;

	switch (key) {
	case KEY_DEVICE:
		options->device = value;
		return 0;
	case KEY_FOR:
		options->life = value;
		return 0;
	case KEY_RENEW:
		options->renew = true;
		return 0;
	case KEY_ENDPOINT:
		options->endpoint = value;
		return 0;
	case KEY_SERVER_KEY:
		options->server_key = value;
		return 0;
	case KEY_QR:
		options->qr = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->actor != NULL)
			argp_error(state, "one actor at a time");
		options->actor = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* 16 random bytes as one number in Crockford's base 32, most significant digit first. */
static struct one_time
code_new(void)
{
	static const char DIGITS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	static const char CONTEXT[] = "huying enrolment 1:";
	unsigned char input[sizeof(CONTEXT) - 1 + CODE_BYTES], *bytes = input + sizeof(CONTEXT) - 1;
	unsigned char secret[crypto_scalarmult_SCALARBYTES], public[crypto_scalarmult_BYTES];
	struct one_time code = {0};

	memcpy(input, CONTEXT, sizeof(CONTEXT) - 1);
	randombytes_buf(bytes, CODE_BYTES);
	for (int i = 0; i < CODE_LETTERS; i++) {
		int low = 8 * CODE_BYTES -
			  5 * (CODE_LETTERS -
				      i); /* number of the digit's lowest bit, from the left end */
		unsigned int digit = 0;

		for (int bit = low; bit < low + 5; bit++)
			digit = digit << 1 |
				(bit < 0 ? 0u : (unsigned)bytes[bit / 8] >> (7 - bit % 8) & 1u);
		code.letters[i] = DIGITS[digit];
	}
	crypto_generichash(secret, sizeof(secret), input, sizeof(input), NULL, 0);
	crypto_scalarmult_base(public, secret);
	sodium_bin2hex(code.public_hex, sizeof(code.public_hex), public, sizeof(public));
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(input, sizeof(input));
	return code;
}

static bool
read_hex_key(const char *path, unsigned char ret_key[crypto_scalarmult_BYTES])
{
	char hex[KEY_BYTES_HEX + 2] = "";
	FILE *file = fopen(path, "r");
	size_t len = 0;
	bool good = file != NULL && fgets(hex, sizeof(hex), file) != NULL &&
		    strcspn(hex, "\r\n") == KEY_BYTES_HEX &&
		    sodium_hex2bin(ret_key, crypto_scalarmult_BYTES, hex, KEY_BYTES_HEX, NULL, &len,
			    NULL) == 0 &&
		    len == crypto_scalarmult_BYTES;

	if (file != NULL)
		fclose(file);
	sodium_memzero(hex, sizeof(hex));
	return good;
}

/* A public key file is readable by others, a secret one is not: that tells them apart, and so does
 * who named it (the configuration names the secret one). */
static const char *
server_public(struct admin *admin, const char *path)
{
	unsigned char key[crypto_scalarmult_BYTES], public[crypto_scalarmult_BYTES];
	char *hex = arena_take(admin->arena, KEY_BYTES_HEX + 1);
	const char *used = path != NULL ? path : admin->secret_key_file;
	struct stat stat_of;

	if (used == NULL)
		admin_fail(admin, EXIT_USAGE,
			"the server's public key is not known; name it with --server-key FILE, or "
			"secret_key_file in %s",
			admin->config);
	if (stat(used, &stat_of) != 0 || !read_hex_key(used, key))
		admin_fail(admin, EXIT_FAILED,
			"%s holds no key (one line of 64 hex digits); `huying-admin keygen` makes "
			"one",
			used);
	if ((stat_of.st_mode & 077) != 0)
		memcpy(public, key, sizeof(public));
	else
		crypto_scalarmult_base(public, key);
	sodium_memzero(key, sizeof(key));
	sodium_bin2hex(hex, KEY_BYTES_HEX + 1, public, sizeof(public));
	return hex;
}

/* HOST:PORT as devices reach it; the configuration may say tcp://0.0.0.0:PORT, which nobody
 * reaches. */
static const char *
endpoint_of(struct admin *admin, const char *given)
{
	const char *endpoint = given != NULL ? given : admin->endpoint;
	const char *colon;

	if (endpoint == NULL)
		admin_fail(admin, EXIT_USAGE,
			"the dispatcher's address is not known; give --endpoint HOST:PORT, or "
			"`endpoint` in %s",
			admin->config);
	if (strncmp(endpoint, "tcp://", 6) == 0)
		endpoint += 6;
	colon = strrchr(endpoint, ':');
	if (colon == NULL || colon == endpoint ||
		strspn(colon + 1, "0123456789") != strlen(colon + 1) || atoi(colon + 1) < 1 ||
		atoi(colon + 1) > 65535 || strpbrk(endpoint, "/?&# ") != NULL)
		admin_fail(admin, EXIT_USAGE,
			"\"%s\" must be HOST:PORT, such as huying.example.org:7450", endpoint);
	if (endpoint[0] == '*' || strncmp(endpoint, "0.0.0.0:", 8) == 0 ||
		strncmp(endpoint, "[::]:", 5) == 0)
		admin_fail(admin, EXIT_USAGE,
			"no device reaches \"%s\"; give the server's own name or address with "
			"--endpoint HOST:PORT",
			endpoint);
	return endpoint;
}

static int32_t
put_device(struct draft *draft, const struct enrol_options *options, const struct one_time *code,
	struct span life, struct text *ret_until)
{
	char district[16];
	struct answer actor, devices, answer;
	size_t same = SIZE_MAX;

	snprintf(district, sizeof(district), "%" PRId32, draft->district);
	db_script(draft->db, "BEGIN", NULL);
	answer = DB_ASK(draft->db, SQL_PUBLISH_LOCK, district);
	*ret_until =
		instant_text(draft->arena, (struct instant){answer_int(&answer, 0, 1) + life.us});
	actor = DB_ASK(draft->db, SQL_ACTOR_FIND, district, options->actor);
	if (actor.rows == 0)
		admin_fail(draft->admin, EXIT_FAILED,
			"there is no actor %s; `huying-admin actor list` names them",
			options->actor);
	if (!text_is(answer_get(&actor, 0, 2), "t"))
		admin_fail(draft->admin, EXIT_FAILED,
			"%s is disabled; `huying-admin actor enable %s` first", options->actor,
			options->actor);
	devices = DB_ASK(draft->db, SQL_DEVICES, district, options->actor);
	for (size_t i = 0; options->device[0] != '\0' && i < devices.rows; i++)
		if (text_is(answer_get(&devices, i, 2), options->device))
			same = i;
	if (same != SIZE_MAX && !options->renew)
		admin_fail(draft->admin, EXIT_FAILED,
			"%s has a device \"%s\" (%s, number %s); --renew gives it a new key and "
			"ends the old one",
			options->actor, options->device, answer_get(&devices, same, 3).data,
			answer_get(&devices, same, 1).data);
	if (same == SIZE_MAX && options->renew)
		admin_fail(draft->admin, EXIT_FAILED, "%s has no device \"%s\" to renew",
			options->actor, options->device);
	answer = same == SIZE_MAX ? DB_ASK(draft->db, SQL_DEVICE_NEW, district,
					    answer_get(&actor, 0, 0).data, options->device,
					    code->public_hex, ret_until->data)
				  : DB_ASK(draft->db, SQL_DEVICE_RENEW, district,
					    answer_get(&devices, same, 1).data, code->public_hex,
					    ret_until->data);
	db_script(draft->db, "COMMIT", NULL);
	return (int32_t)answer_int(&answer, 0, 0);
}

/* Two rows of squares in one line of letters; light squares are drawn, as on a dark terminal. */
static void
draw(const char *line)
{
	static const char *const HALVES[] = {"█", "▄", "▀", " "};
	QRcode *qr = QRcode_encodeString(line, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	const int margin = 2;

	if (qr == NULL)
		return;
	for (int y = -margin; y < qr->width + margin; y += 2) {
		for (int x = -margin; x < qr->width + margin; x++) {
			int dark[2];

			for (int half = 0; half < 2; half++) {
				int row = y + half;

				dark[half] = x >= 0 && x < qr->width && row >= 0 &&
					     row < qr->width &&
					     (qr->data[row * qr->width + x] & 1) != 0;
			}
			fputs(HALVES[dark[0] * 1 + dark[1] * 2], stdout);
		}
		putchar('\n');
	}
	QRcode_free(qr);
}

/* ---- key list | revoke ---- */

static const struct command KEY = {"key", NULL, "huying-admin key revoke zhang phone", NULL};

struct key_options {
	const char *words[3];
};

static error_t
parse_key(int key, char *value, struct argp_state *state)
{
	struct key_options *options = state->input;

	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (state->arg_num > 2)
		argp_error(state, "too many words");
	options->words[state->arg_num] = value;
	return 0;
}

static void
list_devices(struct admin *admin, const struct answer *devices)
{
	json_t *array = json_array();

	for (size_t i = 0; i < devices->rows; i++) {
		const char *actor = answer_get(devices, i, 0).data,
			   *name = answer_get(devices, i, 2).data;
		const char *state = answer_get(devices, i, 3).data,
			   *key = answer_get(devices, i, 4).data;
		const char *until = answer_get(devices, i, 5).data;

		if (admin->json)
			json_array_append_new(array,
				json_pack("{s:s, s:I, s:s, s:s, s:s, s:s}", "actor", actor,
					"device", (json_int_t)answer_int(devices, i, 1), "name",
					name, "state", state, "key", key, "code_until", until));
		else
			printf("%s\t%" PRId64 "\t%s\t%s\t%.16s\n", actor, answer_int(devices, i, 1),
				name, state, key);
	}
	if (admin->json)
		admin_print_json(array);
	else
		json_decref(array);
}

int
key_run(struct admin *admin, int argc, char **argv)
{
	struct key_options options = {0};
	struct draft draft = {0};
	struct answer answer;
	char district[16];
	struct db *db;

	admin_parse(admin, &KEY, NULL, parse_key, "list [ACTOR]\nrevoke ACTOR DEVICE",
		"Lists devices, or revokes one (by number or name): its next message is refused.",
		argc, argv, &options);
	bool revoke = options.words[0] != NULL && strcmp(options.words[0], "revoke") == 0;

	if (options.words[0] == NULL || (!revoke && strcmp(options.words[0], "list") != 0) ||
		(revoke && options.words[2] == NULL))
		admin_fail(admin, EXIT_USAGE, "say list, or revoke ACTOR DEVICE: %s", KEY.example);
	db = db_open(admin);
	draft_begin(&draft, admin, db);
	snprintf(district, sizeof(district), "%" PRId32, draft.district);
	if (!revoke) {
		answer = DB_ASK(db, SQL_DEVICES, district, options.words[1]);
		list_devices(admin, &answer);
	} else {
		answer =
			DB_ASK(db, SQL_DEVICE_REVOKE, district, options.words[1], options.words[2]);
		if (answer.rows == 0)
			admin_fail(admin, EXIT_FAILED,
				"%s has no device %s; `huying-admin key list %s` names them",
				options.words[1], options.words[2], options.words[1]);
		if (admin->json)
			admin_print_json(
				json_pack("{s:s, s:I, s:s}", "actor", options.words[1], "device",
					(json_int_t)answer_int(&answer, 0, 0), "done", "revoked"));
		else
			printf("device %" PRId64 " of %s is revoked; its next message is refused\n",
				answer_int(&answer, 0, 0), options.words[1]);
	}
	return EXIT_DONE;
}

/* ---- keygen ---- */

static const struct command KEYGEN = {
	"keygen", NULL, "huying-admin keygen /etc/huying/server.key", NULL};
static const struct argp_option KEYGEN_OPTIONS[] = {
	{"show", 's', NULL, 0, "print the public key of a file that is there", 1},
	{0},
};

struct keygen_options {
	const char *path;
	bool show;
};

static error_t
parse_keygen(int key, char *value, struct argp_state *state)
{
	struct keygen_options *options = state->input;

	if (key == 's')
		return options->show = true, 0;
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	options->path = value;
	return 0;
}

static void
make_key(struct admin *admin, const char *path, unsigned char public[crypto_box_PUBLICKEYBYTES])
{
	unsigned char secret[crypto_box_SECRETKEYBYTES];
	char line[KEY_BYTES_HEX + 2];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		admin_fail(admin, EXIT_FAILED,
			"%s is there already, and devices know its public half; --show prints "
			"that, or name another file",
			path);
	if (fd < 0)
		admin_fail(admin, EXIT_FAILED, "%s cannot be written: %s", path, strerror(errno));
	crypto_box_keypair(public, secret);
	sodium_bin2hex(line, sizeof(line), secret, sizeof(secret));
	strcat(line, "\n");
	ssize_t written = write(fd, line, sizeof(line) - 1);

	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(line, sizeof(line));
	if (written != (ssize_t)(sizeof(line) - 1) || fsync(fd) != 0 || close(fd) != 0) {
		unlink(path);
		admin_fail(admin, EXIT_FAILED, "%s cannot be written: %s", path, strerror(errno));
	}
}

int
keygen_run(struct admin *admin, int argc, char **argv)
{
	struct keygen_options options = {0};
	unsigned char public[crypto_box_PUBLICKEYBYTES], secret[crypto_box_SECRETKEYBYTES];
	char hex[KEY_BYTES_HEX + 1];

	admin_parse(admin, &KEYGEN, KEYGEN_OPTIONS, parse_keygen, "FILE",
		"Makes the server's CURVE secret key (readable by its owner only) and prints the "
		"public one.",
		argc, argv, &options);
	if (options.path == NULL)
		admin_fail(admin, EXIT_USAGE, "say where to: %s", KEYGEN.example);
	if (sodium_init() < 0)
		admin_fail(admin, EXIT_FAILED, "libsodium found no randomness");
	if (!options.show) {
		make_key(admin, options.path, public);
	} else if (read_hex_key(options.path, secret)) {
		crypto_scalarmult_base(public, secret);
		sodium_memzero(secret, sizeof(secret));
	} else {
		admin_fail(admin, EXIT_FAILED, "%s holds no key (one line of 64 hex digits)",
			options.path);
	}
	sodium_bin2hex(hex, sizeof(hex), public, sizeof(public));
	if (admin->json)
		admin_print_json(json_pack("{s:s, s:s}", "file", options.path, "public_key", hex));
	else
		printf("%s\n", hex);
	return EXIT_DONE;
}
