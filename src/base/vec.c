#include "base/vec.h"

void *
vec_grow(struct arena *a, void *at, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return at;
	*cap = *cap > 0 ? *cap * 2 : 8;
	p = arena_zeroed(a, *cap * size);
	if (n > 0)
		memcpy(p, at, n * size);
	return p;
}
