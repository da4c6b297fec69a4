#ifndef OVERSEE_RETENTION_APPLY_H
#define OVERSEE_RETENTION_APPLY_H

#include "oversee/retention/plan.h"
#include "serve/feature.h"

struct serve;

/*
 * apply: the jobs that carry retention out. retention_apply erases what one plan names, which
 * two people started; retention_daily, the node's own, ends holds whose day has passed, erases
 * what two people decided on and what a lifted hold kept, and proposes the day's plan;
 * retention_prove moves decisions whose erasure is proved.
 */
extern const struct job_kind retention_jobs[];

/* Nothing goes by a clock that the node does not believe: RC_UNAVAILABLE, saying what is wrong. */
MUST_USE enum rc retention_clock_check(const struct serve *s, struct arena *a, struct err *err);
/* The plan of today over all records; on any connection. */
MUST_USE enum rc retention_plan_make(const struct door_node *node, struct db *db, struct arena *a,
				     int64_t now_ms, struct retention_plan *out, struct err *err);
/* Add the job retention_daily, as the node. In a changing door. */
MUST_USE enum rc retention_daily_add(struct door *d, struct err *err);

#endif
