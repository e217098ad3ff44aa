/* context.c — whose key speaks to which district, and the link and outbox that go with it. */
#include "context.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <ini.h>

#include "huying.pb-c.h"
#include "issue.h"
#include "print.h"
#include "send.h"

static bool directory(char *ret_path, const char *variable, const char *xdg, const char *home_part);
static bool make_directory(const char *file_path);
static int read_line(void *user, const char *section, const char *name, const char *value);
static bool add_endpoints(struct context *context, const char *value);
static uint32_t numbers_left(void *owner);
static void welcomed(void *owner, const Huying__Welcome *welcome);

int
context_name(struct context *context, const struct arguments *arguments)
{
	const char *name = argument(arguments, OPTION_CONTEXT), *wait = argument(arguments, OPTION_WAIT);
	char config[CONTEXT_PATH_MAX - 80], state[CONTEXT_PATH_MAX - 80];

	*context = (struct context){.patience_us = CONTEXT_PATIENCE_US};
	print_language(argument(arguments, OPTION_LANG));
	if (wait) {
		char *end;
		double seconds = strtod(wait, &end);
		if (!print_parse_span(wait, &context->patience_us)) {
			if (*wait == '\0' || *end || !(seconds >= 0 && seconds <= 86400))
				return print_failure(EXIT_USAGE, "USAGE",
					_("--wait takes seconds, or a span such as 2m"), wait, NULL);
			context->patience_us = (int64_t)(seconds * 1e6);
		}
	}
	if (!name)
		name = getenv("HUYING_CONTEXT");
	if (!name || !*name)
		name = "default";
	if (strlen(name) >= sizeof(context->name) || strchr(name, '/') || *name == '.')
		return print_failure(EXIT_USAGE, "USAGE",
			_("a context's name is a file name without a slash"), name, NULL);
	snprintf(context->name, sizeof(context->name), "%s", name);
	if (!directory(config, "HUYING_CONFIG_DIR", "XDG_CONFIG_HOME", ".config") ||
		!directory(state, "HUYING_STATE_DIR", "XDG_STATE_HOME", ".local/state"))
		return print_failure(EXIT_FAILED, "NO_HOME", _("there is no home directory to keep keys in"),
			NULL, NULL);
	snprintf(context->config_path, CONTEXT_PATH_MAX, "%s/%s.conf", config, name);
	snprintf(context->state_path, CONTEXT_PATH_MAX, "%s/%s.sqlite", state, name);
	return EXIT_DONE;
}

int
context_open(struct context *context, const struct arguments *arguments)
{
	const char *why = NULL;
	char at[32];

	int status = context_name(context, arguments);
	if (status != EXIT_DONE)
		return status;
	int line = ini_parse(context->config_path, read_line, context);
	if (line == -1)
		return print_failure(EXIT_KEY, "NO_KEY",
			_("no key is kept here yet; first: huying enrol 'huying://…'"),
			context->config_path, NULL);
	snprintf(at, sizeof(at), _("line %d"), line);
	if (line != 0)
		return print_failure(EXIT_FAILED, "BAD_CONFIG", context->config_path, at, NULL);
	if (!context->has_secret_key || !context->has_server_key || context->endpoints_count == 0)
		return print_failure(EXIT_FAILED, "BAD_CONFIG", context->config_path,
			_("endpoints, server_key or secret_key is missing"), NULL);
	if (!argument(arguments, OPTION_LANG) && !getenv("HUYING_LANG") && context->language[0])
		print_language(context->language);
	if (make_directory(context->state_path))
		context->outbox = outbox_open(context->state_path, &why);
	if (!context->outbox)
		return print_failure(EXIT_FAILED, "OUTBOX", context->state_path,
			why ? why : strerror(errno), NULL);
	print_zone(outbox_recall(context->outbox, "zone"));
	return EXIT_DONE;
}

void
context_close(struct context *context)
{
	link_close(&context->link);
	outbox_close(&context->outbox);
	key_wipe(context->secret_key, sizeof(context->secret_key));
}

bool
context_exists(const struct context *context)
{
	return access(context->config_path, F_OK) == 0;
}

bool
context_make_directories(const struct context *context)
{
	return make_directory(context->config_path) && make_directory(context->state_path);
}

bool
context_save(const struct context *context)
{
	char path[CONTEXT_PATH_MAX + 8], server[KEY_HEX_BYTES], secret[KEY_HEX_BYTES];

	snprintf(path, sizeof(path), "%s.new", context->config_path);
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!out)
		return false;
	key_to_hex(context->server_key, server);
	key_to_hex(context->secret_key, secret);
	fprintf(out, "# One device's key. Whoever can read this file can speak for its owner.\n[huying]\n");
	for (size_t i = 0; i < context->endpoints_count; i++)
		fprintf(out, "endpoints = %s\n", context->endpoints[i]);
	fprintf(out, "server_key = %s\nsecret_key = %s\n", server, secret);
	if (context->device)
		fprintf(out, "device = %lu\n", context->device);
	if (context->language[0])
		fprintf(out, "language = %s\n", context->language);
	key_wipe(secret, sizeof(secret));
	bool good = fflush(out) == 0 && fsync(fd) == 0;
	good = fclose(out) == 0 && good;
	return good && rename(path, context->config_path) == 0;
}

enum link_result
context_reach(struct context *context, int64_t patience_us)
{
	struct link_settings settings = {
		.endpoints_count = context->endpoints_count,
		.language = print_is_chinese() ? "zh" : "en",
		.program = "huying " HUYING_VERSION,
		.numbers_left = numbers_left,
		.new_key_us = context->new_key_us,
		.welcomed = welcomed,
		.owner = context,
	};

	for (size_t i = 0; i < context->endpoints_count; i++)
		settings.endpoints[i] = context->endpoints[i];
	memcpy(settings.server_key, context->server_key, LINK_KEY_BYTES);
	memcpy(settings.secret_key, context->secret_key, LINK_KEY_BYTES);
	if (!context->link)
		context->link = link_open(&settings);
	key_wipe(settings.secret_key, sizeof(settings.secret_key));
	return context->link ? link_greet(context->link, patience_us) : LINK_AWAY;
}

int
context_connect(struct context *context)
{
	enum link_result result = context_reach(context, context->patience_us);

	if (result != LINK_OK)
		return context_failed(context, result);
	send_outbox(context, SEND_QUIETLY);
	return EXIT_DONE;
}

int64_t
context_now_us(const struct context *context)
{
	struct timespec now;

	if (context->link && link_welcome(context->link))
		return link_now_us(context->link);
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 +
		strtoll(outbox_recall(context->outbox, "ahead_us"), NULL, 10);
}

int
context_failed(struct context *context, enum link_result result)
{
	if (!context->link)
		return print_failure(EXIT_FAILED, "BAD_CONFIG", context->config_path,
			_("a key in it cannot be used"), NULL);
	const Huying__Refused *refused = link_refused(context->link);
	const char *where = link_endpoint(context->link);

	switch (result) {
	case LINK_SILENT:
		return print_failure(EXIT_AWAY, "SILENT",
			_("somebody is there but does not answer: overloaded, or this key is not welcome"),
			where, NULL);
	case LINK_BUSY:
		return print_failure(EXIT_AWAY, "BUSY", _("busy; nothing was lost, try again in a while"),
			where, NULL);
	case LINK_STRANGER:
		return print_failure(EXIT_KEY, "KEY_UNKNOWN",
			_("this key is not known there (revoked or never enrolled)"), where, NULL);
	case LINK_REFUSED:
		return print_failure(issue_refusal_status((int)refused->refusal),
			issue_refusal_name((int)refused->refusal), refused->message, refused->detail, NULL);
	case LINK_TOO_LONG:
		return print_failure(EXIT_REFUSED, "TOO_LONG", _("more than fits into one message"), NULL,
			NULL);
	case LINK_AWAY:
	case LINK_OK:
	default:
		return print_failure(EXIT_AWAY, "AWAY", _("nobody answers"), where, NULL);
	}
}

Huying__Page *
context_ask(struct context *context, Huying__Query *query, int *ret_status)
{
	Huying__Page *page = NULL;

	enum link_result result = link_query(context->link, query, context->patience_us, &page);
	if (result != LINK_OK) {
		*ret_status = context_failed(context, result);
		return NULL;
	}
	if (page->refusal == HUYING__REFUSAL__REFUSAL_UNSPECIFIED)
		return page;
	*ret_status = print_failure(issue_refusal_status((int)page->refusal),
		issue_refusal_name((int)page->refusal), page->message, page->detail, NULL);
	huying__page__free_unpacked(page, NULL);
	return NULL;
}

/* ---- what the link tells the outbox ---- */

static uint32_t
numbers_left(void *owner)
{
	struct context *context = owner;

	return outbox_numbers_left(context->outbox);
}

/* Numbers belong to one device of one district: another one's are no longer ours to give. */
static void
welcomed(void *owner, const Huying__Welcome *welcome)
{
	struct context *context = owner;
	char device[64], ahead[32];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	int64_t ahead_us = welcome->server_time ? welcome->server_time->unix_us -
		((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000) : 0;
	/* a second or two is the way there and back, and not worth a write */
	snprintf(ahead, sizeof(ahead), "%lld", (long long)(ahead_us / 2000000 * 2000000));
	outbox_remember(context->outbox, "ahead_us", ahead);
	snprintf(device, sizeof(device), "%s %u", welcome->district_code, welcome->device);
	if (strcmp(outbox_recall(context->outbox, "device"), device) != 0)
		outbox_numbers_forget(context->outbox);
	outbox_remember(context->outbox, "device", device);
	outbox_remember(context->outbox, "district", welcome->district_code);
	outbox_remember(context->outbox, "zone", welcome->zone);
	if (welcome->numbers_count > 0 && welcome->numbers_from > 0)
		outbox_numbers_add(context->outbox, welcome->numbers_from, welcome->numbers_count);
	print_zone(welcome->zone);
}

/* ---- files ---- */

static bool
directory(char *ret_path, const char *variable, const char *xdg, const char *home_part)
{
	const size_t size = CONTEXT_PATH_MAX - 80;
	const char *own = getenv(variable), *base = getenv(xdg), *home = getenv("HOME");
	int len;

	if (own && *own)
		len = snprintf(ret_path, size, "%s", own);
	else if (base && *base)
		len = snprintf(ret_path, size, "%s/huying", base);
	else if (home && *home)
		len = snprintf(ret_path, size, "%s/%s/huying", home, home_part);
	else
		return false;
	return len > 0 && (size_t)len < size;
}

/* The directories on the way to a file, each mode 0700 when it is made here. */
static bool
make_directory(const char *file_path)
{
	char path[CONTEXT_PATH_MAX];

	snprintf(path, sizeof(path), "%s", file_path);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return true;
}

static int
read_line(void *user, const char *section, const char *name, const char *value)
{
	struct context *context = user;
	char *end;

	(void)section;
	if (strcmp(name, "endpoints") == 0)
		return add_endpoints(context, value);
	if (strcmp(name, "server_key") == 0)
		return context->has_server_key = key_from_hex(value, context->server_key);
	if (strcmp(name, "secret_key") == 0)
		return context->has_secret_key = key_from_hex(value, context->secret_key);
	if (strcmp(name, "language") == 0)
		return snprintf(context->language, sizeof(context->language), "%s", value) <
			(int)sizeof(context->language);
	if (strcmp(name, "device") == 0) {
		context->device = strtoul(value, &end, 10);
		return *value && *end == '\0';
	}
	return 0;
}

static bool
add_endpoints(struct context *context, const char *value)
{
	while (*(value += strspn(value, " \t,"))) {
		size_t len = strcspn(value, " \t,");
		if (context->endpoints_count == LINK_ENDPOINTS_MAX || len >= KEY_ENDPOINT_BYTES_MAX)
			return false;
		memcpy(context->endpoints[context->endpoints_count], value, len);
		context->endpoints[context->endpoints_count++][len] = '\0';
		value += len;
	}
	return true;
}
