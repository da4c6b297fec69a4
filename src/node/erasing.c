#include "node/erasing.h"

#include "base/arena.h"
#include "record/erase.h"
#include "serve/job.h"

/* One bucket at a time; the note of each stands until its old key is gone. */
struct run {
	struct job_run *job;
	struct bucket_list buckets;
	struct str bucket;
	struct erase_cursor cursor;
	int64_t done;
};

static enum rc
find_buckets(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;

	return erase_pending(d->db, run->job->arena, &run->buckets, err);
}

static enum rc
step(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;

	return erase_step(d, run->bucket, &run->cursor, err);
}

static enum rc
end(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;

	return erase_end(d, run->bucket, err);
}

static enum rc
one_bucket(struct run *run, struct err *err)
{
	struct serve *s = run->job->serve;
	enum rc rc = erase_begin(serve_door_node(s), run->bucket, &run->cursor, err);

	while (rc == RC_OK && !run->cursor.done) {
		int64_t before = run->cursor.rewrapped;

		rc = serve_write(s, NULL, NULL, step, run, err);
		run->done += run->cursor.rewrapped - before;
		if (rc == RC_OK)
			rc = job_step(run->job, NULL, NULL, run->done, STR_NONE, NULL, 0, err);
	}
	return rc == RC_OK ? serve_write(s, NULL, NULL, end, run, err) : rc;
}

static enum rc
finish_erasing(struct job_run *job, struct err *err)
{
	struct run run = {.job = job};
	enum rc rc = serve_write(job->serve, NULL, NULL, find_buckets, &run, err);

	job->job.unit_word = STR("keys");
	for (size_t i = 0; i < run.buckets.n && rc == RC_OK; i++) {
		run.bucket = run.buckets.at[i];
		rc = one_bucket(&run, err);
	}
	if (rc == RC_OK)
		job_result(job, json_pack("{s:I, s:I}", "buckets", (json_int_t)run.buckets.n,
					  "rewrapped", (json_int_t)run.done));
	return rc;
}

static const struct job_kind jobs[] = {
    {"finish_erasing", finish_erasing,
     "Give the buckets of erased records a new key and destroy the old one."},
    {.name = NULL},
};

const struct feature erasing_feature = {.name = "erasing", .jobs = jobs};
