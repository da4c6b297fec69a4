#include "record/draft_batch.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"

struct record_batch {
	struct record_wraps *wraps;
	struct arena *arena; /* of what was stored */
	struct map stored;   /* by the bytes of the id */
};

struct record_batch *
record_batch_new(const struct door_node *node)
{
	struct record_batch *b = heap_zeroed(sizeof *b);

	b->wraps = record_wraps_new(node, KEY_WRAPS_MAX);
	b->arena = arena_new(0);
	b->stored = (struct map){.arena = b->arena};
	return b;
}

void
record_batch_free(struct record_batch *b)
{
	if (b == NULL)
		return;
	record_wraps_free(b->wraps);
	arena_free(b->arena);
	free(b);
}

void
record_batch_reset(struct record_batch *b)
{
	record_wraps_back(b->wraps, 0);
	arena_reset(b->arena);
	b->stored = (struct map){.arena = b->arena};
}

enum rc
record_batch_wrap(struct record_batch *b, struct err *err)
{
	return record_wraps_ask(b->wraps, err);
}

enum rc
record_batch_place(struct record_batch *b, struct arena *a, struct record_row *row,
		   struct key_wrap **out, struct err *err)
{
	enum rc rc;

	if ((*out = record_wraps_place(b->wraps, a, row)) != NULL)
		return RC_OK;
	if ((rc = record_batch_wrap(b, err)) == RC_OK)
		*out = record_wraps_place(b->wraps, a, row);
	return rc;
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
