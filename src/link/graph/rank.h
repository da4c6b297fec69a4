#ifndef LINK_GRAPH_RANK_H
#define LINK_GRAPH_RANK_H

#include "link/graph/walk.h"

/*
 * rank: who stands where. Only who may be known of has a place, and places are as if nobody else
 * were there. A place says where to look, never what somebody is.
 */

/* Distinct nodes tied to each node of a visible graph; of ties in both directions together. */
void graph_degree(const struct graph *visible, double *out);
/* Weights of its ties, summed. */
void graph_strength(const struct graph *visible, double *out);
/*
 * PageRank (Brin and Page 1998), damping .85, until a round changes less than 1e-10 in sum, 200
 * rounds at most; what stands at a node without a way out goes to all alike. Sums to 1.
 * weighted: a tie is followed in proportion to its weight.
 */
void graph_pagerank(const struct graph *visible, bool weighted, struct arena *scrap, double *out);

struct graph_valued {
	uint32_t node;
	double value;
};
struct graph_valued_list {
	struct graph_valued *at;
	size_t n, cap;
};
/*
 * Who is near `from`: personalised PageRank by pushing (Andersen, Chung, Lang 2006), teleport .15.
 * What is not pushed is under `least` for each tie of a node; 1e-5 is a good one. In O(1 / least),
 * whatever the size of the graph. In no order; from itself is among them.
 */
void graph_near(struct graph_walk *w, uint32_t from, double least, struct arena *a,
		struct graph_valued_list *out);

/* Highest first, of equals the lower number first; cut to n_max. */
void graph_rank(struct graph_valued_list *list, size_t n_max);

struct graph_components {
	uint32_t *of;	/* node -> component, by size from 0; GRAPH_NONE: may not be known of */
	uint32_t *size; /* n, largest first */
	uint32_t n;
};
/* What hangs together, whatever the direction of ties. */
void graph_components(struct graph_walk *w, struct arena *a, struct graph_components *out);

#endif
