#include "link/graph/rank.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

#define DAMPING .85
#define ROUNDS_MAX 200
#define ENOUGH 1e-10
#define TELEPORT .15

void
graph_degree(const struct graph *visible, double *out)
{
	for (uint32_t v = 0; v < visible->node_n; v++) {
		uint32_t n = 0;

		for (uint32_t p = visible->row[v]; p < visible->row[v + 1]; p++)
			n += p == visible->row[v] || visible->to[p] != visible->to[p - 1];
		out[v] = n;
	}
}

void
graph_strength(const struct graph *visible, double *out)
{
	for (uint32_t v = 0; v < visible->node_n; v++) {
		out[v] = 0;
		for (uint32_t p = visible->row[v]; p < visible->row[v + 1]; p++)
			out[v] += graph_weight(visible, visible->tie[p]);
	}
}

static bool
leads_out(const struct graph *g, uint32_t place)
{
	return !g->directed || (g->tie[place] & GRAPH_AGAINST) == 0;
}

static bool
leads_in(const struct graph *g, uint32_t place)
{
	return !g->directed || (g->tie[place] & GRAPH_AGAINST) != 0;
}

/* What one tie passes on of each unit that leaves a node; 0 where nothing does. */
static void
shares_make(const struct graph *g, bool weighted, double *share)
{
	for (uint32_t v = 0; v < g->node_n; v++) {
		double sum = 0;

		for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++)
			if (leads_out(g, p))
				sum += weighted ? (double)graph_weight(g, g->tie[p]) : 1;
		share[v] = sum > 0 ? 1 / sum : 0;
	}
}

static double
comes_in(const struct graph *g, bool weighted, uint32_t v, const double *leaves)
{
	uint32_t begin = g->row[v], end = g->row[v + 1];
	double sum = 0;

	if (!g->directed && !weighted) {
		for (uint32_t p = begin; p < end; p++)
			sum += leaves[g->to[p]];
		return sum;
	}
	for (uint32_t p = begin; p < end; p++)
		if (leads_in(g, p))
			sum +=
			    leaves[g->to[p]] * (weighted ? (double)graph_weight(g, g->tie[p]) : 1);
	return sum;
}

void
graph_pagerank(const struct graph *visible, bool weighted, struct arena *scrap, double *out)
{
	uint32_t n = visible->node_n;
	double *share = NEW_N(scrap, double, (size_t)n + 1);
	double *leaves = NEW_N(scrap, double, (size_t)n + 1);

	shares_make(visible, weighted, share);
	for (uint32_t v = 0; v < n; v++)
		out[v] = 1.0 / n;
	for (int round = 0; round < ROUNDS_MAX; round++) {
		double stays = 0, changed = 0, base;

		for (uint32_t v = 0; v < n; v++) {
			leaves[v] = out[v] * share[v];
			stays += share[v] > 0 ? 0 : out[v];
		}
		base = (1 - DAMPING + DAMPING * stays) / n;
		for (uint32_t v = 0; v < n; v++) {
			double value = base + DAMPING * comes_in(visible, weighted, v, leaves);

			changed += fabs(value - out[v]);
			out[v] = value;
		}
		if (changed < ENOUGH)
			return;
	}
}

struct push {
	double *rest, *value;
	uint32_t *degree;
	struct graph_node_list waits, touched;
};

/* How many ways lead on, as the asker may know them. */
static uint32_t
open_degree(struct graph_walk *w, uint32_t v)
{
	uint32_t n = 0;

	for (uint32_t p = w->graph->row[v]; p < w->graph->row[v + 1]; p++)
		n += graph_step(w, p, false);
	return n;
}

static void
push_touch(struct graph_walk *w, struct push *x, uint32_t v)
{
	if (w->stamp[v] == w->now)
		return;
	w->stamp[v] = w->now;
	x->rest[v] = x->value[v] = 0;
	x->degree[v] = open_degree(w, v);
	*VEC_ADD(w->arena, &x->touched) = v;
}

static void
push_one(struct graph_walk *w, struct push *x, uint32_t v, double least)
{
	double rest = x->rest[v], each;

	x->rest[v] = 0;
	x->value[v] += x->degree[v] > 0 ? TELEPORT * rest : rest;
	if (x->degree[v] == 0)
		return;
	each = (1 - TELEPORT) * rest / x->degree[v];
	for (uint32_t p = w->graph->row[v]; p < w->graph->row[v + 1]; p++) {
		uint32_t to = w->graph->to[p];
		double line, before;

		if (!graph_step(w, p, false))
			continue;
		push_touch(w, x, to);
		line = least * (x->degree[to] > 0 ? x->degree[to] : 1);
		before = x->rest[to];
		x->rest[to] += each;
		if (before < line && x->rest[to] >= line)
			*VEC_ADD(w->arena, &x->waits) = to;
	}
}

void
graph_near(struct graph_walk *w, uint32_t from, double least, struct arena *a,
	   struct graph_valued_list *out)
{
	struct push *x = w->push;

	*out = (struct graph_valued_list){0};
	if (!graph_open(w, from))
		return;
	if (x == NULL) {
		x = w->push = NEW(w->arena, struct push);
		x->rest = NEW_N(w->arena, double, w->graph->node_n);
		x->value = NEW_N(w->arena, double, w->graph->node_n);
		x->degree = NEW_N(w->arena, uint32_t, w->graph->node_n);
	}
	w->now++;
	x->waits.n = x->touched.n = 0;
	push_touch(w, x, from);
	x->rest[from] = 1;
	*VEC_ADD(w->arena, &x->waits) = from;
	/* First come, first served: what waits longest has gathered most. */
	for (size_t i = 0; i < x->waits.n; i++) {
		push_one(w, x, x->waits.at[i], least);
		if (i > 4096 && i * 2 > x->waits.n) {
			x->waits.n -= i + 1;
			memmove(x->waits.at, x->waits.at + i + 1, x->waits.n * sizeof *x->waits.at);
			i = (size_t)-1;
		}
	}
	for (size_t i = 0; i < x->touched.n; i++) {
		uint32_t v = x->touched.at[i];

		if (x->value[v] > 0)
			*VEC_ADD(a, out) = (struct graph_valued){v, x->value[v]};
	}
}

static int
by_value(const void *one, const void *other)
{
	const struct graph_valued *x = one, *y = other;

	if (x->value > y->value || x->value < y->value)
		return x->value > y->value ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

void
graph_rank(struct graph_valued_list *list, size_t n_max)
{
	if (list->n > 0)
		qsort(list->at, list->n, sizeof *list->at, by_value);
	if (list->n > n_max)
		list->n = n_max;
}

static uint32_t
flood(struct graph_walk *w, uint32_t from, uint32_t number, uint32_t *of, uint32_t *queue)
{
	const struct graph *g = w->graph;
	uint32_t n = 0;

	queue[n++] = from;
	of[from] = number;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t v = queue[i];

		for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++) {
			uint32_t to = g->to[p];

			if (of[to] != GRAPH_NONE || !graph_step(w, p, false))
				continue;
			of[to] = number;
			queue[n++] = to;
		}
	}
	return n;
}

void
graph_components(struct graph_walk *w, struct arena *a, struct graph_components *out)
{
	uint32_t n = w->graph->node_n, *place;
	uint32_t *queue = NEW_N(w->arena, uint32_t, (size_t)n + 1);
	struct graph_valued_list sizes = {0};
	bool directed = w->view.directed;

	*out = (struct graph_components){.of = NEW_N(a, uint32_t, (size_t)n + 1)};
	memset(out->of, 0xff, n * sizeof *out->of);
	w->view.directed = false;
	for (uint32_t v = 0; v < n; v++) {
		if (out->of[v] != GRAPH_NONE || !graph_open(w, v))
			continue;
		*VEC_ADD(w->arena, &sizes) =
		    (struct graph_valued){out->n, flood(w, v, out->n, out->of, queue)};
		out->n++;
	}
	w->view.directed = directed;
	graph_rank(&sizes, sizes.n);
	out->size = NEW_N(a, uint32_t, (size_t)out->n + 1);
	place = NEW_N(a, uint32_t, (size_t)out->n + 1);
	for (uint32_t i = 0; i < out->n; i++) {
		place[sizes.at[i].node] = i;
		out->size[i] = (uint32_t)sizes.at[i].value;
	}
	for (uint32_t v = 0; v < n; v++)
		if (out->of[v] != GRAPH_NONE)
			out->of[v] = place[out->of[v]];
}
