#include "match/linkage/strangers.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

#define SAMPLE 12000
/* Rarity leans on the field's mean as if of so many records. */
#define RARE_LEAN 100.0
#define PARTNERS_AT_FIRST 0.9

static int
by_pattern(const void *x, const void *y)
{
	const struct link_counted *a = x, *b = y;

	return a->pattern < b->pattern ? -1 : a->pattern > b->pattern;
}

void
link_sample_draw(struct arena *a, const struct link_tables *t, struct link_sample *out)
{
	size_t nl = t->side[0].n, nr = t->side[1].n;
	struct link_cache *cache = link_cache_new(a, t);
	uint64_t state = 7;

	*out = (struct link_sample){.at = NEW_N(a, struct link_counted, SAMPLE)};
	if (nl < 1 || nr < 1 || (t->one && nl < 2))
		return;
	for (size_t k = 0; k < SAMPLE; k++) {
		size_t i, j;

		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		i = (size_t)((state >> 33) * nl >> 31);
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		j = (size_t)((state >> 33) * nr >> 31);
		if (t->one && i == j)
			j = (j + 1) % nr;
		out->at[k] = (struct link_counted){link_pattern_cached(t, cache, i, j), 1};
	}
	qsort(out->at, SAMPLE, sizeof out->at[0], by_pattern);
	for (size_t k = 0; k < SAMPLE; k++) {
		if (out->n > 0 && out->at[out->n - 1].pattern == out->at[k].pattern)
			out->at[out->n - 1].count++;
		else
			out->at[out->n++] = out->at[k];
	}
	out->pairs = SAMPLE;
}

/* All pairs with a value on both sides, and those where it is the same. */
static void
same_pairs(const struct link_tables *t, size_t f, double *both, double *same)
{
	const struct link_dictionary *d = &t->dictionary[f];
	double left = 0, right = 0, sum = 0;

	for (size_t i = 1; i < d->n; i++) {
		double x = d->at[i].count[0], y = d->at[i].count[1];

		left += x;
		right += t->one ? x : y;
		sum += t->one ? x * (x - 1) / 2 : x * y;
	}
	*both = t->one ? left * (left - 1) / 2 : left * right;
	*same = sum;
}

/* Does some cell hold several names or codes? Then two may agree without being the same text. */
static bool
holds_several(const struct link_tables *t, size_t f)
{
	const struct link_dictionary *d = &t->dictionary[f];

	for (size_t i = 1; i < d->n; i++)
		if (d->at[i].many > 1)
			return true;
	return false;
}

/* Of one field: seen in the sample, and among the pairs that are one person. */
static void
u_of(const struct link_tables *t, size_t f, const double seen[LINK_LEVEL_COUNT], double matched,
     double matched_same, bool at_first, double u[LINK_LEVEL_COUNT])
{
	double both, same, all = 0, u_same, sampled;

	same_pairs(t, f, &both, &same);
	for (int l = 1; l < LINK_LEVEL_COUNT; l++)
		all += seen[l] + 0.5;
	u_same = fmax(same - matched_same, 0) / fmax(both - matched, 1);
	sampled = seen[LINK_SAME] / all;
	if (at_first)
		sampled = fmax(sampled - matched_same / fmax(both, 1), 0);
	if (holds_several(t, f) && sampled > u_same)
		u_same = sampled;
	u_same = fmin(fmax(u_same, 0.5 / (both + 1)), 0.999);
	all -= seen[LINK_SAME] + 0.5;
	for (int l = 1; l < LINK_LEVEL_COUNT; l++)
		u[l] = l == LINK_SAME ? u_same : (1 - u_same) * (seen[l] + 0.5) / all;
}

/*
 * u from random pairs, less those that are one person after all; of the same value from all
 * pairs, less the matches found (r, by pattern; NULL: none yet).
 */
void
link_u_measure(const struct link_tables *t, const struct link_sample *s,
	       const struct link_pairs *pairs, const double *r, struct link_weights *w)
{
	double seen[LINK_FIELD_COUNT][LINK_LEVEL_COUNT] = {{0}};
	double rows = (double)(t->side[0].n < t->side[1].n ? t->side[0].n : t->side[1].n);

	for (size_t i = 0; i < s->n; i++) {
		double bits[LINK_WAY_COUNT], other = (double)s->at[i].count;

		if (r != NULL) {
			link_ways_bits(w, s->at[i].pattern, bits);
			other *= 1 - link_probability(link_against_all(bits));
		}
		for (size_t f = 0; f < w->field_n; f++)
			seen[f][link_pattern_level(s->at[i].pattern, f)] += other;
	}
	for (size_t f = 0; f < w->field_n; f++) {
		double matched = 0, matched_same = 0;

		/* At first as if nearly every row had a partner; what is found says better. */
		if (r == NULL)
			matched = matched_same = PARTNERS_AT_FIRST * rows;
		for (size_t i = 0; r != NULL && i < pairs->pattern_n; i++) {
			enum link_level l = link_pattern_level(pairs->patterns[i].pattern, f);
			double n = r[i] * (double)pairs->patterns[i].count;

			matched += l != LINK_MISSING ? n : 0;
			matched_same += l == LINK_SAME ? n : 0;
		}
		u_of(t, f, seen[f], matched, matched_same, r == NULL, w->u[f]);
	}
}

/*
 * How rare each value is, beside the field's mean: of those who bear it, how many others who are
 * not the same person bear it too.
 */
void
link_rarity_find(struct arena *a, const struct link_tables *t, const struct link_pairs *pairs,
		 const double *r, struct link_weights *w)
{
	double rows =
	    t->one ? (double)t->side[0].n : ((double)t->side[0].n + (double)t->side[1].n) / 2;

	for (size_t f = 0; f < w->field_n; f++) {
		const struct link_dictionary *d = &t->dictionary[f];
		float *matched = NEW_N(a, float, d->n + 1);
		double u = w->u[f][LINK_SAME];

		w->rare[f] = NEW_N(a, float, d->n + 1);
		for (size_t i = 0; i < pairs->n; i++) {
			const struct link_pair *p = &pairs->at[i];
			uint32_t x = t->side[0].cell[p->left * t->field_n + f];

			if (x != 0 && r[p->pattern] > 0 &&
			    x == t->side[1].cell[p->right * t->field_n + f])
				matched[x] += (float)r[p->pattern];
		}
		for (size_t v = 1; v < d->n; v++) {
			double x = d->at[v].count[0], y = d->at[v].count[1], others, p;

			if (t->one)
				others = 2 * (x * (x - 1) / 2 - (double)matched[v]) / x;
			else if (x > 0 && y > 0)
				others = (x * y - (double)matched[v]) * (1 / x + 1 / y) / 2;
			else
				continue;
			p = (fmax(others, 0) + RARE_LEAN * u) / (rows + RARE_LEAN);
			p = fmax(p, fmin(u, 0.25 / rows));
			w->rare[f][v] = (float)(log2(u) - log2(p));
		}
	}
}
