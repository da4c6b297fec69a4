#include "link/incidents/seed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "link/incidents/cases.h"

#define COMMON_MAX 300 /* incidents of a value by which pairs are still made */
#define RARE_MAX 30    /* and of one by which days and places of pairs are measured */
#define TIME_BINS 10
#define RANDOM_PAIRS 20000
#define WEIGHT_LEAST 1.0
#define WEIGHT_MOST 12.0
#define DENSITY 0.3 /* mean weight of a pair within a group, at least */
#define PASSES 12
#define LEVELS 8

struct measured {
	int32_t edge[TIME_BINS - 1]; /* days apart */
	double time[TIME_BINS];	     /* log of the ratio */
	double place[2];	     /* elsewhere, same */
};

struct links {
	uint32_t n;
	uint32_t *from, *to; /* from[n]: end */
	double *w;
	double *size; /* incidents in a node */
};

static size_t
time_bin(const struct measured *m, int32_t apart)
{
	size_t b = 0;

	while (b < TIME_BINS - 1 && apart > m->edge[b])
		b++;
	return b;
}

static int
ascending(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

static int32_t
apart(const struct incident *x, const struct incident *y)
{
	return x->day == NO_DAY || y->day == NO_DAY ? -1 : abs(x->day - y->day);
}

static void
measure(struct arena *a, const struct incident_table *t, struct measured *m)
{
	int32_t *days = NEW_N(a, int32_t, RANDOM_PAIRS);
	double time_m[TIME_BINS] = {0}, place_m[2] = {0}, place_u[2] = {0}, all = 0, placed = 0;
	uint64_t x = 88172645463325252u;
	size_t n = 0;

	for (size_t i = 0; i < RANDOM_PAIRS; i++) {
		const struct incident *p, *q;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p = &t->incidents.at[(x >> 32) % t->incidents.n];
		q = &t->incidents.at[(x & UINT32_MAX) % t->incidents.n];
		if (p == q)
			continue;
		if (apart(p, q) >= 0)
			days[n++] = apart(p, q);
		if (p->place != NO_PLACE && q->place != NO_PLACE)
			place_u[p->place == q->place]++;
	}
	qsort(days, n, sizeof *days, ascending);
	for (size_t b = 0; b < TIME_BINS - 1; b++)
		m->edge[b] = n > 0 ? days[(b + 1) * n / TIME_BINS] : 0;
	for (size_t v = 0; v < t->values.n; v++) {
		const struct value *one = &t->values.at[v];

		if (!evidence_kind_is_identifier(one->kind) || one->n > RARE_MAX)
			continue;
		for (uint32_t i = 0; i < one->n; i++)
			for (uint32_t k = i + 1; k < one->n; k++) {
				const struct incident *p = &t->incidents.at[one->incidents[i]],
						      *q = &t->incidents.at[one->incidents[k]];
				/* Each value counts alike, not each pair. */
				double w = 2.0 / one->n;

				if (apart(p, q) >= 0) {
					time_m[time_bin(m, apart(p, q))] += w;
					all += w;
				}
				if (p->place != NO_PLACE && q->place != NO_PLACE) {
					place_m[p->place == q->place] += w;
					placed += w;
				}
			}
	}
	for (size_t b = 0; b < TIME_BINS; b++)
		m->time[b] = log((time_m[b] + 1) / (all + TIME_BINS) * TIME_BINS);
	for (size_t s = 0; s < 2; s++)
		m->place[s] = log((place_m[s] + 1) / (placed + 2) /
				  ((place_u[s] + 1) / (place_u[0] + place_u[1] + 2)));
}

/* Rows of weights between incidents that share what is not common. */
static void
links_make(struct arena *a, const struct incident_table *t, struct links *l)
{
	double mentions[EVIDENCE_KIND_COUNT] = {0};
	double *sum = NEW_N(a, double, t->incidents.n + 1);
	VEC(uint32_t) to = {0}, touched = {0};
	VEC(double) w = {0};
	struct measured m;

	measure(a, t, &m);
	for (size_t v = 0; v < t->values.n; v++)
		mentions[t->values.at[v].kind] += t->values.at[v].n;
	l->n = (uint32_t)t->incidents.n;
	l->from = NEW_N(a, uint32_t, l->n + 1);
	l->size = NEW_N(a, double, l->n + 1);
	for (uint32_t i = 0; i < l->n; i++) {
		const struct incident *in = &t->incidents.at[i];

		l->size[i] = 1;
		l->from[i] = (uint32_t)to.n;
		touched.n = 0;
		for (uint32_t k = 0; k < in->form_n; k++) {
			const struct form *f = &t->forms.at[in->forms[k]];
			const struct value *v = f->may_n == 1 ? &t->values.at[f->may[0]] : NULL;

			if (v == NULL || v->kind >= EVIDENCE_MODE || v->n > COMMON_MAX)
				continue;
			for (uint32_t o = 0; o < v->n; o++) {
				uint32_t other = v->incidents[o];

				if (other == i)
					continue;
				if (sum[other] == 0)
					*VEC_ADD(a, &touched) = other;
				sum[other] += log(mentions[v->kind] / v->n);
			}
		}
		for (size_t k = 0; k < touched.n; k++) {
			const struct incident *o = &t->incidents.at[touched.at[k]];
			double weight = sum[touched.at[k]];

			sum[touched.at[k]] = 0;
			if (apart(in, o) >= 0)
				weight += m.time[time_bin(&m, apart(in, o))];
			if (in->place != NO_PLACE && o->place != NO_PLACE)
				weight += m.place[in->place == o->place];
			if (weight < WEIGHT_LEAST)
				continue;
			*VEC_ADD(a, &to) = touched.at[k];
			*VEC_ADD(a, &w) = fmin(weight, WEIGHT_MOST);
		}
	}
	l->from[l->n] = (uint32_t)to.n;
	l->to = to.at;
	l->w = w.at;
}

/* Each node goes where its pairs' weight is highest; true when any moved. */
static bool
move_all(struct arena *a, const struct links *l, uint32_t *of)
{
	double *size = NEW_N(a, double, l->n + 1), *sum = NEW_N(a, double, l->n + 1);
	uint32_t *near = NEW_N(a, uint32_t, l->n + 1);
	bool any = false, moved = true;

	for (uint32_t i = 0; i < l->n; i++)
		size[of[i]] += l->size[i];
	for (int pass = 0; pass < PASSES && moved; pass++) {
		moved = false;
		for (uint32_t i = 0; i < l->n; i++) {
			uint32_t best = of[i];
			double most, s = l->size[i];
			size_t n = 0;

			for (uint32_t e = l->from[i]; e < l->from[i + 1]; e++) {
				uint32_t k = of[l->to[e]];

				if (l->to[e] == i)
					continue;
				if (sum[k] == 0)
					near[n++] = k;
				sum[k] += l->w[e];
			}
			most = sum[best] - DENSITY * s * (size[best] - s);
			for (size_t k = 0; k < n; k++) {
				double gain = sum[near[k]] - DENSITY * s * size[near[k]];

				if (near[k] != of[i] && gain > most + 1e-9) {
					most = gain;
					best = near[k];
				}
			}
			for (size_t k = 0; k < n; k++)
				sum[near[k]] = 0;
			if (best == of[i])
				continue;
			size[of[i]] -= s;
			size[best] += s;
			of[i] = best;
			moved = any = true;
		}
	}
	return any;
}

static uint32_t
renumber(struct arena *a, uint32_t *of, uint32_t n)
{
	uint32_t *as = NEW_N(a, uint32_t, n + 1), k = 0;

	for (uint32_t i = 0; i < n; i++)
		if (as[of[i]] == 0)
			as[of[i]] = ++k;
	for (uint32_t i = 0; i < n; i++)
		of[i] = as[of[i]] - 1;
	return k;
}

/* Groups become nodes. */
static void
links_fold(struct arena *a, const struct links *l, const uint32_t *of, uint32_t n,
	   struct links *out)
{
	uint32_t *start = NEW_N(a, uint32_t, n + 2), *member = NEW_N(a, uint32_t, l->n + 1);
	uint32_t *fill = NEW_N(a, uint32_t, n + 1), *near = NEW_N(a, uint32_t, n + 1);
	double *sum = NEW_N(a, double, n + 1);
	VEC(uint32_t) to = {0};
	VEC(double) w = {0};

	*out = (struct links){
	    .n = n, .from = NEW_N(a, uint32_t, n + 1), .size = NEW_N(a, double, n + 1)};
	for (uint32_t i = 0; i < l->n; i++)
		start[of[i] + 1]++;
	for (uint32_t k = 0; k < n; k++)
		start[k + 1] += start[k];
	for (uint32_t i = 0; i < l->n; i++)
		member[start[of[i]] + fill[of[i]]++] = i;
	for (uint32_t k = 0; k < n; k++) {
		size_t near_n = 0;

		out->from[k] = (uint32_t)to.n;
		for (uint32_t m = start[k]; m < start[k + 1]; m++) {
			out->size[k] += l->size[member[m]];
			for (uint32_t e = l->from[member[m]]; e < l->from[member[m] + 1]; e++) {
				uint32_t o = of[l->to[e]];

				if (o == k)
					continue;
				if (sum[o] == 0)
					near[near_n++] = o;
				sum[o] += l->w[e];
			}
		}
		for (size_t i = 0; i < near_n; i++) {
			*VEC_ADD(a, &to) = near[i];
			*VEC_ADD(a, &w) = sum[near[i]];
			sum[near[i]] = 0;
		}
	}
	out->from[n] = (uint32_t)to.n;
	out->to = to.at;
	out->w = w.at;
}

uint32_t
seed_cases(struct arena *a, const struct incident_table *t, uint32_t *of)
{
	struct arena *work = arena_new((size_t)8 << 30);
	struct links l, folded;
	uint32_t *at, *size, n = (uint32_t)t->incidents.n;

	(void)a;
	for (uint32_t i = 0; i < n; i++)
		of[i] = i;
	if (n == 0) {
		arena_free(work);
		return 0;
	}
	links_make(work, t, &l);
	for (int level = 0; level < LEVELS; level++) {
		uint32_t k;

		at = NEW_N(work, uint32_t, l.n + 1);
		for (uint32_t i = 0; i < l.n; i++)
			at[i] = i;
		if (!move_all(work, &l, at))
			break;
		k = renumber(work, at, l.n);
		for (uint32_t i = 0; i < t->incidents.n; i++)
			of[i] = at[of[i]];
		links_fold(work, &l, at, k, &folded);
		l = folded;
		n = k;
	}
	size = NEW_N(work, uint32_t, n + 1);
	for (uint32_t i = 0; i < t->incidents.n; i++)
		size[of[i]]++;
	for (uint32_t i = 0; i < t->incidents.n; i++)
		if (size[of[i]] < 3)
			of[i] = NO_CASE;
	arena_free(work);
	return n;
}
