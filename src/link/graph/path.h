#ifndef LINK_GRAPH_PATH_H
#define LINK_GRAPH_PATH_H

#include "link/graph/walk.h"

/* path: how two are tied to each other, over what the walk's asker may know of. */
enum graph_measure {
	GRAPH_STEPS,	/* each tie is one step */
	GRAPH_STRENGTH, /* a tie is as long as 1 / its weight: strong ties are short */
	GRAPH_LENGTH,	/* a tie is as long as its weight */
};

struct graph_path {
	uint32_t n;	/* nodes */
	uint32_t *node; /* n */
	uint32_t *tie;	/* n - 1 */
	double length;	/* by the measure; of a path in time, seconds from first to last */
};

struct graph_path_list {
	struct graph_path *at;
	size_t n, cap;
};
#define GRAPH_PATHS_MAX 100

/*
 * The k shortest, the shortest first; none goes through a node twice (Yen 1971, with Lawler's
 * 1972 order; each search from both ends). Of parallel ties the shortest is shown. Fewer where
 * there are no more. k is 1 to GRAPH_PATHS_MAX.
 */
void graph_paths(struct graph_walk *w, uint32_t from, uint32_t to, enum graph_measure measure,
		 size_t k, struct arena *a, struct graph_path_list *out);

/*
 * The path that arrives first when each tie is gone along no earlier than the one before, from
 * `since` on (GRAPH_NO_TIME: whenever); of those, one of fewest steps. Ties without a time are
 * not gone along. False: there is none.
 */
bool graph_path_in_time(struct graph_walk *w, uint32_t from, uint32_t to, int64_t since,
			struct arena *a, struct graph_path *out);

#endif
