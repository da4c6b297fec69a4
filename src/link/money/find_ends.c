#include "link/money/find.h"

#include <math.h>
#include <stdlib.h>

/* What came to an intermediary, and what it sent on to the account looked at. */
struct hand {
	uint32_t source, middle, in, on;
	double ratio;
	int64_t at_s;
};
struct hands {
	struct hand *at;
	size_t n, cap;
};

#define SKIM_LEAST 0.5
#define HANDS_LEAST 3
/* Rounds further apart than this are two operations; wages come by week or month. */
#define ROUND_GAP_S (4 * MONEY_DAY_S)
#define HANDS_MAX 100000

static int
by_source(const void *x, const void *y)
{
	const struct hand *a = x, *b = y;

	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	if (a->at_s != b->at_s)
		return a->at_s < b->at_s ? -1 : 1;
	if (a->on != b->on)
		return a->on < b->on ? -1 : 1;
	return a->ratio < b->ratio ? 1 : a->ratio > b->ratio ? -1 : 0;
}

/* Cash may be booked after it was passed on: a carrier's float. */
static void
hands_of(struct money_find *f, uint32_t on, struct hands *out)
{
	const struct money_ledger *l = f->ledger;
	const struct money_tx *y = &l->tx.at[on];
	uint32_t i = money_rows_from(l, &l->in, y->from, y->at_s - MONEY_PASS_S);

	for (; i < l->in.first[y->from + 1] && out->n < HANDS_MAX; i++) {
		const struct money_tx *x = &l->tx.at[l->in.at[i]];
		bool cash = x->channel == MONEY_CASH_IN;
		double ratio = (double)y->cents / (double)x->cents;

		if (x->at_s > y->at_s + (cash ? MONEY_PASS_S : 0))
			break;
		if (x->from == y->to || x->from == y->from || ratio > 1 ||
		    ratio < (cash ? MONEY_PASS_LEAST : SKIM_LEAST) || (!cash && !money_is_moved(x)))
			continue;
		*VEC_ADD(f->arena, out) = (struct hand){
		    cash ? MONEY_CASH : x->from, y->from, l->in.at[i], on, ratio, y->at_s};
	}
}

static int
by_ratio(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return a < b ? -1 : a > b;
}

/* Just below 1,000 (Regulation (EU) 2023/1113, art. 5), 3,000 and 10,000 euro (Regulation (EU)
 * 2024/1624, art. 19 and 80): the highest fifth under a line. */
static bool
is_under_line(int64_t cents)
{
	static const int64_t lines[] = {100000, 300000, 1000000};

	for (size_t i = 0; i < COUNT_OF(lines); i++)
		if (cents < lines[i] && cents * 5 >= lines[i] * 4)
			return true;
	return false;
}

static void
ends_facts(struct money_find *f, struct money_group *g, const struct hand *at, size_t n,
	   size_t middles, double ratio)
{
	const struct money_background *b = f->background;
	double each = 0, under = 0, under_share = 0;
	size_t cash = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t pace = b->pace[at[i].middle];

		each += at[i].source == MONEY_CASH
			    ? -log2(b->cash_passed_share)
			    : -log2(b->pass_one_share[pace]) + b->account_bits / 2;
		cash += at[i].source == MONEY_CASH;
		under += is_under_line(f->ledger->tx.at[at[i].in].cents);
	}
	each /= (double)n;
	each = fmin(each, 12);
	money_fact_add(g, "intermediaries that share both ends", (double)middles,
		       each * ((double)middles - 1));
	money_fact_add(g, "middle share passed on", ratio, 0);
	if (cash > 0) {
		under_share = 0.2;
		money_fact_add(g, "cash just under a reporting line", under,
			       fmin(12, under * log2(0.8 / under_share) +
					    ((double)n - under) * log2(0.2 / (1 - under_share))));
	}
	money_facts_of_members(f, g, false);
}

/* One operation: each payment on is explained by one payment in, the nearest share first. */
static void
ends_group(struct money_find *f, uint32_t centre, struct hand *at, size_t n)
{
	double *ratios = NEW_N(f->arena, double, n);
	uint32_t *middle = NEW_N(f->arena, uint32_t, n), *used = NEW_N(f->arena, uint32_t, n);
	size_t kept = 0, middles = 0;
	struct money_group *g;
	enum money_typology typology;
	double ratio;

	for (size_t i = 0; i < n; i++) {
		bool again = kept > 0 && at[kept - 1].on == at[i].on;

		for (size_t k = 0; k < kept && !again; k++)
			again = used[k] == at[i].in;
		if (again)
			continue;
		at[kept] = at[i];
		used[kept] = at[i].in;
		ratios[kept++] = at[i].ratio;
		for (size_t k = 0; k < middles && !again; k++)
			again = middle[k] == at[i].middle;
		if (!again)
			middle[middles++] = at[i].middle;
	}
	if (middles < HANDS_LEAST)
		return;
	qsort(ratios, kept, sizeof *ratios, by_ratio);
	ratio = ratios[kept / 2];
	typology = at[0].source == MONEY_CASH  ? MONEY_SMURFING
		   : ratio >= MONEY_PASS_LEAST ? MONEY_SCATTER_GATHER
					       : MONEY_WAGE_SKIM;
	g = money_group_new(f->arena, f->groups, typology, centre);
	for (size_t i = 0; i < kept; i++) {
		money_group_add(f->arena, g, at[i].in);
		money_group_add(f->arena, g, at[i].on);
	}
	money_group_close(g);
	ends_facts(f, g, at, kept, middles, ratio);
}

static void
rounds(struct money_find *f, uint32_t centre, struct hand *at, size_t n)
{
	double low = 0;
	size_t from = 0;

	for (size_t i = 0; i < n; i++)
		low += at[i].ratio < MONEY_PASS_LEAST;
	/* Wages are one operation however long it lasts. */
	if (at[0].source != MONEY_CASH && low * 2 > (double)n) {
		ends_group(f, centre, at, n);
		return;
	}
	for (size_t i = 1; i <= n; i++)
		if (i == n || at[i].at_s - at[i - 1].at_s > ROUND_GAP_S) {
			ends_group(f, centre, at + from, i - from);
			from = i;
		}
}

void
money_find_ends(struct money_find *f)
{
	const struct money_ledger *l = f->ledger;
	struct hands hands = {0};

	for (uint32_t v = 1; v < l->accounts->all.n; v++) {
		if (l->in.first[v + 1] - l->in.first[v] < HANDS_LEAST)
			continue;
		hands.n = 0;
		for (uint32_t i = l->in.first[v]; i < l->in.first[v + 1]; i++)
			if (money_is_moved(&l->tx.at[l->in.at[i]]))
				hands_of(f, l->in.at[i], &hands);
		if (hands.n < HANDS_LEAST)
			continue;
		qsort(hands.at, hands.n, sizeof *hands.at, by_source);
		for (size_t from = 0, i = 1; i <= hands.n; i++)
			if (i == hands.n || hands.at[i].source != hands.at[from].source) {
				if (i - from >= HANDS_LEAST)
					rounds(f, v, hands.at + from, i - from);
				from = i;
			}
	}
}
