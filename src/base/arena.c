#include "base/arena.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	size_t used, size;
	max_align_t at[];
};

struct arena {
	struct block *top;
	size_t total, cap;
	bool wipes;
};

#define FIRST_BLOCK 8192
#define LARGEST_BLOCK (1u << 20)

void *
heap_zeroed(size_t bytes)
{
	/* What is small calloc(3) of glibc takes from no thread's own cache, as malloc(3) does. */
	bool small = bytes <= 1024;
	void *p = small ? malloc(bytes > 0 ? bytes : 1) : calloc(1, bytes);

	if (p == NULL)
		out_of_memory();
	return small ? memset(p, 0, bytes) : p;
}

void *
heap_grow(void *p, size_t bytes)
{
	void *q = realloc(p, bytes > 0 ? bytes : 1);

	if (q == NULL)
		out_of_memory();
	return q;
}

void *
heap_bytes(size_t bytes)
{
	return malloc(bytes);
}

void
heap_free_wiped(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

void
heap_serve(void)
{
	/* What glibc gives back at 128 KiB it asks for again at once, with page faults. */
	(void)mallopt(M_TRIM_THRESHOLD, 16 << 20);
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
	(void)mallopt(M_TOP_PAD, 1 << 20);
	(void)mallopt(M_ARENA_MAX, 4);
}

void
heap_trim(void)
{
	(void)malloc_trim(0);
}

struct arena *
arena_new(size_t cap_bytes)
{
	struct arena *a = heap_zeroed(sizeof *a);

	a->cap = cap_bytes > 0 ? cap_bytes : (size_t)1 << 30;
	return a;
}

void
arena_wipes(struct arena *a)
{
	a->wipes = true;
}

/* Only what was taken: the rest was not written to since it was overwritten last. */
static void
wipe_blocks(struct block *b)
{
	for (; b != NULL; b = b->next)
		explicit_bzero(b->at, b->used);
}

static void
drop_blocks(struct block *b)
{
	while (b != NULL) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	if (a->wipes)
		wipe_blocks(a->top);
	drop_blocks(a->top);
	free(a);
}

void
arena_reset(struct arena *a)
{
	if (a->top == NULL)
		return;
	if (a->wipes)
		wipe_blocks(a->top);
	drop_blocks(a->top->next);
	a->top->next = NULL;
	a->top->used = 0;
	a->total = a->top->size;
	if (a->top->size > LARGEST_BLOCK) {
		free(a->top);
		a->top = NULL;
		a->total = 0;
	}
}

size_t
arena_wipe(struct arena *a)
{
	a->wipes = false;
	wipe_blocks(a->top);
	arena_reset(a);
	return a->total;
}

static void *
take(struct arena *a, size_t bytes, size_t align)
{
	struct block *b = a->top;
	size_t start = b != NULL ? (b->used + align - 1) & ~(align - 1) : 0;

	if (b == NULL || bytes > b->size || start > b->size - bytes) {
		size_t size = b != NULL && b->size < LARGEST_BLOCK ? b->size * 2 : FIRST_BLOCK;

		if (b != NULL && b->size >= LARGEST_BLOCK)
			size = LARGEST_BLOCK;
		if (size < bytes)
			size = bytes;
		must(bytes <= a->cap && a->total <= a->cap - bytes);
		b = malloc(sizeof *b + size);
		if (b == NULL)
			out_of_memory();
		b->next = a->top;
		b->size = size;
		a->top = b;
		a->total += size;
		start = 0;
	}
	b->used = start + bytes;
	return (char *)b->at + start;
}

void *
arena_zeroed(struct arena *a, size_t bytes)
{
	return memset(take(a, bytes, _Alignof(max_align_t)), 0, bytes);
}

char *
arena_bytes(struct arena *a, size_t bytes)
{
	return take(a, bytes, 1);
}

size_t
arena_used(const struct arena *a)
{
	size_t used = 0;

	for (const struct block *b = a->top; b != NULL; b = b->next)
		used += b->used;
	return used;
}
