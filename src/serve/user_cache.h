#ifndef SERVE_USER_CACHE_H
#define SERVE_USER_CACHE_H

#include "serve/user.h"

/*
 * user_cache: whom the tokens seen lately stand for, so that not every request opens a sealed
 * profile. One a reader, never shared. An entry holds for the generation of users and tokens
 * it was read in (serve/generation.h): any change of either, by whichever process, makes all of
 * them void.
 */
struct user_cache;

struct user_cache *user_cache_new(void);
/* NULL does nothing. */
void user_cache_free(struct user_cache *c);

/* Not beyond the token's end. out's texts live in the arena. */
bool user_cache_find(const struct user_cache *c, struct arena *a, uint64_t generation,
		     struct str token, int64_t now_ms, struct user *out, uint32_t *purposes);
/* generation: as it was before the user was read from the database. */
void user_cache_keep(struct user_cache *c, uint64_t generation, struct str token,
		     const struct user *user, uint32_t purposes, int64_t expires_ms);

#endif
