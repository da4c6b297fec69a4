#include "serve/user_check.h"

#include "base/arena.h"
#include "seal/secret.h"
#include "serve/password.h"
#include "serve/session.h"
#include "serve/user.sql.h"
#include "store/db.h"

static enum rc
check_users(struct door *d, db_found_fn *found, void *ctx, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_USER_CHECK, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct user user;

		if (user_read(d, rows, &user, NULL) != RC_OK ||
		    !secret_eq(rows_blob(rows, 9), user_login_mac(d, user.login)))
			found(ctx, str_fmt(d->arena, "user %s: the row is not what was written",
					   id_format(d->arena, rows_id(rows, 0)).p));
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
check_tokens(struct door *d, db_found_fn *found, void *ctx, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_TOKEN_CHECK, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct token_row row;

		token_read(d->arena, rows, &row);
		if (!secret_eq(rows_blob(rows, 6), user_token_mac(d, rows_blob(rows, 9), &row)))
			found(ctx, str_fmt(d->arena, "token %s: the row is not what was written",
					   id_format(d->arena, row.id).p));
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
users_check(struct door *d, db_found_fn *found, void *ctx, struct err *err)
{
	enum rc rc = check_users(d, found, ctx, err);

	if (rc == RC_OK)
		rc = check_tokens(d, found, ctx, err);
	if (rc == RC_OK)
		rc = passwords_check(d, found, ctx, err);
	return rc == RC_OK ? sessions_check(d, found, ctx, err) : rc;
}
