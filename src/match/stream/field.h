#ifndef MATCH_STREAM_FIELD_H
#define MATCH_STREAM_FIELD_H

#include <stdbool.h>

#include "base/str.h"

struct arena;

/*
 * field: what a rule may ask of an event, one row each, with what it says about a person. The
 * checker of rules stands on this table (rights.md: a rule on nationality, birthplace,
 * language, religion, sex or route alone is refused). There is no row for a name, and none for
 * what a telephone number or account tells of a country: names are compared with lists alone.
 */
enum event_kind { EVENT_PERSON, EVENT_ITINERARY, EVENT_PAYMENT, EVENT_KINDS };

/* What a condition on the field rests on. */
enum field_rests {
	RESTS_ON_WHO,	  /* what somebody is: nationality, birthplace, sex, age ... */
	RESTS_ON_ROUTE,	  /* where from, where to, by what */
	RESTS_ON_NOTHING, /* what anybody's has: an amount, an hour, a currency */
	RESTS_ON_CONDUCT  /* a specific indicator */
};

/* How its values are compared. */
enum field_form {
	FORM_NUMBER,
	FORM_YESNO,
	FORM_CODE,   /* ASCII letters without case */
	FORM_IDENT,  /* text/ident.h: documents, accounts */
	FORM_PHONE,  /* text/phone.h */
	FORM_FOLDED, /* NFKC casefold: an address, an agency */
	FORM_WORDS   /* the same, and looked through for words */
};

enum event_field {
	ASK_LISTED,
	ASK_GENDER,
	ASK_NATIONALITY,
	ASK_BIRTH_PLACE,
	ASK_BIRTH_COUNTRY,
	ASK_LANGUAGE,
	ASK_RELIGION,
	ASK_RESIDENCE,
	ASK_AGE,
	ASK_DOCUMENT_COUNTRY,
	ASK_DOCUMENT,
	ASK_PHONE,
	ASK_EMAIL,
	ASK_TRAVELLERS,
	ASK_MINORS,
	ASK_MINORS_ALONE,
	ASK_PAYER_TRAVELS,
	ASK_PAID_BY,
	ASK_PAID_FROM,
	ASK_AGENCY,
	ASK_ONE_WAY,
	ASK_HOURS_BEFORE,
	ASK_LEG_FROM,
	ASK_LEG_TO,
	ASK_LEG_CARRIER,
	ASK_LEG_NUMBER,
	ASK_AMOUNT,
	ASK_CURRENCY,
	ASK_ACCOUNT,
	ASK_PARTY_COUNTRY,
	ASK_AGENT,
	ASK_REMITTANCE,
	ASK_PURPOSE_CODE,
	ASK_METHOD,
	ASK_COUNT
};

struct field_row {
	const char *name;
	unsigned kinds; /* bits of event_kind */
	enum field_form form;
	enum field_rests rests;
	/*
	 * A specific indicator holds for few: a number from least on, a yes or no that is
	 * told_by, a text that is one of those named. Any other condition on it rests on nothing.
	 */
	double least;
	bool told_by;
	const char *text;
};

extern const struct field_row field_rows[ASK_COUNT];

#define KIND_BIT(kind) (1u << (kind))

/* "person", "itinerary", "payment"; -1: none. Plurals and "people" are taken too. */
int event_kind_find(struct str name);
const char *event_kind_name(enum event_kind kind);

/* -1: there is none of this name. */
int field_find(struct str name);

/* A text in the form in which this field's values are compared; empty: it has none. */
struct str field_value(struct arena *a, enum event_field field, struct str text);

#endif
