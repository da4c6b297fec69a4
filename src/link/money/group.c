#include "link/money/group.h"

#include <stdlib.h>

const char *
money_typology_name(enum money_typology t)
{
	static const char *const names[] = {
	    [MONEY_SMURFING] = "smurfing",	 [MONEY_FAN_IN] = "fan_in",
	    [MONEY_FAN_OUT] = "fan_out",	 [MONEY_CYCLE] = "cycle",
	    [MONEY_LAYERING] = "layering",	 [MONEY_SCATTER_GATHER] = "scatter_gather",
	    [MONEY_VENUE_TIMED] = "venue_timed", [MONEY_WAGE_SKIM] = "wage_skim",
	};

	must(t >= 0 && t < MONEY_TYPOLOGY_COUNT);
	return names[t];
}

const char *
money_typology_flags(enum money_typology t)
{
	/* FC03 outside operating hours, FC10 structuring, FC14 a third party holds all funds, FC21
	 * front companies, FC22 exploitative employment, FC23 funnel accounts. */
	static const char *const flags[] = {
	    [MONEY_SMURFING] = "FC10 FC23",    [MONEY_FAN_IN] = "FC23",
	    [MONEY_FAN_OUT] = "FC23",	       [MONEY_CYCLE] = "FC21",
	    [MONEY_LAYERING] = "FC21 FC23",    [MONEY_SCATTER_GATHER] = "FC21 FC23",
	    [MONEY_VENUE_TIMED] = "FC03 FC14", [MONEY_WAGE_SKIM] = "FC14 FC22",
	};

	must(t >= 0 && t < MONEY_TYPOLOGY_COUNT);
	return flags[t];
}

struct money_group *
money_group_new(struct arena *a, struct money_groups *groups, enum money_typology typology,
		uint32_t centre)
{
	struct money_group *g = VEC_ADD(a, groups);

	g->typology = typology;
	g->centre = centre;
	return g;
}

void
money_group_add(struct arena *a, struct money_group *g, uint32_t tx)
{
	g->tx = vec_grow(a, g->tx, g->n, &g->cap, sizeof *g->tx);
	g->tx[g->n++] = tx;
}

static int
by_number(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

void
money_group_close(struct money_group *g)
{
	size_t kept = 0;

	if (g->n > 0)
		qsort(g->tx, g->n, sizeof *g->tx, by_number);
	for (size_t i = 0; i < g->n; i++)
		if (i == 0 || g->tx[i] != g->tx[i - 1])
			g->tx[kept++] = g->tx[i];
	g->n = kept;
}

void
money_fact_add(struct money_group *g, const char *what, double value, double bits)
{
	must(g->fact_n < MONEY_FACTS_MAX);
	g->facts[g->fact_n++] = (struct money_fact){what, value, bits};
	g->bits += bits;
}
