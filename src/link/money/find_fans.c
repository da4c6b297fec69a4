#include "link/money/find.h"

#include <math.h>

#define FAN_S (7 * MONEY_DAY_S)
#define FAN_LEAST 5

/* One account's payments of one direction that may be spokes, in order of time. */
struct spokes {
	uint32_t *at;
	size_t n, cap;
};

static uint32_t
other_end(const struct money_ledger *l, uint32_t tx, bool in)
{
	return in ? l->tx.at[tx].from : l->tx.at[tx].to;
}

/* Different others in spokes from..to, counted by hour: a payroll that is sent at once is few. */
static size_t
others(const struct money_find *f, const struct spokes *s, size_t from, size_t to, bool in)
{
	const struct money_ledger *l = f->ledger;
	size_t n = 0, hours = 0;
	int64_t hour = -1;

	for (size_t i = from; i < to; i++) {
		bool again = false;

		for (size_t k = from; k < i && !again; k++)
			again = other_end(l, s->at[k], in) == other_end(l, s->at[i], in);
		n += !again;
		if (l->tx.at[s->at[i]].at_s / MONEY_HOUR_S != hour) {
			hour = l->tx.at[s->at[i]].at_s / MONEY_HOUR_S;
			hours++;
		}
	}
	return n < hours ? n : hours;
}

static void
fan_facts(struct money_find *f, struct money_group *g, const struct spokes *s, size_t n, bool in,
	  uint32_t centre)
{
	const struct money_background *b = f->background;
	const struct money_account *account = &f->ledger->accounts->all.at[centre];
	double outside = ((double)(s->n - g->n) + 0.5) / fmax(1, b->days - 7);
	double strangers =
	    money_week_bits(in ? &b->in_week[account->kind] : &b->out_week[account->kind], n);
	double itself = money_count_bits((double)n, 7 * outside);
	double abroad = 0;

	money_fact_add(g, in ? "payers in seven days" : "payees in seven days", (double)n,
		       fmin(40, fmin(strangers, itself)));
	for (size_t i = 0; i < g->n; i++)
		abroad += money_abroad_bits(b, &f->ledger->tx.at[g->tx[i]]);
	money_fact_add(g, "over a border", abroad, fmax(-8, fmin(8, abroad)));
	money_facts_of_members(f, g, true);
}

/* The fullest week; looked for again before and after it. */
static void
weeks(struct money_find *f, uint32_t centre, const struct spokes *s, size_t from, size_t to,
      bool in)
{
	const struct money_ledger *l = f->ledger;
	size_t best = 0, best_from = 0, best_to = 0;
	struct money_group *g;

	for (size_t i = from, k = from; i < to; i++) {
		size_t n;

		while (k < to && l->tx.at[s->at[k]].at_s - l->tx.at[s->at[i]].at_s <= FAN_S)
			k++;
		if (k - i <= best)
			continue;
		n = others(f, s, i, k, in);
		if (n > best) {
			best = n;
			best_from = i;
			best_to = k;
		}
	}
	if (best < FAN_LEAST)
		return;
	g = money_group_new(f->arena, f->groups, in ? MONEY_FAN_IN : MONEY_FAN_OUT, centre);
	for (size_t i = best_from; i < best_to; i++)
		money_group_add(f->arena, g, s->at[i]);
	money_group_close(g);
	fan_facts(f, g, s, best, in, centre);
	weeks(f, centre, s, from, best_from, in);
	weeks(f, centre, s, best_to, to, in);
}

static void
fans_of(struct money_find *f, uint32_t v, struct spokes *s, bool in)
{
	const struct money_ledger *l = f->ledger;
	const struct money_rows *rows = in ? &l->in : &l->out;

	s->n = 0;
	for (uint32_t i = rows->first[v]; i < rows->first[v + 1]; i++) {
		const struct money_tx *t = &l->tx.at[rows->at[i]];

		if (money_is_loose(t) && t->from != t->to &&
		    money_amount_bits(f->background, l, t) > -0.75)
			*VEC_ADD(f->arena, s) = rows->at[i];
	}
	if (s->n >= FAN_LEAST)
		weeks(f, v, s, 0, s->n, in);
}

void
money_find_fans(struct money_find *f)
{
	struct spokes s = {0};

	for (uint32_t v = 1; v < f->ledger->accounts->all.n; v++) {
		fans_of(f, v, &s, true);
		fans_of(f, v, &s, false);
	}
}
