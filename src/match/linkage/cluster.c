#include "match/linkage/cluster.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"

/* Of two groups at most so many rows each are asked; evidence of one pair counts at most so far. */
#define ASKED_MAX 24
#define PAIR_BITS_MAX 20.0

struct groups {
	const struct link_weights *w;
	const struct link_tables *t;
	uint32_t *of;	/* the group's number: its first row */
	uint32_t *next; /* a ring of its rows */
	uint32_t *size;
	struct link_clusters *out;
};

static uint32_t
first_of(const struct groups *g, uint32_t row)
{
	while (g->of[row] != row)
		row = g->of[row];
	return row;
}

static double
limited(double bits)
{
	return bits > PAIR_BITS_MAX ? PAIR_BITS_MAX : bits < -PAIR_BITS_MAX ? -PAIR_BITS_MAX : bits;
}

/*
 * What all pairs between two groups say together. One pair that fits does not outweigh a group
 * of rows that contradict each other: that is the bridge nobody should walk over.
 */
static double
between(const struct groups *g, uint32_t a, uint32_t b)
{
	double sum = 0;
	uint32_t x = a;

	for (size_t i = 0; i < g->size[a] && i < ASKED_MAX; i++, x = g->next[x]) {
		uint32_t y = b;

		for (size_t k = 0; k < g->size[b] && k < ASKED_MAX; k++, y = g->next[y]) {
			size_t l = x < y ? x : y, r = x < y ? y : x;

			sum += limited(link_bits(g->w, g->t, l, r, link_pattern(g->t, l, r)));
		}
	}
	return sum;
}

/* b, the larger number, joins a: a ring of each becomes one. */
static void
join(struct groups *g, uint32_t a, uint32_t b)
{
	uint32_t spare = g->next[a];

	g->next[a] = g->next[b];
	g->next[b] = spare;
	g->size[a] += g->size[b];
	g->of[b] = a;
	g->out->n--;
}

static int
by_bits(const void *x, const void *y)
{
	const struct link_hit *a = x, *b = y;

	if (a->bits != b->bits)
		return a->bits > b->bits ? -1 : 1;
	if (a->left != b->left)
		return a->left < b->left ? -1 : 1;
	return a->right < b->right ? -1 : a->right > b->right;
}

/* Pairs of groups that were refused, so that each is asked about again only after it grew. */
struct refused {
	uint64_t *at;
	size_t n;
};

static uint64_t
refusal(const struct groups *g, uint32_t a, uint32_t b)
{
	uint64_t h = ((uint64_t)a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);

	h ^= ((uint64_t)g->size[a] << 32 | g->size[b]) * UINT64_C(0xbf58476d1ce4e5b9);
	return h | 1;
}

void
link_clusters_find(struct arena *a, const struct link_weights *w, const struct link_tables *t,
		   const struct link_pairs *pairs, double bits_min, struct link_clusters *out)
{
	size_t n = t->side[0].n;
	struct groups g = {.w = w, .t = t, .out = out};
	struct refused refused = {.n = 1024};
	struct link_hits hits;

	*out = (struct link_clusters){.of = NEW_N(a, uint32_t, n + 1), .n = n};
	g.of = out->of;
	g.next = NEW_N(a, uint32_t, n + 1);
	g.size = NEW_N(a, uint32_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		g.of[i] = g.next[i] = (uint32_t)i;
		g.size[i] = 1;
	}
	link_hits_find(a, w, t, pairs, bits_min, &hits);
	if (hits.n > 1)
		qsort(hits.at, hits.n, sizeof hits.at[0], by_bits);
	while (refused.n < hits.n * 2)
		refused.n *= 2;
	refused.at = NEW_N(a, uint64_t, refused.n);
	for (size_t i = 0; i < hits.n; i++) {
		uint32_t x = first_of(&g, hits.at[i].left), y = first_of(&g, hits.at[i].right);
		uint32_t first = x < y ? x : y, second = x < y ? y : x;
		uint64_t *seen = &refused.at[refusal(&g, first, second) & (refused.n - 1)];

		if (first == second || *seen == refusal(&g, first, second))
			continue;
		if ((g.size[first] > 1 || g.size[second] > 1) && between(&g, first, second) <= 0) {
			*seen = refusal(&g, first, second);
			out->split++;
			continue;
		}
		join(&g, first, second);
	}
	for (size_t i = 0; i < n; i++)
		out->of[i] = first_of(&g, (uint32_t)i);
}
