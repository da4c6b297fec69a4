#ifndef MATCH_SCREENING_SCORE_H
#define MATCH_SCREENING_SCORE_H

#include "match/screening/screen.h"
#include "match/screening/weights.h"
#include "match/screening/word.h"
#include "text/token.h"

struct listed_entry;

/*
 * score: from two names, dates, countries to pieces of evidence in bits. Pure, and the only
 * place where bits are made: search, explanation and comparison all come through here.
 */

/* A name asked about, ready for comparing. */
struct asked_name {
	struct word words[NAME_TOKENS_MAX];
	/* Words from i on, two or three, in one; key.n 0: none. */
	struct word joined[NAME_TOKENS_MAX][WORD_JOINED_MAX - 1];
	char joined_keys[NAME_TOKENS_MAX][WORD_JOINED_MAX - 1][TOKEN_KEY_MAX];
	double rarity[NAME_TOKENS_MAX];
	uint32_t family;	     /* parts written as a family name (words_family) */
	bool known[NAME_TOKENS_MAX]; /* the list or the background has this very word */
	/* Share of the list's entries with a word at least that alike; 0 where not known. */
	double crowd[NAME_TOKENS_MAX][WORD_APART];
	size_t n;
};

/* A listed name: words with the share of entries that bear them. */
struct other_name {
	const struct word *words[NAME_TOKENS_MAX];
	struct str originals[NAME_TOKENS_MAX];
	double shares[NAME_TOKENS_MAX], rarities[NAME_TOKENS_MAX]; /* score_rarity of the shares */
	/* Of each, by part asked: 1 + the likeness if it was found before; NULL: none is kept. */
	unsigned char *kept[NAME_TOKENS_MAX];
	const struct custom_lean *leans[NAME_TOKENS_MAX];
	const struct customs *customs; /* NULL: not known */
	uint32_t family;	       /* parts written as a family name */
	size_t n;
};

/* Views into the tokens; some of it lives in the arena. */
void asked_name_make(struct arena *a, const struct name_tokens *tokens, struct asked_name *out);

/* Bits of a share: how much it says to bear it. 0 to the weights' token_max. */
double score_rarity(double share);

/* Append the evidence of the names; returns its sum. */
double score_names(const struct asked_name *asked, const struct other_name *other,
		   struct screen_explanation *out);

/* Append all other evidence about an entry, and the guard; name_bits is what the names gave. */
void score_rest(const struct screen_query *query, const struct listed_entry *entry,
		double name_bits, struct screen_explanation *out);

/* Append one piece and add it to the sum. */
void score_add(struct screen_explanation *out, enum screen_what what, struct str left,
	       struct str right, const char *note, double bits);

#endif
