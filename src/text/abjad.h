#ifndef TEXT_ABJAD_H
#define TEXT_ABJAD_H

#include "base/str.h"
#include "text/readings.h"

struct arena;

/*
 * abjad: a word in Arabic or Hebrew letters as the parts that Latin writes apart, and how each
 * is read. Before it is looked at, vowel marks and tatweel go, and letters that writers take for
 * each other become one: forms of alef and hamza, alef maqsura and ya, ta marbuta and ha, the
 * Persian, Urdu and Pashto forms of kaf, ya, ha, ra, ta, dal, nun.
 * The article, "abd al-", "-allah", "-al-din", "abu" are parts of their own, written joined or not.
 */
#define ABJAD_PARTS_MAX 6
#define ABJAD_LETTERS_MAX 48

struct abjad_part {
	struct str original; /* a view into the word */
	struct readings readings;
	bool vowels; /* a known name, with its vowels; else consonants: compare by skeleton */
};

/*
 * Cut a word (one script, no white space) and read its parts. 0 when it has no letter of these
 * scripts, or one that is not known, or more than ABJAD_LETTERS_MAX: then it must be read
 * otherwise.
 */
size_t abjad_read(struct arena *a, struct str word, struct abjad_part out[ABJAD_PARTS_MAX]);

#endif
