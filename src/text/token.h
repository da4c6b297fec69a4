#ifndef TEXT_TOKEN_H
#define TEXT_TOKEN_H

#include "base/str.h"
#include "text/script.h"

struct arena;
struct translit;

/*
 * token: a name as the parts that are compared. Parts are cut at white space, hyphens, dots,
 * commas and other punctuation and where the script changes; apostrophes and the Arabic
 * letter signs are dropped inside a part; Arabic names are cut where they are compounds, in either
 * script (abd al rahman, shams al din: text/abjad.h, text/compound.h); Han and
 * Hangul are cut by syllable, which Latin mostly writes joined: compare neighbours joined too. The
 * order of the parts means nothing to those who compare.
 */
enum token_flags {
	TOKEN_HONORIFIC = 1 << 0, /* Mr, Sheikh, Dr, Haji: no evidence either way */
	TOKEN_PARTICLE = 1 << 1,  /* al, bin, de, van: weak evidence, often left out */
	TOKEN_INITIAL = 1 << 2,	  /* one letter standing for a name */
	TOKEN_LEGAL = 1 << 3,	  /* Ltd, GmbH, S.A.: the legal form of an organisation */
	TOKEN_ABJAD = 1 << 4,	  /* keys have no vowels: compare by skeleton */
	TOKEN_NUMBER = 1 << 5,	  /* digits only */
	TOKEN_PATRONYMIC = 1 << 6 /* -ovich, -ovna: mostly left out in other countries */
};

#define TOKEN_ALTERNATES_MAX 4

struct token {
	struct str original; /* a view into the name given */
	struct str key;	     /* ASCII, never empty, at most TOKEN_KEY_MAX bytes */
	enum script script;
	unsigned flags; /* enum token_flags, of the key */
	/*
	 * Further keys of the same part: another reading or romanisation of what is written.
	 * Made as the key is, each other than it and than one another; the key is the commonest.
	 * Who compares takes the best.
	 */
	unsigned char alternates_n;
	struct str alternates[TOKEN_ALTERNATES_MAX];
};

#define NAME_TOKENS_MAX 24
#define TOKEN_KEY_MAX 40
#define NAME_BYTES_MAX 1024

struct name_tokens {
	struct token at[NAME_TOKENS_MAX];
	size_t n;
	bool cut; /* the name had more parts, or bytes, than are read */
};

/*
 * Cut a name. Keys live in the arena, originals in the name. A name without any letter or
 * digit has no token. Bytes beyond NAME_BYTES_MAX and parts beyond NAME_TOKENS_MAX are not
 * read: then cut is set.
 */
void token_split(struct translit *t, struct arena *a, struct str name, struct name_tokens *out);

/* The marks of a key alone: honorific, particle, legal form, number, initial. */
unsigned token_flags_of(struct str key);

#endif
