#include "serve/token_end.h"

#include "base/arena.h"
#include "serve/token_end.sql.h"
#include "serve/user_check.h"
#include "store/db.h"

enum rc
token_list_open(struct door *d, struct id user, struct token_list *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_TOKEN_OPEN_OF, BINDS(B_ID(user), B_I64(d->now_ms)),
			       &rows, err);

	*out = (struct token_list){0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		token_read(d->arena, rows, VEC_ADD(d->arena, out));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
token_revoke_all(struct door *d, struct id user, int64_t *n, struct err *err)
{
	struct token_list all;
	enum rc rc = RC_OK;

	if (n != NULL)
		*n = 0;
	do {
		if ((rc = token_list_open(d, user, &all, err)) != RC_OK)
			return rc;
		for (size_t i = 0; i < all.n && rc == RC_OK; i++)
			rc = token_revoke(d, all.at[i].id, err);
		if (n != NULL)
			*n += (int64_t)all.n;
	} while (rc == RC_OK && all.n > 0);
	return rc;
}
