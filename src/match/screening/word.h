#ifndef MATCH_SCREENING_WORD_H
#define MATCH_SCREENING_WORD_H

#include "base/str.h"
#include "text/skeleton.h"

struct arena;
struct name_tokens;

/*
 * word: a token's key ready for comparing, and how alike two of them are, in classes that
 * the weights (weights.h) give bits to. Pure; nothing is allocated.
 */
#define WORD_KIN (1u << 7) /* in flags, beside those of a token: names that are one are known */

struct word {
	struct str key, original;
	unsigned flags;	  /* enum token_flags */
	uint32_t letters; /* one bit for each letter in the key */
	uint32_t sign;	  /* the one Han character or Hangul syllable that it is; 0: none */
	unsigned char skeleton_n, readings_n;
	char skeleton[SKELETON_MAX];
	const struct word *readings; /* other readings of what is written (token's alternates) */
};

/* Best first; WORD_APART is no likeness at all. */
enum likeness {
	WORD_SAME,
	WORD_ROMANISED, /* the skeletons are one, the spellings near */
	WORD_READING,	/* the same by another reading of one of them */
	WORD_SKELETON,	/* the skeletons are one */
	WORD_SLIP,	/* one edit in four letters or more */
	WORD_SOUND,	/* skeletons of one or two letters are one, the spellings near */
	WORD_VARIANT,	/* the name of another language: Yusuf, Giuseppe */
	WORD_SHORT,	/* a short form of it: Bill, William */
	WORD_NEAR,	/* two edits in six letters or more, one in three */
	WORD_FAR, /* three edits in nine letters, or skeletons of four letters one edit apart */
	WORD_APART,
	WORD_LIKENESS_COUNT
};

/* Not the same sound written otherwise, but other letters: a slip, or another name. */
bool likeness_is_slip(enum likeness likeness);

/*
 * The words of a name, ready for comparing; out takes NAME_TOKENS_MAX. A title that stands as the
 * family name ("Zuhair SHEIKH") is none. Views into the tokens; readings live in the arena.
 */
void words_make(struct arena *a, const struct name_tokens *tokens, struct word *out);

/*
 * Which parts are written as a family name: all in capitals where others are not ("Ali HASSAN",
 * as passports, the UN and OFAC write). One bit a part; 0 where the writing does not say.
 */
uint32_t words_family(const struct str *originals, size_t n);

/* As many neighbours are tried written as one; three only around a particle ("abd al malik"). */
#define WORD_JOINED_MAX 3
bool words_may_join(const struct word *const *parts, size_t n);

/* n neighbours written as one; buf takes TOKEN_KEY_MAX bytes. False: too long. */
bool word_join(const struct word *const *parts, size_t n, char *buf, struct word *out);

enum likeness word_likeness(const struct word *a, const struct word *b);

/* "similar spelling"; for explanations. */
const char *word_likeness_name(enum likeness likeness);

/* Share of the people who bear this name among people in general, 0..1 (rough). */
double word_background(const struct word *w);

/* No name by itself: honorific, particle or legal form. */
bool word_is_weak(const struct word *w);

/* "son of", "daughter of", by itself: bin, ibn, ould, oglu ... */
bool word_is_descent(const struct word *w);

/* Neither that nor a single letter. */
bool word_is_strong(const struct word *w);

#endif
