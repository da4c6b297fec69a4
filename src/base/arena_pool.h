#ifndef BASE_ARENA_POOL_H
#define BASE_ARENA_POOL_H

#include "base/arena.h"

/*
 * arena_pool: arenas that were used and wiped, for the next request. One that a worker takes is
 * mostly given back by another thread, which is what malloc does worst. Any thread may call.
 * Under AddressSanitizer it keeps none, so that whoever uses a request's memory later is seen.
 */
struct arena_pool;

/* Keeps kept_max arenas of at most 64 KiB each; cap_bytes as for arena_new. */
struct arena_pool *arena_pool_new(unsigned kept_max, size_t cap_bytes);
struct arena *arena_pool_take(struct arena_pool *p);
/* What lay in it is overwritten: it may have been about people. NULL does nothing. */
void arena_pool_give(struct arena_pool *p, struct arena *a);
/* Free those that are kept, as after a rush. */
void arena_pool_trim(struct arena_pool *p);
/* All that were taken must have been given back. NULL does nothing. */
void arena_pool_free(struct arena_pool *p);

#endif
