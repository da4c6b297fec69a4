#ifndef MATCH_SCREENING_WORD_FLAT_H
#define MATCH_SCREENING_WORD_FLAT_H

#include <stddef.h>

#include "match/screening/bits.h"
#include "match/screening/word.h"

/*
 * word_flat: a word with its readings as bytes without pointers, as a segment keeps it. Equal
 * words are equal bytes and the reverse. The original spelling is not kept: it belongs to a name.
 */
#define WORD_FLAT_MAX 512

/*
 * Flags, how many other readings, the sign (four bytes, the lowest first); then the word and each
 * reading as: length of the key, of the skeleton, letters (four bytes), key, skeleton.
 */
#define WORD_FLAT_HEAD 6
#define WORD_FLAT_FORM 6

/* Writes at most WORD_FLAT_MAX bytes; returns how many. */
size_t word_flatten(const struct word *w, unsigned char out[WORD_FLAT_MAX]);

/* Bytes of the flat word that begins here, at most left; 0 when that is none. */
size_t word_flat_size(const unsigned char *bytes, size_t left);

static inline uint32_t
word_flat_u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Of bytes that word_flat_size has found good; views into them. */
static inline struct str
word_flat_key(const unsigned char *bytes)
{
	return (struct str){(const char *)bytes + WORD_FLAT_HEAD + WORD_FLAT_FORM,
			    bytes[WORD_FLAT_HEAD]};
}

static inline struct str
word_flat_skeleton(const unsigned char *bytes)
{
	return (struct str){(const char *)bytes + WORD_FLAT_HEAD + WORD_FLAT_FORM +
				bytes[WORD_FLAT_HEAD],
			    bytes[WORD_FLAT_HEAD + 1]};
}

static inline uint32_t
word_flat_letters(const unsigned char *bytes)
{
	return word_flat_u32(bytes + WORD_FLAT_HEAD + 2);
}

/*
 * May the spellings be a few edits apart (word_likeness: three at most, from nine letters on; each
 * changes two letters of the set)? False is certain, true is not. A word with other readings may
 * always be.
 */
static inline bool
word_flat_may_be(const unsigned char *bytes, const struct word *w)
{
	int a = bytes[WORD_FLAT_HEAD], b = (int)w->key.n, shorter = a < b ? a : b;
	int limit = shorter >= 9 ? 3 : shorter >= 6 ? 2 : 1;

	if (bytes[1] > 0 || w->readings_n > 0)
		return true;
	return a - b <= limit && b - a <= limit &&
	       (int)bits_count(word_flat_letters(bytes) ^ w->letters) <= 2 * limit;
}

size_t word_flat_readings(const unsigned char *bytes);
/* readings has room for word_flat_readings of them, TOKEN_ALTERNATES_MAX at most. */
void word_unflatten(const unsigned char *bytes, struct word *out, struct word *readings);

#endif
