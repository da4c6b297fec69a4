#ifndef NODE_DEMO_DATA_NETWORK_H
#define NODE_DEMO_DATA_NETWORK_H

#include "node/demo_data.h"
#include "node/demo_data_row.h"

/*
 * demo_network: which incidents belong together in the demo, and what shows it. Each member
 * shares at least two things with other members; no thing is shared with an incident outside
 * the network, save the hotline and the names of towns.
 */

/*
 * Give plans their shared things, place and days. The plans stand in order of category and
 * ordinal, before they are shuffled; category_first[c] is the first plan of category c.
 */
void demo_network_assign(struct arena *a, uint64_t seed, struct demo_plan *plans,
			 const size_t category_first[DEMO_CATEGORY_COUNT]);

const char *demo_network_name(size_t network);
size_t demo_network_size(size_t network);
/* The members, as indexes into the plans given to demo_network_assign. */
size_t demo_network_member(const size_t category_first[DEMO_CATEGORY_COUNT], size_t network,
			   size_t member);
/* Likewise those that carry the hotline's number. */
size_t demo_hotline_member(const size_t category_first[DEMO_CATEGORY_COUNT], size_t member);
struct str demo_hotline(struct arena *a);
/* Whether this incident is a member or carries the hotline, so gets no things of its own. */
bool demo_network_has(const size_t category_first[DEMO_CATEGORY_COUNT], size_t plan);

#endif
