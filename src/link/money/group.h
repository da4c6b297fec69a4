#ifndef LINK_MONEY_GROUP_H
#define LINK_MONEY_GROUP_H

#include "link/money/ledger.h"

/*
 * group: transactions that together look like one way in which money of exploitation moves, with
 * what speaks for it and against it. A lead, never evidence.
 */
enum money_typology {
	MONEY_SMURFING,
	MONEY_FAN_IN,
	MONEY_FAN_OUT,
	MONEY_CYCLE,
	MONEY_LAYERING,
	MONEY_SCATTER_GATHER,
	MONEY_VENUE_TIMED,
	MONEY_WAGE_SKIM,
	MONEY_TYPOLOGY_COUNT
};

/* "fan_in". */
const char *money_typology_name(enum money_typology t);
/* Red flags of FIN-2020-A008 that it is an instance of, by the numbers of our code list: "FC10
 * FC23". */
const char *money_typology_flags(enum money_typology t);

/*
 * One thing said of a group: `what` for a person, the number it rests on, and what it is worth in
 * bits (the binary logarithm of how much likelier it is where the typology holds than in the
 * ordinary traffic of the same input). Below zero it speaks against.
 */
struct money_fact {
	const char *what;
	double value, bits;
};
#define MONEY_FACTS_MAX 12

struct money_group {
	enum money_typology typology;
	uint32_t centre; /* the account that it turns on */
	size_t n, cap;
	uint32_t *tx; /* places in the ledger, each once, ascending */
	size_t fact_n;
	struct money_fact facts[MONEY_FACTS_MAX];
	double bits; /* all facts together */
	double probability;
	bool lead;     /* likely enough, and not explained better by another */
	uint32_t told; /* number under which it was told, or 0 */
};

struct money_groups {
	struct money_group *at;
	size_t n, cap;
};

/* A new group, to be filled with money_group_add and ended with money_group_close. */
struct money_group *money_group_new(struct arena *a, struct money_groups *groups,
				    enum money_typology typology, uint32_t centre);
void money_group_add(struct arena *a, struct money_group *g, uint32_t tx);
/* Sort, each transaction once. */
void money_group_close(struct money_group *g);
void money_fact_add(struct money_group *g, const char *what, double value, double bits);

#endif
