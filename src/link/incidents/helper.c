#include "link/incidents/helper.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define OFTEN_LEAST 10	/* incidents */
#define OFTEN_TIMES 3	/* as many as the middle one of those that stand in several */
#define SPREAD_MOST 0.2 /* of its incidents in any one case */
#define HANGS_LEAST 0.8 /* of a case's incidents have it */
#define FALLS_LEAST 0.8 /* of these would not stay by what else they mention */
#define STAYS_BITS 1.0

static int
ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* So many incidents are many for an identifier of this kind. */
static double
often(struct arena *a, const struct incident_table *t, enum evidence_kind kind)
{
	uint32_t *n = NEW_N(a, uint32_t, t->values.n + 1);
	size_t all = 0;

	for (size_t v = 0; v < t->values.n; v++)
		if (t->values.at[v].kind == kind && t->values.at[v].n > 1)
			n[all++] = t->values.at[v].n;
	qsort(n, all, sizeof *n, ascending);
	return all > 0 && OFTEN_TIMES * n[all / 2] > OFTEN_LEAST ? OFTEN_TIMES * n[all / 2]
								 : OFTEN_LEAST;
}

/* Without this value most of the case's incidents that mention it would belong to none. */
static bool
case_hangs(const struct cases *c, uint32_t value, uint32_t one)
{
	const struct value *v = &c->t->values.at[value];
	struct weighed w[INCIDENT_MENTIONS_MAX + 1];
	double n = 0, falls = 0;

	for (uint32_t i = 0; i < v->n; i++) {
		uint32_t incident = v->incidents[i];
		double bits;
		size_t all;

		if (c->of[incident] != one)
			continue;
		bits = cases_score(c, incident, one, NO_CASE) / log(2);
		all = cases_weigh(c, incident, one, w);
		/* Where and when is no tie: a hotline is called from its own country. */
		for (size_t k = 0; k < all; k++) {
			const struct form *f =
			    w[k].form != UINT32_MAX ? &c->t->forms.at[w[k].form] : NULL;

			if (f == NULL || f->kind == EVIDENCE_PLACE || f->kind == EVIDENCE_MODE ||
			    (f->may_n == 1 && f->may[0] == value))
				bits -= w[k].bits;
		}
		n++;
		falls += bits < STAYS_BITS;
	}
	return n > 0 && n > HANGS_LEAST * c->at[one].n && falls >= FALLS_LEAST * n;
}

static bool
looks_like_helper(const struct cases *c, uint32_t value, double many)
{
	const struct tally *y = &c->tallies[value];
	uint32_t all = y->cased + y->outside, most = 0, where = NO_CASE;

	if (all < many)
		return false;
	for (uint32_t i = 0; i < y->n; i++)
		if (y->at[i].n > most) {
			most = y->at[i].n;
			where = y->at[i].of;
		}
	if (most < SPREAD_MOST * all)
		return true;
	return case_hangs(c, value, where);
}

void
helpers_leave(struct incident_table *t)
{
	for (size_t i = 0; i < t->forms.n; i++) {
		struct form *f = &t->forms.at[i];

		for (uint32_t m = 0; m < f->may_n; m++)
			if (t->values.at[f->may[m]].is_helper) {
				f->may_n = 0;
				break;
			}
	}
}

size_t
helpers_guess(struct cases *c)
{
	struct arena *work = arena_new(0);
	size_t found = 0;

	for (size_t k = 0; k <= EVIDENCE_DOCUMENT; k++) {
		double many = often(work, c->t, (enum evidence_kind)k);

		for (uint32_t v = 0; v < c->t->values.n; v++)
			if (c->t->values.at[v].kind == k && !c->t->values.at[v].is_helper &&
			    looks_like_helper(c, v, many)) {
				c->t->values.at[v].is_helper = true;
				found++;
			}
	}
	if (found > 0)
		helpers_leave(c->t);
	c->t->helpers_guessed += found;
	arena_free(work);
	return found;
}
