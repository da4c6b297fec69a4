#ifndef LINK_INCIDENTS_CORRIDOR_H
#define LINK_INCIDENTS_CORRIDOR_H

#include "link/incidents/cases.h"

/*
 * corridor: the route of a case. Its places are those where enough of its incidents happened or
 * that enough of their routes name; their order is the one that most of the routes' steps and
 * "before"s agree with (exact, by dynamic programming over sets of places).
 */
#define CORRIDOR_PLACES_MAX 12

struct corridor {
	uint32_t place[CORRIDOR_PLACES_MAX];
	uint32_t
	    support[CORRIDOR_PLACES_MAX]; /* routes that go from the place before to this one */
	size_t n;
};

void corridor_find(struct arena *a, const struct cases *c, uint32_t one, struct corridor *out);

#endif
