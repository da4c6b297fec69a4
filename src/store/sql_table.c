#include "store/sql_table.h"

#include <stdlib.h>

#include "base/arena.h"

static size_t
slot_of(const struct sql_table *t, const struct sql *sql)
{
	size_t i = (size_t)(((uintptr_t)sql >> 3) * 0x9e3779b97f4a7c15u >> 20) & (t->cap - 1);

	while (t->at[i].sql != NULL && t->at[i].sql != sql)
		i = (i + 1) & (t->cap - 1);
	return i;
}

void *
sql_table_find(const struct sql_table *t, const struct sql *sql)
{
	return t->cap == 0 ? NULL : t->at[slot_of(t, sql)].prepared;
}

void
sql_table_add(struct sql_table *t, const struct sql *sql, void *prepared)
{
	if ((t->n + 1) * 2 > t->cap) {
		struct sql_table old = *t;

		t->cap = old.cap > 0 ? old.cap * 2 : 64;
		t->at = heap_zeroed(t->cap * sizeof *t->at);
		for (size_t i = 0; i < old.cap; i++)
			if (old.at[i].sql != NULL)
				t->at[slot_of(t, old.at[i].sql)] = old.at[i];
		free(old.at);
	}
	t->at[slot_of(t, sql)] = (struct sql_entry){sql, prepared};
	t->n++;
}

void
sql_table_free(struct sql_table *t)
{
	free(t->at);
	*t = (struct sql_table){0};
}
