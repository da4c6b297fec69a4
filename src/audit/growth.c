#include "audit/growth.h"

#include "audit/audit.h"
#include "audit/growth.sql.h"
#include "store/db.h"

#define DAY_MS INT64_C(86400000)
#define SAMPLE 1000
/* Fixed columns, hashes and the entries of three indexes, as SQLite lays them out. */
#define ROW_BYTES 260

/* The first leaf that is not older: times rise with the index, but for a group's own disorder. */
static enum rc
first_since(struct db *db, int64_t size, int64_t since_ms, int64_t *out, struct err *err)
{
	int64_t low = 0, high = size;
	enum rc rc = RC_OK;

	while (low < high && rc == RC_OK) {
		int64_t middle = low + (high - low) / 2, ms;

		rc = db_select_i64(db, &SQL_AUDIT_GROWTH_TIME, BINDS(B_I64(middle)), &ms, err);
		if (rc == RC_OK && ms < since_ms)
			low = middle + 1;
		else
			high = middle;
	}
	*out = low;
	return rc;
}

enum rc
audit_growth(struct db *db, int64_t now_ms, struct audit_growth *out, struct err *err)
{
	int64_t first, bytes = 0, sampled = 0;
	struct rows *rows;
	enum rc rc;

	*out = (struct audit_growth){.leaves = 0};
	if ((rc = audit_size(db, &out->leaves, err)) != RC_OK ||
	    (rc = first_since(db, out->leaves, now_ms - DAY_MS, &first, err)) != RC_OK ||
	    (rc = db_select(db, &SQL_AUDIT_GROWTH_BYTES, BINDS(B_I64(out->leaves - SAMPLE)), &rows,
			    err)) != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		bytes = rows_i64(rows, 0);
		sampled = rows_i64(rows, 1);
	}
	rows_close(rows);
	out->leaves_day = out->leaves - first;
	if (sampled > 0)
		out->bytes_day = out->leaves_day * (bytes / sampled + ROW_BYTES);
	return rc;
}
