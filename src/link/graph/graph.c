#include "link/graph/graph.h"

#include <string.h>

#include "base/arena.h"

/* Rows this short are sorted by insertion. */
#define SHORT_ROW 24

static int
by_key(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static void
sort_row(uint64_t *key, size_t n)
{
	if (n > SHORT_ROW) {
		qsort(key, n, sizeof *key, by_key);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		uint64_t k = key[i];
		size_t j = i;

		for (; j > 0 && key[j - 1] > k; j--)
			key[j] = key[j - 1];
		key[j] = k;
	}
}

static void
rows_sort(uint32_t node_n, const uint32_t *row, uint32_t *to, uint32_t *tie, uint64_t *scrap)
{
	for (uint32_t v = 0; v < node_n; v++) {
		uint32_t n = row[v + 1] - row[v], *t = to + row[v], *e = tie + row[v];

		if (n < 2)
			continue;
		for (uint32_t i = 0; i < n; i++)
			scrap[i] = (uint64_t)t[i] << 32 | e[i];
		sort_row(scrap, n);
		for (uint32_t i = 0; i < n; i++) {
			t[i] = (uint32_t)(scrap[i] >> 32);
			e[i] = (uint32_t)scrap[i];
		}
	}
}

struct graph *
graph_make(struct arena *a, uint32_t node_n, const struct graph_ties *ties, bool directed,
	   const uint8_t *left_out)
{
	struct graph *g = NEW(a, struct graph);
	uint32_t *row = NEW_N(a, uint32_t, (size_t)node_n + 1), *to, *tie, longest = 0;
	struct arena *scrap;

	must(node_n <= GRAPH_NODES_MAX && ties->n <= GRAPH_TIES_MAX);
	for (size_t i = 0; i < ties->n; i++) {
		must(ties->from[i] < node_n && ties->to[i] < node_n);
		if (ties->from[i] != ties->to[i]) {
			row[ties->from[i]]++;
			row[ties->to[i]]++;
		}
	}
	/* Each row's end; putting a tie in moves it down to the row's beginning. */
	for (uint32_t v = 0, sum = 0; v < node_n; v++) {
		longest = row[v] > longest ? row[v] : longest;
		row[v] = sum += row[v];
		row[node_n] = sum;
	}
	to = (uint32_t *)(void *)arena_bytes(a, ((size_t)row[node_n] + 1) * sizeof *to);
	tie = (uint32_t *)(void *)arena_bytes(a, ((size_t)row[node_n] + 1) * sizeof *tie);
	for (size_t i = 0; i < ties->n; i++) {
		uint32_t from = ties->from[i], head = ties->to[i];

		if (from == head)
			continue;
		to[--row[from]] = head;
		tie[row[from]] = (uint32_t)i;
		to[--row[head]] = from;
		tie[row[head]] = (uint32_t)i | GRAPH_AGAINST;
	}
	scrap = arena_new((size_t)16 << 30);
	rows_sort(node_n, row, to, tie, NEW_N(scrap, uint64_t, (size_t)longest + 1));
	arena_free(scrap);
	*g = (struct graph){.node_n = node_n,
			    .tie_n = (uint32_t)ties->n,
			    .directed = directed,
			    .row = row,
			    .to = to,
			    .tie = tie,
			    .ties = *ties,
			    .left_out = left_out};
	return g;
}

uint32_t
graph_find(const struct graph *g, struct str id)
{
	if (g->slot_n == 0)
		return GRAPH_NONE;
	for (size_t at = str_hash(id) & (g->slot_n - 1);; at = (at + 1) & (g->slot_n - 1)) {
		uint32_t node = g->slots[at];

		if (node == 0)
			return GRAPH_NONE;
		if (str_eq(g->nodes[node - 1].id, id))
			return node - 1;
	}
}

float
graph_weight(const struct graph *g, uint32_t tie)
{
	return g->ties.weight != NULL ? g->ties.weight[tie & ~GRAPH_AGAINST] : 1;
}

int64_t
graph_start(const struct graph *g, uint32_t tie)
{
	return g->ties.start != NULL ? g->ties.start[tie & ~GRAPH_AGAINST] : GRAPH_NO_TIME;
}

int64_t
graph_end(const struct graph *g, uint32_t tie)
{
	int64_t end = g->ties.end != NULL ? g->ties.end[tie & ~GRAPH_AGAINST] : GRAPH_NO_TIME;

	return end != GRAPH_NO_TIME ? end : graph_start(g, tie);
}

struct str
graph_tie_type(const struct graph *g, uint32_t tie)
{
	return g->ties.type != NULL && g->types != NULL
		   ? g->types[g->ties.type[tie & ~GRAPH_AGAINST]]
		   : STR_NONE;
}
