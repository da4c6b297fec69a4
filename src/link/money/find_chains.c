#include "link/money/find.h"

#include <math.h>
#include <string.h>

#define CYCLE_MAX 8
#define CYCLE_LEAST 3
#define STEPS_MAX 3000 /* of one search */
#define LAYER_CENTS_LEAST 10000

/* A way through accounts, back to where it began. */
struct way {
	uint32_t tx[CYCLE_MAX];
	size_t n, steps;
};

static bool
is_on_way(const struct money_ledger *l, const struct way *w, uint32_t account)
{
	for (size_t i = 0; i < w->n; i++)
		if (l->tx.at[w->tx[i]].to == account)
			return true;
	return false;
}

static bool
walk(const struct money_ledger *l, struct way *w, const uint8_t *taken)
{
	const struct money_tx *x = &l->tx.at[w->tx[w->n - 1]];
	uint32_t i = money_rows_from(l, &l->out, x->to, x->at_s);

	for (; i < l->out.first[x->to + 1]; i++) {
		const struct money_tx *y = &l->tx.at[l->out.at[i]];

		if (y->at_s > x->at_s + MONEY_PASS_S || ++w->steps > STEPS_MAX)
			return false;
		if (y->cents > x->cents || taken[l->out.at[i]] || !money_is_moved(y) ||
		    (double)y->cents < MONEY_PASS_LEAST * (double)x->cents)
			continue;
		if (y->to == l->tx.at[w->tx[0]].from) {
			if (w->n + 1 < CYCLE_LEAST)
				continue;
			w->tx[w->n++] = l->out.at[i];
			return true;
		}
		if (w->n + 1 >= CYCLE_MAX || is_on_way(l, w, y->to) || y->to == MONEY_CASH)
			continue;
		w->tx[w->n++] = l->out.at[i];
		if (walk(l, w, taken))
			return true;
		w->n--;
	}
	return false;
}

void
money_find_cycles(struct money_find *f)
{
	const struct money_ledger *l = f->ledger;
	const struct money_background *b = f->background;
	uint8_t *taken = NEW_N(f->arena, uint8_t, l->tx.n + 1);

	for (uint32_t i = 0; i < l->tx.n; i++) {
		struct way w = {.tx = {i}, .n = 1};
		struct money_group *g;
		double bits;

		if (taken[i] || !money_is_moved(&l->tx.at[i]) || l->tx.at[i].to == MONEY_CASH ||
		    l->tx.at[i].from == l->tx.at[i].to || !walk(l, &w, taken))
			continue;
		/* Back at this one account of all. */
		bits = b->account_bits;
		g = money_group_new(f->arena, f->groups, MONEY_CYCLE, l->tx.at[i].from);
		for (size_t k = 0; k < w.n; k++) {
			taken[w.tx[k]] = 1;
			money_group_add(f->arena, g, w.tx[k]);
			if (k > 0)
				bits -= log2(b->pass_one_share[b->pace[l->tx.at[w.tx[k]].from]]);
		}
		money_group_close(g);
		money_fact_add(g, "accounts on the way back", (double)w.n, bits);
		money_facts_of_members(f, g, true);
	}
}

/* Of each transaction: in which parts it was passed on, and of which it is a part (its group). */
struct layers {
	struct money_parts *parts;
	uint32_t *group; /* union-find */
	uint8_t *child;
};

static uint32_t
root_of(uint32_t *group, uint32_t i)
{
	while (group[i] != i)
		i = group[i] = group[group[i]];
	return i;
}

static void
join(uint32_t *group, uint32_t x, uint32_t y)
{
	x = root_of(group, x);
	y = root_of(group, y);
	if (x < y)
		group[y] = x;
	else
		group[x] = y;
}

static double
pass_bits(const struct money_find *f, uint32_t in)
{
	return -log2(f->background->pass_share[f->background->pace[f->ledger->tx.at[in].to]]);
}

static void
layers_pass(struct money_find *f, struct layers *y)
{
	const struct money_ledger *l = f->ledger;

	for (uint32_t i = 0; i < l->tx.n; i++) {
		y->group[i] = i;
		if (money_is_moved(&l->tx.at[i]) && l->tx.at[i].cents >= LAYER_CENTS_LEAST &&
		    pass_bits(f, i) >= 3)
			(void)money_passed(l, i, false, MONEY_PARTS_MAX, &y->parts[i]);
		for (size_t k = 0; k < y->parts[i].n; k++)
			y->child[y->parts[i].tx[k]] = 1;
	}
	/* A pass counts where another stands before it or after it. */
	for (uint32_t i = 0; i < l->tx.n; i++) {
		bool deep = y->child[i];

		for (size_t k = 0; k < y->parts[i].n && !deep; k++)
			deep = y->parts[y->parts[i].tx[k]].n > 0;
		for (size_t k = 0; k < y->parts[i].n && deep; k++)
			join(y->group, i, y->parts[i].tx[k]);
	}
}

/* First payments of one account within three days are one start. */
static void
layers_start(struct money_find *f, struct layers *y)
{
	const struct money_ledger *l = f->ledger;

	for (uint32_t v = 1; v < l->accounts->all.n; v++) {
		uint32_t last = MONEY_NONE;

		for (uint32_t i = l->out.first[v]; i < l->out.first[v + 1]; i++) {
			uint32_t tx = l->out.at[i];

			if (y->parts[tx].n == 0 || y->child[tx] ||
			    y->group[y->parts[tx].tx[0]] == y->parts[tx].tx[0])
				continue;
			if (last != MONEY_NONE &&
			    l->tx.at[tx].at_s - l->tx.at[last].at_s <= MONEY_PASS_S)
				join(y->group, last, tx);
			last = tx;
		}
	}
}

void
money_find_layers(struct money_find *f)
{
	const struct money_ledger *l = f->ledger;
	struct layers y = {NEW_N(f->arena, struct money_parts, l->tx.n + 1),
			   NEW_N(f->arena, uint32_t, l->tx.n + 1),
			   NEW_N(f->arena, uint8_t, l->tx.n + 1)};
	uint32_t *group_of = NEW_N(f->arena, uint32_t, l->tx.n + 1);
	double *bits = NEW_N(f->arena, double, l->tx.n + 1);
	uint32_t *passes = NEW_N(f->arena, uint32_t, l->tx.n + 1);
	size_t first = f->groups->n;

	layers_pass(f, &y);
	layers_start(f, &y);
	for (uint32_t i = 0; i < l->tx.n; i++)
		if (y.parts[i].n > 0 && root_of(y.group, i) == root_of(y.group, y.parts[i].tx[0])) {
			bits[root_of(y.group, i)] += pass_bits(f, i);
			passes[root_of(y.group, i)]++;
		}
	for (uint32_t i = 0; i < l->tx.n; i++) {
		uint32_t root = root_of(y.group, i);

		if (passes[root] < 3)
			continue;
		if (group_of[root] == 0) {
			(void)money_group_new(f->arena, f->groups, MONEY_LAYERING,
					      l->tx.at[root].from);
			group_of[root] = (uint32_t)f->groups->n;
			money_fact_add(&f->groups->at[f->groups->n - 1],
				       "amounts passed on, layer by layer", (double)passes[root],
				       fmin(60, bits[root]));
		}
		money_group_add(f->arena, &f->groups->at[group_of[root] - 1], i);
	}
	for (size_t i = first; i < f->groups->n; i++) {
		money_group_close(&f->groups->at[i]);
		money_facts_of_members(f, &f->groups->at[i], true);
	}
}
