#include "link/money/find.h"

#include <math.h>

#define PAYERS_LEAST 6
#define MARGIN_S (3 * MONEY_DAY_S)

struct night {
	size_t n, all, payers, round;
	int64_t first_s, last_s;
};

static void
night_look(const struct money_ledger *l, uint32_t v, struct night *out)
{
	*out = (struct night){0};
	for (uint32_t i = l->in.first[v]; i < l->in.first[v + 1]; i++) {
		const struct money_tx *t = &l->tx.at[l->in.at[i]];
		bool again = false;

		if (t->from == MONEY_CASH)
			continue;
		out->all++;
		if (!money_is_night(t) || l->accounts->all.at[t->from].kind == MONEY_BUSINESS)
			continue;
		for (uint32_t k = l->in.first[v]; k < i && !again && out->payers < 100; k++)
			again = l->tx.at[l->in.at[k]].from == t->from &&
				money_is_night(&l->tx.at[l->in.at[k]]);
		if (out->n++ == 0)
			out->first_s = t->at_s;
		out->last_s = t->at_s;
		out->payers += !again;
		out->round += t->cents % 1000 == 0;
	}
}

/* Where the account is held at a venue; that others are too is ordinary. */
static double
venue_bits(const struct money_ledger *l, uint32_t v)
{
	size_t held = 0, n = l->accounts->all.n;

	for (size_t i = 0; i < n; i++)
		held += l->accounts->all.at[i].venue != 0;
	if (l->accounts->all.at[v].venue == 0)
		return 0;
	return fmin(6, -log2(((double)held + 1) / ((double)n + 2)));
}

void
money_find_nights(struct money_find *f)
{
	const struct money_ledger *l = f->ledger;
	const struct money_background *b = f->background;

	for (uint32_t v = 1; v < l->accounts->all.n; v++) {
		struct money_group *g;
		struct night night;

		if (l->accounts->all.at[v].kind == MONEY_BUSINESS ||
		    l->in.first[v + 1] - l->in.first[v] < PAYERS_LEAST)
			continue;
		night_look(l, v, &night);
		if (night.payers < PAYERS_LEAST)
			continue;
		g = money_group_new(f->arena, f->groups, MONEY_VENUE_TIMED, v);
		for (int out = 0; out < 2; out++) {
			const struct money_rows *rows = out ? &l->out : &l->in;

			for (uint32_t i = rows->first[v]; i < rows->first[v + 1]; i++) {
				const struct money_tx *t = &l->tx.at[rows->at[i]];

				if (t->at_s < night.first_s || t->at_s > night.last_s + MARGIN_S ||
				    t->channel == MONEY_STANDING_ORDER ||
				    (out ? t->to : t->from) == MONEY_CASH ||
				    (!out && !money_is_night(t)))
					continue;
				money_group_add(f->arena, g, rows->at[i]);
			}
		}
		money_group_close(g);
		money_fact_add(g, "payers by night", (double)night.payers,
			       fmin(40, money_count_bits((double)night.payers,
							 (double)night.all * b->night_share)));
		money_fact_add(g, "whole tens", (double)night.round,
			       fmin(12, (double)night.round *
						log2(fmax(0.7, b->round_share) / b->round_share) +
					    (double)(night.n - night.round) *
						log2(0.3 / fmax(0.3, 1 - b->round_share))));
		money_fact_add(g, "held at a venue", l->accounts->all.at[v].venue != 0,
			       venue_bits(l, v));
		money_facts_of_members(f, g, false);
	}
}
