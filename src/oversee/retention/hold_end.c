#include "oversee/retention/hold_end.h"

#include "base/arena.h"
#include "base/log.h"
#include "format/json.h"
#include "model/model.h"
#include "oversee/retention/held.h"
#include "oversee/retention/hold.h"

#define STEP 200

struct ending {
	struct arena *a; /* of the job */
	struct ids over;
	struct id hold; /* the one being lifted */
	struct id after;
	bool ended;
	int64_t failed;
};

/* Is it this one's own trouble? Else nothing goes on: no disk, no keys. */
static bool
is_its_own(enum rc rc)
{
	return rc == RC_INTEGRITY || rc == RC_CONFLICT || rc == RC_STALE || rc == RC_INVALID ||
	       rc == RC_DENIED || rc == RC_ABSENT;
}

static bool
is_over(const struct door *d, const struct record *r)
{
	int64_t until;

	if (!time_parse(look_text(r, "until"), &until))
		until = time_add(r->created_ms, HOLD_MAX_MS);
	return d->now_ms >= until + DAY_MS;
}

/* Which of the next ones are over. */
static enum rc
find_over(struct door *d, void *ctx, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("legal_hold"));
	struct ending *e = ctx;
	struct ids next = {0}, over = {0};
	int64_t failed = 0;
	enum rc rc = RC_OK;

	if (type != NULL)
		rc = look_not_in(d, type, STR("lifted"), e->after, STEP, &next, err);
	for (size_t i = 0; i < next.n && rc == RC_OK; i++) {
		struct record *r;

		rc = look_record(d, next.at[i], &r, err);
		if (rc == RC_OK && is_over(d, r))
			*VEC_ADD(d->arena, &over) = r->id;
		/* One that was erased is over too, and has nothing to lift. */
		failed += rc != RC_OK && rc != RC_ABSENT && is_its_own(rc);
		rc = is_its_own(rc) ? RC_OK : rc;
	}
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < over.n; i++)
		*VEC_ADD(e->a, &e->over) = over.at[i];
	e->failed += failed;
	e->ended = next.n == 0;
	if (next.n > 0)
		e->after = next.at[next.n - 1];
	return RC_OK;
}

static enum rc
lift(struct door *d, void *ctx, struct err *err)
{
	struct ending *e = ctx;
	struct record *r, *moved;
	enum rc rc = look_record(d, e->hold, &r, err);

	/* Reviewed, lifted or erased meanwhile. */
	if (rc != RC_OK || !held_runs(r) || !is_over(d, r))
		return rc == RC_ABSENT ? RC_OK : rc;
	return record_move(d, r->id, r->version, STR("lifted"),
			   door_hold(d, json_pack("{s:s}", "lift_reason",
						  "Its last day has passed without a review.")),
			   &moved, err);
}

/* What its holds make of it is what it is: one was changed, or names it no more. */
static enum rc
mend_one(struct door *d, struct id id, struct err *err)
{
	enum retain_held held;
	struct record *r;
	enum rc rc = look_record(d, id, &r, err);

	if (rc == RC_OK)
		rc = held_weigh(d, r, (struct id){{0}}, &held, err);
	if (rc == RC_OK)
		rc = retain_hold(d, id, held, err);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
mend(struct door *d, void *ctx, struct err *err)
{
	struct ending *e = ctx;
	struct retain_row *rows = NEW_N(d->arena, struct retain_row, STEP);
	struct id after = e->after;
	int64_t failed = 0;
	size_t n;
	enum rc rc = retain_scan(d->node, d->db, d->arena, &after, rows, STEP, &n, err);

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		if (!rows[i].held || rows[i].erased)
			continue;
		rc = mend_one(d, rows[i].id, err);
		failed += is_its_own(rc);
		rc = is_its_own(rc) ? RC_OK : rc;
	}
	if (rc != RC_OK)
		return rc;
	e->failed += failed;
	e->after = after;
	e->ended = n == 0;
	return RC_OK;
}

static enum rc
lift_each(struct serve *s, struct ending *e, const struct access *access, struct err *err)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < e->over.n && rc == RC_OK; i++) {
		e->hold = e->over.at[i];
		rc = serve_write(s, NULL, access, lift, e, err);
		if (!is_its_own(rc))
			continue;
		log_warn("a legal hold whose day has passed could not be lifted: %s",
			 err != NULL ? err->text : rc_name(rc));
		e->failed++;
		rc = RC_OK;
	}
	return rc;
}

enum rc
holds_end(struct serve *s, struct arena *a, int64_t *failed, struct err *err)
{
	static const struct access access = {.reason = {"holds end by their day", 22}};
	struct ending e = {.a = a};
	enum rc rc = RC_OK;

	while (rc == RC_OK && !e.ended)
		rc = serve_write(s, NULL, &access, find_over, &e, err);
	if (rc == RC_OK)
		rc = lift_each(s, &e, &access, err);
	e.ended = false;
	e.after = (struct id){{0}};
	while (rc == RC_OK && !e.ended)
		rc = serve_write(s, NULL, &access, mend, &e, err);
	*failed = e.failed;
	return rc;
}
