#include "base/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "serve/test_jobs.h"
#include "store/test_database.h"

/* What a job takes in and what it writes: parts, when they go, how many there may be. */

/*
 * Every file that a program removes by a folder goes through here: the n-th ends the process as a
 * kill -9 would, before it goes or after.
 */
static atomic_int removals_left;
static bool kill_before;

int
unlinkat(int dir, const char *path, int flags)
{
	bool now = atomic_load(&removals_left) > 0 && atomic_fetch_sub(&removals_left, 1) == 1;
	long rc;

	if (now && kill_before)
		(void)raise(SIGKILL);
	rc = syscall(SYS_unlinkat, dir, path, flags);
	if (now)
		(void)raise(SIGKILL);
	return (int)rc;
}

static int
blobs(const struct node *n)
{
	DIR *d = opendir(test_dir_path(n->dir, "blobs"));
	struct dirent *e;
	int count = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		count += e->d_name[0] != '.';
	if (d != NULL)
		(void)closedir(d);
	return count;
}

static struct ask
job_with_parts(struct node *n)
{
	struct ask q = {.kind = "parts", .a = n->a};

	assert_int_equal(as(n, &n->one, add, &q), RC_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(part(n, &n->one, q.id, i, STR("abc")), RC_OK);
	return q;
}

/* In a process of its own, which the n-th removal of a file ends; false: it came to its end. */
static bool
killed(struct node *n, int removal, bool before, bool (*work)(struct node *, struct ask *),
       struct ask *q)
{
	int status;
	pid_t pid;

	serve_close(n->s);
	n->s = NULL;
	if ((pid = fork()) == 0) {
		bool ok;

		open_serve(n, false);
		kill_before = before;
		atomic_store(&removals_left, removal);
		ok = work(n, q);
		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	open_serve(n, false);
	assert_true(WIFEXITED(status) ? WEXITSTATUS(status) == 0 : WTERMSIG(status) == SIGKILL);
	return WIFSIGNALED(status);
}

static bool
run_it(struct node *n, struct ask *q)
{
	struct err err;

	return as(n, &n->one, start, q) == RC_OK &&
	       job_run_now(n->s, q->id, NULL, NULL, &err) == RC_OK;
}

static bool
remove_it(struct node *n, struct ask *q)
{
	struct err err;

	return job_parts_remove(n->s, q->id, &err) == RC_OK;
}

static void
a_job_that_is_killed_while_its_files_go_is_done_and_none_is_left(void **state)
{
	struct node *n = *state;

	for (int i = 0; i < 8; i++) {
		struct ask q = job_with_parts(n);

		assert_int_equal(blobs(n), 3);
		/* The fourth never comes. */
		assert_int_equal(killed(n, i / 2 + 1, i % 2 == 0, run_it, &q), i < 6);
		/* One that was cut off before its end would go on, and have its bytes. */
		wait_state(n, &q, JOB_DONE);
		assert_int_equal(json_integer_value(json_object_get(q.job.result, "bytes")), 9);
		json_decref(q.job.result);
		assert_int_equal(blobs(n), 0);
	}
}

static void
files_whose_removal_was_killed_are_whole_or_gone_with_their_rows(void **state)
{
	struct node *n = *state;
	struct ask q = job_with_parts(n);
	struct err err;

	assert_true(killed(n, 2, true, remove_it, &q));
	assert_int_equal(blobs(n), 0);
	/* No row says otherwise. */
	assert_int_equal(as(n, &n->one, start, &q), RC_OK);
	assert_int_equal(job_run_now(n->s, q.id, NULL, NULL, &err), RC_OK);
	wait_state(n, &q, JOB_FAILED);
	assert_non_null(strstr(str_z(n->a, q.job.failure), "part 0 never came, or was removed"));
	json_decref(q.job.result);
}

/* On a connection with this fault ("fail_at") in its n-th call; false: the node does not open. */
static bool
open_faulty(struct node *n, const char *fault, int at)
{
	char with = str_find(n->dir->url, STR("?")) >= 0 ? '&' : '?';
	const char *url =
	    str_fmt(n->a, "faulty:%.*s%c%s=%d", STR_ARG(n->dir->url), with, fault, at).p;
	const struct serve_options options = {
	    .dir = n->dir->path, .features = features, .store_url = url};
	struct err err;

	return serve_open(&options, &n->s, &err) == RC_OK;
}

/* In each call of the writer's, from the start on until one removal is through. */
static int
refuse_removal(struct node *n, const char *fault)
{
	struct ask q = job_with_parts(n);
	int refused = 0;
	struct err err;

	serve_close(n->s);
	for (int at = 1; at < 5000; at++) {
		enum rc rc;

		if (!open_faulty(n, fault, at))
			continue;
		rc = job_parts_remove(n->s, q.id, &err);
		assert_int_equal(blobs(n), rc == RC_OK ? 0 : 3);
		serve_close(n->s);
		open_serve(n, false);
		if (rc == RC_OK && refused > 0)
			return refused;
		refused += rc != RC_OK;
		if (blobs(n) == 0)
			q = job_with_parts(n);
		serve_close(n->s);
	}
	fail_msg("no removal came through");
	return 0;
}

static void
removal_that_the_store_refuses_leaves_every_row_its_file(void **state)
{
	assert_true(refuse_removal(*state, "fail_at") > 2);
}

/* What the disk does not confirm may be there, or not. */
static void
file_stays_until_the_disk_has_its_row_s_removal(void **state)
{
	assert_true(refuse_removal(*state, "fail_sync_at") > 1);
}

static void
put_file(struct node *n, const char *name)
{
	int fd = open(test_dir_path(n->dir, name), O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void
files_that_no_row_names_are_swept_at_the_start_and_later_when_they_are_old(void **state)
{
	struct node *n = *state;
	const char *orphan = "blobs/0123456789abcdef0123456789abcdef";
	struct ask q = job_with_parts(n);
	struct err err;

	put_file(n, orphan);
	serve_close(n->s);
	open_serve(n, false);
	assert_int_equal(blobs(n), 3);
	/* Beside others at work a young one may be about to get its row. */
	put_file(n, orphan);
	assert_int_equal(job_blobs_sweep(n->s, JOB_BLOB_LEFT_S, &err), RC_OK);
	assert_int_equal(blobs(n), 4);
	assert_int_equal(utimensat(AT_FDCWD, test_dir_path(n->dir, orphan),
				   (const struct timespec[2]){{.tv_sec = 1}, {.tv_sec = 1}}, 0),
			 0);
	assert_int_equal(job_blobs_sweep(n->s, JOB_BLOB_LEFT_S, &err), RC_OK);
	assert_int_equal(blobs(n), 3);
	assert_true(run_it(n, &q));
	wait_state(n, &q, JOB_DONE);
	json_decref(q.job.result);
	assert_int_equal(blobs(n), 0);
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

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, node_open, node_close)
	const struct CMUnitTest tests[] = {
	    T(parts_come_back_as_they_were_and_go_with_the_job),
	    T(parts_that_nobody_started_go_after_a_week),
	    T(what_a_job_wrote_goes_by_itself_and_says_when),
	    T(one_person_s_files_and_all_together_are_bounded),
	    T(a_job_that_took_nothing_in_leaves_its_file_to_the_next),
	    T(a_job_that_is_killed_while_its_files_go_is_done_and_none_is_left),
	    T(files_whose_removal_was_killed_are_whole_or_gone_with_their_rows),
	    T(removal_that_the_store_refuses_leaves_every_row_its_file),
	    T(file_stays_until_the_disk_has_its_row_s_removal),
	    T(files_that_no_row_names_are_swept_at_the_start_and_later_when_they_are_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
