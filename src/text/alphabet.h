#ifndef TEXT_ALPHABET_H
#define TEXT_ALPHABET_H

#include "base/str.h"

struct arena;
struct readings;

/*
 * alphabet: words of alphabets whose letters are romanised by several systems at once. One word
 * of one script, folded (text/normal.h). The commonest spelling comes first; nothing is added for
 * scripts, or letters, that are not known here: false, and the word must be read otherwise.
 *
 * Cyrillic: English habit (BGN/PCGN 1947 less its marks), passports (ICAO Doc 9303-3 s. 6),
 * Ukrainian (resolution 55 of 2010), scholarly and Serbian Latin, Bulgarian (Law of 2009).
 * Greek: ELOT 743, then as it is spoken. Armenian: BGN 1981, then the western dialect.
 * Georgian: national system of 2002.
 */
bool alphabet_read(struct arena *a, struct str word, struct readings *out);

/*
 * A Latin word with letters beyond ASCII in the two letters that are written for them where they
 * are missing: u with two dots as ue, s with a hook as sh. Nothing when it has none.
 */
void alphabet_latin_read(struct arena *a, struct str word, struct readings *out);

#endif
