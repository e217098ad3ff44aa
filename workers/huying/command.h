/* command.h — one subcommand of huying: a row that says how it is called, and the function that does it.
 *
 * Every option of every subcommand has one key and is kept as the text that was given; the function
 * reads what it understands. So one parser serves all, and each help shows only its own. */
#ifndef HUYING_COMMAND_H
#define HUYING_COMMAND_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#define COMMAND_WORDS_MAX 16
#define COMMAND_MANY_MAX 16

enum option_key {
	OPTION_FIRST = 0x100,
	OPTION_JSON = OPTION_FIRST,
	OPTION_PLAIN,
	OPTION_COLOR,
	OPTION_CONTEXT,
	OPTION_LANG,
	OPTION_WAIT,
	OPTION_ACK,
	OPTION_ADDRESS,
	OPTION_ALL,
	OPTION_AREA,
	OPTION_ASSIST,
	OPTION_BY,
	OPTION_CLASS,
	OPTION_CLOSE_CONDITION_MET,
	OPTION_CONDITION,
	OPTION_CONTACTED,
	OPTION_CSV,
	OPTION_DESK,
	OPTION_DROP,
	OPTION_DUE,
	OPTION_FOLLOW,
	OPTION_FORCE,
	OPTION_LEAD,
	OPTION_LIMIT,
	OPTION_NAME,
	OPTION_NEXT,
	OPTION_NO_LIMIT,
	OPTION_OBSERVED,
	OPTION_OFFLINE,
	OPTION_OPEN,
	OPTION_PHOTO,
	OPTION_PLACE,
	OPTION_POINT,
	OPTION_REASON,
	OPTION_REFERENCE,
	OPTION_SATISFIED,
	OPTION_SEND,
	OPTION_SEVERITY,
	OPTION_SOLVED,
	OPTION_SOON,
	OPTION_SOURCE,
	OPTION_TELEPHONE,
	OPTION_TEXT,
	OPTION_UNIT,
	OPTION_VERSION,
	OPTION_WHY,
	OPTION_END
};

struct many { /* an option that may be given several times */
	const char *values[COMMAND_MANY_MAX];
	size_t count;
};

struct arguments {
	const char *value[OPTION_END - OPTION_FIRST]; /* NULL = not given, "" = given without a value */
	struct many photos, assists;
	const char *words[COMMAND_WORDS_MAX]; /* what is no option */
	size_t words_count;
};

struct command {
	const char *name;
	const char *summary;  /* for the list of commands, and its help; msgid */
	const char *more;     /* for its help, behind the options; msgid or NULL */
	const char *example;  /* what help begins with */
	const char *takes;    /* "ISSUE [TEXT]" */
	size_t words_least, words_most;
	const struct argp_option *options; /* its own; the common ones come by themselves */
	int (*run)(const struct arguments *arguments); /* returns the exit status */
};

extern const struct command COMMAND_REPORT, COMMAND_OUTBOX, COMMAND_MINE, COMMAND_TASKS, COMMAND_QUEUE,
	COMMAND_CLAIM, COMMAND_RELEASE, COMMAND_PROGRESS, COMMAND_ANSWER, COMMAND_RETURN, COMMAND_ESCALATE,
	COMMAND_FILE, COMMAND_DECLINE, COMMAND_DISPATCH, COMMAND_APPROVE, COMMAND_REWORK, COMMAND_FEEDBACK,
	COMMAND_OVERDUE, COMMAND_URGE, COMMAND_INBOX, COMMAND_SHOW, COMMAND_CONTACT, COMMAND_ENROL, COMMAND_WHOAMI;

/* Fills ret_arguments and the face of print.h; ends the process on -h, and on a mistake with status 2. */
void command_parse(const struct command *command, int argc, char **argv, struct arguments *ret_arguments);

static inline const char *
argument(const struct arguments *arguments, enum option_key option)
{
	return arguments->value[option - OPTION_FIRST];
}

#endif
