#ifndef TEXT_SOUTHEAST_H
#define TEXT_SOUTHEAST_H

#include "base/str.h"

struct arena;
struct readings;

/*
 * southeast: words in Thai, Lao, Khmer and Burmese letters. Vowels that are not written are put
 * where they are spoken, finals as they sound. Thai by the Royal Institute's system (RTGS 1999)
 * less what needs a dictionary, Lao alike (its letters stand in Thai's order), Khmer by the series
 * of its consonants (UNGEGN 1972, as names mostly are), Burmese as in the names of its people.
 * Approximate: a reading is to be near what passports say. Then without h behind stops, and
 * with v for w.
 *
 * One word, folded; at most 64 letters. False: another script.
 */
bool southeast_read(struct arena *a, struct str word, struct readings *out);

/*
 * Burmese is a name a syllable. Cuts the first off *rest and reads it; returns its bytes, 0 when
 * *rest does not begin with a Burmese consonant or vowel letter.
 */
size_t burmese_syllable(struct arena *a, struct str *rest, struct readings *out);

#endif
