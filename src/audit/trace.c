#include "audit/trace.h"

#include "store/db.h"

#include "audit/trace.sql.h"

enum { KIND_RECORD, KIND_ABOUT };

enum rc
trace_extend(struct db *db, uint64_t was, uint64_t size, struct err *err)
{
	int64_t first = (int64_t)(was / TRACE_RUN * TRACE_RUN);
	int64_t before = (int64_t)(size / TRACE_RUN * TRACE_RUN);
	enum rc rc;

	if (first >= before)
		return RC_OK;
	rc = db_post(db, &SQL_AUDIT_RUN_INSERT, BINDS(B_I64(first), B_I64(before)), err);
	return rc == RC_OK
		   ? db_post(db, &SQL_AUDIT_TRACE_INSERT, BINDS(B_I64(first), B_I64(before)), err)
		   : rc;
}

static enum rc
each(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
     trace_found_fn *found, void *ctx, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, sql, binds, n, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		found(ctx, rows_i64(rows, 0));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static int64_t
tail(const struct trace_query *q)
{
	return q->size / TRACE_RUN * TRACE_RUN;
}

enum rc
trace_of_record(struct db *db, const struct trace_query *q, bool listed, trace_found_fn *found,
		void *ctx, struct err *err)
{
	struct bind mac = B_BYTES(q->mac, AUDIT_MAC_BYTES), most = B_I64((int64_t)q->most);
	enum rc rc = each(db, &SQL_AUDIT_TRACE_OF_RECORD,
			  BINDS(B_I64(q->from_ms), B_I64(q->before_ms), mac,
				B_I64(listed ? KIND_ABOUT : KIND_RECORD), most),
			  found, ctx, err);

	if (rc != RC_OK)
		return rc;
	return each(db, listed ? &SQL_AUDIT_TAIL_OF_ABOUT : &SQL_AUDIT_TAIL_OF_RECORD,
		    BINDS(B_I64(tail(q)), mac, most), found, ctx, err);
}

enum rc
trace_of_actor(struct db *db, const struct trace_query *q, struct str purpose,
	       enum audit_action action, int64_t before_index, trace_found_fn *found, void *ctx,
	       struct err *err)
{
	struct bind mac = B_BYTES(q->mac, AUDIT_MAC_BYTES), most = B_I64((int64_t)q->most);
	struct bind from_ms = B_I64(q->from_ms), before_ms = B_I64(q->before_ms);
	struct bind before = B_I64(before_index);
	struct bind any_purpose = B_I64(purpose.n == 0),
		    any_action = B_I64(action == AUDIT_ACTIONS);
	enum rc rc = each(db, &SQL_AUDIT_TRACE_OF_ACTOR,
			  BINDS(from_ms, before_ms, before, mac, any_purpose, B_TEXT(purpose),
				any_action, B_I64(action), most),
			  found, ctx, err);

	if (rc != RC_OK)
		return rc;
	return each(db, &SQL_AUDIT_TAIL_OF_ACTOR,
		    BINDS(B_I64(tail(q)), mac, before, from_ms, before_ms, any_purpose,
			  B_TEXT(purpose), any_action, B_I64(action), most),
		    found, ctx, err);
}
