#ifndef TEXT_HAN_H
#define TEXT_HAN_H

#include "base/str.h"

struct arena;
struct readings;

/*
 * han: how Chinese characters are read in names. Mandarin in pinyin without tones comes first;
 * then the usual spellings of Cantonese (Hong Kong) and, of surnames, of Hokkien (South-East
 * Asia), Wade-Giles without its marks (Taiwan), Korean, Japanese: as many as fit. Readings of
 * single characters by Unihan (data/han_readings.h), of surnames by tables here.
 */

/* A character that a name may begin with, or stand alone: surname readings come first. */
void han_read(struct arena *a, uint32_t c, bool surname, struct readings *out);

/*
 * The Japanese family name that folded text starts with, as one part: "tanaka", then its
 * characters in Mandarin and Korean, joined. Returns its bytes, 0 when there is none: most
 * other Japanese names cannot be read character by character.
 */
size_t han_japanese_family(struct arena *a, struct str s, struct readings *out);

/*
 * A Japanese given name of one to three characters that are known in such names, as one part:
 * their commonest readings joined, then with the others of the first and of the last; last the
 * Mandarin. Adds nothing when one of them is not known.
 */
void han_japanese_given(struct arena *a, struct str s, struct readings *out);

/*
 * Wade-Giles (without marks), Hong Kong or South-East Asian spelling in Latin letters to the
 * pinyin of the same syllable, at most two: "hsu" xu; "chang" zhang; "wong" wang, huang. As a
 * surname mostly is, or as in given names (Wade-Giles alone: "tse" xie or ze).
 * Only for names that are Chinese in all their parts: see han_is_syllable and han_two_syllables.
 */
void han_respell(struct str key, bool surname, struct readings *out);

/* The key is a syllable of pinyin, or a spelling that han_respell knows. */
bool han_is_syllable(struct str key);

/* Where the second of two such syllables written as one begins ("xiao|ming"); 0: it is not two. */
size_t han_two_syllables(struct str key);

#endif
