#ifndef RECORD_OWN_NAME_H
#define RECORD_OWN_NAME_H

#include "record/row.h"

/*
 * own_name: a look-up of oneself, of a colleague of the unit, or of an address of one of them asks
 * their supervisor to look (rights, cases: own name). It stops nobody and tells the one who looks
 * nothing. Names are compared by any two of their parts, in any order, case and form, in one
 * script; addresses by all their parts.
 */
enum { OWN_WORDS_MAX = 40 };
struct own_words {
	int64_t at[OWN_WORDS_MAX]; /* the first 8 bytes of MACs, sorted by nothing */
	size_t n;
};

/* How a name or address is known; what does not fit is left out. */
void own_name_words(const struct door_node *node, struct arena *a, enum own_kind kind,
		    struct str text, struct own_words *out);

/* What somebody searches for. */
void own_name_searched(struct door *d, struct str query);
/* What somebody opened: its fields; or its body, {"fields":{..},..} as it was sealed. */
void own_name_opened(struct door *d, const struct record_row *row, json_t *fields);
void own_name_opened_text(struct door *d, const struct record_row *row, struct str body);

#endif
