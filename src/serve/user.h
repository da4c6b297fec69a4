#ifndef SERVE_USER_H
#define SERVE_USER_H

#include "policy/policy.h"
#include "serve/serve.h"

/*
 * user: somebody of the agency who signs in. Name and login are sealed; they are found by a
 * MAC of the login. A user acts in one unit. They come by the Unix socket, as the system
 * account bound to them, with a session (serve/session.h), or by a program with a token.
 */
struct user {
	struct id id;
	struct str login, name; /* opened */
	uint32_t roles;
	struct id unit;
	int64_t uid; /* the system account that may act as this user; -1: none */
	bool disabled;
	int64_t created_ms;
};

struct user_list {
	struct user *at;
	size_t n, cap;
};

/* In a changing door (administrator, or the node at init). RC_CONFLICT: the login is taken. */
MUST_USE enum rc user_add(struct door *d, struct str login, struct str name, uint32_t roles,
			  struct id unit, int64_t uid, struct user *out, struct err *err);
MUST_USE enum rc user_set(struct door *d, const struct user *changed, struct err *err);
MUST_USE enum rc user_find_login(struct door *d, struct str login, struct user *out,
				 struct err *err);
MUST_USE enum rc user_find(struct door *d, struct id id, struct user *out, struct err *err);
MUST_USE enum rc user_list(struct door *d, struct user_list *out, struct err *err);

/*
 * A token for programs: "liaison_" and 43 characters; only its SHA-256 is stored. It acts as
 * the user, for the purposes given, until it expires; where it is limited further, within its
 * scope and from its addresses (serve/credential.h) alone.
 */
struct token_row {
	struct id id, user;
	uint32_t purposes;
	int64_t created_ms, expires_ms, revoked_ms;
	struct str scope, addresses; /* empty: any */
};
struct token_list {
	struct token_row *at;
	size_t n, cap;
};
MUST_USE enum rc token_add(struct door *d, struct id user, uint32_t purposes, int64_t expires_ms,
			   struct str *token, struct id *id, struct err *err);
/* RC_INVALID: a scope or addresses that cannot be read. */
MUST_USE enum rc token_add_limited(struct door *d, const struct token_row *wanted,
				   struct str *token, struct id *id, struct err *err);
MUST_USE enum rc token_revoke(struct door *d, struct id id, struct err *err);

MUST_USE enum rc token_list(struct door *d, struct token_list *out, struct err *err);

/* What somebody came in with, and what it limits them to. */
enum credential_kind {
	CREDENTIAL_NONE,    /* nobody is known: an open route */
	CREDENTIAL_ACCOUNT, /* the system account at the socket's other end */
	CREDENTIAL_TOKEN,
	CREDENTIAL_SESSION,
};

struct credential {
	enum credential_kind kind;
	struct id id; /* the token's or session's */
	uint32_t purposes;
	int64_t expires_ms; /* read anew from the database by then at the latest; 0: always */
	struct str scope, addresses; /* of a token; empty: not limited */
};

/* Who the caller is. RC_UNAUTHENTICATED. */
MUST_USE enum rc user_of_caller(struct door *d, const struct caller *caller, struct user *out,
				struct credential *credential, struct err *err);

#endif
