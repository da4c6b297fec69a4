#ifndef LINK_INCIDENTS_IDENTIFIER_H
#define LINK_INCIDENTS_IDENTIFIER_H

#include "base/str.h"

struct arena;
struct translit;

/*
 * identifier: what stands in a cell of an incident, in the form in which it is compared.
 * Separators, case, scripts, digits of any script and letters that look like digits fall away;
 * characters somebody made unreadable ("+36395726xxx", "AA1?7**") become '?'.
 */
enum evidence_kind {
	EVIDENCE_PHONE,
	EVIDENCE_PLATE,
	EVIDENCE_ACCOUNT,
	EVIDENCE_DOCUMENT,
	EVIDENCE_NAME,
	EVIDENCE_ADDRESS,
	EVIDENCE_LEG,	/* from one place of a route to the next */
	EVIDENCE_MODE,	/* how it was done: the phrases of the text */
	EVIDENCE_PLACE, /* where it was */
	EVIDENCE_KIND_COUNT,
};

/* "phone": for people and for --json. */
const char *evidence_kind_name(enum evidence_kind kind);
/* Phones, plates, accounts, documents: what is one holder's, unlike a name or a place. */
bool evidence_kind_is_identifier(enum evidence_kind kind);

enum identifier_flags {
	IDENTIFIER_MASKED = 1 << 0,   /* '?' stands in it */
	IDENTIFIER_NATIONAL = 1 << 1, /* a phone whose country code is not said */
	IDENTIFIER_INITIAL = 1 << 2,  /* a name of which one part is a letter alone */
};

#define IDENTIFIER_BYTES_MAX 120
#define IDENTIFIER_PARTS_MAX 6
/* Characters that can be read, of a phone, plate, account or document. */
#define IDENTIFIER_LEAST 5

struct identifier {
	struct str text;  /* in the arena; a name's parts sorted, with one space between */
	struct str shown; /* a phone with its "+", others upper-case, as nearly as written */
	unsigned flags;	  /* enum identifier_flags */
};

/*
 * False: nothing in it identifies. t for names and addresses of other scripts; NULL leaves those
 * out. Reads at most 1 KiB of raw, which is valid UTF-8.
 */
MUST_USE bool identifier_read(struct arena *a, struct translit *t, enum evidence_kind kind,
			      struct str raw, struct identifier *out);

/* A masked text against a whole one: same length, and equal wherever both can be read. */
bool identifier_covers(struct str masked, struct str whole);

#endif
