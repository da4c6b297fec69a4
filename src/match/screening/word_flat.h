#ifndef MATCH_SCREENING_WORD_FLAT_H
#define MATCH_SCREENING_WORD_FLAT_H

#include <stddef.h>

#include "match/screening/word.h"

/*
 * word_flat: a word with its readings as bytes without pointers, as a segment keeps it. Equal
 * words are equal bytes and the reverse. The original spelling is not kept: it belongs to a name.
 */
#define WORD_FLAT_MAX 512

/* Writes at most WORD_FLAT_MAX bytes; returns how many. */
size_t word_flatten(const struct word *w, unsigned char out[WORD_FLAT_MAX]);

/* Bytes of the flat word that begins here, at most left; 0 when that is none. */
size_t word_flat_size(const unsigned char *bytes, size_t left);

/*
 * May the spellings be a few edits apart (word_likeness)? False is certain, true is not. The
 * letters alone are looked at; a word with other readings may always be.
 */
bool word_flat_may_be(const unsigned char *bytes, const struct word *w);

/* Of bytes that word_flat_size has found good; views into them. */
struct str word_flat_key(const unsigned char *bytes);
uint32_t word_flat_letters(const unsigned char *bytes);
size_t word_flat_readings(const unsigned char *bytes);
/* readings has room for word_flat_readings of them, TOKEN_ALTERNATES_MAX at most. */
void word_unflatten(const unsigned char *bytes, struct word *out, struct word *readings);

#endif
