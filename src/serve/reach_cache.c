#include "serve/reach_cache.h"

#include <stdlib.h>

#include "base/arena.h"
#include "record/reach.h"
#include "serve/inside.h"
#include "serve/own_word.h"

enum { PLACES = 16 };

struct place {
	struct id user;
	uint32_t roles;
	struct id unit;
	uint64_t generation; /* 0: empty */
	struct arena *arena;
	struct reach *reach;
};

struct reach_cache {
	struct arena *arena;
	struct place at[PLACES];
};

struct reach_cache *
reach_cache_new(void)
{
	struct arena *a = arena_new(0);
	struct reach_cache *c = NEW(a, struct reach_cache);

	c->arena = a;
	return c;
}

void
reach_cache_free(struct reach_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < PLACES; i++)
		if (c->at[i].arena != NULL)
			arena_free(c->at[i].arena);
	arena_free(c->arena);
}

static bool
holds(const struct place *p, uint64_t generation, const struct actor *who, int64_t now_ms)
{
	return p->generation == generation && id_eq(p->user, who->id) && p->roles == who->roles &&
	       id_eq(p->unit, who->unit) && now_ms < p->reach->until_ms &&
	       /* A clock that was set back does not make it last longer. */
	       p->reach->until_ms <= now_ms + REACH_MS_MAX;
}

enum rc
reach_cache_load(struct reach_cache *c, struct door *d, uint64_t generation,
		 const struct actor *who, const struct reach **out, struct err *err)
{
	/* The end of an id is random (base/id.h). */
	struct place *p = &c->at[who->id.b[15] % PLACES];
	struct reach found;
	enum rc rc;

	must(generation > 0);
	if (!holds(p, generation, who, d->now_ms)) {
		if ((rc = reach_load(d, who, &found, err)) != RC_OK ||
		    (rc = own_word_load(d, who, &found, err)) != RC_OK)
			return rc;
		if (p->arena != NULL)
			arena_free(p->arena);
		*p = (struct place){.user = who->id,
				    .roles = who->roles,
				    .unit = who->unit,
				    .generation = generation,
				    .arena = arena_new(0)};
		p->reach = reach_copy(p->arena, &found);
	}
	/* The place may be another's before the writer comes to this request. */
	*out = reach_copy(d->arena, p->reach);
	return RC_OK;
}

void
reach_changed(struct door *d)
{
	serve_users_changed(d);
}
