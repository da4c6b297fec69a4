#ifndef NODE_DEMO_DATA_PLACE_H
#define NODE_DEMO_DATA_PLACE_H

#include "base/str.h"

/*
 * demo_place: the invented towns of the North Coast (QN) and Riverland (QR). Their positions
 * lie in the open South Pacific, hundreds of kilometres from any land, so that no map puts the
 * demo into a real town. QN and QR are user-assigned codes (ISO 3166-1, 8.1.3).
 */
struct demo_place {
	const char *city, *state, *country, *latitude, *longitude, *postal_code;
};

enum { DEMO_PLACE_COUNT = 14, DEMO_STREET_COUNT = 10 };

extern const struct demo_place demo_places[DEMO_PLACE_COUNT]; /* the first is Port Ulmere */
extern const char *const demo_streets[DEMO_STREET_COUNT];     /* the first is Harbour Road */

#endif
