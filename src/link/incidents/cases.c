#include "link/incidents/cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "link/incidents/helper.h"
#include "link/incidents/seed.h"

#define OWN_FIRST 0.6 /* before anything is estimated */
#define OWN_MOST 0.95
#define CASE_LEAST 3   /* incidents */
#define ODDS_LEAST 0.7 /* natural logarithm */
#define TIE_BITS 1.0
#define ROUNDS 8
#define MERGE_ROUNDS 6
#define PARTNERS 6

/* Something beside place, time and common ways ties it to others of the case. */
static bool
is_tied(const struct cases *c, uint32_t incident, uint32_t one)
{
	struct weighed w[INCIDENT_MENTIONS_MAX + 1];
	size_t n = cases_weigh(c, incident, one, w);

	for (size_t k = 0; k < n; k++)
		if (w[k].form != UINT32_MAX && w[k].kind < EVIDENCE_MODE && w[k].shared > 0 &&
		    w[k].bits >= TIE_BITS)
			return true;
	return false;
}

uint32_t
cases_choose(struct cases *c, uint32_t incident, double *bits)
{
	uint32_t best = NO_CASE;
	double most = ODDS_LEAST;

	for (uint32_t k = 0; k < c->n; k++) {
		double s;

		if (c->at[k].n == 0)
			continue;
		s = cases_score(c, incident, k, NO_CASE);
		if (s > most) {
			most = s;
			best = k;
		}
	}
	/* A place and a time put nobody into a case. */
	if (best != NO_CASE && !is_tied(c, incident, best))
		best = NO_CASE;
	*bits = best != NO_CASE ? most / log(2) : 0;
	return best;
}

/* What part of a case's mentions is its own, as the present cases have it. */
static void
own_estimate(struct cases *c)
{
	double own[EVIDENCE_KIND_COUNT] = {0}, all[EVIDENCE_KIND_COUNT] = {0};

	for (uint32_t i = 0; i < c->t->incidents.n; i++) {
		const struct incident *in = &c->t->incidents.at[i];

		for (uint32_t m = 0; c->of[i] != NO_CASE && m < in->form_n; m++) {
			const struct form *f = &c->t->forms.at[in->forms[m]];
			double with, without;
			uint32_t shared;

			if (f->may_n == 0)
				continue;
			with = cases_mention_ratio(c, f, c->of[i], NO_CASE, true, false, &shared);
			without = 1 - c->own[f->kind];
			own[f->kind] += 1 - without / with;
			all[f->kind]++;
		}
	}
	for (size_t k = 0; k < EVIDENCE_KIND_COUNT; k++) {
		double share = (own[k] + 2 * OWN_FIRST) / (all[k] + 2);

		c->own[k] = share > OWN_MOST ? OWN_MOST : share;
	}
}

/* Empty and too small cases end; the others are numbered anew. */
void
cases_renumber(struct cases *c)
{
	uint32_t *as = NEW_N(c->arena, uint32_t, c->n + 1), n = 0;
	uint32_t *count = NEW_N(c->arena, uint32_t, c->n + 1);

	for (uint32_t i = 0; i < c->t->incidents.n; i++)
		if (c->of[i] != NO_CASE)
			count[c->of[i]]++;
	for (uint32_t k = 0; k < c->n; k++)
		as[k] = count[k] >= CASE_LEAST ? n++ : NO_CASE;
	for (uint32_t i = 0; i < c->t->incidents.n; i++)
		if (c->of[i] != NO_CASE)
			c->of[i] = as[c->of[i]];
	c->n = n;
	cases_tally(c);
}

void
cases_improve(struct cases *c, int rounds)
{
	uint32_t *next = NEW_N(c->arena, uint32_t, c->t->incidents.n + 1);

	for (int r = 0; r < rounds; r++) {
		size_t moved = 0;
		double bits;

		own_estimate(c);
		for (uint32_t i = 0; i < c->t->incidents.n; i++) {
			next[i] = cases_choose(c, i, &bits);
			moved += next[i] != c->of[i];
		}
		memcpy(c->of, next, c->t->incidents.n * sizeof *next);
		cases_renumber(c);
		if (moved == 0)
			break;
	}
}

struct cases *
cases_begin(struct arena *a, struct incident_table *t, uint32_t *of, uint32_t n)
{
	struct cases *c = NEW(a, struct cases);
	int32_t last = NO_DAY;

	*c = (struct cases){.arena = a, .t = t, .of = of, .n = n, .day_from = NO_DAY};
	for (uint32_t i = 0; i < t->incidents.n; i++) {
		int32_t day = t->incidents.at[i].day;

		if (day == NO_DAY)
			continue;
		if (c->day_from == NO_DAY || day < c->day_from)
			c->day_from = day;
		if (day > last)
			last = day;
	}
	c->bin_days = last == NO_DAY ? 1 : fmax(1, ((double)last - c->day_from + 1) / CASE_BINS);
	c->at = NEW_N(a, struct one_case, n + 1);
	for (uint32_t k = 0; k < n; k++)
		c->at[k].when = NEW_N(a, float, CASE_BINS);
	c->tallies = NEW_N(a, struct tally, t->values.n + 1);
	for (size_t k = 0; k < EVIDENCE_KIND_COUNT; k++)
		c->own[k] = OWN_FIRST;
	cases_tally(c);
	return c;
}

/* The cases that share most with one, weighed by how rare it is. */
static size_t
partners(const struct cases *c, uint32_t one, double *weight, uint32_t out[PARTNERS])
{
	size_t n = 0;

	for (uint32_t k = 0; k < c->n; k++)
		weight[k] = 0;
	for (size_t v = 0; v < c->t->values.n; v++) {
		const struct tally *y = &c->tallies[v];
		uint32_t here = tally_of(y, one);

		for (uint32_t i = 0; here > 0 && i < y->n; i++)
			if (y->at[i].of != one)
				weight[y->at[i].of] +=
				    fmin(here, y->at[i].n) / (double)(y->cased + y->outside);
	}
	while (n < PARTNERS) {
		uint32_t best = NO_CASE;

		for (uint32_t k = 0; k < c->n; k++)
			if (weight[k] > 0 && (best == NO_CASE || weight[k] > weight[best]))
				best = k;
		if (best == NO_CASE)
			break;
		weight[best] = 0;
		out[n++] = best;
	}
	return n;
}

/* What the incidents of two cases gain by being one. */
static double
merge_gain(const struct cases *c, uint32_t x, uint32_t y, const uint32_t *member,
	   const uint32_t *from)
{
	double gain = 0;

	for (int side = 0; side < 2; side++) {
		uint32_t k = side == 0 ? x : y;

		for (uint32_t i = from[k]; i < from[k] + c->at[k].n; i++)
			gain +=
			    cases_score(c, member[i], x, y) - cases_score(c, member[i], k, NO_CASE);
	}
	return gain;
}

struct joining {
	uint32_t x, y;
	double gain;
};

static size_t
merge(struct cases *c)
{
	double *weight = NEW_N(c->arena, double, c->n + 1);
	uint32_t *from = NEW_N(c->arena, uint32_t, c->n + 1), *into, *fill, *member;
	bool *used = NEW_N(c->arena, bool, c->n + 1);
	size_t merged = 0;
	VEC(struct joining) all = {0};

	into = NEW_N(c->arena, uint32_t, c->n + 1);
	fill = NEW_N(c->arena, uint32_t, c->n + 1);
	member = NEW_N(c->arena, uint32_t, c->in_cases + 1);
	for (uint32_t k = 0, at = 0; k < c->n; at += c->at[k++].n) {
		from[k] = at;
		into[k] = k;
	}
	for (uint32_t i = 0; i < c->t->incidents.n; i++)
		if (c->of[i] != NO_CASE)
			member[from[c->of[i]] + fill[c->of[i]]++] = i;
	for (uint32_t k = 0; k < c->n; k++) {
		uint32_t with[PARTNERS];
		size_t n = partners(c, k, weight, with);

		for (size_t p = 0; p < n; p++) {
			double gain = merge_gain(c, k, with[p], member, from);

			if (gain > 0)
				*VEC_ADD(c->arena, &all) = (struct joining){k, with[p], gain};
		}
	}
	for (;;) {
		struct joining *j, *best = NULL;

		VEC_EACH (j, &all)
			if (!used[j->x] && !used[j->y] && (best == NULL || j->gain > best->gain))
				best = j;
		if (best == NULL)
			break;
		used[best->x] = used[best->y] = true;
		into[best->y] = best->x;
		merged++;
	}
	for (uint32_t i = 0; i < c->t->incidents.n; i++)
		if (c->of[i] != NO_CASE)
			c->of[i] = into[c->of[i]];
	cases_renumber(c);
	return merged;
}

struct cases *
cases_find(struct arena *a, struct incident_table *t)
{
	uint32_t *of = NEW_N(a, uint32_t, t->incidents.n + 1), n;
	struct cases *c;

	n = seed_cases(a, t, of);
	c = cases_begin(a, t, of, n);
	cases_renumber(c);
	cases_improve(c, 3);
	for (int r = 0; r < MERGE_ROUNDS && merge(c) > 0; r++)
		cases_improve(c, 2);
	cases_improve(c, 3);
	/* What only looked like a tie goes, and what hung on it with it. */
	if (helpers_guess(c) > 0)
		cases_tally(c);
	cases_improve(c, ROUNDS);
	return c;
}
