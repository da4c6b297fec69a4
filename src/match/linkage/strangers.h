#ifndef MATCH_LINKAGE_STRANGERS_H
#define MATCH_LINKAGE_STRANGERS_H

#include "match/linkage/fellegi.h"

/* strangers: how often two people agree by chance (fellegi.h); for fellegi.c. */

/* Random pairs: their patterns, counted. */
struct link_sample {
	struct link_counted *at;
	size_t n;
	double pairs;
};

void link_sample_draw(struct arena *a, const struct link_tables *t, struct link_sample *out);
/*
 * u from random pairs, less those that are one person after all; of the same value from all
 * pairs, less the matches found. r: how likely each pattern is one person; NULL: nothing is known
 * yet.
 */
void link_u_measure(const struct link_tables *t, const struct link_sample *s,
		    const struct link_pairs *pairs, const double *r, struct link_weights *w);
void link_rarity_find(struct arena *a, const struct link_tables *t, const struct link_pairs *pairs,
		      const double *r, struct link_weights *w);

#endif
