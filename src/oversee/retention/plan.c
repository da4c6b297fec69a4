#include "oversee/retention/plan.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"

#define DAY_MS INT64_C(86400000)

static int64_t
midnight(int64_t ms)
{
	return ms - ms % DAY_MS;
}

enum retention_act
retention_act(const struct retain_row *row, int64_t now_ms)
{
	int64_t end_of_day = midnight(now_ms) + DAY_MS - 1;

	/* What this model does not know it cannot date; the plan counts it as kept. */
	if (row->erased || row->type == NULL)
		return RETENTION_KEEP;
	if (row->dates.erase_ms <= end_of_day) {
		if (row->held)
			return RETENTION_HELD;
		if (row->dates.decided)
			return RETENTION_ERASE;
		return row->open || !retain_is_personal(row->type) ? RETENTION_OPEN
								   : RETENTION_ERASE;
	}
	return row->dates.review_ms <= end_of_day ? RETENTION_REVIEW : RETENTION_KEEP;
}

void
retention_plan_begin(struct retention_plan *plan, int64_t now_ms)
{
	*plan = (struct retention_plan){.day_ms = midnight(now_ms)};
	sha256_init(&plan->hash);
	sha256_add(&plan->hash, &plan->day_ms, sizeof plan->day_ms);
}

static struct retention_counts *
counts_of(struct retention_plan *plan, struct arena *a, struct str bucket)
{
	struct retention_bucket *b;

	/* Rows come by id, so mostly by month: the one looked for is among the last. */
	for (size_t i = plan->buckets.n; i > 0; i--)
		if (str_eq(plan->buckets.at[i - 1].bucket, bucket))
			return &plan->buckets.at[i - 1].n;
	b = VEC_ADD(a, &plan->buckets);
	*b = (struct retention_bucket){.bucket = str_copy(a, bucket)};
	return &b->n;
}

static void
count(struct retention_counts *n, enum retention_act act)
{
	n->records++;
	switch (act) {
	case RETENTION_REVIEW: n->review++; break;
	case RETENTION_ERASE: n->erase++; break;
	case RETENTION_HELD: n->held++; break;
	case RETENTION_OPEN: n->open++; break;
	case RETENTION_KEEP:
	default: break;
	}
}

void
retention_plan_add(struct retention_plan *plan, struct arena *a, const struct retain_row *row)
{
	enum retention_act act = retention_act(row, plan->day_ms);

	if (row->erased)
		return;
	count(&plan->all, act);
	count(counts_of(plan, a, row->bucket), act);
	if (act == RETENTION_ERASE) {
		sha256_add(&plan->hash, row->id.b, sizeof row->id.b);
		sha256_add(&plan->hash, &row->version, sizeof row->version);
	}
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(((const struct retention_bucket *)a)->bucket,
		       ((const struct retention_bucket *)b)->bucket);
}

void
retention_plan_end(struct retention_plan *plan)
{
	static const char digits[] = "0123456789abcdef";
	struct hash h;

	sha256_end(&plan->hash, &h);
	for (size_t i = 0; i < 16; i++) {
		plan->id[2 * i] = digits[h.b[i] >> 4];
		plan->id[2 * i + 1] = digits[h.b[i] & 15];
	}
	if (plan->buckets.n > 1)
		qsort(plan->buckets.at, plan->buckets.n, sizeof *plan->buckets.at, by_name);
}

bool
retention_bucket_goes(const struct retention_bucket *b)
{
	return b->n.erase > 0 && b->n.erase == b->n.records;
}
