#ifndef SERVE_PASSWORD_H
#define SERVE_PASSWORD_H

#include "seal/password.h"
#include "serve/user.h"
#include "store/db.h"

/*
 * password: what a user signs in with (seal/password.h), and the one-time links to set it by.
 * Kept: salt, costs, and a MAC of the stretched password under a key of the key file.
 */

/*
 * What a new password must be (NIST SP 800-63B section 3.1.1.2: long where it stands alone, no
 * rules of composition, no ageing, none that are commonly used or follow from the context).
 * Bytes of NFC text (RFC 8265 section 4.2, OpaqueString); any characters, spaces too.
 */
#define PASSWORD_CHARACTERS_MIN 15
#define PASSWORD_BYTES_MAX 1000

/* RC_INVALID with a sentence that does not say what the password is. words: login, name, agency. */
MUST_USE enum rc password_check(struct arena *a, struct str password, const struct str *words,
				size_t n, struct err *err);

/* A password ready to be kept; made on a thread that may take the time. */
struct password_row {
	struct id user;
	struct password_cost cost;
	unsigned char salt[PASSWORD_SALT_BYTES];
	unsigned char verifier[32];
	int64_t set_ms;
};
/* cost: password_cost, but for tests of what was kept at less. */
MUST_USE enum rc password_make(struct door *d, struct id user, struct str password,
			       const struct password_cost *cost, struct password_row *out,
			       struct err *err);
/* RC_ABSENT: the user has none. RC_INTEGRITY: the row is not what was written. */
MUST_USE enum rc password_find(struct door *d, struct id user, struct password_row *out,
			       struct err *err);
/* Is it this one? Costs the same where row is NULL, and is then false. */
MUST_USE enum rc password_is(struct door *d, const struct password_row *row, struct str password,
			     bool *is, struct err *err);
/*
 * In a changing door. Ends the user's sessions but one (NULL: none spared), open links, and, but
 * where keep_tokens, their tokens: who took the account over may have made one.
 */
MUST_USE enum rc password_set(struct door *d, const struct password_row *row, const struct id *but,
			      bool keep_tokens, struct err *err);
/* The same password at today's costs: ends nothing. */
MUST_USE enum rc password_renew(struct door *d, const struct password_row *row, struct err *err);

/* A one-time link: its code, of which the SHA-256 is kept. A newer one voids those before. */
struct invite {
	struct str hash;
	struct id user, made_by;
	int64_t created_ms, expires_ms;
};
/* What waits for a second person is good for nothing until then: serve/invite_second.h. */
MUST_USE enum rc invite_add(struct door *d, const struct user *user, int64_t expires_ms,
			    struct str *code, struct invite *out, struct err *err);
/* A row of hash, user_id, made_by, created_ms, expires_ms, mac. False: not what was written. */
bool invite_read(struct door *d, const struct rows *rows, struct invite *out);
/* RC_UNAUTHENTICATED: unknown, used, expired, waiting, or its user is closed. */
MUST_USE enum rc invite_find(struct door *d, struct str code, struct invite *out, struct user *user,
			     struct err *err);

/* For serve_check. */
MUST_USE enum rc passwords_check(struct door *d, db_found_fn *found, void *ctx, struct err *err);

#endif
