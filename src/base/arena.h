#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/base.h"

/*
 * arena: memory with one lifetime (a request, a job's step, an import's record). What is
 * taken from it lives until arena_reset or arena_free; nothing is given back singly.
 * Every input is bounded at the edge, so reaching the cap is a mistake of ours: must().
 * Not shared between threads.
 */
struct arena;

/* cap_bytes: the most it may ever hold (0: 1 GiB). */
struct arena *arena_new(size_t cap_bytes);
/* NULL does nothing. */
void arena_free(struct arena *a);
/* Forget all that was taken; keeps the first block for the next round. */
void arena_reset(struct arena *a);
/*
 * From now on what was taken is overwritten before it is forgotten, by arena_reset and by
 * arena_free. Whatever opens something sealed into an arena says so (seal/envelope.h), so that
 * plain bodies do not lie about in free memory.
 */
void arena_wipes(struct arena *a);
/* Overwrite what was taken, whatever it is, and forget it; gives the bytes of the block kept. */
size_t arena_wipe(struct arena *a);
/* Bytes aligned for any object, zeroed. */
void *arena_zeroed(struct arena *a, size_t bytes);
/* Bytes without alignment or zeroing, for text. */
char *arena_bytes(struct arena *a, size_t bytes);
/* What is taken now, in bytes. */
size_t arena_used(const struct arena *a);

#define NEW(arena, type) ((type *)arena_zeroed((arena), sizeof(type)))
#define NEW_N(arena, type, n) ((type *)arena_zeroed((arena), sizeof(type) * (n)))

/* Long-lived memory outside arenas: base/, store/, net/, seal/ only. Never NULL; zeroed. */
void *heap_zeroed(size_t bytes);
void *heap_grow(void *p, size_t bytes);
/* What malloc(3) gives, and its end with all of it overwritten first: for libraries that take
 * such a pair and hold what people wrote. */
void *heap_bytes(size_t bytes);
void heap_free_wiped(void *p);
/* For a server of many threads: few heaps, and pages kept from one request to the next. Early. */
void heap_serve(void);
/* After a rush: free pages go back to the system. */
void heap_trim(void);

#endif
