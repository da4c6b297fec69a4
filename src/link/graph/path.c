#include "link/graph/path.h"

#include <math.h>

#include "base/arena.h"
#include "link/graph/heap.h"

/* What a search knows of a node from one end. */
struct side {
	struct reach {
		uint32_t stamp;	     /* of the search that wrote it */
		uint32_t before, by; /* the node it was reached from, and the tie */
		double distance;
	} * at;
	struct graph_node_list queue; /* of steps: all met, the last level at its end */
	struct graph_heap heap;
};

struct graph_search {
	struct side side[2]; /* from the beginning, from the end */
	uint32_t now;
	/* Of one spur of Yen's: nodes that are taken, and those that may not follow it. */
	uint32_t *taken, *cut, cut_now, spur;
};

static struct graph_search *
search_of(struct graph_walk *w)
{
	size_t n = (size_t)w->graph->node_n + 1;
	struct graph_search *s = w->search;

	if (s != NULL)
		return s;
	s = w->search = NEW(w->arena, struct graph_search);
	for (int i = 0; i < 2; i++)
		s->side[i].at = NEW_N(w->arena, struct reach, n);
	s->taken = NEW_N(w->arena, uint32_t, n);
	s->cut = NEW_N(w->arena, uint32_t, n);
	s->cut_now = 1;
	s->spur = GRAPH_NONE;
	return s;
}

static bool
is_barred(const struct graph_search *s, uint32_t from, uint32_t to)
{
	return s->taken[to] == s->cut_now || (from == s->spur && s->cut[to] == s->cut_now) ||
	       (to == s->spur && s->cut[from] == s->cut_now);
}

static double
tie_length(const struct graph *g, uint32_t tie, enum graph_measure measure)
{
	double weight = graph_weight(g, tie);

	return measure == GRAPH_STEPS ? 1 : measure == GRAPH_LENGTH ? weight : 1 / weight;
}

/* One level more of one side; the node where both met, or GRAPH_NONE. */
static uint32_t
widen(struct graph_walk *w, struct graph_search *s, int i, size_t *level)
{
	const struct graph *g = w->graph;
	struct side *x = &s->side[i], *other = &s->side[!i];
	size_t end = x->queue.n;

	for (; *level < end; ++*level) {
		uint32_t v = x->queue.at[*level];

		for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++) {
			uint32_t to = g->to[p];

			if (x->at[to].stamp == s->now || is_barred(s, v, to) ||
			    !graph_step(w, p, i == 1))
				continue;
			x->at[to] = (struct reach){s->now, v, g->tie[p] & ~GRAPH_AGAINST,
						   x->at[v].distance + 1};
			if (other->at[to].stamp == s->now)
				return to;
			*VEC_ADD(w->arena, &x->queue) = to;
		}
	}
	return GRAPH_NONE;
}

/* Level by level, always at the side with fewer to look at; where they first meet is shortest. */
static uint32_t
search_steps(struct graph_walk *w, struct graph_search *s, double limit)
{
	size_t level[2] = {0, 0};
	double depth = 0;

	while (depth + 1 < limit) {
		size_t left[2] = {s->side[0].queue.n - level[0], s->side[1].queue.n - level[1]};
		uint32_t met;
		int i = left[1] < left[0];

		if (left[0] == 0 || left[1] == 0)
			return GRAPH_NONE;
		depth++;
		if ((met = widen(w, s, i, &level[i])) != GRAPH_NONE)
			return met;
	}
	return GRAPH_NONE;
}

static void
settle(struct graph_walk *w, struct graph_search *s, int i, enum graph_measure measure,
       double *best, uint32_t *met)
{
	const struct graph *g = w->graph;
	struct side *x = &s->side[i], *other = &s->side[!i];
	struct graph_heap_item item = graph_heap_pop(&x->heap);
	uint32_t v = item.node;

	if (item.key > x->at[v].distance)
		return;
	for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++) {
		uint32_t to = g->to[p];
		double d = item.key + tie_length(g, g->tie[p], measure);

		if ((x->at[to].stamp == s->now && x->at[to].distance <= d) || d >= *best ||
		    is_barred(s, v, to) || !graph_step(w, p, i == 1))
			continue;
		x->at[to] = (struct reach){s->now, v, g->tie[p] & ~GRAPH_AGAINST, d};
		if (other->at[to].stamp == s->now && d + other->at[to].distance < *best) {
			*best = d + other->at[to].distance;
			*met = to;
		}
		/* What is still to come from the other end is at least as far as its nearest. */
		if (other->heap.n > 0 && d + other->heap.at[0].key < *best)
			graph_heap_push(w->arena, &x->heap, (struct graph_heap_item){d, to, 0});
	}
}

static uint32_t
search_lengths(struct graph_walk *w, struct graph_search *s, enum graph_measure measure,
	       double limit)
{
	uint32_t met = GRAPH_NONE;
	double best = limit;

	for (;;) {
		struct graph_heap *h[2] = {&s->side[0].heap, &s->side[1].heap};

		if (h[0]->n == 0 || h[1]->n == 0 || h[0]->at[0].key + h[1]->at[0].key >= best)
			return met;
		settle(w, s, h[1]->n < h[0]->n, measure, &best, &met);
	}
}

static void
path_of(const struct graph_search *s, uint32_t met, struct arena *a, struct graph_path *out)
{
	uint32_t n = 1, before = 0;

	for (int i = 0; i < 2; i++)
		for (uint32_t v = met; s->side[i].at[v].before != GRAPH_NONE;
		     v = s->side[i].at[v].before) {
			n++;
			before += i == 0;
		}
	*out = (struct graph_path){.n = n,
				   .node = NEW_N(a, uint32_t, n),
				   .tie = NEW_N(a, uint32_t, n),
				   .length =
				       s->side[0].at[met].distance + s->side[1].at[met].distance};
	out->node[before] = met;
	for (uint32_t v = met, k = before; k > 0; k--) {
		out->tie[k - 1] = s->side[0].at[v].by;
		v = out->node[k - 1] = s->side[0].at[v].before;
	}
	for (uint32_t v = met, k = before; k + 1 < n; k++) {
		out->tie[k] = s->side[1].at[v].by;
		v = out->node[k + 1] = s->side[1].at[v].before;
	}
}

/* The shortest that is shorter than limit. */
static bool
search(struct graph_walk *w, const uint32_t ends[2], enum graph_measure measure, double limit,
       struct arena *a, struct graph_path *out)
{
	struct graph_search *s = search_of(w);
	uint32_t met;

	if (!graph_open(w, ends[0]) || !graph_open(w, ends[1]))
		return false;
	s->now++;
	for (int i = 0; i < 2; i++) {
		struct side *x = &s->side[i];

		x->at[ends[i]] = (struct reach){s->now, GRAPH_NONE, 0, 0};
		x->queue.n = x->heap.n = 0;
		*VEC_ADD(w->arena, &x->queue) = ends[i];
		graph_heap_push(w->arena, &x->heap, (struct graph_heap_item){0, ends[i], 0});
	}
	if (ends[0] == ends[1])
		met = limit > 0 ? ends[0] : GRAPH_NONE;
	else if (measure == GRAPH_STEPS)
		met = search_steps(w, s, limit);
	else
		met = search_lengths(w, s, measure, limit);
	if (met == GRAPH_NONE)
		return false;
	path_of(s, met, a, out);
	return true;
}

/* A path and the node from which on it left those before it. */
struct candidate {
	struct graph_path path;
	uint32_t spur;
};
struct candidates {
	struct candidate *at;
	size_t n, cap;
};

static bool
same_root(const struct graph_path *x, const struct graph_path *y, uint32_t n)
{
	if (x->n < n || y->n < n)
		return false;
	for (uint32_t i = n; i-- > 0;)
		if (x->node[i] != y->node[i])
			return false;
	return true;
}

static void
join(const struct graph_path *root, uint32_t spur, double length, const struct graph_path *rest,
     struct arena *a, struct candidate *out)
{
	struct graph_path p = {.n = spur + rest->n, .length = length + rest->length};

	p.node = NEW_N(a, uint32_t, p.n);
	p.tie = NEW_N(a, uint32_t, p.n);
	for (uint32_t i = 0; i < spur; i++) {
		p.node[i] = root->node[i];
		p.tie[i] = root->tie[i];
	}
	for (uint32_t i = 0; i < rest->n; i++) {
		p.node[spur + i] = rest->node[i];
		if (i + 1 < rest->n)
			p.tie[spur + i] = rest->tie[i];
	}
	*out = (struct candidate){p, spur};
}

/* Only the `wanted` shortest can still be needed: a new one must be shorter than the last. */
static double
limit_of(const struct candidates *c, size_t wanted)
{
	double worst = 0;

	if (c->n < wanted)
		return INFINITY;
	for (size_t i = 0; i < c->n; i++)
		worst = fmax(worst, c->at[i].path.length);
	return worst;
}

static void
candidate_add(struct arena *a, struct candidates *c, size_t wanted, const struct candidate *one)
{
	size_t worst = 0;

	if (c->n < wanted) {
		*VEC_ADD(a, c) = *one;
		return;
	}
	for (size_t i = 1; i < c->n; i++)
		if (c->at[i].path.length >= c->at[worst].path.length)
			worst = i;
	if (one->path.length < c->at[worst].path.length)
		c->at[worst] = *one;
}

static void
spurs_of(struct graph_walk *w, const struct candidate *last, const struct graph_path_list *found,
	 enum graph_measure measure, size_t wanted, struct arena *a, struct candidates *c)
{
	struct graph_search *s = w->search;
	const struct graph_path *p = &last->path;
	double length = 0;

	for (uint32_t i = 0; i + 1 < p->n; i++) {
		uint32_t ends[2] = {p->node[i], p->node[p->n - 1]};
		struct graph_path rest;
		struct candidate joined;
		double limit = limit_of(c, wanted) - length;

		if (i >= last->spur && limit > 0) {
			s->cut_now++;
			s->spur = p->node[i];
			for (uint32_t k = 0; k < i; k++)
				s->taken[p->node[k]] = s->cut_now;
			for (size_t k = 0; k < found->n; k++)
				if (same_root(&found->at[k], p, i + 1) && found->at[k].n > i + 1)
					s->cut[found->at[k].node[i + 1]] = s->cut_now;
			if (search(w, ends, measure, limit, a, &rest)) {
				join(p, i, length, &rest, a, &joined);
				candidate_add(a, c, wanted, &joined);
			}
		}
		length += tie_length(w->graph, p->tie[i], measure);
	}
	s->cut_now++;
	s->spur = GRAPH_NONE;
}

void
graph_paths(struct graph_walk *w, uint32_t from, uint32_t to, enum graph_measure measure, size_t k,
	    struct arena *a, struct graph_path_list *out)
{
	uint32_t ends[2] = {from, to};
	struct candidates c = {0};
	struct candidate next = {0};

	must(k > 0 && k <= GRAPH_PATHS_MAX);
	*out = (struct graph_path_list){0};
	if (!search(w, ends, measure, INFINITY, a, &next.path))
		return;
	for (;;) {
		size_t best = 0;

		*VEC_ADD(a, out) = next.path;
		if (out->n == k)
			return;
		spurs_of(w, &next, out, measure, k - out->n, a, &c);
		if (c.n == 0)
			return;
		for (size_t i = 1; i < c.n; i++)
			if (c.at[i].path.length < c.at[best].path.length)
				best = i;
		next = c.at[best];
		c.at[best] = c.at[--c.n];
	}
}

bool
graph_path_in_time(struct graph_walk *w, uint32_t from, uint32_t to, int64_t since, struct arena *a,
		   struct graph_path *out)
{
	const struct graph *g = w->graph;
	struct graph_search *s = search_of(w);
	struct side *x = &s->side[0];
	uint32_t now = ++s->now;

	if (g->ties.start == NULL || !graph_open(w, from) || !graph_open(w, to))
		return false;
	x->heap.n = 0;
	/* Seconds are whole numbers, far below the 2^53 that a double holds. */
	x->at[from] =
	    (struct reach){now, GRAPH_NONE, 0, since == GRAPH_NO_TIME ? -INFINITY : (double)since};
	s->side[1].at[from] = (struct reach){now, 0, 0, 0};
	graph_heap_push(w->arena, &x->heap,
			(struct graph_heap_item){x->at[from].distance, from, 0});
	while (x->heap.n > 0) {
		struct graph_heap_item item = graph_heap_pop(&x->heap);
		uint32_t v = item.node;

		if (v == to)
			break;
		if (item.key > x->at[v].distance || item.steps > s->side[1].at[v].distance)
			continue;
		for (uint32_t p = g->row[v]; p < g->row[v + 1]; p++) {
			uint32_t head = g->to[p], tie = g->tie[p] & ~GRAPH_AGAINST;
			int64_t start = graph_start(g, tie);
			struct reach *r = &x->at[head];
			double when = fmax(item.key, (double)start);

			if (start == GRAPH_NO_TIME || item.key > (double)graph_end(g, tie) ||
			    (r->stamp == now &&
			     (r->distance < when ||
			      (r->distance <= when &&
			       s->side[1].at[head].distance <= item.steps + 1))) ||
			    !graph_step(w, p, false))
				continue;
			*r = (struct reach){now, v, tie, when};
			s->side[1].at[head] = (struct reach){now, 0, 0, item.steps + 1};
			graph_heap_push(w->arena, &x->heap,
					(struct graph_heap_item){when, head, item.steps + 1});
		}
	}
	if (x->at[to].stamp != now)
		return false;
	s->side[1].at[to] = (struct reach){now, GRAPH_NONE, 0, 0};
	path_of(s, to, a, out);
	out->length = out->n < 2 ? 0 : x->at[to].distance - (double)graph_start(g, out->tie[0]);
	return true;
}
