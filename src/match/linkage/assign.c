#include "match/linkage/assign.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"

/* Pairs of rows that are left, compared whatever their keys. */
#define REST_PAIRS_MAX ((size_t)400000)
#define REST_ROUNDS 100
/* Fewer bits than this are not looked at, whatever is known of the rest. */
#define REST_BITS_MIN (-12.0)

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

static int
by_left(const void *x, const void *y)
{
	const struct link_hit *a = x, *b = y;

	return a->left != b->left ? (a->left < b->left ? -1 : 1) : by_bits(x, y);
}

static void
sort(struct link_hits *h, int (*order)(const void *, const void *))
{
	if (h->n > 1)
		qsort(h->at, h->n, sizeof h->at[0], order);
}

static void
collect(struct arena *a, const struct link_weights *w, const struct link_tables *t,
	const struct link_pairs *pairs, double bits_min, struct link_hits *out)
{
	*out = (struct link_hits){0};
	for (size_t i = 0; i < pairs->n; i++) {
		double bits = link_bits(w, t, pairs->at[i].left, pairs->at[i].right,
					pairs->patterns[pairs->at[i].pattern].pattern);

		if (bits >= bits_min)
			*VEC_ADD(a, out) =
			    (struct link_hit){pairs->at[i].left, pairs->at[i].right, bits};
	}
}

void
link_hits_find(struct arena *a, const struct link_weights *w, const struct link_tables *t,
	       const struct link_pairs *pairs, double bits_min, struct link_hits *out)
{
	collect(a, w, t, pairs, bits_min, out);
	sort(out, by_left);
}

/* Which rows have a partner. */
struct taken {
	bool *row[2];
};

static void
take(struct arena *a, struct link_hits *from, double bits_min, struct taken *taken,
     struct link_hits *out)
{
	sort(from, by_bits);
	for (size_t i = 0; i < from->n; i++) {
		const struct link_hit *h = &from->at[i];

		if (h->bits < bits_min || taken->row[0][h->left] || taken->row[1][h->right])
			continue;
		taken->row[0][h->left] = taken->row[1][h->right] = true;
		*VEC_ADD(a, out) = *h;
	}
}

static void
rest_rows(struct arena *a, const bool *taken, size_t n, uint32_t **out, size_t *out_n)
{
	*out = NEW_N(a, uint32_t, n + 1);
	*out_n = 0;
	for (size_t i = 0; i < n; i++)
		if (!taken[i])
			(*out)[(*out_n)++] = (uint32_t)i;
}

/* What the odds are among the rows that are left: as bits to add to the prior of all. */
static double
rest_prior(const struct link_hits *rest, double pairs, double most, double prior_bits)
{
	double matches = most / 2, now = 0;

	for (int round = 0; round < REST_ROUNDS; round++) {
		double prior = log2(matches / fmax(pairs - matches, 1)) - prior_bits;

		now = 0;
		for (size_t i = 0; i < rest->n; i++)
			now += link_probability(rest->at[i].bits + prior);
		now = fmin(fmax(now, 1e-3), 0.98 * most);
		if (fabs(now - matches) < 1e-6 * matches)
			break;
		matches = now;
	}
	return log2(matches / fmax(pairs - matches, 1)) - prior_bits;
}

void
link_assign(struct arena *a, const struct link_weights *w, const struct link_tables *t,
	    const struct link_pairs *pairs, double bits_min, struct link_hits *out)
{
	struct taken taken = {{NEW_N(a, bool, t->side[0].n + 1), NEW_N(a, bool, t->side[1].n + 1)}};
	struct link_hits all, rest = {0};
	uint32_t *left, *right;
	size_t left_n, right_n;
	double more;

	*out = (struct link_hits){0};
	collect(a, w, t, pairs, REST_BITS_MIN, &all);
	take(a, &all, bits_min > 0 ? bits_min : 0, &taken, out);
	rest_rows(a, taken.row[0], t->side[0].n, &left, &left_n);
	rest_rows(a, taken.row[1], t->side[1].n, &right, &right_n);
	if (left_n > 0 && right_n > 0 && left_n <= REST_PAIRS_MAX / right_n) {
		for (size_t i = 0; i < left_n; i++)
			for (size_t k = 0; k < right_n; k++) {
				uint64_t pattern = link_pattern(t, left[i], right[k]);

				*VEC_ADD(a, &rest) = (struct link_hit){
				    left[i], right[k], link_bits(w, t, left[i], right[k], pattern)};
			}
		more =
		    rest_prior(&rest, (double)left_n * (double)right_n,
			       (double)(left_n < right_n ? left_n : right_n), w->prior[LINK_ONE]);
		for (size_t i = 0; i < rest.n; i++)
			rest.at[i].bits += more > 0 ? more : 0;
	} else {
		rest = all;
	}
	take(a, &rest, bits_min, &taken, out);
	sort(out, by_left);
}
