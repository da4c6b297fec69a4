#include "match/linkage/fellegi.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

#define SAMPLE 20000
#define ROUNDS_MAX 60
/* Less than this is nobody's match, and adds nothing to any sum that is shown. */
#define BITS_NEGLIGIBLE (-17.0)
/* What is said of a level before anything is seen counts as if of so many pairs. */
#define BEFORE_PAIRS 4.0
/* Rarity leans on the field's mean as if of so many records. */
#define RARE_LEAN 100.0
/* Where the search for how many live in one place begins: one pair in a hundred. */
#define AREA_BITS (-6.6)
/* Pairs of one home that there are at least, for each row. */
#define HOMES_LEAST 0.25

double
link_probability(double bits)
{
	return 1 / (1 + exp2(-bits));
}

/* Random pairs: their patterns, counted. */
struct sample {
	struct link_counted *at;
	size_t n;
	double pairs;
};

static int
by_pattern(const void *x, const void *y)
{
	const struct link_counted *a = x, *b = y;

	return a->pattern < b->pattern ? -1 : a->pattern > b->pattern;
}

static void
sample_draw(struct arena *a, const struct link_tables *t, struct sample *out)
{
	size_t nl = t->side[0].n, nr = t->side[1].n;
	struct link_cache *cache = link_cache_new(a, t);
	uint64_t state = 7;

	*out = (struct sample){.at = NEW_N(a, struct link_counted, SAMPLE)};
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

static void
bits_make(const struct link_tables *t, struct link_weights *w)
{
	/* What people of one home do not share follows u, which was measured anew. */
	struct link_weights before = *w;

	link_way_begin(t, &before);
	for (int way = 0; way < LINK_WAY_COUNT; way++)
		for (size_t f = 0; f < w->field_n; f++) {
			if (!link_way_shares((enum link_way)way, t->field[f]) ||
			    (way == LINK_HOME && t->field[f] == LINK_NAME))
				memcpy(w->m[way][f], before.m[way][f], sizeof before.m[way][f]);
			for (int l = 1; l < LINK_LEVEL_COUNT; l++)
				w->bits[way][f][l] = log2(w->m[way][f][l] / w->u[f][l]);
		}
}

static void
pattern_bits(const struct link_weights *w, uint64_t pattern, double out[LINK_WAY_COUNT])
{
	memcpy(out, w->prior, sizeof w->prior);
	for (size_t f = 0; f < w->field_n; f++, pattern >>= 3) {
		size_t l = pattern & 7;

		for (int way = 0; way < LINK_WAY_COUNT; way++)
			out[way] += w->bits[way][f][l];
	}
}

/* One person, against strangers and the other ways to agree together. */
static double
against_all(const double bits[LINK_WAY_COUNT])
{
	double others = 1;

	for (int way = LINK_ONE + 1; way < LINK_WAY_COUNT; way++)
		others += exp2(fmin(bits[way], 900));
	return bits[LINK_ONE] - log2(others);
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

/* Of one field: seen in the sample, and among the pairs that are one person. */
static void
u_of(const struct link_tables *t, size_t f, const double seen[LINK_LEVEL_COUNT], double matched,
     double matched_same, double u[LINK_LEVEL_COUNT])
{
	double both, same, all = 0, u_same;

	same_pairs(t, f, &both, &same);
	for (int l = 1; l < LINK_LEVEL_COUNT; l++)
		all += seen[l] + 0.5;
	u_same = fmax(same - matched_same, 0) / fmax(both - matched, 1);
	/* Codes and names may agree without being written alike: the sample says it. */
	if ((t->kind[f] == LINK_CODES || t->kind[f] == LINK_NAMES) &&
	    seen[LINK_SAME] / all > u_same)
		u_same = seen[LINK_SAME] / all;
	u_same = fmin(fmax(u_same, 0.5 / (both + 1)), 0.999);
	all -= seen[LINK_SAME] + 0.5;
	for (int l = 1; l < LINK_LEVEL_COUNT; l++)
		u[l] = l == LINK_SAME ? u_same : (1 - u_same) * (seen[l] + 0.5) / all;
}

/*
 * u from random pairs, less those that are one person after all; of the same value from all
 * pairs, less the matches found (r, by pattern; NULL: none yet).
 */
static void
u_measure(const struct link_tables *t, const struct sample *s, const struct link_pairs *pairs,
	  const double *r, struct link_weights *w)
{
	double seen[LINK_FIELD_COUNT][LINK_LEVEL_COUNT] = {{0}};

	for (size_t i = 0; i < s->n; i++) {
		double bits[LINK_WAY_COUNT], other = (double)s->at[i].count;

		if (r != NULL) {
			pattern_bits(w, s->at[i].pattern, bits);
			other *= 1 - link_probability(against_all(bits));
		}
		for (size_t f = 0; f < w->field_n; f++)
			seen[f][link_pattern_level(s->at[i].pattern, f)] += other;
	}
	for (size_t f = 0; f < w->field_n; f++) {
		double matched = 0, matched_same = 0;

		for (size_t i = 0; r != NULL && i < pairs->pattern_n; i++) {
			enum link_level l = link_pattern_level(pairs->patterns[i].pattern, f);
			double n = r[i] * (double)pairs->patterns[i].count;

			matched += l != LINK_MISSING ? n : 0;
			matched_same += l == LINK_SAME ? n : 0;
		}
		u_of(t, f, seen[f], matched, matched_same, w->u[f]);
	}
}

struct sums {
	double level[LINK_WAY_COUNT][LINK_FIELD_COUNT][LINK_LEVEL_COUNT], pairs[LINK_WAY_COUNT];
};

/* Who agrees in which way; r, where it is not NULL: one person, by pattern. */
static void
expect(const struct link_counted *patterns, size_t pattern_n, const struct link_weights *w,
       double *r, struct sums *sums)
{
	double none;

	*sums = (struct sums){.pairs = {0}};
	for (size_t i = 0; i < pattern_n; i++) {
		uint64_t pattern = patterns[i].pattern;
		double bits[LINK_WAY_COUNT], all = 1, n = (double)patterns[i].count;
		double *one = r != NULL ? &r[i] : &none;

		*one = 0;
		pattern_bits(w, pattern, bits);
		if (r != NULL && bits[LINK_ONE] < BITS_NEGLIGIBLE)
			continue;
		for (int way = 0; way < LINK_WAY_COUNT; way++)
			all += bits[way] = exp2(fmin(bits[way], 900));
		*one = bits[LINK_ONE] / all;
		for (int way = 0; way < LINK_WAY_COUNT; way++) {
			double share = bits[way] / all * n;

			sums->pairs[way] += share;
			if (share < 1e-9)
				continue;
			for (size_t f = 0; f < w->field_n; f++)
				sums->level[way][f][pattern >> (3 * f) & 7] += share;
		}
	}
}

/*
 * People of one place are many, and most are no pair of any key: how many there are, and how they
 * agree, random pairs tell better.
 */
static void
area_from_sample(const struct sample *s, const struct link_weights *w, double all,
		 struct sums *spare, struct sums *sums)
{
	double scale = s->pairs > 0 ? all / s->pairs : 0;

	expect(s->at, s->n, w, NULL, spare);
	if (spare->pairs[LINK_AREA] * scale < sums->pairs[LINK_AREA])
		return;
	sums->pairs[LINK_AREA] = spare->pairs[LINK_AREA] * scale;
	memcpy(sums->level[LINK_AREA], spare->level[LINK_AREA], sizeof sums->level[LINK_AREA]);
}

/*
 * Files of people hold families. Where they have addresses, those are found among the pairs; where
 * all that a family shares is its name, they are not, and so many are taken as there.
 */
static double
homes_least(const struct link_tables *t)
{
	double rows = (double)(t->side[0].n < t->side[1].n ? t->side[0].n : t->side[1].n);
	bool address = false;

	for (size_t f = 0; f < t->field_n; f++)
		address |= t->field[f] == LINK_STREET || t->field[f] == LINK_NUMBER ||
			   t->field[f] == LINK_POSTCODE || t->field[f] == LINK_PHONE;
	return address ? 0.5 : fmax(HOMES_LEAST * rows, 0.5);
}

static void
maximise(const struct link_tables *t, const struct sums *sums, double all, struct link_weights *w)
{
	double least[LINK_WAY_COUNT] = {0.5, homes_least(t), 0.5};

	struct link_weights before = *w;

	link_way_begin(t, &before);
	for (int way = 0; way < LINK_WAY_COUNT; way++) {
		w->pairs[way] = fmax(sums->pairs[way], least[way]);
		w->prior[way] = log2(w->pairs[way] / fmax(all - w->pairs[way], 1));
		for (size_t f = 0; f < w->field_n; f++) {
			const double *level = sums->level[way][f];
			double n = BEFORE_PAIRS;

			for (int l = 1; l < LINK_LEVEL_COUNT; l++)
				n += level[l];
			for (int l = 1; l < LINK_LEVEL_COUNT; l++)
				w->m[way][f][l] =
				    (level[l] + BEFORE_PAIRS * before.m[way][f][l]) / n;
		}
	}
	bits_make(t, w);
}

/*
 * How rare each value is, beside the field's mean: of those who bear it, how many others who are
 * not the same person bear it too.
 */
static void
rarity_find(struct arena *a, const struct link_tables *t, const struct link_pairs *pairs,
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

void
link_weights_find(struct arena *a, const struct link_tables *t, const struct link_pairs *pairs,
		  struct link_weights *out)
{
	static const double share[LINK_WAY_COUNT] = {0.25, 0.25, 0};
	double all = link_pairs_all(t), last = 0;
	double rows = (double)(t->side[0].n < t->side[1].n ? t->side[0].n : t->side[1].n);
	double *r = NEW_N(a, double, pairs->pattern_n + 1);
	struct sums *sums = NEW(a, struct sums), *spare = NEW(a, struct sums);
	struct sample sample;

	*out = (struct link_weights){.field_n = t->field_n};
	sample_draw(a, t, &sample);
	u_measure(t, &sample, pairs, NULL, out);
	link_way_begin(t, out);
	for (int way = 0; way < LINK_WAY_COUNT; way++)
		out->prior[way] = log2(fmax(share[way] * rows, 0.5) / fmax(all, 1));
	out->prior[LINK_AREA] = AREA_BITS;
	bits_make(t, out);
	for (out->rounds = 0; out->rounds < ROUNDS_MAX; out->rounds++) {
		expect(pairs->patterns, pairs->pattern_n, out, r, sums);
		area_from_sample(&sample, out, all, spare, sums);
		maximise(t, sums, all, out);
		if (out->rounds % 4 == 3) {
			u_measure(t, &sample, pairs, r, out);
			bits_make(t, out);
		}
		if (out->rounds > 8 && fabs(out->pairs[LINK_ONE] - last) < 1e-4 * last)
			break;
		last = out->pairs[LINK_ONE];
	}
	rarity_find(a, t, pairs, r, out);
}

/* What is rare says as much of people of one home, in what they share. */
static void
add_rare(const struct link_weights *w, const struct link_tables *t, size_t left, size_t right,
	 uint64_t pattern, double bits[LINK_WAY_COUNT])
{
	const uint32_t *x = t->side[0].cell + left * t->field_n;
	const uint32_t *y = t->side[1].cell + right * t->field_n;

	for (size_t f = 0; f < w->field_n; f++) {
		if (x[f] == 0 || x[f] != y[f] || link_pattern_level(pattern, f) != LINK_SAME)
			continue;
		for (int way = 0; way < LINK_WAY_COUNT; way++)
			if (link_way_shares((enum link_way)way, t->field[f]))
				bits[way] += (double)w->rare[f][x[f]];
	}
}

double
link_bits(const struct link_weights *w, const struct link_tables *t, size_t left, size_t right,
	  uint64_t pattern)
{
	double bits[LINK_WAY_COUNT];

	pattern_bits(w, pattern, bits);
	add_rare(w, t, left, right, pattern, bits);
	return against_all(bits);
}

size_t
link_explain(const struct link_weights *w, const struct link_tables *t, size_t left, size_t right,
	     struct link_piece out[LINK_PIECES_MAX])
{
	const uint32_t *x = t->side[0].cell + left * t->field_n;
	uint64_t pattern = link_pattern(t, left, right);
	double bits[LINK_WAY_COUNT];
	size_t n = 0;

	pattern_bits(w, pattern, bits);
	add_rare(w, t, left, right, pattern, bits);
	out[n++] =
	    (struct link_piece){LINK_FIELD_COUNT, "prior",
				"two records at random are seldom one person", w->prior[LINK_ONE]};
	for (size_t f = 0; f < w->field_n; f++) {
		enum link_level l = link_pattern_level(pattern, f);
		double b = w->bits[LINK_ONE][f][l];

		if (l == LINK_MISSING)
			continue;
		if (l == LINK_SAME && x[f] == t->side[1].cell[right * t->field_n + f])
			b += (double)w->rare[f][x[f]];
		out[n++] = (struct link_piece){f, link_field_name(t->field[f]),
					       link_level_name(t->kind[f], l), b};
	}
	out[n++] = (struct link_piece){LINK_FIELD_COUNT, "others",
				       "people of one home or place agree so too",
				       against_all(bits) - bits[LINK_ONE]};
	return n;
}
