#include "match/screening/said.h"

#define ASCII_LOOK_MAX 1000 /* of what is read of a name */

/* Nearly every name: no need to ask the comparison. */
static bool
has_ascii(struct str s)
{
	for (size_t i = 0; i < s.n && i < ASCII_LOOK_MAX; i++) {
		char c = (char)(s.p[i] | 0x20);

		if ((c >= 'a' && c <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9'))
			return true;
	}
	return false;
}

bool
said_name(struct screen_worker *w, struct str name)
{
	struct screen_query q = {.names = &name, .name_count = 1};
	struct screen_explanation with_itself;

	if (has_ascii(name))
		return true;
	if (str_trim(name).n == 0)
		return false;
	/* What the comparison reads is what counts: with itself, a name that it reads has a piece.
	 */
	screen_compare(w, &q, &q, &with_itself);
	for (size_t i = 0; i < with_itself.n; i++)
		if (with_itself.at[i].what == SCREEN_WHAT_TOKEN ||
		    with_itself.at[i].what == SCREEN_WHAT_INITIAL)
			return true;
	return false;
}

bool
said_query(struct screen_worker *w, const struct screen_query *query)
{
	for (size_t i = 0; i < query->name_count && i < SCREEN_QUERY_NAMES; i++)
		if (said_name(w, query->names[i]))
			return true;
	return false;
}
