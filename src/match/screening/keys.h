#ifndef MATCH_SCREENING_KEYS_H
#define MATCH_SCREENING_KEYS_H

#include "match/screening/word.h"
#include "text/token.h"

/*
 * keys: the hashes that lead from a word as asked to words as listed that may be alike: its
 * spelling, the spelling less one letter, the consonants, the consonants less one. Who finds
 * a word by a key compares the two (word_likeness): keys meet by chance, too.
 */
#define KEYS_MAX (96 * (1 + TOKEN_ALTERNATES_MAX))
size_t keys_of(const struct word *word, uint32_t out[KEYS_MAX]);
/* Those of the same consonants or one letter apart alone: enough for parts written as one. */
size_t keys_near(const struct word *word, uint32_t out[KEYS_MAX]);

/*
 * The key under which neighbours written as one are stored: their consonants, or the
 * spelling when there are too few. And those under which a word as asked looks for such two.
 */
uint32_t keys_joined(const struct word *both);
size_t keys_for_joined(const struct word *asked, uint32_t out[KEYS_MAX]);

/* A canonical identifier's. */
uint32_t keys_of_id(struct str canonical);

#endif
