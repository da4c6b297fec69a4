#include "audit/verify_trace.h"

#include "audit/trace.h"
#include "store/db.h"

#include "audit/trace.sql.h"

#define PROGRESS_EVERY 16 /* runs */

static enum rc
check_run(struct db *db, int64_t run, struct verify_problems *problems, struct err *err)
{
	int64_t first = run * TRACE_RUN;
	struct rows *rows;
	enum rc rc =
	    db_select(db, &SQL_AUDIT_TRACE_CHECK,
		      BINDS(B_I64(first), B_I64(first + TRACE_RUN), B_I64(run)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK &&
	    (rows_i64(rows, 0) != rows_i64(rows, 1) || rows_i64(rows, 1) != rows_i64(rows, 2) ||
	     rows_i64(rows, 3) != 1))
		problem_add(problems, AUDIT_PROBLEM_TRACE, 0, first,
			    "what leaves %lld to %lld are found by is not what they say",
			    (long long)first, (long long)first + TRACE_RUN - 1);
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
verify_traces(struct db *db, int64_t size, const struct audit_verify_options *options,
	      struct verify_problems *problems, struct err *err)
{
	int64_t runs = size / TRACE_RUN, strays = 0;
	enum rc rc = RC_OK;

	for (int64_t run = 0; run < runs && rc == RC_OK; run++)
		if ((rc = check_run(db, run, problems, err)) == RC_OK &&
		    options->progress != NULL && run % PROGRESS_EVERY == 0)
			rc = options->progress(options->progress_ctx, "runs of the log", run, runs,
					       err);
	if (rc == RC_OK &&
	    (rc = db_select_i64(db, &SQL_AUDIT_TRACE_STRAYS, BINDS(B_I64(runs)), &strays, err)) ==
		RC_OK &&
	    strays > 0)
		problem_add(problems, AUDIT_PROBLEM_TRACE, 0, runs * TRACE_RUN,
			    "leaves from %lld on are told of before they stand in a whole run",
			    (long long)runs * TRACE_RUN);
	return rc;
}
