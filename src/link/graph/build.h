#ifndef LINK_GRAPH_BUILD_H
#define LINK_GRAPH_BUILD_H

#include "link/graph/graph.h"

/*
 * build: a graph from names, as files give them: nodes come up as they are named, in any order.
 * Text is copied. What is built lives in the builder's arena.
 */
struct graph_builder;

struct graph_tie {
	float weight;	    /* over 0; 1 where none is said */
	int64_t start, end; /* seconds, or GRAPH_NO_TIME */
	struct str type;
};
#define GRAPH_TIE_PLAIN ((struct graph_tie){1, GRAPH_NO_TIME, GRAPH_NO_TIME, STR_NONE})

struct graph_builder *graph_begin(struct arena *a);

/* The node of this id, made when there is none; lives until the next call. RC_INVALID: an empty
 * id. RC_TOO_LARGE: GRAPH_NODES_MAX, or an id over 4096 bytes. */
MUST_USE enum rc graph_add_node(struct graph_builder *b, struct str id, uint32_t *out,
				struct err *err);
/* Empty values change nothing. RC_TOO_LARGE: over GRAPH_TYPES_MAX types. */
MUST_USE enum rc graph_set_type(struct graph_builder *b, uint32_t node, struct str type,
				struct err *err);
void graph_set_label(struct graph_builder *b, uint32_t node, struct str label);
/* Adds to what is known: nobody comes back in. */
void graph_leave_out(struct graph_builder *b, uint32_t node, unsigned why);
/* Passed over unless it is a place on Earth. */
void graph_set_place(struct graph_builder *b, uint32_t node, double latitude, double longitude);

/* RC_INVALID: a weight that is none, an end before the start. RC_TOO_LARGE: too many ties, types.
 */
MUST_USE enum rc graph_add_tie(struct graph_builder *b, uint32_t from, uint32_t to,
			       const struct graph_tie *tie, struct err *err);

size_t graph_nodes_so_far(const struct graph_builder *b);
const struct graph_node *graph_node_so_far(const struct graph_builder *b, uint32_t node);

struct graph *graph_end_build(struct graph_builder *b, bool directed);
/* Instead of it, where reading went wrong; after it, does nothing. */
void graph_give_up(struct graph_builder *b);

#endif
