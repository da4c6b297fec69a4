#ifndef AUDIT_GROWTH_H
#define AUDIT_GROWTH_H

#include <stdint.h>

#include "base/rc.h"

struct db;

/* growth: how fast the log grows, for whoever sees to the disk. */
struct audit_growth {
	int64_t leaves;	    /* in all */
	int64_t leaves_day; /* since a day ago */
	int64_t bytes_day;  /* of them, by the size of the last thousand; without the index */
};
MUST_USE enum rc audit_growth(struct db *db, int64_t now_ms, struct audit_growth *out,
			      struct err *err);

#endif
