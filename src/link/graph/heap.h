#ifndef LINK_GRAPH_HEAP_H
#define LINK_GRAPH_HEAP_H

#include "base/vec.h"

/* heap: nodes by key, the least first; of equal keys the lower number. For this folder. */
struct graph_heap {
	struct graph_heap_item {
		double key;
		uint32_t node, steps;
	} * at;
	size_t n, cap;
};

static inline bool
graph_heap_before(const struct graph_heap_item *x, const struct graph_heap_item *y)
{
	if (x->key < y->key || x->key > y->key)
		return x->key < y->key;
	return x->steps != y->steps ? x->steps < y->steps : x->node < y->node;
}

static inline void
graph_heap_push(struct arena *a, struct graph_heap *h, struct graph_heap_item item)
{
	size_t i = h->n;

	(void)VEC_ADD(a, h);
	for (; i > 0 && graph_heap_before(&item, &h->at[(i - 1) / 2]); i = (i - 1) / 2)
		h->at[i] = h->at[(i - 1) / 2];
	h->at[i] = item;
}

/* The heap must hold something. */
static inline struct graph_heap_item
graph_heap_pop(struct graph_heap *h)
{
	struct graph_heap_item top = h->at[0], last = h->at[--h->n];
	size_t i = 0;

	for (size_t c; (c = 2 * i + 1) < h->n; i = c) {
		if (c + 1 < h->n && graph_heap_before(&h->at[c + 1], &h->at[c]))
			c++;
		if (!graph_heap_before(&h->at[c], &last))
			break;
		h->at[i] = h->at[c];
	}
	h->at[i] = last;
	return top;
}

#endif
