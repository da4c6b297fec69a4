#ifndef SERVE_SESSION_H
#define SERVE_SESSION_H

#include "serve/user.h"

/*
 * session: somebody signed in with a browser. The cookie holds 256 random bits, of which the
 * row keeps the SHA-256; a MAC over the row makes one that was changed by hand good for
 * nothing. It ends when it was not used for idle_ms, after absolute_ms in any case, when its
 * user signs out or an administrator ends it, and when the user's roles, unit, account or
 * password change. (NIST SP 800-63B section 2.3.3: at most 12 hours and 15 minutes of rest at
 * the highest level.)
 */
struct session_rules {
	int64_t idle_ms, absolute_ms;
	int64_t touch_ms; /* that it was used is written down no more often than this */
	struct str web_origin;
	struct str trusted_proxy; /* addresses whose X-Forwarded-For counts */
};
/* More than this, and the one unused for longest ends. */
#define SESSIONS_OF_USER_MAX 10

struct config;
struct serve;
const struct session_rules *session_rules(const struct serve *s);
/* From the settings; RC_INVALID: one that cannot be read. */
MUST_USE enum rc session_rules_read(const struct config *config, struct session_rules *out,
				    struct err *err);

struct session {
	struct str hash;
	struct id id, user;
	int64_t created_ms, seen_ms, expires_ms, ended_ms;
	struct str address, agent; /* opened in lists only */
	bool is_open;		   /* at the time of asking */
	int64_t ends_ms;	   /* if nothing more happens */
};
struct session_list {
	struct session *at;
	size_t n, cap;
};

/*
 * In a changing door: a new session under a secret made just now (never one that was brought).
 * address and agent: where from and with what, for their own list.
 */
MUST_USE enum rc session_add(struct door *d, struct id user, struct str secret, struct str address,
			     struct str agent, struct session *out, struct err *err);
/*
 * Whose session it is, in any door; what is due to be written about its use is handed to the
 * writer. RC_UNAUTHENTICATED.
 */
MUST_USE enum rc session_user(struct door *d, struct str secret, struct user *out,
			      struct credential *credential, struct err *err);
/* RC_ABSENT: none, or one whose row is not what was written. */
MUST_USE enum rc session_find(struct door *d, struct id id, struct session *out, struct err *err);
/* In a changing door. An ended one stays as it is. */
MUST_USE enum rc session_end(struct door *d, const struct session *s, struct err *err);
/* All of a user's, but one (NULL: none spared); *n (may be NULL) counts. */
MUST_USE enum rc session_end_all(struct door *d, struct id user, const struct id *but, int64_t *n,
				 struct err *err);
/* Newest first, ended ones of the last days too; user NULL: everybody's. */
MUST_USE enum rc session_list(struct door *d, const struct id *user, struct session_list *out,
			      struct err *err);

/* For serve_check. */
MUST_USE enum rc sessions_check(struct door *d, db_found_fn *found, void *ctx, struct err *err);

#endif
