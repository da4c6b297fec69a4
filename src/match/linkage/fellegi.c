#include "match/linkage/fellegi.h"

#include <math.h>

#include "base/arena.h"
#include "match/linkage/keys.h"
#include "match/linkage/strangers.h"

#define ROUNDS_MAX 60
/* Less than this is nobody's match, and adds nothing to any sum that is shown. */
#define BITS_NEGLIGIBLE (-17.0)
/* What is said of a level before anything is seen counts as if of so many pairs. */
#define BEFORE_PAIRS 4.0
/* Of a file's people so many stand in it twice. */
#define STANDS_TWICE 0.01
/*
 * Two of one home in one file are up to two pairs between files of the same people; and a third
 * for what no key finds. Fewer than this share of the matches do no harm.
 */
#define HOMES_BETWEEN 3.0
#define HOMES_FEW 0.01
/* Where the search for how many live in one place begins: one pair in a hundred. */
#define AREA_BITS (-6.6)
/* Pairs of one home that there are at least, for each row. */
#define HOMES_LEAST 0.25

double
link_probability(double bits)
{
	return 1 / (1 + exp2(-bits));
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

void
link_ways_bits(const struct link_weights *w, uint64_t pattern, double out[LINK_WAY_COUNT])
{
	memcpy(out, w->prior, sizeof w->prior);
	for (size_t f = 0; f < w->field_n; f++, pattern >>= 3) {
		size_t l = pattern & 7;

		for (int way = 0; way < LINK_WAY_COUNT; way++)
			out[way] += w->bits[way][f][l];
	}
}

double
link_against_all(const double bits[LINK_WAY_COUNT])
{
	double others = 1;

	for (int way = LINK_ONE + 1; way < LINK_WAY_COUNT; way++)
		others += exp2(fmin(bits[way], 900));
	return bits[LINK_ONE] - log2(others);
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
		link_ways_bits(w, pattern, bits);
		if (r != NULL && bits[LINK_ONE] < BITS_NEGLIGIBLE &&
		    bits[LINK_HOME] < BITS_NEGLIGIBLE)
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
area_from_sample(const struct link_sample *s, const struct link_weights *w, double all,
		 struct sums *spare, struct sums *sums)
{
	double scale = s->pairs > 0 ? all / s->pairs : 0;

	expect(s->at, s->n, w, NULL, spare);
	if (spare->pairs[LINK_AREA] * scale < sums->pairs[LINK_AREA])
		return;
	sums->pairs[LINK_AREA] = spare->pairs[LINK_AREA] * scale;
	memcpy(sums->level[LINK_AREA], spare->level[LINK_AREA], sizeof sums->level[LINK_AREA]);
}

/* At least and at most so many pairs agree in each way. */
struct limits {
	double least[LINK_WAY_COUNT], most[LINK_WAY_COUNT];
};

/*
 * Files of people hold families. Where they have addresses, those are found among the pairs; where
 * all that a family shares is its name, or a town too, they are hard to tell from namesakes, and so
 * many are taken as there.
 */
static double
homes_least(const struct link_tables *t)
{
	double rows = (double)(t->side[0].n < t->side[1].n ? t->side[0].n : t->side[1].n);
	bool address = false;

	for (size_t f = 0; f < t->field_n; f++)
		address |= t->field[f] == LINK_STREET || t->field[f] == LINK_NUMBER ||
			   t->field[f] == LINK_PHONE;
	return address ? 0.5 : fmax(HOMES_LEAST * rows, 0.5);
}

static void
maximise(const struct link_tables *t, const struct sums *sums, double all,
	 const struct limits *limits, struct link_weights *w)
{
	struct link_weights before = *w;

	link_way_begin(t, &before);
	for (int way = 0; way < LINK_WAY_COUNT; way++) {
		w->pairs[way] = fmin(fmax(sums->pairs[way], limits->least[way]), limits->most[way]);
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

/* Is there anything that two people of one home, or place, share, and by which they differ? */
static bool
is_told(const struct link_tables *t, enum link_way way)
{
	bool shared = false, apart = false;

	for (size_t f = 0; f < t->field_n; f++) {
		if (link_way_shares(way, t->field[f]))
			shared = true;
		else if (t->field[f] != LINK_SEX)
			apart = true;
	}
	return shared && apart;
}

static void
limits_of(const struct link_tables *t, struct limits *out)
{
	*out = (struct limits){{0.5, homes_least(t), 0.5}, {INFINITY, INFINITY, INFINITY}};
	for (int way = LINK_ONE + 1; way < LINK_WAY_COUNT; way++)
		if (!is_told(t, (enum link_way)way))
			out->least[way] = out->most[way] = 1e-9;
}

/* By expectation and maximisation; r: how likely each pattern is one person. */
static void
learn(struct arena *a, const struct link_tables *t, const struct link_pairs *pairs,
      const struct link_sample *sample, const struct limits *limits, double *r,
      struct link_weights *out)
{
	static const double share[LINK_WAY_COUNT] = {0.25, 0.25, 0};
	double all = link_pairs_all(t), last = 0;
	double rows = (double)(t->side[0].n < t->side[1].n ? t->side[0].n : t->side[1].n);
	struct sums *sums = NEW(a, struct sums), *spare = NEW(a, struct sums);

	*out = (struct link_weights){.field_n = t->field_n};
	link_u_measure(t, sample, pairs, NULL, out);
	link_way_begin(t, out);
	for (int way = 0; way < LINK_WAY_COUNT; way++)
		out->prior[way] =
		    log2(fmin(fmax(share[way] * rows, 0.5), limits->most[way]) / fmax(all, 1));
	if (limits->most[LINK_AREA] > 1)
		out->prior[LINK_AREA] = AREA_BITS;
	bits_make(t, out);
	for (out->rounds = 0; out->rounds < ROUNDS_MAX; out->rounds++) {
		expect(pairs->patterns, pairs->pattern_n, out, r, sums);
		area_from_sample(sample, out, all, spare, sums);
		maximise(t, sums, all, limits, out);
		if (out->rounds % 4 == 3) {
			link_u_measure(t, sample, pairs, r, out);
			bits_make(t, out);
		}
		if (out->rounds > 8 && fabs(out->pairs[LINK_ONE] - last) < 1e-4 * last)
			break;
		last = out->pairs[LINK_ONE];
	}
}

/*
 * How many pairs of one home the left file has within itself, where one person mostly stands
 * once: between the files there cannot be many more. Without this a person whose given name is
 * another in each file would pass for two of one home, also where nobody lives together.
 */
static double
homes_within(struct arena *a, const struct link_tables *t, const struct link_keys *keys,
	     const struct link_weights *w)
{
	struct link_tables *left = NEW(a, struct link_tables);
	struct link_weights *own = NEW(a, struct link_weights);
	struct sums *sums = NEW(a, struct sums);
	struct link_pairs pairs;
	double all, *r;

	*left = *t;
	left->one = true;
	left->side[1] = left->side[0];
	*own = *w;
	all = link_pairs_all(left);
	link_pairs_find(a, left, 1, link_keys_like(a, left, keys), &pairs);
	r = NEW_N(a, double, pairs.pattern_n + 1);
	own->prior[LINK_ONE] = log2(STANDS_TWICE * (double)left->side[0].n / fmax(all, 1));
	for (int round = 0; round < 10; round++) {
		expect(pairs.patterns, pairs.pattern_n, own, r, sums);
		own->prior[LINK_HOME] = log2(fmax(sums->pairs[LINK_HOME], 0.01) / fmax(all, 1));
	}
	return sums->pairs[LINK_HOME];
}

void
link_weights_find(struct arena *a, const struct link_tables *t, const struct link_keys *keys,
		  const struct link_pairs *pairs, struct link_weights *out)
{
	double *r = NEW_N(a, double, pairs->pattern_n + 1);
	struct link_sample sample;
	struct limits limits;

	limits_of(t, &limits);
	link_sample_draw(a, t, &sample);
	learn(a, t, pairs, &sample, &limits, r, out);
	if (!t->one && limits.least[LINK_HOME] < 1 && t->side[0].n > 1 &&
	    out->pairs[LINK_HOME] > HOMES_FEW * out->pairs[LINK_ONE]) {
		double within = homes_within(a, t, keys, out);

		limits.most[LINK_HOME] =
		    fmax(HOMES_BETWEEN * within * (double)t->side[1].n / (double)t->side[0].n, 0.5);
		if (limits.most[LINK_HOME] < out->pairs[LINK_HOME])
			learn(a, t, pairs, &sample, &limits, r, out);
	}
	link_rarity_find(a, t, pairs, r, out);
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

	link_ways_bits(w, pattern, bits);
	add_rare(w, t, left, right, pattern, bits);
	return link_against_all(bits);
}

size_t
link_explain(const struct link_weights *w, const struct link_tables *t, size_t left, size_t right,
	     struct link_piece out[LINK_PIECES_MAX])
{
	const uint32_t *x = t->side[0].cell + left * t->field_n;
	uint64_t pattern = link_pattern(t, left, right);
	double bits[LINK_WAY_COUNT];
	size_t n = 0;

	link_ways_bits(w, pattern, bits);
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
				       link_against_all(bits) - bits[LINK_ONE]};
	return n;
}
