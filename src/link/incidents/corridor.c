#include "link/incidents/corridor.h"

#include <string.h>

#include "base/arena.h"

#define PLACE_LEAST 0.3	 /* of what the middle of the case's first places has */
#define BEFORE_WORTH 0.4 /* of a step, that one place comes somewhere before another */

struct steps {
	uint32_t place[CORRIDOR_PLACES_MAX];
	size_t n;
	double next[CORRIDOR_PLACES_MAX][CORRIDOR_PLACES_MAX]; /* routes with this step */
	double before[CORRIDOR_PLACES_MAX][CORRIDOR_PLACES_MAX];
	double first[CORRIDOR_PLACES_MAX]; /* routes of one place alone: where it begins */
};

static size_t
place_at(const struct steps *s, uint32_t place)
{
	size_t i = 0;

	while (i < s->n && s->place[i] != place)
		i++;
	return i;
}

/* Places by how many incidents of the case name them: the first that are not chance. */
static void
places_choose(struct arena *a, const struct cases *c, uint32_t one, struct steps *s)
{
	const struct incident_table *t = c->t;
	double *seen = NEW_N(a, double, t->places.n + 1), most[CORRIDOR_PLACES_MAX];
	double least;

	for (uint32_t i = 0; i < t->incidents.n; i++) {
		const struct incident *in = &t->incidents.at[i];
		bool is_in = false;

		if (c->of[i] != one)
			continue;
		for (uint32_t k = 0; k < in->route_n; k++) {
			seen[in->route[k]]++;
			is_in |= in->route[k] == in->place;
		}
		if (!is_in && in->place != NO_PLACE)
			seen[in->place]++;
	}
	while (s->n < CORRIDOR_PLACES_MAX) {
		uint32_t best = NO_PLACE;

		for (uint32_t p = 0; p < t->places.n; p++)
			if (seen[p] > 0 && (best == NO_PLACE || seen[p] > seen[best]))
				best = p;
		if (best == NO_PLACE)
			break;
		most[s->n] = seen[best];
		s->place[s->n++] = best;
		seen[best] = 0;
	}
	least = s->n > 0 ? PLACE_LEAST * most[s->n > 2 ? 2 : s->n - 1] : 0;
	while (s->n > 0 && (most[s->n - 1] < least || most[s->n - 1] < 2))
		s->n--;
}

static void
steps_count(const struct cases *c, uint32_t one, struct steps *s)
{
	for (uint32_t i = 0; i < c->t->incidents.n; i++) {
		const struct incident *in = &c->t->incidents.at[i];

		if (c->of[i] != one)
			continue;
		if (in->route_n == 1 && place_at(s, in->route[0]) < s->n)
			s->first[place_at(s, in->route[0])]++;
		for (uint32_t k = 1; k < in->route_n; k++)
			for (uint32_t b = 0; b < k; b++) {
				size_t x = place_at(s, in->route[b]), y = place_at(s, in->route[k]);

				if (x == s->n || y == s->n || x == y)
					continue;
				s->before[x][y]++;
				s->next[x][y] += b + 1 == k;
			}
	}
}

/* best[set][last]: the most that the places of the set, ending with last, agree with. */
static void
order_best(struct arena *a, const struct steps *s, struct corridor *out)
{
	size_t sets = (size_t)1 << s->n, n = s->n, last = 0;
	double *best = NEW_N(a, double, sets *n);
	uint8_t *from = NEW_N(a, uint8_t, sets * n);
	size_t set = sets - 1;

	for (size_t m = 1; m < sets; m++)
		for (size_t l = 0; l < n; l++) {
			size_t rest = m & ~((size_t)1 << l);
			double before = 0, most = -1;

			if (rest == m)
				continue;
			for (size_t k = 0; k < n; k++)
				if (rest >> k & 1)
					before += s->before[k][l];
			for (size_t k = 0; k < n; k++)
				if (rest >> k & 1 && best[rest * n + k] + s->next[k][l] > most) {
					most = best[rest * n + k] + s->next[k][l];
					from[m * n + l] = (uint8_t)k;
				}
			best[m * n + l] = (rest == 0 ? s->first[l] : most) + BEFORE_WORTH * before;
		}
	for (size_t l = 1; l < n; l++)
		if (best[set * n + l] > best[set * n + last])
			last = l;
	for (size_t at = n; at > 0; at--) {
		size_t k = from[set * n + last];

		out->place[at - 1] = s->place[last];
		out->support[at - 1] =
		    at > 1 ? (uint32_t)s->next[k][last] : (uint32_t)s->first[last];
		set &= ~((size_t)1 << last);
		last = k;
	}
	out->n = n;
}

void
corridor_find(struct arena *a, const struct cases *c, uint32_t one, struct corridor *out)
{
	struct steps s = {.n = 0};

	*out = (struct corridor){.n = 0};
	places_choose(a, c, one, &s);
	if (s.n == 0)
		return;
	steps_count(c, one, &s);
	order_best(a, &s, out);
}
