#ifndef LINK_GRAPH_WALK_H
#define LINK_GRAPH_WALK_H

#include "base/vec.h"
#include "link/graph/graph.h"

/*
 * walk: going over a graph as one asker may. Every analysis steps through here and nowhere else:
 * whoever is left out (graph.h), and what the asker may not know of, is not stepped on, counted
 * or passed through, so that an answer is the same as if it were not in the graph at all.
 */
struct graph_view {
	/* Handling and purpose: may the asker know of it? Each node is asked about at most once a
	 * walk; NULL: of all that nobody must be kept from. */
	bool (*may_know)(void *ctx, uint32_t node);
	bool (*may_know_tie)(void *ctx, uint32_t tie);
	void *ctx;
	int64_t since, until; /* only ties that held in this time; GRAPH_NO_TIME: no bound */
	const bool *types;    /* only ties of these types, by number; NULL: all */
	bool directed;	      /* along ties alone, in a graph that has directions */
};
#define GRAPH_VIEW_ALL ((struct graph_view){.since = GRAPH_NO_TIME, .until = GRAPH_NO_TIME})

struct graph_search; /* path.c */
struct push;	     /* rank.c */

struct graph_walk {
	const struct graph *graph;
	struct graph_view view;
	struct arena *arena;
	uint8_t *known;	 /* 0 not asked yet, 1 open, 2 closed */
	uint32_t *stamp; /* of one query each: no clearing between them */
	uint32_t now;
	struct graph_search *search;
	struct push *push;
};

/* Of one thread, for many queries, each in O(what it touches). The view's ctx must outlive it. */
struct graph_walk *graph_walk_new(struct arena *a, const struct graph *g,
				  const struct graph_view *view);

/* May this node be known of? */
bool graph_open(struct graph_walk *w, uint32_t node);
/* May one step along this place of a row, to graph.to of it? Back: from head to tail. */
bool graph_step(struct graph_walk *w, uint32_t place, bool back);
/* The node of this id that may be known of. RC_ABSENT, in the same words: there is none, or none
 * that may be. */
MUST_USE enum rc graph_walk_find(struct graph_walk *w, struct str id, uint32_t *out,
				 struct err *err);

/* What a query touched, nearest first. */
struct graph_met {
	uint32_t node, depth;
};
struct graph_reached {
	VEC(struct graph_met) nodes;
	bool more; /* there was more than node_max */
};
/* All within depth steps, at most node_max; into an arena of the caller's. */
void graph_expand(struct graph_walk *w, uint32_t from, uint32_t depth, size_t node_max,
		  struct arena *a, struct graph_reached *out);

struct graph_node_list {
	uint32_t *at;
	size_t n, cap;
};
/* Who is tied to both, in order of their numbers. */
void graph_common(struct graph_walk *w, uint32_t one, uint32_t other, struct arena *a,
		  struct graph_node_list *out);

struct graph_tie_at {
	uint32_t from, to, tie;
};
struct graph_tie_list {
	struct graph_tie_at *at;
	size_t n, cap;
};
/* The ties among these nodes, each once, at most tie_max; false: there are more. */
bool graph_ties_among(struct graph_walk *w, const struct graph_node_list *nodes, size_t tie_max,
		      struct arena *a, struct graph_tie_list *out);
/* Dated ties of one node, or of all (GRAPH_NONE), the first first; at most tie_max of the
 * earliest. False: there are more. */
bool graph_timeline(struct graph_walk *w, uint32_t node, size_t tie_max, struct arena *a,
		    struct graph_tie_list *out);

/*
 * What may be seen, as a graph of its own with parallel ties made one (weights added), for
 * analyses of the whole. node[i] is the number in the first graph of its node i.
 */
struct graph_visible {
	struct graph *graph;
	uint32_t *node;
};
void graph_make_visible(struct graph_walk *w, struct arena *a, struct graph_visible *out);

#endif
