#include "serve/kept.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "seal/hash.h"
#include "serve/inside.h"

#define KEPT_MAX 4

struct kept {
	pthread_mutex_t lock; /* guards what follows */
	struct arena *arena;
	struct {
		const char *name;
		struct str text, etag;
	} at[KEPT_MAX];
	size_t n;
};

struct kept *
kept_new(void)
{
	struct kept *k = heap_zeroed(sizeof *k);

	must(pthread_mutex_init(&k->lock, NULL) == 0);
	k->arena = arena_new(0);
	return k;
}

void
kept_free(struct kept *k)
{
	if (k == NULL)
		return;
	arena_free(k->arena);
	(void)pthread_mutex_destroy(&k->lock);
	free(k);
}

static void
add(struct serve *s, struct kept *k, const char *name, kept_make *make)
{
	struct arena *a = arena_new(0);
	struct hash hash;
	struct buf b;

	must(k->n < KEPT_MAX);
	buf_init(&b, a);
	make(s, a, &b);
	sha256(buf_str(&b), &hash);
	k->at[k->n].name = name;
	k->at[k->n].text = str_copy(k->arena, buf_str(&b));
	buf_clear(&b);
	buf_add_hex(&b, hash.b, 16);
	k->at[k->n].etag = str_fmt(k->arena, "\"%.*s\"", STR_ARG(buf_str(&b)));
	k->n++;
	arena_free(a);
}

void
kept_get(struct serve *s, const char *name, kept_make *make, struct str *text, struct str *etag)
{
	struct kept *k = s->kept;
	size_t i = 0;

	must(pthread_mutex_lock(&k->lock) == 0);
	while (i < k->n && strcmp(k->at[i].name, name) != 0)
		i++;
	if (i == k->n)
		add(s, k, name, make);
	*text = k->at[i].text;
	*etag = k->at[i].etag;
	must(pthread_mutex_unlock(&k->lock) == 0);
}
