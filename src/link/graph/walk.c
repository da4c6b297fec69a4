#include "link/graph/walk.h"

#include "base/arena.h"

enum { NOT_ASKED, OPEN, CLOSED };

struct graph_walk *
graph_walk_new(struct arena *a, const struct graph *g, const struct graph_view *view)
{
	struct graph_walk *w = NEW(a, struct graph_walk);

	*w = (struct graph_walk){.graph = g, .view = *view, .arena = a};
	w->view.directed = view->directed && g->directed;
	w->known = NEW_N(a, uint8_t, (size_t)g->node_n + 1);
	w->stamp = NEW_N(a, uint32_t, (size_t)g->node_n + 1);
	return w;
}

bool
graph_open(struct graph_walk *w, uint32_t node)
{
	bool open;

	if (w->known[node] != NOT_ASKED)
		return w->known[node] == OPEN;
	open = (w->graph->left_out == NULL || w->graph->left_out[node] == 0) &&
	       (w->view.may_know == NULL || w->view.may_know(w->view.ctx, node));
	w->known[node] = open ? OPEN : CLOSED;
	return open;
}

/* A tie without a time is in no window: nobody knows that it held then. */
static bool
in_window(const struct graph_walk *w, uint32_t tie)
{
	int64_t since = w->view.since, until = w->view.until, start;

	if (since == GRAPH_NO_TIME && until == GRAPH_NO_TIME)
		return true;
	start = graph_start(w->graph, tie);
	return start != GRAPH_NO_TIME && (until == GRAPH_NO_TIME || start <= until) &&
	       (since == GRAPH_NO_TIME || graph_end(w->graph, tie) >= since);
}

bool
graph_step(struct graph_walk *w, uint32_t place, bool back)
{
	const struct graph *g = w->graph;
	uint32_t tie = g->tie[place];

	if (w->view.directed && ((tie & GRAPH_AGAINST) != 0) != back)
		return false;
	if (!graph_open(w, g->to[place]))
		return false;
	tie &= ~GRAPH_AGAINST;
	if (w->view.types != NULL && !w->view.types[g->ties.type != NULL ? g->ties.type[tie] : 0])
		return false;
	return in_window(w, tie) &&
	       (w->view.may_know_tie == NULL || w->view.may_know_tie(w->view.ctx, tie));
}

enum rc
graph_walk_find(struct graph_walk *w, struct str id, uint32_t *out, struct err *err)
{
	*out = graph_find(w->graph, id);
	if (*out == GRAPH_NONE || !graph_open(w, *out))
		return fail(err, RC_ABSENT, "id", "there is no such node, or none to be shown");
	return RC_OK;
}

void
graph_expand(struct graph_walk *w, uint32_t from, uint32_t depth, size_t node_max, struct arena *a,
	     struct graph_reached *out)
{
	const struct graph *g = w->graph;
	uint32_t now = ++w->now;

	*out = (struct graph_reached){0};
	if (!graph_open(w, from) || node_max == 0)
		return;
	w->stamp[from] = now;
	*VEC_ADD(a, &out->nodes) = (struct graph_met){from, 0};
	for (size_t next = 0; next < out->nodes.n; next++) {
		struct graph_met m = out->nodes.at[next];

		if (m.depth == depth)
			return;
		for (uint32_t p = g->row[m.node]; p < g->row[m.node + 1]; p++) {
			if (w->stamp[g->to[p]] == now || !graph_step(w, p, false))
				continue;
			if (out->nodes.n == node_max) {
				out->more = true;
				return;
			}
			w->stamp[g->to[p]] = now;
			*VEC_ADD(a, &out->nodes) = (struct graph_met){g->to[p], m.depth + 1};
		}
	}
}

void
graph_common(struct graph_walk *w, uint32_t one, uint32_t other, struct arena *a,
	     struct graph_node_list *out)
{
	const struct graph *g = w->graph;
	uint32_t i = g->row[one], k = g->row[other];

	*out = (struct graph_node_list){0};
	if (!graph_open(w, one) || !graph_open(w, other))
		return;
	while (i < g->row[one + 1] && k < g->row[other + 1]) {
		uint32_t x = g->to[i], y = g->to[k];
		bool left = false, right = false;

		if (x != y) {
			*(x < y ? &i : &k) += 1;
			continue;
		}
		/* Parallel ties: one of each side that may be known is enough. */
		for (; i < g->row[one + 1] && g->to[i] == x; i++)
			left = left || graph_step(w, i, false);
		for (; k < g->row[other + 1] && g->to[k] == x; k++)
			right = right || graph_step(w, k, false);
		if (left && right)
			*VEC_ADD(a, out) = x;
	}
}

/* Each tie is met at its tail, once. */
static bool
ties_of_row(struct graph_walk *w, uint32_t v, uint32_t marked, size_t tie_max, struct arena *a,
	    struct graph_tie_list *out)
{
	const struct graph *g = w->graph;

	for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++) {
		if ((g->tie[p] & GRAPH_AGAINST) != 0 || w->stamp[g->to[p]] != marked ||
		    !graph_step(w, p, false))
			continue;
		if (out->n == tie_max)
			return false;
		*VEC_ADD(a, out) = (struct graph_tie_at){v, g->to[p], g->tie[p]};
	}
	return true;
}

bool
graph_ties_among(struct graph_walk *w, const struct graph_node_list *nodes, size_t tie_max,
		 struct arena *a, struct graph_tie_list *out)
{
	uint32_t now = ++w->now;

	*out = (struct graph_tie_list){0};
	for (size_t i = 0; i < nodes->n; i++)
		w->stamp[nodes->at[i]] = now;
	for (size_t i = 0; i < nodes->n; i++) {
		if (graph_open(w, nodes->at[i]) &&
		    !ties_of_row(w, nodes->at[i], now, tie_max, a, out))
			return false;
	}
	return true;
}

struct dated {
	int64_t start;
	struct graph_tie_at at;
};

static bool
later(const struct dated *x, const struct dated *y)
{
	return x->start != y->start ? x->start > y->start : x->at.tie > y->at.tie;
}

static int
by_time(const void *x, const void *y)
{
	return later(x, y) ? 1 : later(y, x) ? -1 : 0;
}

/* Keeps the earliest, the latest of them on top. */
static void
sift_down(struct dated *at, size_t n)
{
	for (size_t i = 0;;) {
		size_t c = 2 * i + 1;
		struct dated t = at[i];

		if (c >= n)
			return;
		if (c + 1 < n && later(&at[c + 1], &at[c]))
			c++;
		if (!later(&at[c], &at[i]))
			return;
		at[i] = at[c];
		at[c] = t;
		i = c;
	}
}

static void
sift_up(struct dated *at, size_t i)
{
	while (i > 0 && later(&at[i], &at[(i - 1) / 2])) {
		struct dated t = at[i];

		at[i] = at[(i - 1) / 2];
		at[(i - 1) / 2] = t;
		i = (i - 1) / 2;
	}
}

bool
graph_timeline(struct graph_walk *w, uint32_t node, size_t tie_max, struct arena *a,
	       struct graph_tie_list *out)
{
	const struct graph *g = w->graph;
	uint32_t first = node == GRAPH_NONE ? 0 : node;
	uint32_t last = node == GRAPH_NONE ? g->node_n : node + 1;
	VEC(struct dated) kept = {0};
	bool all = true;

	*out = (struct graph_tie_list){0};
	for (uint32_t v = first; v < last; v++) {
		if (!graph_open(w, v))
			continue;
		for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++) {
			bool against = (g->tie[p] & GRAPH_AGAINST) != 0;
			uint32_t tie = g->tie[p] & ~GRAPH_AGAINST;
			struct dated d = {graph_start(g, tie), {v, g->to[p], tie}};

			if (d.start == GRAPH_NO_TIME || (against && node == GRAPH_NONE) ||
			    !graph_step(w, p, against))
				continue;
			if (against)
				d.at = (struct graph_tie_at){g->to[p], v, tie};
			if (kept.n < tie_max) {
				*VEC_ADD(a, &kept) = d;
				sift_up(kept.at, kept.n - 1);
				continue;
			}
			all = false;
			if (tie_max > 0 && later(&kept.at[0], &d)) {
				kept.at[0] = d;
				sift_down(kept.at, kept.n);
			}
		}
	}
	if (kept.n > 0)
		qsort(kept.at, kept.n, sizeof *kept.at, by_time);
	for (size_t i = 0; i < kept.n; i++)
		*VEC_ADD(a, out) = kept.at[i].at;
	return all;
}

void
graph_make_visible(struct graph_walk *w, struct arena *a, struct graph_visible *out)
{
	const struct graph *g = w->graph;
	uint32_t *number = NEW_N(a, uint32_t, (size_t)g->node_n + 1), n = 0;
	size_t m = 0, room = (size_t)g->row[g->node_n] / (w->view.directed ? 1 : 2) + 1;
	uint32_t *from = NEW_N(a, uint32_t, room), *to = NEW_N(a, uint32_t, room);
	float *weight = NEW_N(a, float, room);
	struct graph_ties ties;

	out->node = NEW_N(a, uint32_t, (size_t)g->node_n + 1);
	for (uint32_t v = 0; v < g->node_n; v++) {
		if (graph_open(w, v)) {
			out->node[n] = v;
			number[v] = n++;
		}
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t v = out->node[i], before = GRAPH_NONE;

		for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++) {
			if ((!w->view.directed && g->to[p] < v) || !graph_step(w, p, false))
				continue;
			if (g->to[p] == before) {
				weight[m - 1] += graph_weight(g, g->tie[p]);
				continue;
			}
			before = g->to[p];
			from[m] = i;
			to[m] = number[before];
			weight[m++] = graph_weight(g, g->tie[p]);
		}
	}
	ties = (struct graph_ties){.n = m, .from = from, .to = to, .weight = weight};
	out->graph = graph_make(a, n, &ties, w->view.directed, NULL);
}
