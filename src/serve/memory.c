#include "serve/memory.h"

#include <stdlib.h>

#include "base/arena.h"
#include "serve/inside.h"

struct memory {
	const struct memory_kind *kind;
	void *it;
	struct memory *next;
};

void *
serve_memory_find(struct serve *s, const struct memory_kind *kind)
{
	struct memory *m;
	void *it = NULL;

	must(pthread_mutex_lock(&s->memory_lock) == 0);
	for (m = s->memory; m != NULL && it == NULL; m = m->next)
		if (m->kind == kind)
			it = m->it;
	must(pthread_mutex_unlock(&s->memory_lock) == 0);
	return it;
}

void *
serve_memory(struct serve *s, const struct memory_kind *kind)
{
	struct memory *m;

	must(pthread_mutex_lock(&s->memory_lock) == 0);
	for (m = s->memory; m != NULL && m->kind != kind; m = m->next)
		;
	if (m == NULL) {
		m = heap_zeroed(sizeof *m);
		*m = (struct memory){kind, kind->make(s), s->memory};
		s->memory = m;
	}
	must(pthread_mutex_unlock(&s->memory_lock) == 0);
	return m->it;
}

void
serve_memory_end(struct serve *s)
{
	while (s->memory != NULL) {
		struct memory *m = s->memory;

		s->memory = m->next;
		m->kind->end(m->it);
		free(m);
	}
}
