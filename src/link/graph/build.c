#include "link/graph/build.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

#define ID_BYTES_MAX 4096

struct raw_tie {
	uint32_t from, to;
	float weight;
	uint16_t type;
	int64_t start, end;
};

struct graph_builder {
	struct arena *arena, *scrap;
	VEC(struct graph_node) nodes;
	uint32_t *slots; /* a node's number and 1; 0 is free */
	size_t slot_n;
	VEC(struct raw_tie) ties;
	VEC(struct str) types;
	struct map type_of; /* to a place in types, and 1 */
	bool weighted, started, ended, typed, left_out;
};

struct graph_builder *
graph_begin(struct arena *a)
{
	struct graph_builder *b = NEW(a, struct graph_builder);

	b->arena = a;
	b->scrap = arena_new((size_t)64 << 30);
	b->slot_n = 1024;
	b->slots = NEW_N(b->scrap, uint32_t, b->slot_n);
	b->type_of.arena = b->scrap;
	*VEC_ADD(b->scrap, &b->types) = STR("");
	return b;
}

static void
slot_put(struct graph_builder *b, uint32_t node)
{
	size_t at = str_hash(b->nodes.at[node].id) & (b->slot_n - 1);

	while (b->slots[at] != 0)
		at = (at + 1) & (b->slot_n - 1);
	b->slots[at] = node + 1;
}

enum rc
graph_add_node(struct graph_builder *b, struct str id, uint32_t *out, struct err *err)
{
	size_t at = str_hash(id) & (b->slot_n - 1);

	if (id.n == 0)
		return fail(err, RC_INVALID, "id", "a node has an id");
	if (id.n > ID_BYTES_MAX)
		return fail(err, RC_TOO_LARGE, "id", "an id has at most %d bytes", ID_BYTES_MAX);
	for (; b->slots[at] != 0; at = (at + 1) & (b->slot_n - 1)) {
		if (str_eq(b->nodes.at[b->slots[at] - 1].id, id)) {
			*out = b->slots[at] - 1;
			return RC_OK;
		}
	}
	if (b->nodes.n == GRAPH_NODES_MAX)
		return fail(err, RC_TOO_LARGE, "", "a graph has at most %u nodes", GRAPH_NODES_MAX);
	*out = (uint32_t)b->nodes.n;
	*VEC_ADD(b->scrap, &b->nodes) = (struct graph_node){.id = str_copy(b->arena, id)};
	if (b->nodes.n * 2 > b->slot_n) {
		b->slot_n *= 2;
		b->slots = NEW_N(b->scrap, uint32_t, b->slot_n);
		for (uint32_t i = 0; i < b->nodes.n; i++)
			slot_put(b, i);
	} else {
		b->slots[at] = *out + 1;
	}
	return RC_OK;
}

static enum rc
type_number(struct graph_builder *b, struct str type, uint16_t *out, struct err *err)
{
	uintptr_t known;

	*out = 0;
	if (type.n == 0)
		return RC_OK;
	known = (uintptr_t)map_find(&b->type_of, type);
	if (known == 0) {
		if (b->types.n == GRAPH_TYPES_MAX)
			return fail(err, RC_TOO_LARGE, "type", "a graph has at most %d types",
				    GRAPH_TYPES_MAX - 1);
		*VEC_ADD(b->scrap, &b->types) = str_copy(b->arena, type);
		known = b->types.n;
		(void)map_put(&b->type_of, b->types.at[b->types.n - 1], (void *)known);
	}
	*out = (uint16_t)(known - 1);
	return RC_OK;
}

enum rc
graph_set_type(struct graph_builder *b, uint32_t node, struct str type, struct err *err)
{
	uint16_t number;
	enum rc rc = type_number(b, type, &number, err);

	if (rc == RC_OK && number != 0)
		b->nodes.at[node].type = number;
	return rc;
}

void
graph_set_label(struct graph_builder *b, uint32_t node, struct str label)
{
	if (label.n > 0 && !str_eq(label, b->nodes.at[node].label))
		b->nodes.at[node].label = str_copy(b->arena, label);
}

void
graph_leave_out(struct graph_builder *b, uint32_t node, unsigned why)
{
	b->nodes.at[node].left_out |= (uint8_t)why;
	b->left_out |= why != 0;
}

void
graph_set_place(struct graph_builder *b, uint32_t node, double latitude, double longitude)
{
	struct graph_node *v = &b->nodes.at[node];

	if (!(fabs(latitude) <= 90 && fabs(longitude) <= 180))
		return;
	v->placed = true;
	v->latitude = (float)latitude;
	v->longitude = (float)longitude;
}

enum rc
graph_add_tie(struct graph_builder *b, uint32_t from, uint32_t to, const struct graph_tie *tie,
	      struct err *err)
{
	struct raw_tie raw = {from, to, tie->weight, 0, tie->start, tie->end};
	enum rc rc;

	if (!(tie->weight > 0 && isfinite(tie->weight)))
		return fail(err, RC_INVALID, "weight", "a tie's weight is a number over 0");
	if (tie->end != GRAPH_NO_TIME && tie->start != GRAPH_NO_TIME && tie->end < tie->start)
		return fail(err, RC_INVALID, "end", "the tie ends before it begins");
	if (b->ties.n == GRAPH_TIES_MAX)
		return fail(err, RC_TOO_LARGE, "", "a graph has at most %u ties", GRAPH_TIES_MAX);
	if ((rc = type_number(b, tie->type, &raw.type, err)) != RC_OK)
		return rc;
	if (raw.start == GRAPH_NO_TIME)
		raw.start = raw.end;
	b->weighted |= tie->weight < 1 || tie->weight > 1;
	b->started |= raw.start != GRAPH_NO_TIME;
	b->ended |= raw.end != GRAPH_NO_TIME;
	b->typed |= raw.type != 0;
	*VEC_ADD(b->scrap, &b->ties) = raw;
	return RC_OK;
}

size_t
graph_nodes_so_far(const struct graph_builder *b)
{
	return b->nodes.n;
}

const struct graph_node *
graph_node_so_far(const struct graph_builder *b, uint32_t node)
{
	return &b->nodes.at[node];
}

/* The ties as columns; those that say nothing are left out. */
static struct graph_ties
columns(struct graph_builder *b)
{
	size_t n = b->ties.n;
	uint32_t *from = NEW_N(b->scrap, uint32_t, n + 1), *to = NEW_N(b->scrap, uint32_t, n + 1);
	float *weight = b->weighted ? NEW_N(b->arena, float, n) : NULL;
	int64_t *start = b->started ? NEW_N(b->arena, int64_t, n) : NULL;
	int64_t *end = b->ended ? NEW_N(b->arena, int64_t, n) : NULL;
	uint16_t *type = b->typed ? NEW_N(b->arena, uint16_t, n) : NULL;

	for (size_t i = 0; i < n; i++) {
		from[i] = b->ties.at[i].from;
		to[i] = b->ties.at[i].to;
		if (weight != NULL)
			weight[i] = b->ties.at[i].weight;
		if (start != NULL)
			start[i] = b->ties.at[i].start;
		if (end != NULL)
			end[i] = b->ties.at[i].end;
		if (type != NULL)
			type[i] = b->ties.at[i].type;
	}
	return (struct graph_ties){n, from, to, weight, start, end, type};
}

struct graph *
graph_end_build(struct graph_builder *b, bool directed)
{
	size_t n = b->nodes.n;
	struct graph_ties ties = columns(b);
	struct graph_node *nodes = NEW_N(b->arena, struct graph_node, n + 1);
	uint32_t *slots = NEW_N(b->arena, uint32_t, b->slot_n);
	struct str *types = NEW_N(b->arena, struct str, b->types.n);
	uint8_t *left_out = b->left_out ? NEW_N(b->arena, uint8_t, n) : NULL;
	struct graph *g;

	if (n > 0)
		memcpy(nodes, b->nodes.at, n * sizeof *nodes);
	memcpy(slots, b->slots, b->slot_n * sizeof *slots);
	memcpy(types, b->types.at, b->types.n * sizeof *types);
	for (size_t i = 0; left_out != NULL && i < n; i++)
		left_out[i] = nodes[i].left_out;
	g = graph_make(b->arena, (uint32_t)n, &ties, directed, left_out);
	g->ties.from = g->ties.to = NULL;
	g->nodes = nodes;
	g->slots = slots;
	g->slot_n = b->slot_n;
	g->types = types;
	g->type_n = b->types.n;
	arena_free(b->scrap);
	b->scrap = NULL;
	return g;
}

void
graph_give_up(struct graph_builder *b)
{
	arena_free(b->scrap);
	b->scrap = NULL;
}
