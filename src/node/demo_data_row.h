#ifndef NODE_DEMO_DATA_ROW_H
#define NODE_DEMO_DATA_ROW_H

#include "node/demo_data_htcds.h"
#include "node/demo_data_place.h"
#include "node/demo_data_random.h"

/*
 * demo_row: one invented person in one invented incident, as a row of HTCDS. What is decided
 * elsewhere (who, where, which phone) stands in struct demo_plan; the rest is drawn.
 */
enum demo_category {
	DEMO_CATEGORY_LISTED,	/* a suspect, on the list */
	DEMO_CATEGORY_DECOY,	/* a suspect who resembles somebody on it */
	DEMO_CATEGORY_SUSPECT,	/* any other suspect */
	DEMO_CATEGORY_SURVIVOR, /* ActualVictimOfTrafficking */
	DEMO_CATEGORY_NOT_VICTIM,
	DEMO_CATEGORY_POSSIBLE, /* PossibleVictimOfTrafficking: UNDETERMINED for us */
	DEMO_CATEGORY_UNSAID,	/* nothing decided: UNDETERMINED as well */
	DEMO_CATEGORY_COUNT
};

/* A thing that incidents can have in common. */
enum demo_token_kind { DEMO_PHONE, DEMO_ACCOUNT, DEMO_PLATE, DEMO_SITE, DEMO_TOKEN_KIND_COUNT };

struct demo_token {
	enum demo_token_kind kind;
	bool helper; /* a hotline's phone */
	struct str value;
};

enum { DEMO_TOKENS_MAX = 6, DEMO_WINDOW_DAYS = 40 };

struct demo_plan {
	enum demo_category category;
	size_t ordinal;			 /* within the category, 0 and up */
	size_t row;			 /* 1 and up */
	struct str reference;		 /* "NCP-2026-0041"; set by demo_row_fill */
	struct str given, family, birth; /* each may be empty: not known */
	bool female;
	const char *citizenship;    /* "QN", "QR"; NULL: drawn */
	const char *role;	    /* in per_RoleInProcess; NULL: drawn */
	int first_day;		    /* of 2026 on which it may have happened, 1 and up */
	const char *opening, *type; /* NULL: drawn */
	const struct demo_place *town;
	struct demo_token token[DEMO_TOKENS_MAX];
	size_t token_count;
};

bool demo_category_is_suspect(enum demo_category category);

/*
 * Telephone numbers, accounts and plates that nobody has. Different serials of a block give
 * different values; serial under 10^8 (plates: under 9,000).
 */
struct str demo_phone(struct arena *a, unsigned block, size_t serial);
/* In the form of an IBAN, check digits right (ISO 13616, mod 97), of the country "QN". */
struct str demo_account(struct arena *a, size_t serial);
struct str demo_plate(struct arena *a, struct demo_random *r, size_t serial);

/* Fills plan->reference too. All text lives in the arena. */
void demo_row_fill(struct arena *a, struct demo_random *r, struct demo_plan *plan,
		   struct demo_htcds_row *row);

#endif
