#ifndef LINK_MONEY_JUDGE_H
#define LINK_MONEY_JUDGE_H

#include "link/money/find.h"

/*
 * judge: from groups with facts to leads. A group's probability follows from its bits alone. Where
 * groups claim the same transactions, the one with more bits has them; what is left of the other
 * stands or falls by itself. A transaction's score is the probability of the best group it is in.
 */
#define MONEY_BITS_A_STEP 4.0
/* However many bits: what explains them may be something that nobody thought of. */
#define MONEY_PROBABILITY_MOST 0.99

/* 0 to MONEY_PROBABILITY_MOST: the logistic function of the bits, made slower as facts depend on
 * each other. */
double money_probability(double bits);

/* Find, judge and score all of a ledger that is in order. Groups come back, the best first. */
void money_judge(struct arena *a, struct money_ledger *ledger, struct money_groups *groups);

/* Below it a group is no lead: it gives its score and is not told. */
#define MONEY_LEAD_LEAST 0.5

#endif
