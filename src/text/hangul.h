#ifndef TEXT_HANGUL_H
#define TEXT_HANGUL_H

#include "base/str.h"

struct arena;
struct readings;

/*
 * hangul: a syllable of Korean as it is romanised in names. Usual spellings of surnames and of
 * given names' syllables by table; then Revised Romanization (South Korea, 2000), the North's
 * own (1992) and McCune-Reischauer (1939), each syllable by itself.
 */

/* c is a precomposed syllable (Unicode chapter 3.12). */
bool hangul_is_syllable(uint32_t c);

/*
 * Adds the readings of syllable c, the commonest first; surname: it stands where surnames
 * stand. Does nothing for other code points.
 */
void hangul_read(struct arena *a, uint32_t c, bool surname, struct readings *out);

/* How many syllables stand together at s.p[at]. */
size_t hangul_together(struct str s, size_t at);

/* A run of so many syllables at the start of a name, or apart from others, begins with a surname.
 */
bool hangul_has_surname(size_t together, bool first_of_name);

#endif
