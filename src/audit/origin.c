#include "audit/origin.h"

#include "base/arena.h"
#include "base/buf.h"
#include "seal/keys.h"
#include "seal/note.h"
#include "store/db.h"

#include "audit/audit.sql.h"

enum rc
audit_origins(struct db *db, struct arena *a, struct audit_origin_list *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_ORIGIN_WALK, NO_BINDS, &rows, err);

	*out = (struct audit_origin_list){.n = 0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		int64_t from = rows_i64(rows, 0);

		*VEC_ADD(a, out) = (struct audit_origin){
		    .from = from < 0 ? 0 : from,
		    .name = str_copy(a, rows_text(rows, 1)),
		    .vkey = str_copy(a, rows_text(rows, 2)),
		    .former = str_copy(a, rows_text(rows, 3)),
		};
	}
	rows_close(rows);
	if (rc != RC_ABSENT)
		return rc;
	return out->n > 0 ? RC_OK : fail(err, RC_CONFLICT, "", "the log is not started");
}

enum rc
audit_origin_now(struct db *db, struct arena *a, struct audit_origin *out, struct err *err)
{
	struct audit_origin_list list;
	enum rc rc = audit_origins(db, a, &list, err);

	if (rc == RC_OK)
		*out = list.at[list.n - 1];
	return rc;
}

struct str
audit_origin_plain(struct arena *a, const struct audit_origin *origin)
{
	return str_fmt(a, "%.*s\n%.*s\n%.*s", STR_ARG(origin->name), STR_ARG(origin->vkey),
		       STR_ARG(origin->former));
}

enum rc
audit_origin_next(struct db *db, struct keys *keys, struct str former, struct arena *a,
		  struct audit_origin *out, struct err *err)
{
	unsigned char public[PUBLIC_KEY_BYTES];
	struct audit_origin_list list;
	struct note_key key;
	enum rc rc = audit_origins(db, a, &list, err);

	if (rc != RC_OK)
		return rc;
	if (former.n > AUDIT_PLAIN_MAX / 2)
		return fail(err, RC_TOO_LARGE, "checkpoint", "a checkpoint is not as long as this");
	*out = (struct audit_origin){
	    .name = str_fmt(a, "%.*s/%zu", STR_ARG(list.at[0].name), list.n + 1),
	    .former = former,
	};
	keys_log_public(keys, public);
	if ((rc = note_key_make(out->name, public, &key, err)) == RC_OK)
		out->vkey = note_key_format(a, &key);
	return rc;
}

enum rc
audit_origin_save(struct db *db, const struct audit_origin *next, struct err *err)
{
	return db_run(
	    db, &SQL_AUDIT_ORIGIN_LATER_INSERT,
	    BINDS(B_I64(next->from), B_TEXT(next->name), B_TEXT(next->vkey), B_TEXT(next->former)),
	    NULL, err);
}
