#ifndef OVERSEE_RETENTION_PLAN_H
#define OVERSEE_RETENTION_PLAN_H

#include "record/retain.h"
#include "seal/hash.h"

/*
 * plan: what would be reviewed and erased on a day, and what is kept although its day has come,
 * as counts by bucket (retention class and month of birth). Pure; no ids, no content.
 */
enum retention_act {
	RETENTION_KEEP,
	RETENTION_REVIEW, /* its day of review has passed and nobody answered */
	RETENTION_ERASE,
	RETENTION_HELD, /* its day has come; a legal hold keeps it */
	/* Its day has come, but one of its clocks runs, or it holds nothing personal: people
	 * close it, or decide (retention_decision). */
	RETENTION_OPEN,
};

/* now_ms: any time of the day asked about; what goes on that day goes on all of it. */
enum retention_act retention_act(const struct retain_row *row, int64_t now_ms);

struct retention_counts {
	int64_t records, review, erase, held, open;
};
struct retention_bucket {
	struct str bucket;
	struct retention_counts n;
};

struct retention_plan {
	int64_t day_ms; /* midnight UTC */
	struct retention_counts all;
	struct {
		struct retention_bucket *at;
		size_t n, cap;
	} buckets; /* by name, after retention_plan_end */
	struct sha256 hash;
	char id[33];
};

void retention_plan_begin(struct retention_plan *plan, int64_t now_ms);
/* Rows in order of id. */
void retention_plan_add(struct retention_plan *plan, struct arena *a, const struct retain_row *row);
/*
 * The plan's id: hash of the day and of each record and version to be erased. Another day,
 * another record, a change of one of them, and it is another plan.
 */
void retention_plan_end(struct retention_plan *plan);
/* Nothing of the bucket stays: its key goes, and not only its records' own. */
bool retention_bucket_goes(const struct retention_bucket *b);

#endif
