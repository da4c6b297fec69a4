#include "link/adverts/groups.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"
#include "link/adverts/pairs.h"

#define SAMPLE 6

/*
 * How alike, on average over members, what is joined must be: two lone adverts; groups, first the
 * clear ones, and once contacts have joined what they tie, the others.
 */
#define ALIKE_ALONE 0.40
#define ALIKE_CLEAR 0.36
#define ALIKE_LEAST 0.28
/* Groups of two and three hang by so few pairs that these must be good. */
#define ALIKE_TWO 0.5
#define ALIKE_THREE 0.4
/* A contact in so many groups that are less alike than this is a hub. */
#define HUB_PARTS 6
#define HUB_ALIKE 0.2
/* A group is joined by a contact that one in so many of its adverts has. */
#define CONTACT_SHARE 6

/* A group while it grows; its members hang in a list. */
struct part {
	uint32_t first, last, n;
	uint32_t sample[SAMPLE], sample_n;
	uint32_t contact_merges, refused;
};

struct growing {
	const struct corpus *c;
	uint32_t *root, *next;
	struct part *part;
};

static uint32_t
root_of(struct growing *g, uint32_t i)
{
	while (g->root[i] != i) {
		g->root[i] = g->root[g->root[i]];
		i = g->root[i];
	}
	return i;
}

static double
average(const struct growing *g, uint32_t x, uint32_t y)
{
	const struct part *a = &g->part[x], *b = &g->part[y];
	double sum = 0;

	for (uint32_t i = 0; i < a->sample_n; i++)
		for (uint32_t k = 0; k < b->sample_n; k++)
			sum += corpus_alike(g->c, a->sample[i], b->sample[k]);
	return sum / (a->sample_n * b->sample_n);
}

/* Of both samples, as many as each has members; evenly spread. */
static void
sample_join(struct part *a, const struct part *b)
{
	uint32_t kept[SAMPLE], n = a->sample_n + b->sample_n, m = n < SAMPLE ? n : SAMPLE;
	uint32_t from_b = m - (a->sample_n < m ? a->sample_n : m);

	if (n > SAMPLE) {
		from_b = (uint32_t)((uint64_t)SAMPLE * b->n / (a->n + b->n));
		if (from_b == 0 && b->n * SAMPLE * 2 >= a->n)
			from_b = 1;
		if (from_b > b->sample_n)
			from_b = b->sample_n;
		if (m - from_b > a->sample_n)
			from_b = m - a->sample_n;
	}
	for (uint32_t i = 0; i < m - from_b; i++)
		kept[i] = a->sample[i * a->sample_n / (m - from_b)];
	for (uint32_t i = 0; i < from_b; i++)
		kept[m - from_b + i] = b->sample[i * b->sample_n / from_b];
	for (uint32_t i = 0; i < m; i++)
		a->sample[i] = kept[i];
	a->sample_n = m;
}

static void
join(struct growing *g, uint32_t x, uint32_t y)
{
	struct part *a, *b;
	uint32_t t;

	if (g->part[x].n < g->part[y].n || (g->part[x].n == g->part[y].n && y < x)) {
		t = x;
		x = y;
		y = t;
	}
	a = &g->part[x];
	b = &g->part[y];
	sample_join(a, b);
	g->root[y] = x;
	g->next[a->last] = b->first;
	a->last = b->last;
	a->n += b->n;
	a->contact_merges += b->contact_merges;
	a->refused += b->refused;
}

static void
by_text(struct growing *g, const struct pair_list *pairs, double least_alone, double least)
{
	for (size_t i = 0; i < pairs->n; i++) {
		const struct pair *p = &pairs->at[i];
		uint32_t x = root_of(g, p->a), y = root_of(g, p->b);
		double wanted;

		if (x == y)
			continue;
		wanted = g->part[x].n == 1 && g->part[y].n == 1 ? least_alone : least;
		if (p->alike < wanted * 10000 * 0.8)
			continue;
		if (average(g, x, y) >= wanted) {
			join(g, x, y);
		} else {
			g->part[x].refused++;
			g->part[y].refused++;
		}
	}
}

/* The groups that have a contact, each with how many of its adverts do. */
struct holder {
	uint32_t part, n;
};

static int
by_part(const void *x, const void *y)
{
	const struct holder *a = x, *b = y;

	return a->part < b->part ? -1 : a->part > b->part;
}

static size_t
holders_of(struct growing *g, size_t contact, struct holder *out)
{
	const struct corpus *c = g->c;
	size_t n = 0, m = 0;

	for (uint32_t i = c->contact_at[contact]; i < c->contact_at[contact + 1]; i++)
		out[n++] = (struct holder){root_of(g, c->contact_of[i]), 1};
	qsort(out, n, sizeof(*out), by_part);
	for (size_t i = 0; i < n; i++)
		if (m > 0 && out[m - 1].part == out[i].part)
			out[m - 1].n++;
		else
			out[m++] = out[i];
	return m;
}

/* Many that have it, and nothing else in common: a helpline, a site's own number. */
static bool
is_hub(struct growing *g, const struct holder *h, size_t n)
{
	double sum = 0;
	size_t pairs = 0, step = n > 16 ? n / 16 : 1;

	if (n < HUB_PARTS)
		return false;
	for (size_t i = 0; i < n; i += step)
		for (size_t k = i + step; k < n; k += step) {
			sum += corpus_alike(g->c, g->part[h[i].part].sample[0],
					    g->part[h[k].part].sample[0]);
			pairs++;
		}
	return sum / (double)pairs < HUB_ALIKE;
}

static bool
supports(const struct growing *g, const struct holder *h)
{
	return h->n * CONTACT_SHARE >= g->part[h->part].n;
}

static void
by_contact(struct growing *g, struct arena *a, struct corpus *c, struct groups *out)
{
	struct holder *h = NEW_N(a, struct holder, c->n + 1);

	for (size_t k = 0; k < c->contact_n; k++) {
		size_t n;

		if (c->contact[k].is_freephone || c->contact[k].is_helper ||
		    c->contact[k].advert_n < 2)
			continue;
		n = holders_of(g, k, h);
		if (!c->contact[k].is_hub && is_hub(g, h, n)) {
			c->contact[k].is_hub = true;
			out->hubs++;
		}
		if (c->contact[k].is_hub)
			continue;
		for (size_t i = 0; i < n; i++)
			for (size_t m = i + 1; m < n && m < i + HUB_PARTS * 4; m++) {
				uint32_t x = root_of(g, h[i].part), y = root_of(g, h[m].part);

				if (x == y || !supports(g, &h[i]) || !supports(g, &h[m]))
					continue;
				join(g, x, y);
				g->part[root_of(g, x)].contact_merges++;
			}
	}
}

static void
start(struct growing *g, struct arena *a, const struct corpus *c)
{
	*g = (struct growing){.c = c,
			      .root = NEW_N(a, uint32_t, c->n + 1),
			      .next = NEW_N(a, uint32_t, c->n + 1),
			      .part = NEW_N(a, struct part, c->n + 1)};
	for (uint32_t i = 0; i < c->n; i++) {
		g->root[i] = i;
		g->next[i] = UINT32_MAX;
		g->part[i] =
		    (struct part){.first = i, .last = i, .n = 1, .sample = {i}, .sample_n = 1};
	}
	for (uint32_t i = 1; i < c->n; i++)
		if (pairs_stands_for(c, i - 1, i))
			join(g, root_of(g, i - 1), i);
}

/* How alike the pairs of a sample are; a group of two or three hangs by this alone. */
static void
measure(const struct growing *g, const struct part *p, struct group *out)
{
	double sum = 0;
	size_t n = 0;

	out->alike_least = 1;
	for (uint32_t i = 0; i < p->sample_n; i++)
		for (uint32_t k = i + 1; k < p->sample_n; k++, n++) {
			double alike = corpus_alike(g->c, p->sample[i], p->sample[k]);

			sum += alike;
			if (alike < out->alike_least)
				out->alike_least = alike;
		}
	out->alike = n > 0 ? sum / (double)n : 1;
}

static void
finish(struct growing *g, struct arena *a, struct groups *out)
{
	size_t n = g->c->n, m = 0;
	uint32_t *members = NEW_N(a, uint32_t, n + 1);

	out->of = NEW_N(a, uint32_t, n + 1);
	out->at = NEW_N(a, struct group, n + 1);
	for (size_t i = 0; i < n; i++)
		out->of[i] = GROUP_NONE;
	for (uint32_t i = 0; i < n; i++) {
		struct part *p = &g->part[i];
		struct group group = {.advert = members + m,
				      .contact_merges = p->contact_merges,
				      .refused = p->refused};

		if (g->root[i] != i || p->n < 2)
			continue;
		measure(g, p, &group);
		if (p->contact_merges == 0 && ((p->n == 2 && group.alike < ALIKE_TWO) ||
					       (p->n == 3 && group.alike < ALIKE_THREE)))
			continue;
		for (uint32_t k = p->first; k != UINT32_MAX; k = g->next[k]) {
			out->of[k] = (uint32_t)out->n;
			members[m++] = k;
			group.advert_n++;
		}
		out->at[out->n++] = group;
	}
}

void
groups_find(struct arena *a, struct corpus *c, unsigned threads, struct groups *out)
{
	struct arena *work = arena_new((size_t)32 << 30);
	struct pair_list pairs;
	struct growing g;

	*out = (struct groups){0};
	pairs_find(work, c, threads, &pairs);
	out->pairs = pairs.n;
	start(&g, work, c);
	by_text(&g, &pairs, ALIKE_ALONE, ALIKE_CLEAR);
	by_contact(&g, work, c, out);
	by_text(&g, &pairs, ALIKE_ALONE, ALIKE_LEAST);
	by_contact(&g, work, c, out);
	finish(&g, a, out);
	arena_free(work);
}
