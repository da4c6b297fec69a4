#include "serve/user_cache.h"

#include "base/arena.h"
#include "seal/hash.h"
#include "seal/secret.h"

enum { PLACES = 16, LOGIN_MAX = 64, NAME_MAX = 200, LIMITS_MAX = 400 };

struct place {
	struct hash secret;
	uint64_t generation; /* 0: empty */
	struct credential credential;
	struct user user; /* the texts of both are in the fields below */
	size_t login_n, name_n, scope_n, addresses_n;
	char login[LOGIN_MAX], name[NAME_MAX];
	char limits[LIMITS_MAX]; /* scope and addresses */
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
place_of(const struct hash *secret)
{
	return secret->b[0] % PLACES;
}

bool
user_cache_find(const struct user_cache *c, struct arena *a, uint64_t generation,
		enum credential_kind kind, struct str secret, int64_t now_ms, struct user *out,
		struct credential *credential)
{
	const struct place *p;
	struct hash hash;

	sha256(secret, &hash);
	p = &c->at[place_of(&hash)];
	if (p->generation != generation || p->credential.expires_ms <= now_ms ||
	    p->credential.kind != kind || !secret_eq(hash_str(&p->secret), hash_str(&hash)))
		return false;
	*out = p->user;
	*credential = p->credential;
	out->login = str_copy(a, (struct str){p->login, p->login_n});
	out->name = str_copy(a, (struct str){p->name, p->name_n});
	if (p->scope_n + p->addresses_n > 0) {
		credential->scope = str_copy(a, (struct str){p->limits, p->scope_n});
		credential->addresses =
		    str_copy(a, (struct str){p->limits + p->scope_n, p->addresses_n});
	}
	return true;
}

void
user_cache_keep(struct user_cache *c, uint64_t generation, struct str secret,
		const struct user *user, const struct credential *credential)
{
	struct str scope = credential->scope, addresses = credential->addresses;
	struct hash hash;
	struct place *p;

	must(generation > 0);
	if (user->login.n > LOGIN_MAX || user->name.n > NAME_MAX ||
	    scope.n + addresses.n > LIMITS_MAX)
		return;
	sha256(secret, &hash);
	p = &c->at[place_of(&hash)];
	*p = (struct place){.secret = hash,
			    .generation = generation,
			    .credential = *credential,
			    .user = *user,
			    .login_n = user->login.n,
			    .name_n = user->name.n,
			    .scope_n = scope.n,
			    .addresses_n = addresses.n};
	p->credential.scope = p->credential.addresses = STR_NONE;
	memcpy(p->login, user->login.p, user->login.n);
	memcpy(p->name, user->name.p, user->name.n);
	if (scope.n > 0)
		memcpy(p->limits, scope.p, scope.n);
	if (addresses.n > 0)
		memcpy(p->limits + scope.n, addresses.p, addresses.n);
}
