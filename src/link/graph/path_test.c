#include "base/test.h"

#include <math.h>

#include "base/arena.h"
#include "link/graph/path.h"
#include "link/graph/test_graph.h"

/* All that a walk over a few nodes can find, by trying every way. */
#define NODES 9
struct every {
	const struct graph *g;
	bool directed, used[NODES];
	bool *open;
	uint32_t to, n;
	enum graph_measure measure;
	double length[20000];
};

static double
shortest_tie(const struct every *e, uint32_t from, uint32_t to)
{
	double best = INFINITY;

	for (uint32_t p = e->g->row[from]; p < e->g->row[from + 1]; p++) {
		double weight = (double)graph_weight(e->g, e->g->tie[p]);

		if (e->g->to[p] == to && !(e->directed && (e->g->tie[p] & GRAPH_AGAINST) != 0))
			best = fmin(best, e->measure == GRAPH_STEPS	 ? 1
					  : e->measure == GRAPH_STRENGTH ? 1 / weight
									 : weight);
	}
	return best;
}

static void
try_from(struct every *e, uint32_t v, double length)
{
	if (v == e->to) {
		assert_true(e->n < COUNT_OF(e->length));
		e->length[e->n++] = length;
		return;
	}
	e->used[v] = true;
	for (uint32_t to = 0; to < NODES; to++)
		if (!e->used[to] && e->open[to] && isfinite(shortest_tie(e, v, to)))
			try_from(e, to, length + shortest_tie(e, v, to));
	e->used[v] = false;
}

static int
by_length(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

static void
check_path(const struct graph *g, const struct graph_path *p, const struct every *e)
{
	double length = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		assert_true(e->open[p->node[i]]);
		for (uint32_t k = 0; k < i; k++)
			assert_true(p->node[k] != p->node[i]);
		if (i + 1 < p->n) {
			bool there = false;

			for (uint32_t q = g->row[p->node[i]]; q < g->row[p->node[i] + 1]; q++)
				there |= g->to[q] == p->node[i + 1] &&
					 (g->tie[q] & ~GRAPH_AGAINST) == p->tie[i] &&
					 !(e->directed && (g->tie[q] & GRAPH_AGAINST) != 0);
			assert_true(there);
			length += shortest_tie(e, p->node[i], p->node[i + 1]);
		}
	}
	assert_true(fabs(length - p->length) < 1e-9);
}

static bool
is_open(void *ctx, uint32_t node)
{
	return ((const bool *)ctx)[node];
}

/* On random graphs, some nodes hidden: the lengths of the k best are those of trying all. */
static void
the_k_shortest_paths_are_those_found_by_trying_every_way(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		struct arena *a = arena_new(0);
		bool open[NODES];
		struct graph_view view = GRAPH_VIEW_ALL;
		struct graph *g = test_graph(a, seed, NODES, 22, true, NULL);
		struct graph_walk *w;

		for (uint32_t v = 0; v < NODES; v++)
			open[v] = v == 0 || v == NODES - 1 || (seed * 7 + v * 13) % 6 != 0;
		view.may_know = is_open;
		view.ctx = open;
		view.directed = seed % 2 == 0;
		w = graph_walk_new(a, g, &view);
		for (int m = GRAPH_STEPS; m <= GRAPH_LENGTH; m++) {
			struct every *e = NEW(a, struct every);
			struct graph_path_list paths;

			*e = (struct every){.g = g,
					    .directed = view.directed,
					    .open = open,
					    .to = NODES - 1,
					    .measure = (enum graph_measure)m};
			try_from(e, 0, 0);
			qsort(e->length, e->n, sizeof *e->length, by_length);
			graph_paths(w, 0, NODES - 1, e->measure, 12, a, &paths);
			assert_int_equal(paths.n, e->n < 12 ? e->n : 12);
			for (size_t i = 0; i < paths.n; i++) {
				assert_true(fabs(paths.at[i].length - e->length[i]) < 1e-9);
				check_path(g, &paths.at[i], e);
			}
		}
		arena_free(a);
	}
}

/* The earliest arrival by trying every order, over relaxation until nothing changes. */
static double
earliest(const struct graph *g, const bool *open, uint32_t from, uint32_t to)
{
	double at[NODES];
	bool changed = true;

	for (uint32_t v = 0; v < NODES; v++)
		at[v] = v == from ? -INFINITY : INFINITY;
	while (changed) {
		changed = false;
		for (uint32_t v = 0; v < NODES; v++)
			for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++) {
				double start = (double)graph_start(g, g->tie[p]);

				if (!open[v] || !open[g->to[p]] || at[v] > start ||
				    start >= at[g->to[p]])
					continue;
				at[g->to[p]] = start;
				changed = true;
			}
	}
	return at[to];
}

static void
a_path_in_time_never_goes_back_and_arrives_first(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct arena *a = arena_new(0);
		bool open[NODES];
		struct graph_view view = GRAPH_VIEW_ALL;
		struct graph *g = test_graph(a, seed, NODES, 16, false, NULL);
		struct graph_path p;
		double wanted;
		bool found;

		for (uint32_t v = 0; v < NODES; v++)
			open[v] = v == 0 || v == NODES - 1 || (seed + v) % 5 != 0;
		view.may_know = is_open;
		view.ctx = open;
		wanted = earliest(g, open, 0, NODES - 1);
		found = graph_path_in_time(graph_walk_new(a, g, &view), 0, NODES - 1, GRAPH_NO_TIME,
					   a, &p);
		assert_int_equal(found, isfinite(wanted));
		for (uint32_t i = 0; found && i + 1 < p.n; i++) {
			assert_true(open[p.node[i]]);
			assert_true(i == 0 ||
				    graph_start(g, p.tie[i]) >= graph_start(g, p.tie[i - 1]));
		}
		if (found)
			assert_true(fabs((double)graph_start(g, p.tie[p.n - 2]) - wanted) < .5);
		arena_free(a);
	}
}

/* Whatever is asked, and however close: as if whoever is left out were not there. */
static void
nobody_left_out_is_on_a_path_or_its_end(void **state)
{
	static const uint32_t from[] = {0, 1, 0, 3, 4}, to[] = {1, 2, 3, 4, 2};
	static const int64_t start[] = {0, 1, 2, 3, 4};
	struct graph_ties ties = {5, from, to, NULL, start, NULL, NULL};

	(void)state;
	for (unsigned why = GRAPH_SURVIVOR; why <= GRAPH_PRIVILEGED; why <<= 1) {
		struct arena *a = arena_new(0);
		uint8_t left_out[] = {0, (uint8_t)why, 0, 0, 0};
		struct graph *g = graph_make(a, 5, &ties, false, left_out);
		struct graph_walk *w = graph_walk_new(a, g, &GRAPH_VIEW_ALL);
		struct graph_path_list paths;
		struct graph_path p;

		graph_paths(w, 0, 2, GRAPH_STEPS, 5, a, &paths);
		assert_int_equal(paths.n, 1);
		assert_int_equal(paths.at[0].n, 4);
		assert_true(graph_path_in_time(w, 0, 2, GRAPH_NO_TIME, a, &p));
		assert_int_equal(p.n, 4);
		graph_paths(w, 0, 1, GRAPH_STEPS, 5, a, &paths);
		assert_int_equal(paths.n, 0);
		graph_paths(w, 1, 1, GRAPH_LENGTH, 1, a, &paths);
		assert_int_equal(paths.n, 0);
		assert_false(graph_path_in_time(w, 1, 2, GRAPH_NO_TIME, a, &p));
		arena_free(a);
	}
}

static bool
not_the_second_tie(void *ctx, uint32_t tie)
{
	(void)ctx;
	return tie != 1;
}

static void
a_tie_that_may_not_be_known_carries_no_path(void **state)
{
	static const uint32_t from[] = {0, 1}, to[] = {1, 2};
	struct graph_ties ties = {2, from, to, NULL, NULL, NULL, NULL};
	struct arena *a = arena_new(0);
	struct graph_view view = GRAPH_VIEW_ALL;
	struct graph *g = graph_make(a, 3, &ties, false, NULL);
	struct graph_path_list paths;

	(void)state;
	graph_paths(graph_walk_new(a, g, &view), 0, 2, GRAPH_STEPS, 1, a, &paths);
	assert_int_equal(paths.n, 1);
	view.may_know_tie = not_the_second_tie;
	graph_paths(graph_walk_new(a, g, &view), 0, 2, GRAPH_STEPS, 1, a, &paths);
	assert_int_equal(paths.n, 0);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_k_shortest_paths_are_those_found_by_trying_every_way),
	    cmocka_unit_test(a_path_in_time_never_goes_back_and_arrives_first),
	    cmocka_unit_test(nobody_left_out_is_on_a_path_or_its_end),
	    cmocka_unit_test(a_tie_that_may_not_be_known_carries_no_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
