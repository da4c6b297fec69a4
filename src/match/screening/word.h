#ifndef MATCH_SCREENING_WORD_H
#define MATCH_SCREENING_WORD_H

#include "base/str.h"
#include "text/skeleton.h"

struct token;

/*
 * word: a token's key ready for comparing, and how alike two of them are, in classes that
 * the weights (weights.h) give bits to. Pure; nothing is allocated.
 */
struct word {
	struct str key, original;
	unsigned flags;	  /* enum token_flags */
	uint32_t letters; /* one bit for each letter in the key */
	unsigned char skeleton_n;
	char skeleton[SKELETON_MAX];
};

/* Best first; WORD_APART is no likeness at all. */
enum likeness {
	WORD_SAME,
	WORD_ROMANISED, /* the skeletons are one, the spellings near */
	WORD_SLIP,	/* one edit in four letters or more */
	WORD_SKELETON,	/* the skeletons are one */
	WORD_NEAR,	/* two edits in six letters or more, one in three */
	WORD_FAR, /* three edits in nine letters, or skeletons of four letters one edit apart */
	WORD_APART,
	WORD_LIKENESS_COUNT
};

/* Views into the token; they live as long as its key. */
void word_make(const struct token *token, struct word *out);

/* Two neighbours written as one; buf takes TOKEN_KEY_MAX bytes. False: too long. */
bool word_join(const struct word *a, const struct word *b, char *buf, struct word *out);

enum likeness word_likeness(const struct word *a, const struct word *b);

/* "similar spelling"; for explanations. */
const char *word_likeness_name(enum likeness likeness);

/* Share of the people who bear this name among people in general, 0..1 (rough). */
double word_background(const struct word *w);

/* No name by itself: honorific, particle or legal form. */
bool word_is_weak(const struct word *w);

#endif
