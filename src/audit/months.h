#ifndef AUDIT_MONTHS_H
#define AUDIT_MONTHS_H

#include "base/rc.h"

struct arena;
struct db;

/*
 * months: the months in which leaves of the log stand, for whoever looks through them month by
 * month, since MACs are of one (leaf.h). Told by the runs and, where a run says that it is
 * longer than two months, by its leaves: never by the head's times, which somebody could make
 * reach from 1970 to 9999. At most as many as there are leaves. audit/ only.
 */
struct audit_months;

/* size: of the log. Of the arena. */
MUST_USE enum rc audit_months_find(struct db *db, int64_t size, struct arena *a,
				   struct audit_months **out, struct err *err);

/*
 * The latest month that ends after from_ms and begins before *before_ms, whose first
 * millisecond goes into *before_ms: so called again it gives the one before. False: none.
 */
bool audit_months_before(const struct audit_months *m, int64_t from_ms, int64_t *before_ms);
/* The first millisecond of the next month. */
int64_t audit_month_end(int64_t month_ms);

#endif
