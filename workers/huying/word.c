/* word.c — the words of the trade, made at build time from the same lists as everybody else's. */
#include "word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

struct word {
	int number;
	const char *word, *zh, *en;
};

#define WORD(name, number, word, zh, en, ...) {number, word, zh, en},
#define STATE(...) WORD(__VA_ARGS__, 0)
#define EVENT(...) WORD(__VA_ARGS__, 0)
#define CLOCK(...) WORD(__VA_ARGS__, 0)
#define DESK(...) WORD(__VA_ARGS__, 0)
#define ROLE(...) WORD(__VA_ARGS__, 0)
#define TIER(...) WORD(__VA_ARGS__, 0)
#define CAUSE(...) WORD(__VA_ARGS__, 0)
#define REASON(...) WORD(__VA_ARGS__, 0)
#define LIMIT(...) WORD(__VA_ARGS__, 0)
#define LEDGER(...) WORD(__VA_ARGS__, 0)
#define REFUSAL(...) WORD(__VA_ARGS__, 0)
#define ACTION(...) WORD(__VA_ARGS__, 0)
#define NOTICE(...) WORD(__VA_ARGS__, 0)

static const struct word states[] = {
#include "core/vocab/states.def"
};
static const struct word events[] = {
#include "core/vocab/events.def"
};
static const struct word clocks[] = {
#include "core/vocab/clocks.def"
};
static const struct word desks[] = {
#include "core/vocab/desks.def"
};
static const struct word roles[] = {
#include "core/vocab/roles.def"
};
static const struct word tiers[] = {
#include "core/vocab/tiers.def"
};
static const struct word causes[] = {
#include "core/vocab/causes.def"
};
static const struct word reasons[] = {
#include "core/vocab/reasons.def"
};
static const struct word limits[] = {
#include "core/vocab/limit_kinds.def"
};
static const struct word ledger[] = {
#include "core/vocab/ledger_ops.def"
};
static const struct word refusals[] = {
#include "core/vocab/refusals.def"
};
static const struct word actions[] = {
#include "core/vocab/actions.def"
};
static const struct word notices[] = {
#include "core/vocab/notices.def"
};

#define LIST(words) {words, sizeof(words) / sizeof(words[0])}

static const struct {
	const struct word *words;
	size_t count;
} lists[] = {
	[WORD_STATE] = LIST(states),
	[WORD_EVENT] = LIST(events),
	[WORD_CLOCK] = LIST(clocks),
	[WORD_DESK] = LIST(desks),
	[WORD_ROLE] = LIST(roles),
	[WORD_TIER] = LIST(tiers),
	[WORD_CAUSE] = LIST(causes),
	[WORD_REASON] = LIST(reasons),
	[WORD_LIMIT] = LIST(limits),
	[WORD_LEDGER] = LIST(ledger),
	[WORD_REFUSAL] = LIST(refusals),
	[WORD_ACTION] = LIST(actions),
	[WORD_NOTICE] = LIST(notices),
};

static const struct word *find(enum word_list list, int number);

const char *
word_of(enum word_list list, int number)
{
	const struct word *word = find(list, number);

	return word ? word->word : number == 0 ? "" : "?";
}

const char *
word_label(enum word_list list, int number)
{
	const struct word *word = find(list, number);

	return !word ? "" : print_is_chinese() ? word->zh : word->en;
}

const char *
word_label_of(enum word_list list, const char *word)
{
	int number = word_number(list, word);

	return number ? word_label(list, number) : word;
}

int
word_number(enum word_list list, const char *word)
{
	for (size_t i = 0; i < lists[list].count; i++) {
		const struct word *row = &lists[list].words[i];
		if (strcmp(word, row->word) == 0 || strcmp(word, row->zh) == 0 ||
			strcmp(word, row->en) == 0)
			return row->number;
	}
	return 0;
}

char *
word_choices(enum word_list list)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (size_t i = 0; i < lists[list].count; i++) {
		const struct word *row = &lists[list].words[i];
		fprintf(out, "%s%s", i ? ", " : "", row->word);
		if (print_is_chinese())
			fprintf(out, " %s", row->zh);
	}
	fclose(out);
	return text;
}

static const struct word *
find(enum word_list list, int number)
{
	for (size_t i = 0; i < lists[list].count; i++)
		if (lists[list].words[i].number == number)
			return &lists[list].words[i];
	return NULL;
}
