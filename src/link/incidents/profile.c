#include "link/incidents/cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define LEAK 0.1	 /* what stands in a case, as if it stood outside so often */
#define NOVEL 0.5	 /* a value never seen outside, as if it had been so often */
#define SHRINK 1.0	 /* mentions that a case is thought to have made as everybody does */
#define SHRINK_MODE 20.0 /* phrases say less, and all of them are common */
#define DAY_FLOOR 0.03	 /* of a case's incidents may be at any time */

uint32_t
tally_of(const struct tally *y, uint32_t one)
{
	for (uint32_t i = 0; i < y->n; i++)
		if (y->at[i].of == one)
			return y->at[i].n;
	return 0;
}

static void
tally_add(struct arena *a, struct tally *y, uint32_t one)
{
	for (uint32_t i = 0; i < y->n; i++)
		if (y->at[i].of == one) {
			y->at[i].n++;
			return;
		}
	if (y->n == y->cap) {
		struct tallied *more = NEW_N(a, struct tallied, 2 * (size_t)y->cap + 4);

		if (y->n > 0)
			memcpy(more, y->at, y->n * sizeof *more);
		y->at = more;
		y->cap = 2 * y->cap + 4;
	}
	y->at[y->n++] = (struct tallied){one, 1};
}

static size_t
bin_of(const struct cases *c, int32_t day)
{
	double b = ((double)day - c->day_from) / c->bin_days;

	return b <= 0 ? 0 : b >= CASE_BINS - 1 ? CASE_BINS - 1 : (size_t)b;
}

static int
by_day(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

/* Triangles about its days, as wide as the days are apart, against all time alike. */
static void
when_make(struct cases *c, struct one_case *o, int32_t *day, uint32_t n)
{
	double width, height;
	uint32_t early, late;
	int64_t half;

	o->days = n;
	memset(o->when, 0, CASE_BINS * sizeof *o->when);
	if (n == 0)
		return;
	qsort(day, n, sizeof *day, by_day);
	o->first = day[0];
	o->last = day[n - 1];
	early = (n - 1) / 10;
	late = (n - 1) * 9 / 10;
	width = ((double)day[late] - (double)day[early]) / (n > 8 ? 4 : 2) + 3 * c->bin_days;
	half = (int64_t)ceil(width / c->bin_days);
	height = (double)CASE_BINS / (double)half;
	o->peak = (float)height;
	for (uint32_t i = 0; i < n; i++) {
		int64_t b = (int64_t)bin_of(c, day[i]);

		for (int64_t k = b - half; k <= b + half; k++) {
			/* What would fall before the first day or after the last is turned back. */
			int64_t at = k < 0 ? -k - 1 : k >= CASE_BINS ? 2 * CASE_BINS - 1 - k : k;

			if (at >= 0 && at < CASE_BINS)
				o->when[at] +=
				    (float)(height * (1 - fabs((double)(k - b)) / (double)half));
		}
	}
}

void
cases_tally(struct cases *c)
{
	const struct incident_table *t = c->t;
	int32_t *days = NEW_N(c->arena, int32_t, t->incidents.n + 1);
	uint32_t *from = NEW_N(c->arena, uint32_t, c->n + 1), *fill;

	for (size_t v = 0; v < t->values.n; v++)
		c->tallies[v].n = c->tallies[v].cased = c->tallies[v].outside = 0;
	for (uint32_t k = 0; k < c->n; k++) {
		c->at[k].n = c->at[k].days = 0;
		c->at[k].first = c->at[k].last = NO_DAY;
		memset(c->at[k].mentions, 0, sizeof c->at[k].mentions);
	}
	memset(c->cased, 0, sizeof c->cased);
	memset(c->outside, 0, sizeof c->outside);
	c->in_cases = 0;
	for (uint32_t i = 0; i < t->incidents.n; i++) {
		const struct incident *in = &t->incidents.at[i];
		uint32_t one = c->of[i];

		if (one != NO_CASE) {
			c->at[one].n++;
			c->in_cases++;
			c->at[one].days += in->day != NO_DAY;
		}
		for (uint32_t m = 0; m < in->form_n; m++) {
			const struct form *f = &t->forms.at[in->forms[m]];

			if (f->may_n == 0)
				continue;
			if (one != NO_CASE) {
				c->at[one].mentions[f->kind]++;
				c->cased[f->kind]++;
			} else
				c->outside[f->kind]++;
			if (f->may_n > 1)
				continue;
			if (one != NO_CASE) {
				tally_add(c->arena, &c->tallies[f->may[0]], one);
				c->tallies[f->may[0]].cased++;
			} else
				c->tallies[f->may[0]].outside++;
		}
	}
	for (uint32_t k = 0, at = 0; k < c->n; at += c->at[k++].days)
		from[k] = at;
	fill = NEW_N(c->arena, uint32_t, c->n + 1);
	for (uint32_t i = 0; i < t->incidents.n; i++)
		if (c->of[i] != NO_CASE && t->incidents.at[i].day != NO_DAY)
			days[from[c->of[i]] + fill[c->of[i]]++] = t->incidents.at[i].day;
	for (uint32_t k = 0; k < c->n; k++)
		when_make(c, &c->at[k], days + from[k], c->at[k].days);
}

static double
shrink(enum evidence_kind k)
{
	return k == EVIDENCE_MODE ? SHRINK_MODE : SHRINK;
}

/*
 * How often everybody's incidents have a value, had the case at hand none: mostly by what
 * stands in no case, for what stands in other cases has its reason there.
 */
static double
rate_outside(const struct cases *c, uint32_t value, double here, double out_self)
{
	const struct tally *y = &c->tallies[value];
	const struct value *v = &c->t->values.at[value];
	double outside = c->outside[v->kind], rate;
	double chance = v->kind == EVIDENCE_NAME ? outside / 2 + 1 : NOVEL;
	double per = v->kind == EVIDENCE_NAME ? v->accident : 1;

	rate = y->outside - out_self + LEAK * (y->cased - here) + chance * per;
	return rate / (outside + LEAK * c->cased[v->kind] + chance);
}

/* Of the case's mentions of the kind, what is this value's share beyond that of all cases. */
static double
share_own(const struct cases *c, uint32_t value, double here, double all_here)
{
	const struct tally *y = &c->tallies[value];
	enum evidence_kind k = c->t->values.at[value].kind;
	double others = c->cased[k] - all_here;
	double beyond = others > 0 ? (y->cased - here) / others * all_here : 0;

	if (k == EVIDENCE_MODE || k == EVIDENCE_PLACE)
		beyond = 0;
	return here > beyond ? here - beyond : 0;
}

/* How much likelier the mention is in the case (or in two as one) than outside. */
double
cases_mention_ratio(const struct cases *c, const struct form *f, uint32_t one, uint32_t with,
		    bool self_in, bool self_out, uint32_t *shared)
{
	double all = c->at[one].mentions[f->kind], own_n = 0, outside = 0;
	double own = c->own[f->kind];

	if (with != NO_CASE)
		all += c->at[with].mentions[f->kind];
	all -= self_in;
	*shared = 0;
	for (uint32_t m = 0; m < f->may_n; m++) {
		const struct tally *y = &c->tallies[f->may[m]];
		double here = tally_of(y, one);

		if (with != NO_CASE)
			here += tally_of(y, with);
		outside += rate_outside(c, f->may[m], here, self_out && f->may_n == 1);
		if (self_in && f->may_n == 1)
			here -= 1;
		if (here < 0)
			here = 0;
		*shared += (uint32_t)here;
		own_n += share_own(c, f->may[m], here, all);
	}
	if (outside > 1)
		outside = 1;
	return own * (own_n + shrink(f->kind) * outside) / (all + shrink(f->kind)) / outside +
	       (1 - own);
}

static double
day_ratio(const struct cases *c, int32_t day, uint32_t one, uint32_t with, bool self_in)
{
	double n = c->at[one].days, sum;
	size_t b;

	if (day == NO_DAY)
		return 1;
	b = bin_of(c, day);
	sum = c->at[one].when[b];
	if (self_in && n > 0) {
		sum -= c->at[one].peak;
		n -= 1;
	}
	if (with != NO_CASE) {
		sum += c->at[with].when[b];
		n += c->at[with].days;
	}
	if (n <= 0)
		return 1;
	return DAY_FLOOR + (1 - DAY_FLOOR) * (sum > 0 ? sum : 0) / n;
}

static double
prior(const struct cases *c, uint32_t one, uint32_t with, bool self_in)
{
	double n = c->at[one].n + (with != NO_CASE ? c->at[with].n : 0) - self_in;
	double outside = (double)c->t->incidents.n - c->in_cases;

	return log((n > 0.5 ? n : 0.5) / (outside + 1));
}

double
cases_score(const struct cases *c, uint32_t incident, uint32_t one, uint32_t with)
{
	const struct incident *in = &c->t->incidents.at[incident];
	bool self_in = c->of[incident] == one || (with != NO_CASE && c->of[incident] == with);
	bool self_out = c->of[incident] == NO_CASE;
	double score =
	    prior(c, one, with, self_in) +
	    log(day_ratio(c, in->day, one, c->of[incident] == with ? one : with, self_in));
	uint32_t shared;

	for (uint32_t m = 0; m < in->form_n; m++) {
		const struct form *f = &c->t->forms.at[in->forms[m]];

		if (f->may_n > 0)
			score +=
			    log(cases_mention_ratio(c, f, one, with, self_in, self_out, &shared));
	}
	return score;
}

size_t
cases_weigh(const struct cases *c, uint32_t incident, uint32_t one, struct weighed *out)
{
	const struct incident *in = &c->t->incidents.at[incident];
	bool self_in = c->of[incident] == one, self_out = c->of[incident] == NO_CASE;
	size_t n = 0;

	for (uint32_t m = 0; m < in->form_n; m++) {
		const struct form *f = &c->t->forms.at[in->forms[m]];
		struct weighed *w = &out[n];

		if (f->may_n == 0)
			continue;
		n++;
		w->kind = f->kind;
		w->form = in->forms[m];
		w->bits =
		    log2(cases_mention_ratio(c, f, one, NO_CASE, self_in, self_out, &w->shared));
	}
	if (in->day != NO_DAY)
		out[n++] = (struct weighed){
		    .kind = EVIDENCE_KIND_COUNT,
		    .form = UINT32_MAX,
		    .bits = log2(day_ratio(c, in->day, one, NO_CASE, self_in)),
		};
	return n;
}
