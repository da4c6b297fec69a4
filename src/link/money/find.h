#ifndef LINK_MONEY_FIND_H
#define LINK_MONEY_FIND_H

#include "link/money/background.h"
#include "link/money/group.h"

/*
 * find: each typology's groups in a ledger, with their facts. Every group starts from the cost of
 * the place where it was looked for: any account may be the centre.
 */
struct money_find {
	struct arena *arena;
	const struct money_ledger *ledger;
	const struct money_background *background;
	struct money_groups *groups;
};

/* Smurfing, scatter-gather, wage skimming: several pass on to one account what they had of one. */
void money_find_ends(struct money_find *f);
void money_find_fans(struct money_find *f);
/* Cycles up to eight accounts, and layers: chains of passing on, at least two deep. */
void money_find_cycles(struct money_find *f);
void money_find_layers(struct money_find *f);
/* Many who do not know each other pay one person by night. */
void money_find_nights(struct money_find *f);

/* The facts that all typologies share: how fresh, how large, how far. */
void money_facts_of_members(struct money_find *f, struct money_group *g, bool amounts);

#endif
