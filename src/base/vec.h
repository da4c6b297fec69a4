#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/arena.h"
#include "base/str.h"

/*
 * VEC(T): a growing array in an arena, open to read: v.at[i], v.n. Start it from {0}.
 *     VEC(struct str) names = { 0 };
 *     *VEC_ADD(arena, &names) = STR("x");
 * A pointer into it holds until the next VEC_ADD.
 */
#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *at;                                                                          \
		size_t n, cap;                                                                     \
	}

/* A pointer to a new zeroed element at the end. */
#define VEC_ADD(arena, v)                                                                          \
	((v)->at = vec_grow((arena), (v)->at, (v)->n, &(v)->cap, sizeof *(v)->at),                 \
	 &(v)->at[(v)->n++])

/* An empty one has no array, to whose pointer nothing may be added. */
#define VEC_EACH(item, v) for ((item) = (v)->at; (v)->n > 0 && (item) < (v)->at + (v)->n; (item)++)

void *vec_grow(struct arena *a, void *at, size_t n, size_t *cap, size_t size);

/* A named type where a list of text goes through an interface. */
struct str_list {
	struct str *at;
	size_t n, cap;
};

#endif
