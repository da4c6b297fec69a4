#ifndef LINK_GRAPH_TEST_GRAPH_H
#define LINK_GRAPH_TEST_GRAPH_H

#include "base/arena.h"
#include "link/graph/walk.h"

/* test_graph: small graphs for tests. */
static inline uint32_t
test_random(uint64_t *state, uint32_t n)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*state >> 33) % n);
}

/* Random ties with weights 1 to 9 and days 0 to 29; parallel ones and loops among them. */
static inline struct graph *
test_graph(struct arena *a, uint64_t seed, uint32_t node_n, uint32_t tie_n, bool directed,
	   const uint8_t *left_out)
{
	uint32_t *from = NEW_N(a, uint32_t, tie_n), *to = NEW_N(a, uint32_t, tie_n);
	float *weight = NEW_N(a, float, tie_n);
	int64_t *start = NEW_N(a, int64_t, tie_n);
	struct graph_ties ties = {tie_n, from, to, weight, start, NULL, NULL};

	for (uint32_t i = 0; i < tie_n; i++) {
		from[i] = test_random(&seed, node_n);
		to[i] = test_random(&seed, node_n);
		weight[i] = (float)(1 + test_random(&seed, 9));
		start[i] = (int64_t)test_random(&seed, 30) * 86400;
	}
	return graph_make(a, node_n, &ties, directed, left_out);
}

#endif
