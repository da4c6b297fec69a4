#ifndef TEXT_READINGS_H
#define TEXT_READINGS_H

#include "base/str.h"

struct arena;

/*
 * readings: the ways one part of a name in another script is written in ASCII, the commonest
 * first. All are different, none is empty; what comes when there are READINGS_MAX is dropped.
 */
#define READINGS_MAX 5

struct readings {
	struct str at[READINGS_MAX]; /* in the arena, or constant */
	size_t n;
};

/* s must live as long as the readings do. */
void readings_add(struct readings *out, struct str s);

/* All words of a constant, parted by single spaces. */
void readings_add_words(struct readings *out, const char *words);

#endif
