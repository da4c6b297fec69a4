#include "record/draft_wraps.h"

#include <stdlib.h>

#include "base/arena.h"
#include "seal/secret.h"

struct record_wraps {
	const struct door_node *node;
	size_t n, most;
	struct {
		struct record_row *row;
		struct arena *arena;
	} * of;
	struct key_wrap *wraps; /* in secret memory */
};

struct record_wraps *
record_wraps_new(const struct door_node *node, size_t most)
{
	struct record_wraps *w = heap_zeroed(sizeof *w);

	must(most > 0);
	w->node = node;
	w->most = most;
	w->of = heap_zeroed(most * sizeof *w->of);
	w->wraps = secret_new(most * sizeof *w->wraps);
	return w;
}

void
record_wraps_free(struct record_wraps *w)
{
	if (w == NULL)
		return;
	secret_free(w->wraps);
	free(w->of);
	free(w);
}

size_t
record_wraps_count(const struct record_wraps *w)
{
	return w->n;
}

void
record_wraps_back(struct record_wraps *w, size_t count)
{
	must(count <= w->n);
	secret_wipe(w->wraps + count, (w->n - count) * sizeof *w->wraps);
	w->n = count;
}

enum rc
record_wraps_ask(struct record_wraps *w, struct err *err)
{
	enum rc rc = w->n > 0 ? keys_wrap_many(w->node->keys, w->wraps, w->n, err) : RC_OK;

	/* What failed stays without a wrapped key, and record_store refuses it. */
	for (size_t i = 0; i < w->n && rc == RC_OK; i++)
		w->of[i].row->wrapped = str_copy(
		    w->of[i].arena, (struct str){(char *)w->wraps[i].wrapped, WRAPPED_KEY_BYTES});
	record_wraps_back(w, 0);
	return rc;
}

struct key_wrap *
record_wraps_place(struct record_wraps *w, struct arena *a, struct record_row *row)
{
	if (w->n == w->most)
		return NULL;
	w->of[w->n].row = row;
	w->of[w->n].arena = a;
	return &w->wraps[w->n++];
}
