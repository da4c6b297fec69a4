#ifndef SERVE_TOKEN_END_H
#define SERVE_TOKEN_END_H

#include "serve/user.h"

/* A user's tokens that are good still, newest first, 1,000 at most; in the arena. */
MUST_USE enum rc token_list_open(struct door *d, struct id user, struct token_list *out,
				 struct err *err);
/* In a changing door: revoke them all, each with its leaf; *n (or NULL) counts. */
MUST_USE enum rc token_revoke_all(struct door *d, struct id user, int64_t *n, struct err *err);

#endif
