#include "match/screening/reload.h"

#include <pthread.h>

#include "base/arena.h"

struct screen_live {
	struct arena *arena;  /* holds this */
	pthread_mutex_t lock; /* for as long as a pointer is copied and counted */
	struct screen_index *index;
};

struct screen_live *
screen_live_new(struct screen_index *index)
{
	struct arena *a = arena_new(0);
	struct screen_live *live = NEW(a, struct screen_live);

	live->arena = a;
	live->index = index;
	must(pthread_mutex_init(&live->lock, NULL) == 0);
	return live;
}

void
screen_live_free(struct screen_live *live)
{
	if (live == NULL)
		return;
	screen_index_free(live->index);
	must(pthread_mutex_destroy(&live->lock) == 0);
	arena_free(live->arena);
}

struct screen_index *
screen_live_hold(struct screen_live *live)
{
	struct screen_index *index;

	must(pthread_mutex_lock(&live->lock) == 0);
	index = live->index;
	screen_index_hold(index);
	must(pthread_mutex_unlock(&live->lock) == 0);
	return index;
}

void
screen_live_swap(struct screen_live *live, struct screen_index *index)
{
	struct screen_index *before;

	must(pthread_mutex_lock(&live->lock) == 0);
	before = live->index;
	live->index = index;
	must(pthread_mutex_unlock(&live->lock) == 0);
	screen_index_free(before);
}
