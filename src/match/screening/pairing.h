#ifndef MATCH_SCREENING_PAIRING_H
#define MATCH_SCREENING_PAIRING_H

#include "match/screening/score.h"

/*
 * pairing: the ways to set one or several parts of an asked name against those of a listed one,
 * each with the bits that it would bring. Pure.
 */
struct pairing {
	double bits;
	enum screen_what what;
	const char *note;
	unsigned char left, right, left_n, right_n;
};
#define PAIRINGS_MAX 256

/* All that bring bits; returns how many. */
size_t pairings_find(const struct asked_name *asked, const struct other_name *other,
		     struct pairing out[PAIRINGS_MAX]);

#endif
