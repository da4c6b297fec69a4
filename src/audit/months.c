#include "audit/months.h"

#include "audit/trace.h"
#include "base/arena.h"
#include "base/clock.h"
#include "store/db.h"

#include "audit/trace.sql.h"

#define DAY_MS INT64_C(86400000)
#define MONTHS ((9999 - 1970 + 1) * 12) /* all that a leaf's time can name */
#define SPAN_TRUSTED 2

struct audit_months {
	unsigned char has[MONTHS / 8 + 1];
};

/* Months since January 1970; a time that no leaf has counts to the nearest that one has. */
static int
month_of(int64_t ms)
{
	int year, month, day;

	if (ms < 0)
		return 0;
	if (ms > TIME_MAX_MS)
		return MONTHS - 1;
	civil_from_days(ms / DAY_MS, &year, &month, &day);
	return (year - 1970) * 12 + month - 1;
}

static int64_t
start_of(int month)
{
	return days_from_civil(1970 + month / 12, month % 12 + 1, 1) * DAY_MS;
}

static void
add(struct audit_months *m, int month)
{
	m->has[month / 8] |= (unsigned char)(1u << (month % 8));
}

static enum rc
add_leaves(struct db *db, int64_t first, int64_t before, struct audit_months *m, struct err *err)
{
	struct rows *rows;
	enum rc rc =
	    db_select(db, &SQL_AUDIT_RUN_TIMES, BINDS(B_I64(first), B_I64(before)), &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		add(m, month_of(rows_i64(rows, 0)));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
add_runs(struct db *db, struct audit_months *m, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(db, &SQL_AUDIT_RUN_WALK, NO_BINDS, &rows, err), added = RC_OK;

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK && added == RC_OK) {
		int64_t run = rows_i64(rows, 0);
		int first = month_of(rows_i64(rows, 1)), last = month_of(rows_i64(rows, 2));

		if (last - first >= SPAN_TRUSTED && run >= 0 && run < INT64_MAX / TRACE_RUN - 1)
			added = add_leaves(db, run * TRACE_RUN, (run + 1) * TRACE_RUN, m, err);
		else
			for (; first <= last; first++)
				add(m, first);
	}
	rows_close(rows);
	return added != RC_OK ? added : rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
audit_months_find(struct db *db, int64_t size, struct arena *a, struct audit_months **out,
		  struct err *err)
{
	enum rc rc;

	*out = NEW(a, struct audit_months);
	rc = add_runs(db, *out, err);
	return rc == RC_OK ? add_leaves(db, size / TRACE_RUN * TRACE_RUN, INT64_MAX, *out, err)
			   : rc;
}

bool
audit_months_before(const struct audit_months *m, int64_t from_ms, int64_t *before_ms)
{
	int month = *before_ms <= 0 ? -1 : month_of(*before_ms - 1), first = month_of(from_ms);

	while (month >= first && (m->has[month / 8] & 1u << (month % 8)) == 0)
		month--;
	if (month < first)
		return false;
	*before_ms = start_of(month);
	return true;
}

int64_t
audit_month_end(int64_t month_ms)
{
	return start_of(month_of(month_ms) + 1);
}
