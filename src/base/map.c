#include "base/map.h"

#include "base/arena.h"

/* The slot of the key, or the empty one where it would go. Never full: see map_put. */
static struct map_item *
slot_of(const struct map *m, struct str key)
{
	size_t i = (size_t)str_hash(key) & (m->cap - 1);

	while (m->at[i].value != NULL && !str_eq(m->at[i].key, key))
		i = (i + 1) & (m->cap - 1);
	return &m->at[i];
}

void *
map_find(const struct map *m, struct str key)
{
	return m->cap > 0 ? slot_of(m, key)->value : NULL;
}

static void
grow(struct map *m)
{
	struct map old = *m;

	m->cap = old.cap > 0 ? old.cap * 2 : 16;
	m->at = NEW_N(m->arena, struct map_item, m->cap);
	for (size_t i = 0; i < old.cap; i++)
		if (old.at[i].value != NULL)
			*slot_of(m, old.at[i].key) = old.at[i];
}

void *
map_put(struct map *m, struct str key, void *value)
{
	struct map_item *slot;
	void *before;

	must(value != NULL);
	if (m->n * 4 >= m->cap * 3)
		grow(m);
	slot = slot_of(m, key);
	before = slot->value;
	if (before == NULL)
		m->n++;
	*slot = (struct map_item){key, value};
	return before;
}
