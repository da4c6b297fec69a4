#include "node/erasing.h"

#include "base/arena.h"
#include "base/vec.h"
#include "record/erase.h"
#include "seal/erased.h"
#include "serve/job.h"

const char *
erased_path(struct arena *a, const char *dir)
{
	return str_fmt(a, "%s/erased.liaison", dir).p;
}

/* One bucket at a time; the note of each stands until its old key is gone. */
struct run {
	struct serve *serve;
	struct job_run *job; /* NULL: without one */
	struct arena *arena;
	struct bucket_list buckets;
	struct str bucket;
	struct erase_cursor cursor;
	VEC(struct id) erased; /* of the bucket, durably */
	int64_t done, destroyed;
	bool empty, gone;
};

static enum rc
find_buckets(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;

	return erase_pending(d->db, run->arena, &run->buckets, err);
}

static enum rc
step(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;

	return erase_step(d, run->bucket, &run->cursor, err);
}

static enum rc
begin(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;

	return erase_begin(d->node, run->bucket, &run->cursor, err);
}

static enum rc
check(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;

	return erase_check(d, run->bucket, err);
}

static enum rc
end(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;

	return erase_end(d, run->bucket, err);
}

#define IDS_A_STEP 1000

/*
 * What the bucket holds. Neither its key goes nor the list is told before this is durable: an
 * erasing of the same group of writes that a crash takes back would leave a record without its
 * key, or one that the next restore erases.
 */
static enum rc
look(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;
	struct id after = {{0}}, *ids = NEW_N(d->arena, struct id, IDS_A_STEP);
	size_t n = 1;
	enum rc rc = erase_look(d, run->bucket, &run->empty, err);

	run->erased.n = 0;
	while (n > 0 && rc == RC_OK && !run->empty) {
		rc = erase_ids(d, run->bucket, &after, ids, IDS_A_STEP, &n, err);
		for (size_t i = 0; i < n && rc == RC_OK; i++)
			*VEC_ADD(run->arena, &run->erased) = ids[i];
	}
	return rc;
}

/* What was erased in the bucket, told to the list beside the key file before the key goes. */
static enum rc
remember(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;
	struct str *values = NEW_N(d->arena, struct str, IDS_A_STEP);
	const char *path = erased_path(d->arena, serve_dir(run->serve));
	enum rc rc = RC_OK;

	for (size_t at = 0, n; at < run->erased.n && rc == RC_OK; at += n) {
		n = run->erased.n - at < IDS_A_STEP ? run->erased.n - at : IDS_A_STEP;
		for (size_t i = 0; i < n; i++)
			values[i] = (struct str){(const char *)run->erased.at[at + i].b,
						 sizeof run->erased.at[0].b};
		rc = erased_add(path, d->node->keys, d->now_ms, ERASED_RECORD, values, n, err);
	}
	return rc;
}

/* On the writer, so that nothing is born into the bucket in between. */
static enum rc
destroy(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;
	enum rc rc = erase_destroy(d, run->bucket, &run->gone, err);

	if (rc != RC_OK || !run->gone)
		return rc;
	run->destroyed++;
	return erased_add(erased_path(d->arena, serve_dir(run->serve)), d->node->keys, d->now_ms,
			  ERASED_BUCKET, &run->bucket, 1, err);
}

static enum rc
one_bucket(struct run *run, struct err *err)
{
	struct serve *s = run->serve;
	enum rc rc = serve_write(s, NULL, NULL, look, run, err);

	run->gone = false;
	if (rc == RC_OK && run->empty)
		rc = serve_write(s, NULL, NULL, destroy, run, err);
	if (rc != RC_OK || run->gone ||
	    (rc = serve_write(s, NULL, NULL, remember, run, err)) != RC_OK)
		return rc;
	rc = serve_write(s, NULL, NULL, begin, run, err);
	while (rc == RC_OK && !run->cursor.done) {
		int64_t before = run->cursor.rewrapped;

		rc = serve_write(s, NULL, NULL, step, run, err);
		run->done += run->cursor.rewrapped - before;
		if (rc == RC_OK && run->job != NULL)
			rc = job_step(run->job, NULL, NULL, run->done, STR_NONE, NULL, 0, err);
		if (rc == RC_OK && run->cursor.done &&
		    ((rc = serve_write(s, NULL, NULL, check, run, err)) == RC_STALE ||
		     (rc == RC_OK &&
		      (rc = serve_write(s, NULL, NULL, end, run, err)) == RC_STALE))) {
			run->cursor = (struct erase_cursor){.done = false};
			rc = RC_OK;
		}
	}
	return rc;
}

static enum rc
all_buckets(struct run *run, struct err *err)
{
	enum rc rc = serve_write(run->serve, NULL, NULL, find_buckets, run, err);

	for (size_t i = 0; i < run->buckets.n && rc == RC_OK; i++) {
		run->bucket = run->buckets.at[i];
		rc = one_bucket(run, err);
	}
	return rc;
}

enum rc
erasing_finish(struct serve *s, struct err *err)
{
	struct run run = {.serve = s, .arena = arena_new(0)};
	enum rc rc = all_buckets(&run, err);

	arena_free(run.arena);
	return rc;
}

static enum rc
finish_erasing(struct job_run *job, struct err *err)
{
	struct run run = {.serve = job->serve, .job = job, .arena = job->arena};
	enum rc rc;

	job->job.unit_word = STR("keys");
	rc = all_buckets(&run, err);
	if (rc == RC_OK)
		job_result(job, json_pack("{s:I, s:I, s:I}", "buckets", (json_int_t)run.buckets.n,
					  "destroyed", (json_int_t)run.destroyed, "rewrapped",
					  (json_int_t)run.done));
	return rc;
}

enum rc
erasing_state(struct db *db, struct arena *a, struct erasing_state *out, struct err *err)
{
	struct bucket_list buckets = {0};
	enum job_state last;
	enum rc rc = erase_pending(db, a, &buckets, err);

	*out = (struct erasing_state){.waiting = buckets.n};
	if (rc != RC_OK || buckets.n == 0)
		return rc;
	rc = job_latest(db, STR("finish_erasing"), &last, err);
	out->failed = rc == RC_ABSENT || (rc == RC_OK && last != JOB_WAITING &&
					  last != JOB_QUEUED && last != JOB_RUNNING);
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* What a job did not finish, whosever it was, the node does itself. */
static enum rc
try_again(struct door *d, struct err *err)
{
	struct erasing_state state;
	struct id job;
	enum rc rc = erasing_state(d->db, d->arena, &state, err);

	if (rc != RC_OK || !state.failed)
		return rc;
	return job_add(d, STR("finish_erasing"), door_hold(d, json_object()), true, &job, err);
}

static const struct setting settings[] = {
    /* clang-format off */
	{ "erasing_retry_seconds", SETTING_NUMBER, "600", 0, 86400, "Seconds until a running node tries again to destroy the keys of what was erased, where that failed; 0: it does not." },
	{ .name = NULL },
    /* clang-format on */
};

static const struct timer timers[] = {
    {"erasing", "erasing_retry_seconds", try_again,
     "Try again to destroy the keys of what was erased, where that failed."},
    {.name = NULL},
};

static const struct job_kind jobs[] = {
    {"finish_erasing", finish_erasing,
     "Give the buckets of erased records a new key and destroy the old one; where nothing is left, "
     "destroy the bucket."},
    {.name = NULL},
};

const struct feature erasing_feature = {
    .name = "erasing", .jobs = jobs, .settings = settings, .timers = timers};
