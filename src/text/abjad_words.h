#ifndef TEXT_ABJAD_WORDS_H
#define TEXT_ABJAD_WORDS_H

#include "base/str.h"

/*
 * abjad_words: frequent names in Arabic and Hebrew letters with their vowels, as they are mostly
 * romanised. Own compilation from general knowledge of given names, family names and the words
 * names are made of in the Arab countries, Iran, Afghanistan, Pakistan and Israel.
 */

/* Spellings parted by spaces, the commonest first; the word in the letters of abjad.h. NULL: none.
 */
const char *abjad_word(struct str letters);

/* For the tests. */
bool abjad_words_are_sorted(void);

#endif
