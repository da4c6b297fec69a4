#include "link/money/judge.h"

#include <math.h>
#include <stdlib.h>

double
money_probability(double bits)
{
	return MONEY_PROBABILITY_MOST / (1 + exp2(-bits / MONEY_BITS_A_STEP));
}

static int
by_bits(const void *x, const void *y)
{
	const struct money_group *a = x, *b = y;

	if (a->bits != b->bits)
		return a->bits > b->bits ? -1 : 1;
	if (a->typology != b->typology)
		return a->typology < b->typology ? -1 : 1;
	return a->centre < b->centre ? -1 : a->centre > b->centre;
}

void
money_judge(struct arena *a, struct money_ledger *l, struct money_groups *groups)
{
	struct money_background background;
	struct money_find find = {a, l, &background, groups};
	uint8_t *taken = NEW_N(a, uint8_t, l->tx.n + 1);

	money_background_measure(a, l, &background);
	money_find_ends(&find);
	money_find_cycles(&find);
	money_find_layers(&find);
	money_find_fans(&find);
	money_find_nights(&find);
	if (groups->n > 0)
		qsort(groups->at, groups->n, sizeof *groups->at, by_bits);
	for (size_t i = 0; i < groups->n; i++) {
		struct money_group *g = &groups->at[i];
		size_t free_n = 0;

		for (size_t k = 0; k < g->n; k++)
			free_n += !taken[g->tx[k]];
		/* What another explains better speaks for neither twice. */
		if (free_n < g->n)
			money_fact_add(g, "transactions that another group explains better",
				       (double)(g->n - free_n),
				       fmin(0, -g->bits * (double)(g->n - free_n) / (double)g->n));
		g->probability = money_probability(g->bits);
		for (size_t k = 0; k < g->n; k++) {
			struct money_tx *t = &l->tx.at[g->tx[k]];

			if (g->probability > (double)t->score)
				t->score = (float)g->probability;
		}
		g->lead = g->probability >= MONEY_LEAD_LEAST && free_n * 2 > g->n;
		if (!g->lead)
			continue;
		for (size_t k = 0; k < g->n; k++)
			taken[g->tx[k]] = 1;
	}
}
