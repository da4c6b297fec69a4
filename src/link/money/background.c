#include "link/money/background.h"

#include <math.h>

#define FRESH_DAYS 90
#define CANDIDATES_MAX 10

bool
money_is_loose(const struct money_tx *tx)
{
	return tx->channel == MONEY_TRANSFER || tx->channel == MONEY_REMITTANCE ||
	       tx->channel == MONEY_OTHER;
}

bool
money_is_moved(const struct money_tx *tx)
{
	return money_is_loose(tx) || tx->channel == MONEY_SEPA;
}

/* 21:00 to 05:00. */
bool
money_is_night(const struct money_tx *tx)
{
	int64_t hour = tx->at_s % MONEY_DAY_S / MONEY_HOUR_S;

	return hour >= 21 || hour < 5;
}

/* Of loose payments who is paid decides what is ordinary, not by which of the ways. */
static size_t
class_of(const struct money_ledger *l, const struct money_tx *t)
{
	size_t channel = money_is_loose(t) ? MONEY_TRANSFER : t->channel;
	size_t from = money_is_loose(t) ? MONEY_UNKNOWN : l->accounts->all.at[t->from].kind;

	return (channel * MONEY_KIND_COUNT + from) * MONEY_KIND_COUNT +
	       l->accounts->all.at[t->to].kind;
}

static size_t
step_of(int64_t cents)
{
	double step = log2((double)cents + 1) * 8;

	return step >= MONEY_STEPS ? MONEY_STEPS - 1 : (size_t)step;
}

double
money_amount_bits(const struct money_background *b, const struct money_ledger *l,
		  const struct money_tx *t)
{
	const uint32_t *above = b->above + class_of(l, t) * MONEY_STEPS;
	double u = ((double)above[step_of(t->cents)] + 1) / ((double)above[0] + 1);

	return -1 - 0.5 * log2(u);
}

double
money_fresh_bits(const struct money_background *b, uint32_t account)
{
	double q = b->fresh_share, p = q > 0.5 ? q : 0.5;

	return b->fresh[account] ? log2(p / q) : log2((1 - p) / (1 - q));
}

double
money_abroad_bits(const struct money_background *b, const struct money_tx *t)
{
	double q = b->abroad_share[t->channel], p = q > 0.7 ? q : 0.7;

	return t->abroad ? log2(p / q) : log2((1 - p) / (1 - q));
}

double
money_week_bits(const struct money_week *w, size_t n)
{
	double wide = w->variance > w->mean * 1.01 ? w->variance : w->mean * 1.01;
	double r = w->mean * w->mean / (wide - w->mean), q = 1 - w->mean / wide, tail = 0;

	/* Each term is smaller than the one before by nearly q: few carry all. */
	for (size_t k = n; k < n + 200; k++)
		tail += exp(lgamma((double)k + r) - lgamma(r) - lgamma((double)k + 1) +
			    r * log(1 - q) + (double)k * log(q));
	return tail >= 1 ? 0 : -log2(tail + 1e-30);
}

double
money_count_bits(double k, double mean)
{
	return k <= mean ? 0 : k * log2(k / mean) - (k - mean) * M_LOG2E;
}

/* Those of its account's payments that may be parts, nearest first. */
static size_t
candidates(const struct money_ledger *l, uint32_t in, bool before, uint32_t *at)
{
	const struct money_tx *x = &l->tx.at[in];
	int64_t from_s = before ? x->at_s - MONEY_PASS_S : x->at_s;
	uint32_t i = money_rows_from(l, &l->out, x->to, from_s), end = l->out.first[x->to + 1];
	size_t n = 0;

	for (; i < end; i++) {
		const struct money_tx *y = &l->tx.at[l->out.at[i]];

		if (y->at_s > from_s + MONEY_PASS_S || (before && y->at_s >= x->at_s))
			break;
		if (l->out.at[i] == in || y->cents > x->cents || !money_is_moved(y) ||
		    y->cents * 20 < x->cents)
			continue;
		at[n++] = l->out.at[i];
		if (n == CANDIDATES_MAX)
			break;
	}
	return n;
}

bool
money_passed(const struct money_ledger *l, uint32_t in, bool before, size_t parts_max,
	     struct money_parts *out)
{
	uint32_t at[CANDIDATES_MAX];
	int64_t all = l->tx.at[in].cents;
	size_t n = l->tx.at[in].to == MONEY_CASH ? 0 : candidates(l, in, before, at);
	int64_t least = (int64_t)ceil((double)all * MONEY_PASS_LEAST);

	*out = (struct money_parts){0};
	/* As k goes up the last part comes later: the first sum that fits is the soonest. */
	for (size_t k = 0; k < n; k++) {
		int64_t sum = l->tx.at[at[k]].cents;

		if (sum >= least) {
			*out = (struct money_parts){1, {at[k]}};
			return true;
		}
		for (size_t j = 0; j < k && parts_max > 1; j++) {
			int64_t two = sum + l->tx.at[at[j]].cents;

			if (two >= least && two <= all) {
				*out = (struct money_parts){2, {at[j], at[k]}};
				return true;
			}
			for (size_t i = 0; i < j && parts_max > 2; i++) {
				int64_t three = two + l->tx.at[at[i]].cents;

				if (three >= least && three <= all) {
					*out = (struct money_parts){3, {at[i], at[j], at[k]}};
					return true;
				}
			}
		}
	}
	return false;
}

static double
share(double some, double all)
{
	return (some + 0.5) / (all + 1);
}

static void
accounts_measure(struct arena *a, const struct money_ledger *l, struct money_background *b)
{
	size_t n = l->accounts->all.n, fresh = 0, known = 0;
	int64_t first = l->tx.n > 0 ? l->tx.at[0].at_s / MONEY_DAY_S : 0;

	b->fresh = NEW_N(a, uint8_t, n + 1);
	b->pace = NEW_N(a, uint8_t, n + 1);
	for (size_t v = 0; v < n; v++) {
		const struct money_account *account = &l->accounts->all.at[v];
		uint32_t out = l->out.first[v + 1] - l->out.first[v];

		known += account->opened != INT32_MIN;
		b->fresh[v] = account->opened != INT32_MIN && account->opened >= first - FRESH_DAYS;
		fresh += b->fresh[v];
		b->pace[v] = out < 3	? 0
			     : out < 6	? 1
			     : out < 12 ? 2
			     : out < 24 ? 3
			     : out < 48 ? 4
					: 5;
	}
	b->fresh_share = share((double)fresh, (double)known);
	b->account_bits = log2((double)n + 1);
}

static void
passing_measure(const struct money_ledger *l, struct money_background *b)
{
	double all[MONEY_PACES] = {0}, some[MONEY_PACES] = {0}, one[MONEY_PACES] = {0};
	double cash = 0, cash_passed = 0;

	for (size_t i = 0; i < l->tx.n; i++) {
		const struct money_tx *t = &l->tx.at[i];
		struct money_parts parts;
		int pace = b->pace[t->to];

		if (t->channel == MONEY_CASH_IN &&
		    l->accounts->all.at[t->to].kind == MONEY_PERSON) {
			cash++;
			cash_passed += money_passed(l, (uint32_t)i, true, 1, &parts);
		}
		if (!money_is_moved(t))
			continue;
		all[pace]++;
		some[pace] += money_passed(l, (uint32_t)i, true, MONEY_PARTS_MAX, &parts);
		one[pace] += money_passed(l, (uint32_t)i, true, 1, &parts);
	}
	for (int p = 0; p < MONEY_PACES; p++) {
		b->pass_share[p] = share(some[p], all[p]);
		b->pass_one_share[p] = share(one[p], all[p]);
	}
	b->cash_passed_share = share(cash_passed, cash);
}

static void
payments_measure(struct arena *a, const struct money_ledger *l, struct money_background *b)
{
	double abroad[MONEY_CHANNEL_COUNT] = {0}, all[MONEY_CHANNEL_COUNT] = {0};
	double personal = 0, round = 0, to_person = 0, night = 0;

	b->above = NEW_N(a, uint32_t, MONEY_CLASSES * MONEY_STEPS);
	for (size_t i = 0; i < l->tx.n; i++) {
		const struct money_tx *t = &l->tx.at[i];
		uint8_t from = l->accounts->all.at[t->from].kind;
		uint8_t to = l->accounts->all.at[t->to].kind;

		b->above[class_of(l, t) * MONEY_STEPS + step_of(t->cents)]++;
		all[t->channel]++;
		abroad[t->channel] += t->abroad;
		if (to == MONEY_PERSON && from == MONEY_PERSON) {
			personal++;
			round += t->cents % 1000 == 0;
		}
		if (to == MONEY_PERSON && t->from != MONEY_CASH) {
			to_person++;
			night += money_is_night(t);
		}
	}
	for (size_t c = 0; c < MONEY_CLASSES; c++)
		for (size_t s = MONEY_STEPS - 1; s > 0; s--)
			b->above[c * MONEY_STEPS + s - 1] += b->above[c * MONEY_STEPS + s];
	for (int c = 0; c < MONEY_CHANNEL_COUNT; c++)
		b->abroad_share[c] = share(abroad[c], all[c]);
	b->round_share = share(round, personal);
	b->night_share = share(night, to_person);
}

/* How many loose payments an account of each kind has in a week, whichever week it is. */
static void
weeks_measure(const struct money_ledger *l, struct money_background *b)
{
	double weeks = fmax(1, b->days / 7), n[MONEY_KIND_COUNT] = {0};

	for (int out = 0; out < 2; out++) {
		const struct money_rows *rows = out ? &l->out : &l->in;
		struct money_week *week = out ? b->out_week : b->in_week;

		for (size_t v = 1; v < l->accounts->all.n; v++) {
			uint8_t kind = l->accounts->all.at[v].kind;
			uint32_t i = rows->first[v], end = rows->first[v + 1];

			n[kind] += weeks;
			while (i < end) {
				int64_t at = l->tx.at[rows->at[i]].at_s / MONEY_DAY_S / 7;
				double k = 0;

				for (;
				     i < end && l->tx.at[rows->at[i]].at_s / MONEY_DAY_S / 7 == at;
				     i++)
					k += money_is_loose(&l->tx.at[rows->at[i]]);
				week[kind].mean += k;
				week[kind].variance += k * k;
			}
		}
		for (int k = 0; k < MONEY_KIND_COUNT; k++) {
			week[k].mean = share(week[k].mean, n[k]);
			week[k].variance =
			    share(week[k].variance, n[k]) - week[k].mean * week[k].mean;
			n[k] = 0;
		}
	}
}

void
money_background_measure(struct arena *a, const struct money_ledger *l, struct money_background *b)
{
	int64_t days = 1;

	if (l->tx.n > 0)
		days += (l->tx.at[l->tx.n - 1].at_s - l->tx.at[0].at_s) / MONEY_DAY_S;
	*b = (struct money_background){.days = (double)days};
	accounts_measure(a, l, b);
	payments_measure(a, l, b);
	weeks_measure(l, b);
	passing_measure(l, b);
}
