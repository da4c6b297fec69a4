#include "serve/user_cache.h"

#include "base/arena.h"
#include "seal/hash.h"
#include "seal/secret.h"

enum { PLACES = 16, LOGIN_MAX = 64, NAME_MAX = 200 };

struct place {
	struct hash token;
	uint64_t generation; /* 0: empty */
	int64_t expires_ms;
	uint32_t purposes;
	struct user user; /* login and name are in the fields below */
	size_t login_n, name_n;
	char login[LOGIN_MAX], name[NAME_MAX];
};

/* Names lie in memory that is not written to disk, as keys do. */
struct user_cache {
	struct place at[PLACES];
};

struct user_cache *
user_cache_new(void)
{
	return secret_new(sizeof(struct user_cache));
}

void
user_cache_free(struct user_cache *c)
{
	secret_free(c);
}

/* A hash is spread already: its first bytes choose the place, and the last comer keeps it. */
static size_t
place_of(const struct hash *token)
{
	return token->b[0] % PLACES;
}

bool
user_cache_find(const struct user_cache *c, struct arena *a, uint64_t generation, struct str token,
		int64_t now_ms, struct user *out, uint32_t *purposes)
{
	const struct place *p;
	struct hash hash;

	sha256(token, &hash);
	p = &c->at[place_of(&hash)];
	if (p->generation != generation || p->expires_ms <= now_ms || !hash_eq(&p->token, &hash))
		return false;
	*out = p->user;
	out->login = str_copy(a, (struct str){p->login, p->login_n});
	out->name = str_copy(a, (struct str){p->name, p->name_n});
	*purposes = p->purposes;
	return true;
}

void
user_cache_keep(struct user_cache *c, uint64_t generation, struct str token,
		const struct user *user, uint32_t purposes, int64_t expires_ms)
{
	struct hash hash;
	struct place *p;

	must(generation > 0);
	if (user->login.n > LOGIN_MAX || user->name.n > NAME_MAX)
		return;
	sha256(token, &hash);
	p = &c->at[place_of(&hash)];
	*p = (struct place){.token = hash,
			    .generation = generation,
			    .expires_ms = expires_ms,
			    .purposes = purposes,
			    .user = *user,
			    .login_n = user->login.n,
			    .name_n = user->name.n};
	memcpy(p->login, user->login.p, user->login.n);
	memcpy(p->name, user->name.p, user->name.n);
}
