#include "base/arena_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define KEEPS_NONE true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPS_NONE true
#endif
#endif
#ifndef KEEPS_NONE
#define KEEPS_NONE false
#endif

#define ARENA_BYTES_MAX ((size_t)64 << 10)

struct arena_pool {
	pthread_mutex_t lock;
	struct arena **kept;
	unsigned n, max;
	size_t cap_bytes;
};

struct arena_pool *
arena_pool_new(unsigned kept_max, size_t cap_bytes)
{
	struct arena_pool *p = heap_zeroed(sizeof *p);

	must(pthread_mutex_init(&p->lock, NULL) == 0);
	p->kept = heap_zeroed(sizeof *p->kept * kept_max);
	p->max = KEEPS_NONE ? 0 : kept_max;
	p->cap_bytes = cap_bytes;
	return p;
}

struct arena *
arena_pool_take(struct arena_pool *p)
{
	struct arena *a = NULL;

	must(pthread_mutex_lock(&p->lock) == 0);
	if (p->n > 0)
		a = p->kept[--p->n];
	must(pthread_mutex_unlock(&p->lock) == 0);
	return a != NULL ? a : arena_new(p->cap_bytes);
}

void
arena_pool_give(struct arena_pool *p, struct arena *a)
{
	bool kept = false;

	if (a == NULL)
		return;
	if (!KEEPS_NONE && arena_wipe(a) <= ARENA_BYTES_MAX) {
		must(pthread_mutex_lock(&p->lock) == 0);
		if ((kept = p->n < p->max))
			p->kept[p->n++] = a;
		must(pthread_mutex_unlock(&p->lock) == 0);
	}
	if (!kept)
		arena_free(a);
}

void
arena_pool_trim(struct arena_pool *p)
{
	struct arena *a;

	do {
		a = NULL;
		must(pthread_mutex_lock(&p->lock) == 0);
		if (p->n > 0)
			a = p->kept[--p->n];
		must(pthread_mutex_unlock(&p->lock) == 0);
		arena_free(a);
	} while (a != NULL);
}

void
arena_pool_free(struct arena_pool *p)
{
	if (p == NULL)
		return;
	arena_pool_trim(p);
	(void)pthread_mutex_destroy(&p->lock);
	free(p->kept);
	free(p);
}
