#ifndef LINK_GRAPH_SHOW_H
#define LINK_GRAPH_SHOW_H

#include "format/json.h"
#include "link/graph/path.h"
#include "link/graph/rank.h"

/* show: what queries found, as JSON. Each call writes members into an object that is open. */

/* A number with what decimals it needs, ten significant digits. */
void show_number(struct json_out *out, const char *key, double value);
/* "2026-03-01T10:00:00Z" */
void show_time(struct json_out *out, const char *key, int64_t seconds);
/* Members id, label and type of a node; of one without names, its number. */
void show_node(struct json_out *out, const struct graph *g, uint32_t node);
/* "nodes": [{id, label, type, depth}], "ties": [{from, to, type, weight, start, end}], "more" */
void show_reached(struct json_out *out, struct graph_walk *w, const struct graph_reached *r);
void show_ties(struct json_out *out, const struct graph *g, const char *key,
	       const struct graph_tie_list *ties);
/* "paths": [{steps, length, nodes, ties}] */
void show_paths(struct json_out *out, const struct graph *g, const struct graph_path_list *paths);
/* "items": [{rank, id, label, type, value}] */
void show_ranking(struct json_out *out, const struct graph *g, const struct graph_valued_list *l);

#define SHOW_TIES_MAX 10000

#endif
