/* enrol.c — how a device gets its key, and who it speaks for then.
 *
 * The fresh key is written down before it is sent: when the answer is lost, the same line again sends
 * the same key, and the code answers alike. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "context.h"
#include "huying.pb-c.h"
#include "issue.h"
#include "print.h"
#include "word.h"

#define NEW_KEY_US 5000000 /* the dispatchers learn of a new key, and of a new code, within a second or so */

static int run_enrol(const struct arguments *arguments);
static int run_whoami(const struct arguments *arguments);
static int enrol(struct context *context, const struct key_line *line, const char *device_name);
static int ask(struct context *context, const struct key_line *line, const char *device_name,
	const char *kept_path);
static bool fresh_key(struct context *context, const struct key_line *line, const char *kept_path);
static int tell_who(struct context *context);

const struct command COMMAND_ENROL = {
	.name = "enrol",
	.summary = N_("Make this device known: makes a key here and has it let in by a one-time code."),
	.example = "huying enrol 'huying://10.0.0.5:7421/?key=…&code=…'",
	.takes = N_("LINE"),
	.words_least = 1,
	.words_most = 1,
	.options = (const struct argp_option[]){
		{"name", OPTION_NAME, "DEVICE", 0, N_("what the device is called, for the administrator"), 0},
		{"force", OPTION_FORCE, NULL, 0, N_("replace the key that is kept under this context"), 0},
		{0}},
	.run = run_enrol,
};

const struct command COMMAND_WHOAMI = {
	.name = "whoami",
	.summary = N_("Who this device speaks for, and what they may do."),
	.example = "huying whoami",
	.takes = "",
	.run = run_whoami,
};

static int
run_enrol(const struct arguments *arguments)
{
	const char *why = NULL, *name = argument(arguments, OPTION_NAME);
	char host[64] = "";
	struct context context;
	struct key_line line;

	int status = context_name(&context, arguments);
	if (status != EXIT_DONE)
		return status;
	if (!key_line_parse(arguments->words[0], &line, &why))
		return print_failure(EXIT_USAGE, "BAD_LINE", _("this is not an enrolment line"), why, NULL);
	if (context_exists(&context) && !argument(arguments, OPTION_FORCE))
		return print_failure(EXIT_REFUSED, "HAS_KEY",
			_("this context has a key already; use --context NAME, or --force to replace it"),
			context.name, NULL);
	if (!context_make_directories(&context))
		return print_failure(EXIT_FAILED, "FILE", _("the directory cannot be made"),
			context.config_path, NULL);
	if (!name && gethostname(host, sizeof(host) - 1) == 0)
		name = host;
	status = enrol(&context, &line, name ? name : "huying");
	context_close(&context);
	key_wipe(&line, sizeof(line));
	return status;
}

static int
enrol(struct context *context, const struct key_line *line, const char *device_name)
{
	char kept_path[CONTEXT_PATH_MAX + 16], final_path[CONTEXT_PATH_MAX];
	const char *language = getenv("HUYING_LANG");

	snprintf(final_path, sizeof(final_path), "%s", context->config_path);
	snprintf(kept_path, sizeof(kept_path), "%s.enrolling", context->config_path);
	snprintf(context->endpoints[0], sizeof(context->endpoints[0]), "%s", line->endpoint);
	context->endpoints_count = 1;
	memcpy(context->server_key, line->server_key, LINK_KEY_BYTES);
	if (language && strlen(language) < sizeof(context->language))
		snprintf(context->language, sizeof(context->language), "%s", language);
	if (!fresh_key(context, line, kept_path))
		return print_failure(EXIT_FAILED, "FILE", _("the key cannot be kept"), kept_path, NULL);
	int status = ask(context, line, device_name, kept_path);
	if (status != EXIT_DONE)
		return status;
	if (!context_save(context))
		return print_failure(EXIT_FAILED, "FILE", _("the key cannot be kept"), final_path, NULL);
	unlink(kept_path);
	const char *why = NULL;
	context->outbox = outbox_open(context->state_path, &why);
	if (!context->outbox)
		return print_failure(EXIT_FAILED, "OUTBOX", context->state_path, why, NULL);
	context->new_key_us = NEW_KEY_US;
	enum link_result result = context_reach(context, context->patience_us);
	return result == LINK_OK ? tell_who(context) : context_failed(context, result);
}

/* With the code's own key: let mine in. */
static int
ask(struct context *context, const struct key_line *line, const char *device_name, const char *kept_path)
{
	struct link_settings settings = {.endpoints = {line->endpoint}, .endpoints_count = 1,
		.language = print_is_chinese() ? "zh" : "en", .program = "huying " HUYING_VERSION,
		.new_key_us = NEW_KEY_US};
	uint8_t public_key[LINK_KEY_BYTES];
	Huying__Enrolled *enrolled = NULL;
	int status = EXIT_DONE;

	memcpy(settings.server_key, line->server_key, LINK_KEY_BYTES);
	key_of_code(line->code, settings.secret_key);
	context->link = link_open(&settings);
	key_wipe(settings.secret_key, sizeof(settings.secret_key));
	if (!context->link || !key_public_of(context->secret_key, public_key))
		return print_failure(EXIT_FAILED, "BAD_LINE", _("the line's key cannot be used"), NULL, NULL);
	enum link_result result = link_enrol(context->link, public_key, device_name,
		context->patience_us, &enrolled);
	if (result == LINK_OK) {
		context->device = enrolled->device;
		huying__enrolled__free_unpacked(enrolled, NULL);
	} else if (result == LINK_STRANGER) {
		status = print_failure(EXIT_KEY, "CODE_EXPIRED",
			_("this code is not known there: used, past its date, or from another district"),
			line->endpoint, NULL);
	} else {
		status = context_failed(context, result);
	}
	if (result == LINK_STRANGER || result == LINK_REFUSED)
		unlink(kept_path);
	link_close(&context->link);
	return status;
}

/* The key of an earlier try with this very line, or a new one, kept beside the context's file. */
static bool
fresh_key(struct context *context, const struct key_line *line, const char *kept_path)
{
	char code[2 * KEY_CODE_BYTES + 1] = "", secret[KEY_HEX_BYTES], kept_code[KEY_HEX_BYTES],
		kept_secret[KEY_HEX_BYTES];
	bool good = false;

	for (size_t i = 0; i < KEY_CODE_BYTES; i++)
		snprintf(code + 2 * i, 3, "%02x", line->code[i]);
	FILE *file = fopen(kept_path, "re");
	if (file && fscanf(file, "%64s %64s", kept_code, kept_secret) == 2 && strcmp(kept_code, code) == 0)
		good = key_from_hex(kept_secret, context->secret_key);
	if (file)
		fclose(file);
	if (good)
		return true;
	key_fresh(context->secret_key);
	key_to_hex(context->secret_key, secret);
	mode_t mask = umask(0077);
	file = fopen(kept_path, "we");
	umask(mask);
	if (!file)
		return false;
	fprintf(file, "%s %s\n", code, secret);
	good = fflush(file) == 0 && fsync(fileno(file)) == 0;
	key_wipe(secret, sizeof(secret));
	return fclose(file) == 0 && good;
}

static int
run_whoami(const struct arguments *arguments)
{
	struct context context;

	int status = context_open(&context, arguments);
	if (status == EXIT_DONE)
		status = context_connect(&context);
	if (status == EXIT_DONE)
		status = tell_who(&context);
	context_close(&context);
	return status;
}

static int
tell_who(struct context *context)
{
	const Huying__Welcome *welcome = link_welcome(context->link);
	json_t *roles = json_array();

	for (size_t i = 0; i < welcome->n_roles; i++)
		json_array_append_new(roles, json_string(word_of(WORD_ROLE, (int)welcome->roles[i])));
	if (print_is_json()) {
		print_json(json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:O, s:i, s:s, s:s}",
			"context", context->name, "actor", welcome->actor_code, "actor_name",
			welcome->actor_name, "device", (int)welcome->device, "unit", welcome->unit_code,
			"unit_name", welcome->unit_name, "area", welcome->area_code, "district",
			welcome->district_code, "district_name", welcome->district_name, "zone",
			welcome->zone, "roles", roles, "numbers_left",
			(int)outbox_numbers_left(context->outbox), "endpoint", link_endpoint(context->link),
			"server_version", welcome->version));
	} else if (print_is_plain()) {
		print_field("%s", welcome->actor_code);
		print_field("%s", welcome->unit_code);
		print_field("%s", welcome->district_code);
		print_field("%u", welcome->device);
		print_end();
	}
	print_say(_("%s (%s), %s\n"), *welcome->actor_name ? welcome->actor_name : welcome->actor_code,
		welcome->actor_code, *welcome->unit_name ? welcome->unit_name : welcome->unit_code);
	print_say(_("  district  %s %s, times in %s\n"), welcome->district_code, welcome->district_name,
		welcome->zone);
	print_say(_("  area      %s\n"), welcome->area_code);
	print_say(_("  may       "));
	for (size_t i = 0; i < welcome->n_roles; i++)
		print_say("%s%s", i ? ", " : "", word_label(WORD_ROLE, (int)welcome->roles[i]));
	print_say(_("\n  device    %u, context %s, %u number(s) for reports without signal\n"),
		welcome->device, context->name, outbox_numbers_left(context->outbox));
	print_say(_("  server    %s, version %s\n"), link_endpoint(context->link), welcome->version);
	json_decref(roles);
	return EXIT_DONE;
}
