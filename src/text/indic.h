#ifndef TEXT_INDIC_H
#define TEXT_INDIC_H

#include "base/str.h"

struct arena;
struct readings;

/*
 * indic: words in the scripts of India and in Ethiopic, where a letter is a syllable.
 * The blocks of Devanagari, Bengali, Gurmukhi, Gujarati, Oriya, Tamil, Telugu, Kannada and
 * Malayalam are laid out alike (ISCII); the inherent vowel is left out where the north does not
 * speak it (at the end; between vowel-consonant and consonant-vowel). Ethiopic: as in Amharic
 * names (Abebe, Tesfaye); the sixth order has a vowel only where three consonants would meet.
 * Romanised as the bearers mostly do, not by ISO 15919: sh, ch, no marks.
 *
 * One word, folded. False: another script, or a letter not known; it must be read otherwise.
 */
bool indic_read(struct arena *a, struct str word, struct readings *out);

#endif
