#include "serve/credential.h"

#include "base/arena.h"
#include "base/hex.h"
#include "net/cidr.h"
#include "seal/hash.h"
#include "seal/random.h"
#include "seal/secret.h"
#include "serve/inside.h"
#include "serve/origin.h"

struct str
secret_text(struct arena *a)
{
	unsigned char secret[32];
	char *p;

	random_bytes(secret, sizeof secret);
	p = str_z(a, str_sub(base64_format(a, secret, sizeof secret), 0, SECRET_TEXT_BYTES));
	for (size_t i = 0; i < SECRET_TEXT_BYTES; i++)
		p[i] = p[i] == '+' ? '-' : p[i] == '/' ? '_' : p[i];
	secret_wipe(secret, sizeof secret);
	return (struct str){p, SECRET_TEXT_BYTES};
}

struct str
secret_hash(struct arena *a, struct str secret)
{
	struct hash hash;

	sha256(secret, &hash);
	return str_copy(a, hash_str(&hash));
}

void
secret_forget(struct str secret)
{
	if (secret.n > 0)
		secret_wipe((void *)(uintptr_t)secret.p, secret.n);
}

/* The next word; false at the end. */
static bool
next_word(struct str *rest, struct str *word)
{
	while (rest->n > 0) {
		size_t n = 0;

		while (n < rest->n && rest->p[n] != ',' && rest->p[n] != ' ')
			n++;
		*word = str_sub(*rest, 0, n);
		*rest = str_sub(*rest, n + 1, rest->n);
		if (word->n > 0)
			return true;
	}
	return false;
}

/* The feature's routes, or NULL. */
static const struct route *
routes_of(const struct feature *const *features, struct str name)
{
	for (; *features != NULL; features++)
		if (str_eq_z(name, (*features)->name))
			return (*features)->routes;
	return NULL;
}

enum rc
scope_check(const struct feature *const *features, struct str scope, struct err *err)
{
	struct str word, rest = scope;

	if (scope.n > SCOPE_BYTES_MAX)
		return fail(err, RC_INVALID, "scope", "takes %d bytes at most", SCOPE_BYTES_MAX);
	while (next_word(&rest, &word)) {
		for (size_t i = 0; i < word.n; i++)
			if ((unsigned char)word.p[i] <= 0x20 || (unsigned char)word.p[i] >= 0x7f)
				return fail(err, RC_INVALID, "scope", "takes plain characters");
		if (!str_eq_z(word, "read") && word.p[0] != '/' &&
		    routes_of(features, word) == NULL)
			return fail(err, RC_INVALID, "scope",
				    "takes read, paths such as /api/v1/records/person, and names "
				    "of features with routes (records, search, import, ...)");
	}
	return RC_OK;
}

enum rc
addresses_check(struct str list, struct err *err)
{
	if (list.n > ADDRESSES_BYTES_MAX)
		return fail(err, RC_INVALID, "addresses", "takes %d bytes at most",
			    ADDRESSES_BYTES_MAX);
	return cidr_list_check(list, "addresses", err);
}

static bool
is_below(struct str path, struct str prefix)
{
	while (prefix.n > 1 && prefix.p[prefix.n - 1] == '/')
		prefix.n--;
	return str_starts(path, prefix) &&
	       (path.n == prefix.n || prefix.n == 1 || path.p[prefix.n] == '/');
}

static bool
is_reading(struct str method)
{
	return str_eq_z(method, "GET") || str_eq_z(method, "HEAD");
}

bool
scope_allows(const struct feature *const *features, struct str scope, const struct route *route,
	     struct str method, struct str path)
{
	bool some = false, named = false;
	struct str word;

	while (next_word(&scope, &word)) {
		if (str_eq_z(word, "read")) {
			if (!is_reading(method))
				return false;
			continue;
		}
		some = true;
		if (word.p[0] == '/') {
			named = named || is_below(path, word);
			continue;
		}
		for (const struct route *r = routes_of(features, word); r && r->method; r++)
			named = named || r == route;
	}
	return named || !some;
}

uint32_t
credential_roles(const struct credential *c, uint32_t roles)
{
	if (c->kind != CREDENTIAL_TOKEN)
		return roles;
	if ((c->purposes & BIT(PURPOSE_ADMINISTRATION)) == 0)
		roles &= ~BIT(ROLE_ADMINISTRATOR);
	if ((c->purposes & (BIT(PURPOSE_ADMINISTRATION) | BIT(PURPOSE_OVERSIGHT))) == 0)
		roles &= ~BIT(ROLE_MONITOR);
	return roles;
}

static enum rc
token_may(const struct request *rq, struct str method, struct str path, struct err *err)
{
	const struct credential *c = rq->credential;

	if ((rq->route->flags & ROUTE_PERSON) != 0)
		return fail(
		    err, RC_DENIED, "token",
		    "a token does not make tokens, set passwords, end sessions or say where "
		    "somebody lives; come by the node's socket or signed in");
	if (c->addresses.n > 0 && !cidr_list_has(c->addresses, rq->caller->address))
		return fail(err, RC_DENIED, "token", "your token is not for this address");
	if (!scope_allows(serve_features(rq->serve), c->scope, rq->route, method, path))
		return fail(err, RC_DENIED, "token", "this is not in the scope of your token");
	return RC_OK;
}

/* The browser sends the cookie by itself; the page that asks must show that it is ours. */
static enum rc
session_may(const struct request *rq, struct str method, struct err *err)
{
	bool changes = !is_reading(method);
	struct str given = STR_NONE;
	enum rc rc;

	if ((rc = origin_check(rq->headers, rq->serve->rules.web_origin, changes, err)) != RC_OK ||
	    !changes)
		return rc;
	(void)header_find(rq->headers, "Liaison-CSRF", &given);
	if (!secret_eq(given, csrf_token(rq->arena, rq->caller->session)))
		return fail(err, RC_DENIED, "csrf",
			    "a change by session carries the header Liaison-CSRF with what "
			    "GET /api/v1/session says");
	return RC_OK;
}

enum rc
credential_may(const struct request *rq, struct str method, struct str path, struct err *err)
{
	switch (rq->credential->kind) {
	case CREDENTIAL_NONE:
	case CREDENTIAL_ACCOUNT: return RC_OK;
	case CREDENTIAL_TOKEN: return token_may(rq, method, path, err);
	case CREDENTIAL_SESSION: return session_may(rq, method, err);
	}
	must(!"a kind of credential");
	return RC_FAILED;
}
