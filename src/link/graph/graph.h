#ifndef LINK_GRAPH_GRAPH_H
#define LINK_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/str.h"

struct arena;

/*
 * graph: who is tied to whom, as compressed rows. A tie stands twice, in the row of either end;
 * each row is in order of the far end, so that parallel ties are neighbours. Nodes and ties are
 * numbered from 0. Nothing changes once it is built: any number of threads may read it, each with
 * a walk of its own (walk.h). Whoever walks asks walk.h what may be known; only the building and
 * the writing of files touch the rows themselves.
 */
#define GRAPH_NONE UINT32_MAX
#define GRAPH_NODES_MAX ((uint32_t)1 << 26)
#define GRAPH_TIES_MAX ((uint32_t)1 << 28)
#define GRAPH_TYPES_MAX 4096
/* Set in graph.tie where the row stands at the tie's head, so that going along it is going back. */
#define GRAPH_AGAINST ((uint32_t)1 << 31)
/* Seconds since 1970 are at least this; it stands for a time that is not known. */
#define GRAPH_NO_TIME INT64_MIN

/* Why somebody is in no ranking, path or card (rights.md: rights 16 and 29). */
enum graph_left_out {
	GRAPH_SURVIVOR = 1 << 0,
	GRAPH_HELPER = 1 << 1,	   /* hotline, shelter, hospital, interpreter, consulate */
	GRAPH_PRIVILEGED = 1 << 2, /* lawyer, clergy, physician, journalist */
};

/* What is known of ties, each array one a tie or NULL: then weight 1, no time, type 0. */
struct graph_ties {
	size_t n;
	const uint32_t *from, *to; /* for the building alone */
	const float *weight;	   /* over 0 */
	const int64_t *start, *end;
	const uint16_t *type;
};

struct graph_node {
	struct str id, label;
	uint16_t type;
	uint8_t left_out;	   /* enum graph_left_out */
	bool placed;		   /* latitude and longitude are known */
	float latitude, longitude; /* degrees, WGS 84 */
};

struct graph {
	uint32_t node_n, tie_n;
	bool directed;
	const uint32_t *row; /* node_n + 1: where the row of a node begins */
	const uint32_t *to;  /* the far end */
	const uint32_t *tie; /* its number, and GRAPH_AGAINST */
	struct graph_ties ties;
	const uint8_t *left_out; /* NULL: nobody */
	/* Of graphs that were read (build.h); NULL for one of numbers alone. */
	const struct graph_node *nodes;
	const uint32_t *slots; /* of graph_find */
	size_t slot_n;
	const struct str *types; /* of nodes and ties; [0] is "" */
	size_t type_n;
};

/*
 * Rows from ties; ties' arrays are kept, from and to are needed no longer afterwards. A tie of a
 * node with itself is passed over. left_out may be NULL.
 */
struct graph *graph_make(struct arena *a, uint32_t node_n, const struct graph_ties *ties,
			 bool directed, const uint8_t *left_out);

/* GRAPH_NONE: there is none. Whether the asker may know of it, walk_find says. */
uint32_t graph_find(const struct graph *g, struct str id);

float graph_weight(const struct graph *g, uint32_t tie);
/* GRAPH_NO_TIME where nothing is known; a tie without an end has its start as its end. */
int64_t graph_start(const struct graph *g, uint32_t tie);
int64_t graph_end(const struct graph *g, uint32_t tie);
struct str graph_tie_type(const struct graph *g, uint32_t tie);

#endif
