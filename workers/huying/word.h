/* word.h — the words of the trade by their numbers on the wire: for programs (the same in every
 * language) and for people (中文 or English). They come from the lists in daemon/core/vocab. */
#ifndef HUYING_WORD_H
#define HUYING_WORD_H

enum word_list {
	WORD_STATE,
	WORD_EVENT,
	WORD_CLOCK,
	WORD_DESK,
	WORD_ROLE,
	WORD_TIER,
	WORD_CAUSE,
	WORD_REASON,
	WORD_LIMIT,
	WORD_LEDGER,
	WORD_REFUSAL,
	WORD_ACTION,
	WORD_NOTICE
};

/* "dispatched"; "" for 0, "?" for a number newer than this program. */
const char *word_of(enum word_list list, int number);
/* "待签收" or "dispatched", as people read it here. */
const char *word_label(enum word_list list, int number);
/* The label for a word, or the word itself when the list has no such word. */
const char *word_label_of(enum word_list list, const char *word);
/* By word, 中文 or English label; 0 when there is none. */
int word_number(enum word_list list, const char *word);
/* "not_ours, wrong_place, …", for a mistake; malloc'd. */
char *word_choices(enum word_list list);

#endif
