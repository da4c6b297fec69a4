#ifndef MATCH_LINKAGE_ASSIGN_H
#define MATCH_LINKAGE_ASSIGN_H

#include "match/linkage/fellegi.h"

/* Pairs that are shown, with their score. */
struct link_hit {
	uint32_t left, right;
	double bits;
};
struct link_hits {
	struct link_hit *at;
	size_t n, cap;
};

/* All pairs of at least that many bits, by left row, the best first. */
void link_hits_find(struct arena *a, const struct link_weights *w, const struct link_tables *t,
		    const struct link_pairs *pairs, double bits_min, struct link_hits *out);

/*
 * Each row in one pair at most: the best pairs first. Then the rows that are left are set against
 * each other, all with all: among few rows, of which it is known how many have a partner, less
 * evidence is enough. How many have one is found as before, from the rows that are left alone.
 */
void link_assign(struct arena *a, const struct link_weights *w, const struct link_tables *t,
		 const struct link_pairs *pairs, double bits_min, struct link_hits *out);

#endif
