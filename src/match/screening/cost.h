#ifndef MATCH_SCREENING_COST_H
#define MATCH_SCREENING_COST_H

#include "match/screening/score.h"

/*
 * cost: what one finding brings or costs, in bits, as pure functions of the weights. The score in
 * full and the estimate of the search (estimate.h) both make their bits here and so agree.
 */

/* Two parts that alike: the fewer names are as near, the more. Less than 0 is no pair. */
static inline double
cost_pair(double crowd, double share, enum likeness likeness, bool known)
{
	double near = share * screen_weights.likeness_crowd[likeness];
	double bits =
	    score_rarity(crowd > near ? crowd : near) - screen_weights.likeness_cost[likeness];

	/* A slip rarely makes another name. */
	return known && likeness_is_slip(likeness) ? bits - screen_weights.known_cost : bits;
}

/* One part that is that like others written as one; rarities: of those, summed. */
static inline double
cost_join(double rarities, enum likeness likeness)
{
	/* The same letters without the gap are both parts; letters nearly so are one likeness. */
	double most = screen_weights.token_max * (likeness == WORD_SAME ? 1.5 : 1);

	if (rarities > most)
		rarities = most;
	return rarities - screen_weights.join_cost - screen_weights.likeness_cost[likeness];
}

/* Long enough to be two parts, and near in length to one of the other side's. */
static inline bool
cost_may_join(size_t one, size_t both)
{
	return both >= 4 && one + 2 >= both && both + 2 >= one;
}

/* A part without counterpart; base and share: what its side takes, at once and per bit. */
static inline double
cost_missing(unsigned flags, double rarity, double base, double share)
{
	if ((flags & TOKEN_LEGAL) != 0)
		return screen_weights.legal_missing;
	if ((flags & (TOKEN_HONORIFIC | TOKEN_PARTICLE)) != 0)
		return screen_weights.weak_missing;
	if ((flags & TOKEN_INITIAL) != 0)
		return screen_weights.initial_missing;
	return base + rarity * share;
}

/* Two parts left over, half of their letters alike. */
static inline double
cost_half_alike(bool known)
{
	return screen_weights.half_alike - (known ? screen_weights.known_cost : 0);
}

#endif
