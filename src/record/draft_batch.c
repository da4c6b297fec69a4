#include "record/draft_batch.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "seal/secret.h"

struct record_batch {
	const struct door_node *node;
	size_t n;
	struct {
		struct record_row *row;
		struct arena *arena;
	} of[KEY_WRAPS_MAX];
	struct key_wrap *wraps; /* in secret memory */
	struct arena *arena;	/* of what was stored */
	struct map stored;	/* by the bytes of the id */
};

struct record_batch *
record_batch_new(const struct door_node *node)
{
	struct record_batch *b = heap_zeroed(sizeof *b);

	b->node = node;
	b->wraps = secret_new(KEY_WRAPS_MAX * sizeof *b->wraps);
	b->arena = arena_new(0);
	b->stored = (struct map){.arena = b->arena};
	return b;
}

void
record_batch_free(struct record_batch *b)
{
	if (b == NULL)
		return;
	secret_free(b->wraps);
	arena_free(b->arena);
	free(b);
}

static void
forget_waiting(struct record_batch *b)
{
	secret_wipe(b->wraps, b->n * sizeof *b->wraps);
	b->n = 0;
}

void
record_batch_reset(struct record_batch *b)
{
	forget_waiting(b);
	arena_reset(b->arena);
	b->stored = (struct map){.arena = b->arena};
}

enum rc
record_batch_wrap(struct record_batch *b, struct err *err)
{
	enum rc rc = keys_wrap_many(b->node->keys, b->wraps, b->n, err);

	/* What failed stays without a wrapped key, and record_store refuses it. */
	for (size_t i = 0; i < b->n && rc == RC_OK; i++)
		b->of[i].row->wrapped = str_copy(
		    b->of[i].arena, (struct str){(char *)b->wraps[i].wrapped, WRAPPED_KEY_BYTES});
	forget_waiting(b);
	return rc;
}

enum rc
record_batch_place(struct record_batch *b, struct arena *a, struct record_row *row,
		   struct key_wrap **out, struct err *err)
{
	enum rc rc = b->n == KEY_WRAPS_MAX ? record_batch_wrap(b, err) : RC_OK;

	if (rc != RC_OK)
		return rc;
	b->of[b->n].row = row;
	b->of[b->n].arena = a;
	*out = &b->wraps[b->n++];
	return RC_OK;
}

static struct str
key_of(const struct id *id)
{
	return (struct str){(const char *)id->b, sizeof id->b};
}

void
record_batch_stored(struct record_batch *b, const struct record_row *row, struct handling handling)
{
	struct stored_draft *s = NEW(b->arena, struct stored_draft);

	*s = (struct stored_draft){row->id, row->leaf, handling, (enum guard)row->guard};
	(void)map_put(&b->stored, key_of(&s->id), s);
}

const struct stored_draft *
record_batch_find(const struct record_batch *b, struct id id)
{
	return map_find(&b->stored, key_of(&id));
}
