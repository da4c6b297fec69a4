#ifndef LINK_ADVERTS_CONTACT_H
#define LINK_ADVERTS_CONTACT_H

#include "link/adverts/letters.h"

/*
 * contact: telephone numbers, handles, mail addresses and accounts in the text of an advert, also
 * hidden: digits as words or as digits of another script, letters that look like digits, symbols
 * and spaces between, "(at)" and "dot". What is no number stays none: prices, dates, ages, years.
 * A reader keeps tables and room for one text at a time: one a thread.
 */
struct contact_reader;

struct contact_reader *contact_reader_new(struct arena *a);

enum contact_kind {
	CONTACT_PHONE,
	CONTACT_HANDLE,
	CONTACT_MAIL,
	CONTACT_ACCOUNT,
	CONTACT_KIND_COUNT
};

const char *contact_kind_name(enum contact_kind kind);

struct contact {
	enum contact_kind kind;
	/*
	 * Equal for what reaches the same: a phone's last nine digits (seven and more of a shorter
	 * one), so that country code and trunk zero do not matter; a handle and an address in
	 * Latin letters and digits; an IBAN.
	 */
	struct str key;
	uint32_t from, to; /* letters of the text, to not included */
	bool is_freephone; /* free to call: helpers' lines are; nothing is joined by it */
};

struct contact_list {
	struct contact *at;
	size_t n, cap;
};

/* A word of the text; words of contacts have their contact's number. */
struct contact_word {
	uint32_t from, to; /* letters */
	int32_t contact;   /* of the list, or -1 */
	bool is_number;	   /* digits, however they are written */
};

struct contact_text {
	struct letter_list letters;
	struct contact_list contacts; /* in the order of the text */
	struct {
		struct contact_word *at;
		size_t n, cap;
	} words;
};

#define CONTACTS_MAX 16 /* of one text; more are not read */

/*
 * Read a text (valid UTF-8). Keys live in the arena; the rest of *out is the reader's and lives
 * until its next text.
 */
void contacts_read(struct contact_reader *r, struct arena *a, struct str text,
		   struct contact_text *out);

#endif
