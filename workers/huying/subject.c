/* subject.c — which issue is meant: a number as people write it, or a bare id. */
#include "subject.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"

bool
subject_is_id(const char *number, uint64_t *ret_id)
{
	size_t len = strlen(number);

	if (len == 0 || len > 18 || strspn(number, "0123456789") != len)
		return false;
	*ret_id = strtoull(number, NULL, 10);
	return true;
}

void
subject_show(Huying__Query *query, Huying__ShowQuery *show, const char *number)
{
	uint64_t id = 0;

	query->ask_case = HUYING__QUERY__ASK_SHOW;
	query->show = show;
	if (subject_is_id(number, &id)) {
		show->subject_case = HUYING__SHOW_QUERY__SUBJECT_ISSUE_ID;
		show->issue_id = id;
	} else {
		show->subject_case = HUYING__SHOW_QUERY__SUBJECT_NUMBER;
		show->number = report_bytes(number);
	}
}

void
subject_contact(Huying__Query *query, Huying__ContactQuery *contact, const char *number)
{
	uint64_t id = 0;

	query->ask_case = HUYING__QUERY__ASK_CONTACT;
	query->contact = contact;
	if (subject_is_id(number, &id)) {
		contact->subject_case = HUYING__CONTACT_QUERY__SUBJECT_ISSUE_ID;
		contact->issue_id = id;
	} else {
		contact->subject_case = HUYING__CONTACT_QUERY__SUBJECT_NUMBER;
		contact->number = report_bytes(number);
	}
}
