#include "base/test.h"

#include "serve/test_jobs.h"
#include "store/test_database.h"

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
	wait_steps(2);
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
	wait_steps(2);
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
	wait_steps(2);
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

static bool
open_failing_at(struct node *n, int call)
{
	struct str url = str_fmt(n->a, "faulty:%.*s%cfail_at=%d", STR_ARG(n->dir->url),
				 str_chr(n->dir->url, '?') < 0 ? '?' : '&', call);
	const struct serve_options options = {
	    .dir = n->dir->path, .features = features, .store_url = str_z(n->a, url)};
	struct err err;

	return serve_open(&options, &n->s, &err) == RC_OK;
}

/* Whoever waits for a job must hear of its end, whichever call to the store fails once. */
static void
job_that_ran_has_ended_though_the_store_failed_once(void **state)
{
	struct node *n = *state;
	int met = 0, clean = 0;

	if (test_on_postgres())
		skip();
	for (int call = 1; met == 0 || clean < 10; call += 3) {
		struct ask q;
		struct err err;
		bool ran;

		q = new_count(n, 2);
		serve_close(n->s);
		/* What fails a start is not what is asked about here. */
		while (!open_failing_at(n, call))
			call += 3;
		ran = job_run_now(n->s, q.id, NULL, NULL, &err) == RC_OK;
		serve_close(n->s);
		open_serve(n, false);
		assert_int_equal(as(n, &n->one, find, &q), RC_OK);
		if (ran && (q.job.state == JOB_RUNNING || q.job.state == JOB_QUEUED))
			fail_msg("call %d failed, and the job is %s", call,
				 job_state_name(q.job.state));
		clean = ran && q.job.state == JOB_DONE ? clean + 1 : 0;
		met += ran && q.job.state == JOB_FAILED;
		json_decref(q.job.result);
		assert_true(call < 2000);
	}
	assert_true(met > 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, node_open, node_close)
	const struct CMUnitTest tests[] = {
	    T(job_counts_and_ends),
	    T(failing_step_takes_nothing_with_it_and_nothing_comes_after),
	    T(runner_takes_what_is_queued_and_what_was_left_running),
	    T(job_of_a_process_that_is_gone_is_taken_over_and_its_steps_are_refused),
	    T(stopped_job_goes_on_where_it_was),
	    T(node_that_ends_leaves_the_job_running_for_the_next),
	    T(person_who_lost_the_right_has_no_job_that_goes_on),
	    T(job_is_seen_by_its_owner_and_their_supervisor_alone),
	    T(failure_keeps_its_kind),
	    T(one_person_s_jobs_do_not_fill_the_queue),
	    T(job_that_ran_has_ended_though_the_store_failed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
