#ifndef SERVE_CREDENTIAL_H
#define SERVE_CREDENTIAL_H

#include "serve/request.h"
#include "serve/user.h"

/*
 * credential: what limits somebody by the way they came in: a token by its scope and
 * addresses, a session by the page that asks (serve/origin.h), both by what only a person in
 * person may do (ROUTE_PERSON).
 */

/*
 * A scope: words by commas or spaces. "read": nothing that changes. The name of a feature, or a
 * path that starts with '/': these routes alone, where there is one of either; a path takes all
 * below it. Empty: everything. RC_INVALID: a word that is neither, or over SCOPE_BYTES_MAX.
 */
#define SCOPE_BYTES_MAX 200
MUST_USE enum rc scope_check(const struct feature *const *features, struct str scope,
			     struct err *err);
bool scope_allows(const struct feature *const *features, struct str scope,
		  const struct route *route, struct str method, struct str path);

#define ADDRESSES_BYTES_MAX 200
MUST_USE enum rc addresses_check(struct str list, struct err *err);

/*
 * Of a user's roles, those that somebody who came in so acts with. Roles that reach the node's own
 * affairs (users, sessions, everybody's jobs, counts) come with a token for that: administrators'
 * with one for administration, monitors' with one for oversight or administration.
 */
uint32_t credential_roles(const struct credential *c, uint32_t roles);

/* Of a request whose route and user are known. RC_DENIED: with what refuses. */
MUST_USE enum rc credential_may(const struct request *rq, struct str method, struct str path,
				struct err *err);

/* 43 characters that nobody can guess (256 bits, base64url without padding, RFC 4648 s. 5). */
struct str secret_text(struct arena *a);
#define SECRET_TEXT_BYTES 43
/* SHA-256 of a secret, which is all that is kept of it. */
struct str secret_hash(struct arena *a, struct str secret);
/* Wipe a text that was a secret, wherever it lies. */
void secret_forget(struct str secret);

#endif
