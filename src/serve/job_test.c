#include "base/test.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/migrations.h"
#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "model/model.h"
#include "record/migrations.h"
#include "seal/keys.h"
#include "serve/file.h"
#include "serve/job_inside.h"
#include "serve/job_keep.h"
#include "serve/migrations.h"
#include "serve/timer.h"
#include "serve/user.h"
#include "store/test_database.h"
#include "store/test_dir.h"

/* Counts to arguments.n, a step each; what it did stands in the log, as an export of row n. */
static int64_t steps_seen;
static bool quick = true;

static enum rc
log_number(struct door *d, void *ctx, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("counted")};
	int64_t n = *(int64_t *)ctx;

	steps_seen++;
	entry.fields = str_fmt(d->arena, "%lld", (long long)n);
	if (n == 13)
		return fail(err, RC_CONFLICT, "n", "thirteen is not counted here");
	return door_log(d, &entry, NULL, err);
}

static enum rc
count(struct job_run *run, struct err *err)
{
	int64_t n = json_integer_value(json_member(run->job.arguments, STR("n"))), at = 0;
	int64_t numbers[3];
	enum rc rc = RC_OK, waited;

	run->job.total = n;
	run->job.unit_word = STR("numbers");
	if (run->job.cursor.n > 0 && !str_to_i64(run->job.cursor, &at))
		return fail(err, RC_INTEGRITY, "cursor", "is no number");
	while (at < n && rc == RC_OK) {
		struct job_error bad = {
		    .line = at + 1, .column = 2, .key = STR("n"), .text = STR("is not even")};
		int64_t *number = &numbers[at % 3];

		*number = ++at;
		if (!quick)
			(void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		rc = job_send(run, log_number, number, at,
			      str_fmt(run->arena, "%lld", (long long)at), &bad, at % 2 == 0 ? 0 : 1,
			      err);
	}
	/* Steps on their way read numbers, so they end before it does. */
	waited = job_wait(run, 0, rc == RC_OK ? err : NULL);
	job_result(run, json_pack("{s:I}", "counted", (json_int_t)at));
	return rc != RC_OK ? rc : waited;
}

static enum rc
read_parts(struct job_run *run, struct err *err)
{
	struct job_reader *r;
	int64_t sum = 0, bytes = 0;
	char p[1000];
	size_t got = 1;
	enum rc rc = job_reader_open(run, 0, 3, &r, err);

	while (rc == RC_OK && got > 0) {
		rc = job_reader_read(r, p, sizeof p, &got, err);
		for (size_t i = 0; rc == RC_OK && i < got; i++)
			sum += (unsigned char)p[i];
		bytes += (int64_t)got;
	}
	job_reader_close(r);
	job_result(run,
		   json_pack("{s:I, s:I}", "bytes", (json_int_t)bytes, "sum", (json_int_t)sum));
	return rc == RC_OK ? job_parts_remove(run->serve, run->job.id, err) : rc;
}

/* As an export does: two parts that its owner may fetch. */
static enum rc
write_parts(struct job_run *run, struct err *err)
{
	enum rc rc = job_part_write(run, 0, STR("what was asked for"), err);

	if (rc == RC_OK)
		rc = job_part_write(run, 1, STR("and the rest of it"), err);
	job_result(run, json_pack("{s:i}", "parts", 2));
	return rc;
}

static const struct job_kind kinds[] = {{"gives", write_parts, "Writes parts."},
					{"count", count, "Counts."},
					{"parts", read_parts, "Reads its parts."},
					{.name = NULL}};
static const struct feature test_feature = {.name = "test", .jobs = kinds};
static const struct feature audit_rows = {.name = "audit",
					  .migrations = MIGRATION_SET(AUDIT_MIGRATIONS)};
static const struct feature record_rows = {.name = "record",
					   .migrations = MIGRATION_SET(RECORD_MIGRATIONS)};
static const struct setting settings[] = {{"origin", SETTING_TEXT, "test/log", 0, 0, "Log."},
					  {"overlay", SETTING_TEXT, "", 0, 0, "Overlay."},
					  {"store", SETTING_TEXT, "", 0, 0, "Store."},
					  {"language", SETTING_TEXT, "en", 0, 0, "Language."},
					  {.name = NULL}};
static const struct feature serve_rows = {
    .name = "serve", .settings = settings, .migrations = MIGRATION_SET(SERVE_MIGRATIONS)};
static const struct feature *const features[] = {&audit_rows,  &record_rows,  &serve_rows,
						 &job_feature, &test_feature, NULL};

struct node {
	struct test_dir *dir;
	struct serve *s;
	struct arena *a;
	struct user one, two, lead;
};

static void
open_serve(struct node *n, bool is_new)
{
	const struct serve_options options = {
	    .dir = n->dir->path, .features = features, .is_new = is_new};
	struct err err;

	if (serve_open(&options, &n->s, &err) != RC_OK)
		fail_msg("%s: %s", err.key, err.text);
}

static enum rc
add_users(struct door *d, void *ctx, struct err *err)
{
	struct id here = {{1, 2, 3}}, there = {{4, 5, 6}};
	struct node *n = ctx;
	enum rc rc;

	if ((rc = user_add(d, STR("one"), STR("One"), BIT(ROLE_ANALYST), here, -1, &n->one, err)) !=
		RC_OK ||
	    (rc = user_add(d, STR("two"), STR("Two"), BIT(ROLE_SUPERVISOR), there, -1, &n->two,
			   err)) != RC_OK)
		return rc;
	return user_add(d, STR("lead"), STR("Lead"), BIT(ROLE_SUPERVISOR), here, -1, &n->lead, err);
}

static int
node_open(void **state)
{
	struct node *n = heap_zeroed(sizeof *n);
	struct err err;

	n->dir = test_dir_new();
	n->a = arena_new(0);
	n->dir->url = test_database(n->dir->a, test_dir_path(n->dir, "node.db"));
	assert_int_equal(
	    file_write(test_dir_path(n->dir, "liaison.yaml"),
		       str_fmt(n->a, "origin: test/log\nstore: \"%.*s\"\nparts_sweep_seconds: 1\n",
			       STR_ARG(n->dir->url)),
		       0600, &err),
	    RC_OK);
	assert_int_equal(keys_create(test_dir_path(n->dir, "keys.liaison"), STR_NONE, &err), RC_OK);
	open_serve(n, true);
	assert_int_equal(serve_write(n->s, NULL, NULL, add_users, n, &err), RC_OK);
	quick = true;
	steps_seen = 0;
	*state = n;
	return 0;
}

static int
node_close(void **state)
{
	struct node *n = *state;

	serve_close(n->s);
	test_dir_free(n->dir);
	arena_free(n->a);
	free(n);
	return 0;
}

struct ask {
	const char *kind;
	json_t *arguments;
	bool start;
	struct id id;
	struct job job;
	struct arena *a;
};

static enum rc
add(struct door *d, void *ctx, struct err *err)
{
	struct ask *q = ctx;

	return job_add(d, str_from(q->kind), q->arguments, q->start, &q->id, err);
}

static enum rc
start(struct door *d, void *ctx, struct err *err)
{
	return job_start(d, ((struct ask *)ctx)->id, err);
}

static enum rc
stop(struct door *d, void *ctx, struct err *err)
{
	return job_stop(d, ((struct ask *)ctx)->id, err);
}

static enum rc
find(struct door *d, void *ctx, struct err *err)
{
	struct ask *q = ctx;
	enum rc rc = job_find(d, q->id, &q->job, err);

	if (rc == RC_OK) {
		q->job.cursor = str_copy(q->a, q->job.cursor);
		q->job.failure = str_copy(q->a, q->job.failure);
		q->job.result = json_deep_copy(q->job.result);
	}
	return rc;
}

static enum rc
as(struct node *n, const struct user *u, serve_write_fn *fn, struct ask *q)
{
	const struct actor actor = {.id = u->id, .roles = u->roles, .unit = u->unit};
	struct access access = {.reason = STR("because")};
	struct err err;

	return serve_write(n->s, &actor, &access, fn, q, &err);
}

static struct ask
new_count(struct node *n, int64_t to)
{
	struct ask q = {.kind = "count", .start = true, .a = n->a};

	q.arguments = json_pack("{s:I}", "n", (json_int_t)to);
	assert_int_equal(as(n, &n->one, add, &q), RC_OK);
	json_decref(q.arguments);
	return q;
}

static void
wait_state(struct node *n, struct ask *q, enum job_state state)
{
	for (int i = 0; i < 500; i++) {
		assert_int_equal(as(n, &n->one, find, q), RC_OK);
		if (q->job.state == state)
			return;
		json_decref(q->job.result);
		(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	fail_msg("the job is %s", job_state_name(q->job.state));
}

static void
job_counts_and_ends(void **state)
{
	struct node *n = *state;
	struct ask q = new_count(n, 10);
	struct err err;

	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	wait_state(n, &q, JOB_DONE);
	assert_int_equal(q.job.done, 10);
	assert_int_equal(q.job.total, 10);
	assert_int_equal(q.job.errors, 5);
	assert_int_equal(json_integer_value(json_object_get(q.job.result, "counted")), 10);
	json_decref(q.job.result);
	assert_int_equal(steps_seen, 10);
	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_CONFLICT);
	assert_int_equal(as(n, &n->one, start, &q), RC_CONFLICT);
	assert_int_equal(as(n, &n->one, stop, &q), RC_CONFLICT);
}

static void
failing_step_takes_nothing_with_it_and_nothing_comes_after(void **state)
{
	struct node *n = *state;
	struct ask q = new_count(n, 40);
	struct err err;

	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	wait_state(n, &q, JOB_FAILED);
	assert_true(str_eq(q.job.cursor, STR("12")));
	assert_true(str_eq(q.job.failure, STR("thirteen is not counted here")));
	assert_int_equal(steps_seen, 13);
	json_decref(q.job.result);
}

static void
runner_takes_what_is_queued_and_what_was_left_running(void **state)
{
	struct node *n = *state;
	struct ask left = new_count(n, 3), queued = new_count(n, 4);
	struct job_runner *r;
	struct err err;

	/* As a process leaves it that was killed. */
	assert_int_equal(as(n, &n->one, find, &left), RC_OK);
	json_decref(left.job.result);
	assert_int_equal(job_runner_open(n->s, &r, &err), RC_OK);
	wait_state(n, &left, JOB_DONE);
	json_decref(left.job.result);
	wait_state(n, &queued, JOB_DONE);
	json_decref(queued.job.result);
	assert_int_equal(steps_seen, 7);
	job_runner_close(r);
}

struct holding {
	struct id job;
	int64_t runner;
};

static enum rc
hold(struct door *d, void *ctx, struct err *err)
{
	const struct holding *h = ctx;

	return job_hold(d, h->job, h->runner, err);
}

static enum rc
may_step(struct node *n, struct id job, int64_t runner)
{
	struct holding h = {job, runner};
	struct err err;

	return serve_write(n->s, NULL, NULL, hold, &h, &err);
}

/* Two processes: each has jobs of its own, and what one that is gone had goes to the other. */
static void
job_of_a_process_that_is_gone_is_taken_over_and_its_steps_are_refused(void **state)
{
	struct node *n = *state;
	struct ask first = new_count(n, 3), second = new_count(n, 3);
	struct job_claimer *one, *two;
	struct id of_one, of_two, again;
	int64_t number;
	struct err err;
	enum rc rc = RC_ABSENT;

	if (!test_on_postgres())
		skip();
	assert_int_equal(job_claimer_open(n->s, &one, &err), RC_OK);
	assert_int_equal(job_claimer_open(n->s, &two, &err), RC_OK);
	assert_int_equal(job_claim(one, &of_one, &err), RC_OK);
	assert_int_equal(job_claim(two, &of_two, &err), RC_OK);
	assert_true(id_eq(of_one, first.id) && id_eq(of_two, second.id));
	/* The other one lives, so there is nothing more to do. */
	assert_int_equal(job_claim(two, &again, &err), RC_ABSENT);
	number = job_claimer_number(one);
	assert_int_equal(may_step(n, of_one, number), RC_OK);
	assert_int_equal(may_step(n, of_one, job_claimer_number(two)), RC_STOPPED);
	job_claimer_close(one);
	for (int i = 0; i < 500 && rc == RC_ABSENT; i++) {
		rc = job_claim(two, &again, &err);
		(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	assert_int_equal(rc, RC_OK);
	assert_true(id_eq(again, of_one));
	assert_int_equal(job_claim_own(two, &again, &err), RC_OK);
	assert_int_equal(may_step(n, of_one, number), RC_STOPPED);
	job_claimer_close(two);
}

static void
stopped_job_goes_on_where_it_was(void **state)
{
	struct node *n = *state;
	struct ask q = new_count(n, 12);
	struct job_runner *r;
	struct err err;

	quick = false;
	assert_int_equal(job_runner_open(n->s, &r, &err), RC_OK);
	(void)nanosleep(&(struct timespec){.tv_nsec = 90000000}, NULL);
	assert_int_equal(as(n, &n->lead, stop, &q), RC_OK);
	wait_state(n, &q, JOB_STOPPED);
	json_decref(q.job.result);
	assert_true(q.job.done < 12);
	assert_int_equal(as(n, &n->lead, start, &q), RC_DENIED);
	assert_int_equal(as(n, &n->one, start, &q), RC_OK);
	wait_state(n, &q, JOB_DONE);
	assert_int_equal(q.job.errors, 6);
	json_decref(q.job.result);
	assert_int_equal(steps_seen, 12);
	job_runner_close(r);
}

static void
node_that_ends_leaves_the_job_running_for_the_next(void **state)
{
	struct node *n = *state;
	struct ask q = new_count(n, 12);
	struct job_runner *r;
	struct err err;

	quick = false;
	assert_int_equal(job_runner_open(n->s, &r, &err), RC_OK);
	(void)nanosleep(&(struct timespec){.tv_nsec = 90000000}, NULL);
	job_runner_close(r);
	serve_close(n->s);
	open_serve(n, false);
	assert_int_equal(as(n, &n->one, find, &q), RC_OK);
	assert_int_equal(q.job.state, JOB_RUNNING);
	json_decref(q.job.result);
	quick = true;
	assert_int_equal(job_runner_open(n->s, &r, &err), RC_OK);
	wait_state(n, &q, JOB_DONE);
	json_decref(q.job.result);
	assert_int_equal(steps_seen, 12);
	job_runner_close(r);
}

static enum rc
disable_one(struct door *d, void *ctx, struct err *err)
{
	struct node *n = ctx;

	n->one.disabled = true;
	return user_set(d, &n->one, err);
}

static void
person_who_lost_the_right_has_no_job_that_goes_on(void **state)
{
	struct node *n = *state;
	struct ask q = new_count(n, 12);
	struct job_runner *r;
	struct err err;

	quick = false;
	assert_int_equal(job_runner_open(n->s, &r, &err), RC_OK);
	(void)nanosleep(&(struct timespec){.tv_nsec = 90000000}, NULL);
	assert_int_equal(serve_write(n->s, NULL, NULL, disable_one, n, &err), RC_OK);
	wait_state(n, &q, JOB_FAILED);
	assert_true(q.job.done < 12);
	assert_true(str_find(q.job.failure, STR("rights")) > 0);
	json_decref(q.job.result);
	job_runner_close(r);
}

static void
job_is_seen_by_its_owner_and_their_supervisor_alone(void **state)
{
	struct node *n = *state;
	struct ask q = new_count(n, 3);

	assert_int_equal(as(n, &n->one, find, &q), RC_OK);
	json_decref(q.job.result);
	assert_int_equal(as(n, &n->lead, find, &q), RC_OK);
	json_decref(q.job.result);
	assert_int_equal(as(n, &n->two, find, &q), RC_ABSENT);
	assert_int_equal(as(n, &n->two, stop, &q), RC_ABSENT);
	assert_int_equal(as(n, &n->two, start, &q), RC_ABSENT);
}

static enum rc
part(struct node *n, const struct user *u, struct id job, int64_t number, struct str bytes)
{
	const struct actor actor = {.id = u->id, .roles = u->roles, .unit = u->unit};
	struct access access = {.has_purpose = false};
	struct door d;
	struct err err;
	enum rc rc;

	door_open(&d, serve_door_node(n->s), n->s->readers[0], n->a, &actor, &access, NULL);
	rc = job_part_add(n->s, &d, job, number, bytes, &err);
	door_close(&d);
	return rc;
}

static void
parts_come_back_as_they_were_and_go_with_the_job(void **state)
{
	struct node *n = *state;
	struct ask q = {.kind = "parts", .a = n->a};
	char *p = arena_bytes(n->a, 200000);
	int64_t sum = 0;
	struct stat st;
	struct err err;

	for (int i = 0; i < 200000; i++) {
		p[i] = (char)(i * 7 + i / 251);
		sum += (unsigned char)p[i];
	}
	assert_int_equal(as(n, &n->one, add, &q), RC_OK);
	assert_int_equal(part(n, &n->two, q.id, 0, STR("x")), RC_ABSENT);
	assert_int_equal(part(n, &n->lead, q.id, 0, STR("x")), RC_CONFLICT);
	assert_int_equal(part(n, &n->one, q.id, JOB_PARTS_MAX, STR("x")), RC_INVALID);
	assert_int_equal(part(n, &n->one, q.id, 0, STR("")), RC_TOO_LARGE);
	assert_int_equal(part(n, &n->one, q.id, 1, (struct str){p + 65536, 65536}), RC_OK);
	assert_int_equal(part(n, &n->one, q.id, 0, (struct str){p, 65536}), RC_OK);
	assert_int_equal(part(n, &n->one, q.id, 0, (struct str){p, 65536}), RC_CONFLICT);
	assert_int_equal(part(n, &n->one, q.id, 2, (struct str){p + 131072, 68928}), RC_OK);
	assert_int_equal(stat(test_dir_path(n->dir, "blobs"), &st), 0);
	assert_int_equal(as(n, &n->one, start, &q), RC_OK);
	assert_int_equal(part(n, &n->one, q.id, 3, STR("x")), RC_CONFLICT);
	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	wait_state(n, &q, JOB_DONE);
	assert_int_equal(json_integer_value(json_object_get(q.job.result, "bytes")), 200000);
	assert_int_equal(json_integer_value(json_object_get(q.job.result, "sum")), sum);
	json_decref(q.job.result);
	/* Nothing is left in the folder: it can be removed. */
	assert_int_equal(rmdir(test_dir_path(n->dir, "blobs")), 0);
}

static int64_t later;

static int64_t
late_now(void *ctx)
{
	(void)ctx;
	return clock_now(&clock_system) + later;
}

static void
parts_that_nobody_started_go_after_a_week(void **state)
{
	static const struct clock late = {late_now, NULL};
	struct node *n = *state;
	const struct serve_options options = {
	    .dir = n->dir->path, .features = features, .clock = &late};
	struct ask q = {.kind = "parts", .a = n->a};
	struct err err;

	assert_int_equal(as(n, &n->one, add, &q), RC_OK);
	assert_int_equal(part(n, &n->one, q.id, 0, STR("x")), RC_OK);
	serve_close(n->s);
	later = INT64_C(6) * 86400000;
	assert_int_equal(serve_open(&options, &n->s, &err), RC_OK);
	assert_int_equal(job_parts_sweep(n->s, &err), RC_OK);
	assert_int_equal(rmdir(test_dir_path(n->dir, "blobs")), -1);
	later = INT64_C(8) * 86400000;
	assert_int_equal(job_parts_sweep(n->s, &err), RC_OK);
	assert_int_equal(rmdir(test_dir_path(n->dir, "blobs")), 0);
	wait_state(n, &q, JOB_FAILED);
	json_decref(q.job.result);
}

static void
what_a_job_wrote_goes_by_itself_and_says_when(void **state)
{
	static const struct clock late = {late_now, NULL};
	struct node *n = *state;
	const struct serve_options options = {
	    .dir = n->dir->path, .features = features, .clock = &late};
	struct ask q = {.kind = "gives", .start = true, .a = n->a};
	struct timer_runner *timers;
	struct err err;

	assert_int_equal(as(n, &n->one, add, &q), RC_OK);
	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	wait_state(n, &q, JOB_DONE);
	assert_int_equal(q.job.expires_ms, q.job.updated_ms + 7 * INT64_C(86400000));
	json_decref(q.job.result);
	serve_close(n->s);
	later = INT64_C(6) * 86400000;
	assert_int_equal(serve_open(&options, &n->s, &err), RC_OK);
	assert_int_equal(job_parts_sweep(n->s, &err), RC_OK);
	assert_int_equal(rmdir(test_dir_path(n->dir, "blobs")), -1);
	/* A node that runs on does so too, without a start in between. */
	later = INT64_C(8) * 86400000;
	assert_int_equal(timer_runner_open(n->s, &timers, &err), RC_OK);
	for (int i = 0; i < 1000 && rmdir(test_dir_path(n->dir, "blobs")) != 0; i++)
		(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	timer_runner_close(timers);
	assert_int_equal(access(test_dir_path(n->dir, "blobs"), F_OK), -1);
	assert_int_equal(job_parts_expired(n->s), 1);
	wait_state(n, &q, JOB_DONE);
	json_decref(q.job.result);
}

static void
one_person_s_files_and_all_together_are_bounded(void **state)
{
	struct node *n = *state;
	struct ask q = {.kind = "parts", .a = n->a}, two = {.kind = "parts", .a = n->a};
	struct ask third = {.kind = "parts", .a = n->a};
	struct str half = {arena_bytes(n->a, 600000), 600000};
	struct err err;

	serve_close(n->s);
	assert_int_equal(
	    file_write(test_dir_path(n->dir, "liaison.yaml"),
		       str_fmt(n->a,
			       "origin: test/log\nstore: \"%.*s\"\nparts_mib_person: 1\n"
			       "parts_mib: 2\n",
			       STR_ARG(n->dir->url)),
		       0600, &err),
	    RC_OK);
	open_serve(n, false);
	memset((char *)(uintptr_t)half.p, 'x', half.n);
	assert_int_equal(as(n, &n->one, add, &q), RC_OK);
	assert_int_equal(part(n, &n->one, q.id, 0, half), RC_OK);
	/* Another job does not help. */
	assert_int_equal(as(n, &n->one, add, &third), RC_OK);
	assert_int_equal(part(n, &n->one, third.id, 0, half), RC_TOO_LARGE);
	assert_int_equal(part(n, &n->one, q.id, 1, half), RC_TOO_LARGE);
	assert_int_equal(as(n, &n->two, add, &two), RC_OK);
	assert_int_equal(part(n, &n->two, two.id, 0, half), RC_OK);
	assert_int_equal(as(n, &n->lead, add, &third), RC_OK);
	assert_int_equal(part(n, &n->lead, third.id, 0, half), RC_OK);
	assert_int_equal(part(n, &n->lead, third.id, 1, (struct str){half.p, 400000}),
			 RC_TOO_LARGE);
	assert_int_equal(job_parts_remove(n->s, q.id, &err), RC_OK);
	assert_int_equal(part(n, &n->lead, third.id, 1, (struct str){half.p, 400000}), RC_OK);
}

/* The claim that a job of the kind "claim" makes of the input it is told of. */
struct claim {
	struct id job;
	bool again;
};

static enum rc
claim_input(struct door *d, void *ctx, struct err *err)
{
	struct claim *c = ctx;

	return job_input_claim(d, c->job, STR("01234567890123456789012345678901"), c->again, err);
}

static struct id
counted(struct node *n, const char *how)
{
	struct ask q = {.kind = "count", .a = n->a};
	struct err err;

	q.arguments = json_pack("{s:i}", "n", 2);
	assert_int_equal(as(n, &n->one, add, &q), RC_OK);
	json_decref(q.arguments);
	if (str_eq_z(str_from(how), "done")) {
		assert_int_equal(as(n, &n->one, start, &q), RC_OK);
		assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	} else if (str_eq_z(str_from(how), "stopped")) {
		assert_int_equal(as(n, &n->one, stop, &q), RC_OK);
	}
	return q.id;
}

static void
a_job_that_took_nothing_in_leaves_its_file_to_the_next(void **state)
{
	struct node *n = *state;
	struct claim first = {counted(n, "stopped"), false}, second = {counted(n, "done"), false},
		     third = {counted(n, "waiting"), false};
	struct err err;

	assert_int_equal(serve_write(n->s, NULL, NULL, claim_input, &first, &err), RC_OK);
	assert_int_equal(serve_write(n->s, NULL, NULL, claim_input, &second, &err), RC_OK);
	/* Now it is the second's, which did take something in. */
	assert_int_equal(serve_write(n->s, NULL, NULL, claim_input, &third, &err), RC_CONFLICT);
	assert_non_null(strstr(err.text, "--again"));
	third.again = true;
	assert_int_equal(serve_write(n->s, NULL, NULL, claim_input, &third, &err), RC_OK);
	third.again = false;
	assert_int_equal(serve_write(n->s, NULL, NULL, claim_input, &third, &err), RC_CONFLICT);
	/* One that waits or works may take it in yet. */
	assert_int_equal(serve_write(n->s, NULL, NULL, claim_input, &second, &err), RC_OK);
}

/* What whoever writes into the database can do, with no key at hand. */
static void
intrude(struct node *n, const char *deed)
{
	const struct sql sql = {"deed", {deed, deed}, 0, false};
	int64_t changed;
	struct db *raw;

	must(db_open(n->dir->url, 5000, &raw, NULL) == RC_OK);
	assert_int_equal(db_run(raw, &sql, NO_BINDS, &changed, NULL), RC_OK);
	assert_int_equal(changed, 1);
	db_close(raw);
}

/* PostgreSQL writes bytes otherwise: '\\x00'. */
static struct str
in_words_of_the_engine(struct node *n, const char *set)
{
	struct str text = str_from(set);
	ptrdiff_t at = str_find(text, STR("x'"));

	if (!test_on_postgres())
		return text;
	if (str_eq_z(text, "body = zeroblob(80)"))
		return STR("body = decode(repeat('00', 80), 'hex')");
	return at < 0 ? text
		      : str_fmt(n->a, "%.*s'\\x%.*s", (int)at, text.p,
				STR_ARG(str_sub(text, (size_t)at + 2, text.n)));
}

static const char *
deed(struct node *n, const char *set, struct id id)
{
	struct str is = str_fmt(n->a, "id = x'%s'", hex_format(n->a, id.b, sizeof id.b).p);

	return str_fmt(n->a, "UPDATE serve_job SET %.*s WHERE %.*s",
		       STR_ARG(in_words_of_the_engine(n, set)),
		       STR_ARG(in_words_of_the_engine(n, str_z(n->a, is))))
	    .p;
}

static void
arguments_that_would_not_open_again_are_refused(void **state)
{
	static const struct {
		int levels;
		enum rc rc;
	} cases[] = {{10, RC_OK}, {31, RC_OK}, {32, RC_INVALID}, {200, RC_INVALID}};
	struct node *n = *state;
	struct job_runner *r;
	struct err err;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ask q = {.kind = "count", .start = true, .a = n->a};

		q.arguments = json_object();
		for (int k = 1; k < cases[i].levels; k++)
			q.arguments = json_pack("{s:o}", "x", q.arguments);
		assert_int_equal(as(n, &n->one, add, &q), cases[i].rc);
		json_decref(q.arguments);
	}
	struct ask good = new_count(n, 3);

	assert_int_equal(job_runner_open(n->s, &r, &err), RC_OK);
	wait_state(n, &good, JOB_DONE);
	json_decref(good.job.result);
	job_runner_close(r);
}

static void
only_known_arguments_are_kept(void **state)
{
	static const char *const names[] = {"a", "b", NULL};
	struct node *n = *state;
	json_t *given = json_pack("{s:i, s:i, s:i}", "a", 1, "x", 2, "b", 3), *kept;
	const struct actor actor = {.is_node = true};
	const struct access access = {.has_purpose = false};
	struct door d;

	door_open(&d, serve_door_node(n->s), n->s->readers[0], n->a, &actor, &access, NULL);
	kept = job_arguments(&d, given, names);
	assert_int_equal(json_object_size(kept), 2);
	assert_null(json_object_get(kept, "x"));
	assert_int_equal(json_object_size(job_arguments(&d, NULL, names)), 0);
	door_close(&d);
	json_decref(given);
}

static enum rc
list(struct door *d, void *ctx, struct err *err)
{
	struct job_list jobs;
	enum rc rc = job_list(d, 50, &jobs, err);

	*(size_t *)ctx = rc == RC_OK ? jobs.n : 0;
	return rc;
}

static void
job_whose_row_was_changed_fails_and_the_next_one_runs(void **state)
{
	struct node *n = *state;
	const char *const sets[] = {
	    str_fmt(n->a, "user_id = x'%s'", hex_format(n->a, n->lead.id.b, 16).p).p,
	    "unit = x'04050600000000000000000000000000'",
	    "kind = 'parts'",
	    "body = zeroblob(80)",
	    "wrapped = x''",
	    "bucket = 'job/1999-01'",
	};
	struct ask bad[COUNT_OF(sets)], good;
	struct job_runner *r;
	struct err err;
	size_t seen = 0;

	for (size_t i = 0; i < COUNT_OF(sets); i++)
		bad[i] = new_count(n, 3);
	good = new_count(n, 3);
	serve_close(n->s);
	for (size_t i = 0; i < COUNT_OF(sets); i++)
		intrude(n, deed(n, sets[i], bad[i].id));
	open_serve(n, false);
	assert_int_equal(serve_write(n->s, NULL, NULL, list, &seen, &err), RC_OK);
	assert_int_equal(seen, COUNT_OF(sets) + 1);
	assert_int_equal(job_runner_open(n->s, &r, &err), RC_OK);
	wait_state(n, &good, JOB_DONE);
	json_decref(good.job.result);
	job_runner_close(r);
	assert_int_equal(steps_seen, 3);
	for (size_t i = 0; i < COUNT_OF(sets); i++) {
		bad[i].a = n->a;
		assert_int_equal(serve_write(n->s, NULL, NULL, find, &bad[i], &err), RC_OK);
		assert_int_equal(bad[i].job.state, JOB_FAILED);
		assert_true(bad[i].job.unreadable);
		assert_true(str_find(bad[i].job.failure, STR("cannot be opened")) > 0);
		assert_int_equal(serve_write(n->s, NULL, NULL, start, &bad[i], &err), RC_CONFLICT);
	}
}

static void
columns_outside_the_seal_stop_nobody(void **state)
{
	struct node *n = *state;
	struct ask q = new_count(n, 3), odd = new_count(n, 3);
	struct err err;
	size_t seen = 0;

	serve_close(n->s);
	intrude(n, deed(n, "result = '[[[', cursor = ''", q.id));
	intrude(n, deed(n, "state = 77", odd.id));
	open_serve(n, false);
	assert_int_equal(serve_write(n->s, NULL, NULL, list, &seen, &err), RC_OK);
	assert_int_equal(seen, 2);
	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	wait_state(n, &q, JOB_DONE);
	json_decref(q.job.result);
	assert_int_equal(as(n, &n->one, find, &odd), RC_OK);
	assert_int_equal(odd.job.state, JOB_FAILED);
}

static void
failure_keeps_its_kind(void **state)
{
	struct node *n = *state;
	struct ask q = new_count(n, 20);
	struct err err;

	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	wait_state(n, &q, JOB_FAILED);
	assert_string_equal(json_string_value(json_object_get(q.job.result, "rc")), "conflict");
	json_decref(q.job.result);
}

static enum rc
add_two(struct door *d, void *ctx, struct err *err)
{
	struct ask *q = ctx;

	return job_add_for_two(d, str_from(q->kind), q->arguments, &q->id, err);
}

static struct ask
new_for_two(struct node *n)
{
	struct ask q = {.kind = "count", .a = n->a};

	q.arguments = json_pack("{s:i, s:s}", "n", 3, "passphrase", "correct horse battery");
	assert_int_equal(as(n, &n->lead, add_two, &q), RC_OK);
	json_decref(q.arguments);
	return q;
}

static enum rc
has_arguments(struct door *d, void *ctx, struct err *err)
{
	struct ask *q = ctx;
	enum rc rc = job_find(d, q->id, &q->job, err);

	q->start = rc == RC_OK && json_is_object(q->job.arguments);
	return rc;
}

static bool
keeps_arguments(struct node *n, struct ask *q)
{
	struct err err;

	assert_int_equal(serve_write(n->s, NULL, NULL, has_arguments, q, &err), RC_OK);
	return q->start;
}

static void
job_for_two_is_started_by_another_with_a_role_and_forgets_its_arguments(void **state)
{
	struct node *n = *state;
	struct ask q = new_for_two(n);
	struct err err;

	assert_int_equal(as(n, &n->lead, start, &q), RC_DENIED);
	assert_int_equal(as(n, &n->one, start, &q), RC_ABSENT);
	assert_int_equal(serve_write(n->s, NULL, NULL, start, &q, &err), RC_DENIED);
	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_CONFLICT);
	assert_int_equal(as(n, &n->two, start, &q), RC_OK);
	assert_true(keeps_arguments(n, &q));
	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	assert_false(keeps_arguments(n, &q));
	assert_int_equal(q.job.state, JOB_DONE);
	assert_true(id_eq(q.job.second, n->two.id));
	assert_int_equal(as(n, &n->two, start, &q), RC_CONFLICT);
	assert_int_equal(steps_seen, 3);
}

static void
job_for_two_that_was_stopped_forgets_its_arguments_and_starts_no_more(void **state)
{
	struct node *n = *state;
	struct ask q = new_for_two(n);

	assert_true(keeps_arguments(n, &q));
	assert_int_equal(as(n, &n->lead, stop, &q), RC_OK);
	assert_false(keeps_arguments(n, &q));
	assert_int_equal(as(n, &n->two, start, &q), RC_CONFLICT);
}

static void
changed_state_starts_no_job_for_two(void **state)
{
	struct node *n = *state;
	struct ask q = new_for_two(n);
	struct err err;

	serve_close(n->s);
	intrude(n, deed(n, "state = 1", q.id));
	open_serve(n, false);
	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	assert_int_equal(steps_seen, 0);
	assert_false(keeps_arguments(n, &q));
	assert_int_equal(q.job.state, JOB_FAILED);
}

static enum rc
same_account(struct door *d, void *ctx, struct err *err)
{
	struct node *n = ctx;
	enum rc rc;

	n->lead.uid = n->two.uid = 4711;
	rc = user_set(d, &n->lead, err);
	return rc == RC_OK ? user_set(d, &n->two, err) : rc;
}

static void
two_users_of_one_system_account_are_one_person_unless_the_node_says_else(void **state)
{
	struct node *n = *state;
	struct ask q = new_for_two(n);
	struct err err;

	assert_int_equal(serve_write(n->s, NULL, NULL, same_account, n, &err), RC_OK);
	assert_int_equal(as(n, &n->two, start, &q), RC_DENIED);
	n->s->node.shared_account = true;
	assert_int_equal(as(n, &n->lead, start, &q), RC_DENIED);
	assert_int_equal(as(n, &n->two, start, &q), RC_OK);
}

static void
one_person_s_jobs_do_not_fill_the_queue(void **state)
{
	struct node *n = *state;
	struct ask waiting = {.kind = "parts", .a = n->a}, other, more;

	assert_int_equal(as(n, &n->one, add, &waiting), RC_OK);
	for (int i = 0; i < JOBS_QUEUED_MAX; i++)
		(void)new_count(n, 1);
	more = (struct ask){.kind = "parts", .start = true, .a = n->a};
	assert_int_equal(as(n, &n->one, add, &more), RC_BUSY);
	assert_int_equal(as(n, &n->one, start, &waiting), RC_BUSY);
	other = more;
	assert_int_equal(as(n, &n->two, add, &other), RC_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, node_open, node_close)
	    T(job_counts_and_ends),
	    T(failing_step_takes_nothing_with_it_and_nothing_comes_after),
	    T(runner_takes_what_is_queued_and_what_was_left_running),
	    T(job_of_a_process_that_is_gone_is_taken_over_and_its_steps_are_refused),
	    T(stopped_job_goes_on_where_it_was),
	    T(node_that_ends_leaves_the_job_running_for_the_next),
	    T(person_who_lost_the_right_has_no_job_that_goes_on),
	    T(job_is_seen_by_its_owner_and_their_supervisor_alone),
	    T(parts_come_back_as_they_were_and_go_with_the_job),
	    T(parts_that_nobody_started_go_after_a_week),
	    T(what_a_job_wrote_goes_by_itself_and_says_when),
	    T(one_person_s_files_and_all_together_are_bounded),
	    T(a_job_that_took_nothing_in_leaves_its_file_to_the_next),
	    T(arguments_that_would_not_open_again_are_refused),
	    T(only_known_arguments_are_kept),
	    T(job_whose_row_was_changed_fails_and_the_next_one_runs),
	    T(columns_outside_the_seal_stop_nobody),
	    T(failure_keeps_its_kind),
	    T(job_for_two_is_started_by_another_with_a_role_and_forgets_its_arguments),
	    T(job_for_two_that_was_stopped_forgets_its_arguments_and_starts_no_more),
	    T(changed_state_starts_no_job_for_two),
	    T(two_users_of_one_system_account_are_one_person_unless_the_node_says_else),
	    T(one_person_s_jobs_do_not_fill_the_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
