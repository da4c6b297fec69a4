#ifndef TEXT_SKELETON_H
#define TEXT_SKELETON_H

#include "base/str.h"

struct arena;

/*
 * skeleton: what is left of an ASCII key (text/translit.h) when the choices of romanisation are
 * taken away: vowels and half-vowels dropped, doubled letters one, letters that stand for each
 * other in the usual romanisations folded (q k c g gh; kh h; sh ch ts s; th t; dh d; ph f). A
 * vowel at the start leaves "a", a final h after others is dropped.
 * "muhammad", "mohamed" and Arabic "mhmd" share "mhmd". One letter is one byte.
 * For keys of candidates and for comparing with scripts written without vowels.
 */
#define SKELETON_MAX 32

/* Writes at most SKELETON_MAX bytes; returns how many. */
size_t skeleton_make(struct str key, char out[SKELETON_MAX]);

#endif
