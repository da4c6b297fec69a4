#ifndef SERVE_REACH_CACHE_H
#define SERVE_REACH_CACHE_H

#include "serve/serve.h"

/*
 * reach_cache: what is known of the people who asked last (record/reach.h), so that a reading
 * asks no record for it. One a reader; not shared. What is kept holds for a generation of users
 * (serve_users_changed) and until reach.until_ms.
 */
struct reach_cache;

struct reach_cache *reach_cache_new(void);
/* NULL does nothing. */
void reach_cache_free(struct reach_cache *c);

/* d: the node's own door. *out is in d's arena, the caller's for the request. */
MUST_USE enum rc reach_cache_load(struct reach_cache *c, struct door *d, uint64_t generation,
				  const struct actor *who, const struct reach **out,
				  struct err *err);

/* In a changing door: what is kept of anybody is void once this commits. */
void reach_changed(struct door *d);

#endif
