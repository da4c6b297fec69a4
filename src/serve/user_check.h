#ifndef SERVE_USER_CHECK_H
#define SERVE_USER_CHECK_H

#include "serve/user.h"
#include "store/db.h"

/*
 * user_check: whether the rows of users and tokens are what the node wrote. Each is sealed
 * to its columns or has a MAC over them; a changed one opens for nobody, and here it is named.
 */

/* found is called with one sentence each, borrowed. RC_OK: all were looked at. */
MUST_USE enum rc users_check(struct door *d, db_found_fn *found, void *ctx, struct err *err);

/* For the files of user alone. */
struct str user_login_mac(struct door *d, struct str login);
struct str user_token_mac(struct door *d, struct str hash, const struct token_row *t);
MUST_USE enum rc user_read(struct door *d, const struct rows *rows, struct user *out,
			   struct err *err);
void token_read(struct arena *a, const struct rows *rows, struct token_row *out);

#endif
