#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/str.h"

/*
 * map: text to pointer, in an arena; keys are borrowed and must outlive it. Start from
 * {.arena = a}. Iterate by index over .at[i] where .at[i].value != NULL (no order kept).
 */
struct map {
	struct arena *arena;
	struct map_item {
		struct str key;
		void *value;
	} * at;
	size_t n, cap;
};

/* The value, or NULL. */
void *map_find(const struct map *m, struct str key);
/* Put or replace; value must not be NULL. Returns what stood there before, or NULL. */
void *map_put(struct map *m, struct str key, void *value);

#endif
