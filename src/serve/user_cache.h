#ifndef SERVE_USER_CACHE_H
#define SERVE_USER_CACHE_H

#include "serve/user.h"

/*
 * user_cache: whom the tokens and sessions seen lately stand for, so that not every request
 * opens a sealed profile. One a reader, never shared. An entry holds for the generation of users
 * it was read in (serve/generation.h): any change of users, tokens or sessions, by whichever
 * process, makes all of them void.
 */
struct user_cache;

struct user_cache *user_cache_new(void);
/* NULL does nothing. */
void user_cache_free(struct user_cache *c);

/*
 * Not beyond credential->expires_ms. A token's secret finds no session, nor the other way. Texts
 * of out and credential live in the arena.
 */
bool user_cache_find(const struct user_cache *c, struct arena *a, uint64_t generation,
		     enum credential_kind kind, struct str secret, int64_t now_ms, struct user *out,
		     struct credential *credential);
/* generation: as it was before the user was read from the database. */
void user_cache_keep(struct user_cache *c, uint64_t generation, struct str secret,
		     const struct user *user, const struct credential *credential);

#endif
