#include "oversee/retention/apply.h"

#include "base/arena.h"
#include "base/clock.h"
#include "format/json.h"
#include "model/model.h"
#include "oversee/retention/hold_end.h"
#include "oversee/retention/retention.sql.h"
#include "record/erase.h"
#include "record/look.h"
#include "serve/clock_health.h"
#include "serve/config.h"
#include "serve/job.h"

#define ROWS_A_STEP 500
#define ERASED_A_STEP 100

enum rc
retention_plan_make(const struct door_node *node, struct db *db, struct arena *a, int64_t now_ms,
		    struct retention_plan *out, struct err *err)
{
	struct retain_row *rows = NEW_N(a, struct retain_row, ROWS_A_STEP);
	struct arena *scratch = arena_new(0);
	struct id after = {{0}};
	size_t n = 1;
	enum rc rc = RC_OK;

	retention_plan_begin(out, now_ms);
	while (n > 0 && rc == RC_OK) {
		arena_reset(scratch);
		rc = retain_scan(node, db, scratch, &after, rows, ROWS_A_STEP, &n, err);
		for (size_t i = 0; i < n && rc == RC_OK; i++)
			retention_plan_add(out, a, &rows[i]);
	}
	arena_free(scratch);
	retention_plan_end(out);
	return rc;
}

struct run {
	struct job_run *job;
	int64_t day_ms;
	struct str plan; /* the reason in the log */
	struct id after;
	int64_t erased;
	bool ended;
	struct retention_plan proposal;
};

/* Erase one; what opens for nobody any more is erased unopened. *done false: a hold keeps it. */
static enum rc
erase_one(struct door *d, const struct retain_row *row, bool *done, struct err *err)
{
	enum rc rc = record_erase(d, row->id, row->version, err);

	if (rc == RC_ABSENT)
		rc = record_erase_closed(d, row->id, err);
	*done = rc == RC_OK;
	return rc == RC_CONFLICT ? RC_OK : rc;
}

/*
 * The next records of the plan, by the node itself: two people let it go, and what the node opens
 * to erase it is nobody's reading.
 */
static enum rc
erase_planned(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;
	struct retain_row *rows = NEW_N(d->arena, struct retain_row, ROWS_A_STEP);
	struct id after = run->after;
	int64_t erased = 0;
	size_t n;
	enum rc rc = retain_scan(d->node, d->db, d->arena, &after, rows, ROWS_A_STEP, &n, err);

	for (size_t i = 0; i < n && rc == RC_OK && erased < ERASED_A_STEP; i++) {
		bool done = false;

		after = rows[i].id;
		if (retention_act(&rows[i], run->day_ms) != RETENTION_ERASE)
			continue;
		rc = erase_one(d, &rows[i], &done, err);
		erased += done;
	}
	if (rc == RC_OK && n == 0)
		rc = job_add(d, STR("finish_erasing"), door_hold(d, json_object()), true,
			     &(struct id){{0}}, err);
	if (rc != RC_OK)
		return rc;
	run->ended = n == 0;
	run->after = after;
	run->erased += erased;
	return RC_OK;
}

enum rc
retention_clock_check(const struct serve *s, struct arena *a, struct err *err)
{
	struct clock_report report = clock_health_report(serve_clock(s));

	return report.healthy
		   ? RC_OK
		   : fail(err, RC_UNAVAILABLE, "clock",
			  "nothing is erased by its date while the clock is not right: %.*s",
			  STR_ARG(clock_health_text(a, &report)));
}

static enum rc
check_plan(struct run *run, struct err *err)
{
	const struct door_node *node = serve_door_node(run->job->serve);
	struct retention_plan now;
	struct db *db;
	enum rc rc = job_db_open(run->job, &db, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = db_begin_read(db, err)) == RC_OK) {
		rc = retention_plan_make(node, db, run->job->arena, clock_now(node->clock), &now,
					 err);
		db_rollback(db);
	}
	db_close(db);
	if (rc == RC_OK && !str_eq_z(run->plan, now.id))
		rc = fail(err, RC_STALE, "plan",
			  "the plan is another by now; look at it and start that one");
	return rc;
}

static enum rc
apply(struct job_run *job, struct err *err)
{
	struct run run = {.job = job,
			  .plan = json_member_str(job->job.arguments, "plan"),
			  .day_ms =
			      json_integer_value(json_object_get(job->job.arguments, "day_ms"))};
	bool goes_on = id_parse(job->job.cursor, &run.after);
	const struct access access = {.reason = run.plan};
	enum rc rc = retention_clock_check(job->serve, job->arena, err);

	job->job.unit_word = STR("records");
	/* Once begun it is carried through, also tomorrow: the day is the plan's. */
	if (rc == RC_OK && !goes_on)
		rc = check_plan(&run, err);
	run.erased = job->job.done;
	while (rc == RC_OK && !run.ended) {
		/* A cursor that is lost costs a look: what is erased is not erased twice. */
		rc = serve_write(job->serve, NULL, &access, erase_planned, &run, err);
		if (rc == RC_OK)
			rc = job_step(job, NULL, NULL, run.erased, id_format(job->arena, run.after),
				      NULL, 0, err);
	}
	if (rc == RC_OK)
		job_result(job, json_pack("{s:I}", "erased", (json_int_t)run.erased));
	return rc;
}

/* What goes without a plan: two people decided, or a hold was lifted after its day. */
static enum rc
erase_at_once(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;
	struct retain_row *rows = NEW_N(d->arena, struct retain_row, ERASED_A_STEP);
	size_t n;
	enum rc rc = retain_at_once(d, &run->after, rows, ERASED_A_STEP, &n, err);

	run->ended = n == 0;
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		bool done = false;

		if (!rows[i].erased && !rows[i].held)
			rc = erase_one(d, &rows[i], &done, err);
		run->erased += done;
	}
	return rc;
}

static enum rc
add_node_job(struct door *d, const char *kind, json_t *arguments, struct err *err)
{
	struct id id;

	return job_add(d, str_from(kind), door_hold(d, arguments), true, &id, err);
}

/* All that it names is erased, and no bucket waits: the proof is written into the decision. */
static enum rc
prove_one(struct door *d, const struct record *r, struct err *err)
{
	struct retain_proof last = {0};
	json_t *patch = door_hold(d, json_object()), *buckets = json_array();
	struct str_list seen = {0};
	struct ids ids = {0};
	struct record *moved;
	enum rc rc = RC_OK;

	must(json_object_set_new(patch, "buckets", buckets) == 0);
	look_ids(d, r, "records", &ids);
	for (size_t i = 0; i < ids.n; i++) {
		struct retain_proof proof;
		struct str bucket;
		bool gone, there = false;

		rc = retain_is_gone(d, ids.at[i], &gone, &bucket, err);
		if (rc != RC_OK || !gone)
			return rc;
		for (size_t k = 0; k < seen.n; k++)
			there = there || str_eq(seen.at[k], bucket);
		if (there)
			continue;
		if ((rc = retain_proof_of(d, bucket, &proof, err)) != RC_OK)
			return rc == RC_ABSENT ? RC_OK : rc;
		*VEC_ADD(d->arena, &seen) = bucket;
		must(json_array_append_new(buckets, json_from_str(bucket)) == 0);
		if (proof.leaf > last.leaf)
			last = proof;
	}
	if (seen.n == 0)
		return RC_OK;
	must(json_object_set_new(patch, "erased_at",
				 json_from_str(time_format(d->arena, last.at_ms))) == 0 &&
	     json_object_set_new(patch, "leaf",
				 json_from_str(str_fmt(d->arena, "%lld", (long long)last.leaf))) ==
		 0 &&
	     json_object_set_new(patch, "in_backups_until",
				 json_from_str(day_format(d->arena, last.backups_until_ms))) == 0);
	return record_move(d, r->id, r->version, STR("carried_out"), patch, &moved, err);
}

static enum rc
prove_all(struct door *d, void *ctx, struct err *err)
{
	struct record_filter filter = {.type =
					   model_type(d->node->model, STR("retention_decision")),
				       .state = STR("decided"),
				       .limit = RECORD_PAGE_MAX,
				       .shows_damaged = true};
	struct record_list page;
	enum rc rc = RC_OK;

	(void)ctx;
	do {
		if ((rc = record_list(d, &filter, &page, err)) != RC_OK)
			return rc;
		filter.cursor = page.next;
		for (size_t i = 0; i < page.items.n && rc == RC_OK; i++) {
			struct record *r;

			/* One that does not open proves nothing, and keeps no other back. */
			if (page.items.at[i]->damaged)
				continue;
			rc = look_record(d, page.items.at[i]->id, &r, err);
			if (rc == RC_OK && str_eq(look_text(r, "outcome"), STR("erase")))
				rc = prove_one(d, r, err);
		}
	} while (rc == RC_OK && filter.cursor.n > 0);
	return rc;
}

/* Buckets that wait get their new key first; then what is proved is written down. */
static enum rc
finish(struct door *d, void *ctx, struct err *err)
{
	struct bucket_list waiting = {0};
	enum rc rc = erase_pending(d->db, d->arena, &waiting, err);

	if (rc != RC_OK)
		return rc;
	if (waiting.n == 0)
		return prove_all(d, ctx, err);
	rc = add_node_job(d, "finish_erasing", json_object(), err);
	return rc == RC_OK ? add_node_job(d, "retention_prove", json_object(), err) : rc;
}

/* Kept, so that people see when the node last looked; by itself it erases only if told to. */
static enum rc
propose(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;
	const struct retention_plan *p = &run->proposal;
	struct audit_entry entry = {.action = AUDIT_JOB, .type = STR("retention_proposed")};
	enum rc rc = db_run(d->db, &SQL_RETENTION_PROPOSE,
			    BINDS(B_TEXT(day_format(d->arena, p->day_ms)), B_TEXT(str_from(p->id)),
				  B_I64(p->all.erase), B_I64(p->all.review), B_I64(p->all.held),
				  B_I64(p->all.open), B_I64(d->now_ms)),
			    NULL, err);

	entry.plain = str_fmt(d->arena, "%s|%lld to erase|%lld to review", p->id,
			      (long long)p->all.erase, (long long)p->all.review);
	if (rc != RC_OK || (rc = door_log(d, &entry, NULL, err)) != RC_OK || p->all.erase == 0 ||
	    !config_is_on(serve_config(run->job->serve), "retention_alone"))
		return rc;
	return add_node_job(d, "retention_apply",
			    json_pack("{s:s, s:I}", "plan", p->id, "day_ms", (json_int_t)p->day_ms),
			    err);
}

static enum rc
daily(struct job_run *job, struct err *err)
{
	const struct door_node *node = serve_door_node(job->serve);
	struct run run = {.job = job};
	struct db *db;
	int64_t failed = 0;
	enum rc rc = retention_clock_check(job->serve, job->arena, err);

	if (rc == RC_OK)
		rc = holds_end(job->serve, job->arena, &failed, err);
	while (rc == RC_OK && !run.ended)
		rc = job_step(job, erase_at_once, &run, run.erased, STR_NONE, NULL, 0, err);
	if (rc == RC_OK)
		rc = job_step(job, finish, NULL, run.erased, STR_NONE, NULL, 0, err);
	if (rc != RC_OK || (rc = job_db_open(job, &db, err)) != RC_OK)
		return rc;
	if ((rc = db_begin_read(db, err)) == RC_OK) {
		rc = retention_plan_make(node, db, job->arena, clock_now(node->clock),
					 &run.proposal, err);
		db_rollback(db);
	}
	db_close(db);
	if (rc == RC_OK)
		rc = job_step(job, propose, &run, run.erased, STR_NONE, NULL, 0, err);
	if (rc == RC_OK)
		job_result(job,
			   json_pack("{s:I, s:s, s:I}", "erased", (json_int_t)run.erased, "plan",
				     run.proposal.id, "holds_failed", (json_int_t)failed));
	return rc;
}

static enum rc
prove(struct job_run *job, struct err *err)
{
	return job_step(job, prove_all, NULL, 0, STR_NONE, NULL, 0, err);
}

enum rc
retention_daily_add(struct door *d, struct err *err)
{
	struct door inner;
	enum rc rc;

	door_open_as_node(&inner, d, STR("what is kept is looked at"));
	rc = add_node_job(&inner, "retention_daily", json_object(), err);
	door_close(&inner);
	return rc;
}

const struct job_kind retention_jobs[] = {
    /* clang-format off */
	{ "retention_apply", apply, "Erase what a plan of retention names." },
	{ "retention_daily", daily, "End holds whose day has passed, erase what was decided, propose the day's plan." },
	{ "retention_prove", prove, "Write the proof of an erasure into the decision that asked for it." },
	{ .name = NULL },
    /* clang-format on */
};
