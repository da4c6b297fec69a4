#include "base/test.h"

#include <math.h>

#include "base/arena.h"
#include "link/graph/rank.h"
#include "link/graph/test_graph.h"

#define NODES 40

static bool
is_open(void *ctx, uint32_t node)
{
	return ((const bool *)ctx)[node];
}

/* The same graph from which whoever is hidden was taken out by hand, with their ties. */
static struct graph *
without(struct arena *a, const struct graph *g, const bool *open)
{
	uint32_t *from = NEW_N(a, uint32_t, g->tie_n), *to = NEW_N(a, uint32_t, g->tie_n), n = 0;
	float *weight = NEW_N(a, float, g->tie_n);
	int64_t *start = NEW_N(a, int64_t, g->tie_n);
	struct graph_ties ties = {0, from, to, weight, start, NULL, NULL};

	for (uint32_t v = 0; v < g->node_n; v++)
		for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++) {
			if ((g->tie[p] & GRAPH_AGAINST) != 0 || !open[v] || !open[g->to[p]])
				continue;
			from[n] = v;
			to[n] = g->to[p];
			weight[n] = graph_weight(g, g->tie[p]);
			start[n++] = graph_start(g, g->tie[p]);
		}
	ties.n = n;
	return graph_make(a, g->node_n, &ties, g->directed, NULL);
}

static void
same_reached(struct graph_walk *x, struct graph_walk *y, struct arena *a)
{
	struct graph_reached one, other;
	struct graph_valued_list near[2];

	for (uint32_t v = 0; v < NODES; v++) {
		if (!graph_open(x, v))
			continue;
		graph_expand(x, v, 3, 1000, a, &one);
		graph_expand(y, v, 3, 1000, a, &other);
		assert_int_equal(one.nodes.n, other.nodes.n);
		for (size_t i = 0; i < one.nodes.n; i++)
			assert_int_equal(one.nodes.at[i].node, other.nodes.at[i].node);
		graph_near(x, v, 1e-7, a, &near[0]);
		graph_near(y, v, 1e-7, a, &near[1]);
		assert_int_equal(near[0].n, near[1].n);
		for (size_t i = 0; i < near[0].n; i++) {
			assert_int_equal(near[0].at[i].node, near[1].at[i].node);
			assert_true(fabs(near[0].at[i].value - near[1].at[i].value) < 1e-15);
		}
	}
}

static void
same_whole(struct graph_walk *x, struct graph_walk *y, struct arena *a)
{
	struct graph_visible one, other;
	double *p[2] = {NEW_N(a, double, NODES), NEW_N(a, double, NODES)};
	struct graph_tie_list times[2];

	graph_make_visible(x, a, &one);
	graph_make_visible(y, a, &other);
	assert_int_equal(one.graph->node_n, other.graph->node_n);
	assert_int_equal(one.graph->tie_n, other.graph->tie_n);
	graph_pagerank(one.graph, true, a, p[0]);
	graph_pagerank(other.graph, true, a, p[1]);
	for (uint32_t i = 0; i < one.graph->node_n; i++)
		assert_true(fabs(p[0][i] - p[1][i]) < 1e-15);
	assert_true(graph_timeline(x, GRAPH_NONE, 10000, a, &times[0]));
	assert_true(graph_timeline(y, GRAPH_NONE, 10000, a, &times[1]));
	assert_int_equal(times[0].n, times[1].n);
}

static void
answers_are_the_same_as_if_whoever_is_hidden_were_not_there(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct arena *a = arena_new(0);
		uint8_t left_out[NODES] = {0};
		bool open[NODES], callback[NODES];
		struct graph_view view = GRAPH_VIEW_ALL, same = GRAPH_VIEW_ALL;
		struct graph *g;

		/* Half of the hidden by a role, half because the asker may not know. */
		for (uint32_t v = 0; v < NODES; v++) {
			left_out[v] = (uint8_t)((seed + v) % 7 == 0 ? 1u << (v % 3) : 0);
			callback[v] = (seed * 3 + v) % 8 != 0;
			open[v] = left_out[v] == 0 && callback[v];
		}
		g = test_graph(a, seed, NODES, 90, true, left_out);
		view.directed = same.directed = seed % 2 == 0;
		view.may_know = is_open;
		view.ctx = callback;
		same.may_know = is_open;
		same.ctx = open;
		same_reached(graph_walk_new(a, g, &view),
			     graph_walk_new(a, without(a, g, open), &same), a);
		same_whole(graph_walk_new(a, g, &view),
			   graph_walk_new(a, without(a, g, open), &same), a);
		arena_free(a);
	}
}

/* A hotline that forty call: nobody hangs together by it, and it is nowhere. */
static void
a_hotline_shared_by_forty_is_unseen(void **state)
{
	uint32_t from[40], to[40];
	struct graph_ties ties = {40, from, to, NULL, NULL, NULL, NULL};
	uint8_t left_out[41] = {[40] = GRAPH_HELPER};
	struct arena *a = arena_new(0);
	struct graph_components c;
	struct graph_valued_list near;
	struct graph_node_list common;
	struct graph_visible seen;
	struct graph_walk *w;

	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		from[i] = i;
		to[i] = 40;
	}
	w = graph_walk_new(a, graph_make(a, 41, &ties, false, left_out), &GRAPH_VIEW_ALL);
	graph_components(w, a, &c);
	assert_int_equal(c.n, 40);
	assert_int_equal(c.of[40], GRAPH_NONE);
	graph_near(w, 3, 1e-5, a, &near);
	assert_int_equal(near.n, 1);
	assert_int_equal(near.at[0].node, 3);
	graph_near(w, 40, 1e-5, a, &near);
	assert_int_equal(near.n, 0);
	graph_common(w, 1, 2, a, &common);
	assert_int_equal(common.n, 0);
	graph_make_visible(w, a, &seen);
	assert_int_equal(seen.graph->node_n, 40);
	assert_int_equal(seen.graph->tie_n, 0);
	arena_free(a);
}

/* What pushing finds is near the personalised PageRank of many rounds. */
static void
pushing_comes_near_the_exact_personalised_pagerank(void **state)
{
	struct arena *a = arena_new(0);
	struct graph *g = test_graph(a, 5, NODES, 120, false, NULL);
	struct graph_walk *w = graph_walk_new(a, g, &GRAPH_VIEW_ALL);
	double x[NODES] = {1}, y[NODES];
	struct graph_valued_list near;

	(void)state;
	for (int round = 0; round < 300; round++) {
		for (uint32_t v = 0; v < NODES; v++)
			y[v] = v == 0 ? .15 : 0;
		for (uint32_t v = 0; v < NODES; v++)
			for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++)
				y[g->to[p]] += .85 * x[v] / (g->row[v + 1] - g->row[v]);
		for (uint32_t v = 0; v < NODES; v++)
			x[v] = y[v];
	}
	graph_near(w, 0, 1e-9, a, &near);
	for (size_t i = 0; i < near.n; i++)
		assert_true(fabs(near.at[i].value - x[near.at[i].node]) < 1e-6);
	assert_true(near.n > 30);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_are_the_same_as_if_whoever_is_hidden_were_not_there),
	    cmocka_unit_test(a_hotline_shared_by_forty_is_unseen),
	    cmocka_unit_test(pushing_comes_near_the_exact_personalised_pagerank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
