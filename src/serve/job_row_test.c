#include "base/test.h"

#include "serve/test_jobs.h"
#include "store/test_database.h"

/* The row of a job: what it keeps, what a hand in it is worth, and who starts one for two. */

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
a_time_beyond_all_numbers_stops_nobody(void **state)
{
	struct node *n = *state;
	struct ask q = new_count(n, 3);

	serve_close(n->s);
	intrude(n, deed(n, "state = 3, result = '{\"parts\":1}', updated_ms = 9223372036854775807",
			q.id));
	open_serve(n, false);
	assert_int_equal(as(n, &n->one, find, &q), RC_OK);
	assert_int_equal(q.job.state, JOB_DONE);
	assert_true(q.job.expires_ms == INT64_MAX);
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

static enum rc
by_token(struct node *n, const struct user *u, enum purpose purpose, serve_write_fn *fn,
	 struct ask *q)
{
	const struct actor actor = {
	    .id = u->id, .roles = u->roles, .unit = u->unit, .token_purposes = BIT(purpose)};
	struct access access = {.reason = STR("because")};
	struct err err;
	enum rc rc = serve_write(n->s, &actor, &access, fn, q, &err);

	if (rc == RC_OK && fn == find)
		json_decref(q->job.result);
	return rc;
}

static enum rc
count_jobs(struct door *d, void *ctx, struct err *err)
{
	struct job_list jobs;
	enum rc rc = job_list(d, 10, &jobs, err);

	((struct ask *)ctx)->job.done = (int64_t)jobs.n;
	return rc;
}

static enum rc
add_for_investigation(struct door *d, void *ctx, struct err *err)
{
	d->access.has_purpose = true;
	d->access.purpose = PURPOSE_INVESTIGATION;
	return add(d, ctx, err);
}

static void
a_token_sees_jobs_of_its_purposes_and_is_no_second_person(void **state)
{
	struct node *n = *state;
	struct ask q = {.kind = "parts", .a = n->a}, two;

	assert_int_equal(as(n, &n->one, add_for_investigation, &q), RC_OK);
	assert_int_equal(by_token(n, &n->one, PURPOSE_STATISTICS, find, &q), RC_DENIED);
	assert_int_equal(by_token(n, &n->lead, PURPOSE_STATISTICS, find, &q), RC_ABSENT);
	assert_int_equal(by_token(n, &n->one, PURPOSE_INVESTIGATION, find, &q), RC_OK);
	assert_int_equal(by_token(n, &n->lead, PURPOSE_INVESTIGATION, find, &q), RC_OK);
	assert_int_equal(by_token(n, &n->one, PURPOSE_STATISTICS, count_jobs, &q), RC_OK);
	assert_int_equal(q.job.done, 0);
	assert_int_equal(by_token(n, &n->one, PURPOSE_INVESTIGATION, count_jobs, &q), RC_OK);
	assert_int_equal(q.job.done, 1);
	assert_int_equal(by_token(n, &n->one, PURPOSE_STATISTICS, start, &q), RC_DENIED);
	two = new_for_two(n);
	assert_int_equal(by_token(n, &n->two, PURPOSE_INVESTIGATION, start, &two), RC_DENIED);
	assert_int_equal(as(n, &n->two, start, &two), RC_OK);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, node_open, node_close)
	const struct CMUnitTest tests[] = {
	    T(arguments_that_would_not_open_again_are_refused),
	    T(only_known_arguments_are_kept),
	    T(job_whose_row_was_changed_fails_and_the_next_one_runs),
	    T(columns_outside_the_seal_stop_nobody),
	    T(a_time_beyond_all_numbers_stops_nobody),
	    T(job_for_two_is_started_by_another_with_a_role_and_forgets_its_arguments),
	    T(job_for_two_that_was_stopped_forgets_its_arguments_and_starts_no_more),
	    T(changed_state_starts_no_job_for_two),
	    T(two_users_of_one_system_account_are_one_person_unless_the_node_says_else),
	    T(a_token_sees_jobs_of_its_purposes_and_is_no_second_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
