#include "serve/job_inside.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "format/json.h"
#include "serve/disk.h"
#include "serve/job.sql.h"
#include "serve/job_keep.h"
#include "serve/quarantine.h"

/* Taken from the table and marked running in one go. Its memory is the taker's. */
struct taking {
	struct arena *arena;
	struct id id;
	int64_t runner; /* the number it is taken under */
	bool claimed;	/* in the queue already */
	struct job job;
	struct access access;
	json_t *arguments;
	bool found;
	bool lost; /* it does not open, and is failed now */
};

static enum rc
give_up(struct door *d, struct taking *t, struct err *err)
{
	enum rc rc = db_run(d->db, &SQL_SERVE_JOB_UNREADABLE,
			    BINDS(B_TEXT(STR(JOB_UNREADABLE)), B_I64(d->now_ms), B_ID(t->job.id)),
			    NULL, err);

	if (rc == RC_OK)
		rc = job_dequeue(d, t->job.id, err);
	t->lost = rc == RC_OK;
	return rc == RC_OK ? job_log(d, &t->job, "failed", err) : rc;
}

static enum rc
take_job(struct door *d, void *ctx, struct err *err)
{
	struct taking *t = ctx;
	struct arena *own = d->arena;
	enum rc rc;

	t->found = false;
	/* Claimed and then stopped, or claimed from us: it is not ours any more. */
	if (t->claimed && (rc = job_hold(d, t->id, t->runner, err)) != RC_OK)
		return rc == RC_STOPPED ? RC_OK : rc;
	d->arena = t->arena;
	rc = job_load(d, t->id, &t->job, &t->access, err);
	d->arena = own;
	if (rc == RC_ABSENT && t->claimed)
		return job_dequeue(d, t->id, err);
	if (rc != RC_OK)
		return rc;
	if (t->job.unreadable)
		return give_up(d, t, err);
	if (t->job.state != JOB_QUEUED && t->job.state != JOB_RUNNING)
		return t->claimed
			   ? job_dequeue(d, t->id, err)
			   : fail(err, RC_CONFLICT, "state", "the job waits for nobody to run it");
	if (!t->claimed && (rc = job_enqueue(d, t->id, t->runner, err)) != RC_OK)
		return rc;
	/* The door drops what it read when it closes. */
	t->arguments = json_incref(t->job.arguments);
	t->job.result = NULL;
	t->found = true;
	return job_set_state(d, t->job.id, JOB_RUNNING, err);
}

static enum rc
run_one(struct serve *s, struct taking *t, void (*progress)(void *ctx, const struct job *job),
	void *ctx, struct err *err)
{
	enum rc rc = serve_write(s, NULL, NULL, take_job, t, err);

	if (rc == RC_OK && t->lost) {
		log_error("jobs: " JOB_UNREADABLE);
		job_changed(s, t->job.id);
	}
	if (rc == RC_OK && t->found) {
		t->job.state = JOB_RUNNING;
		t->job.arguments = t->arguments;
		job_execute(s, t->runner, &t->job, &t->access, progress, ctx);
	}
	json_decref(t->arguments);
	t->arguments = NULL;
	return rc;
}

enum rc
job_run_now(struct serve *s, struct id id, void (*progress)(void *ctx, const struct job *job),
	    void *ctx, struct err *err)
{
	struct taking t = {.arena = arena_new(0), .id = id, .runner = job_number_new()};
	enum rc rc = run_one(s, &t, progress, ctx, err);

	arena_free(t.arena);
	return rc;
}

/* Where other processes may add jobs, or end and leave theirs, one looks now and then. */
#define LOOK_EVERY_MS 1000

static bool
wait_for_work(struct job_runner *r)
{
	struct timespec until;
	bool go_on;

	must(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
	until.tv_sec += LOOK_EVERY_MS / 1000;
	must(pthread_mutex_lock(&r->lock) == 0);
	while (!r->work && !r->closing)
		if (!r->serve->several)
			must(pthread_cond_wait(&r->wake, &r->lock) == 0);
		else if (pthread_cond_timedwait(&r->wake, &r->lock, &until) != 0)
			break;
	r->work = false;
	go_on = !r->closing;
	must(pthread_mutex_unlock(&r->lock) == 0);
	return go_on;
}

/* All there is to do now. */
static enum rc
run_queue(struct job_runner *r, struct err *err)
{
	bool own = true;
	enum rc rc = RC_OK;

	while (rc == RC_OK && !job_runner_is_closing(r->serve)) {
		struct taking t = {.claimed = true, .runner = job_claimer_number(r->claimer)};

		rc =
		    own ? job_claim_own(r->claimer, &t.id, err) : job_claim(r->claimer, &t.id, err);
		if (rc == RC_ABSENT && own) {
			own = false;
			rc = RC_OK;
			continue;
		}
		if (rc != RC_OK)
			return rc == RC_ABSENT ? RC_OK : rc;
		t.arena = arena_new(0);
		rc = run_one(r->serve, &t, NULL, NULL, err);
		arena_free(t.arena);
	}
	return rc;
}

static void *
runner_main(void *arg)
{
	struct job_runner *r = arg;
	bool failing = false;
	struct err why;

	if (job_parts_sweep(r->serve, &why) != RC_OK)
		log_warn("jobs: old parts could not be removed: %s", why.text);
	do {
		struct err err = {.rc = RC_OK};
		/* What was queued when the backup was made acts on nobody's wish of today. */
		enum rc rc = serve_is_quarantined(r->serve) || serve_disk_is_low(r->serve)
				 ? RC_OK
				 : run_queue(r, &err);

		if (rc != RC_OK && !failing)
			log_error("jobs: the next could not be taken: %s", err.text);
		failing = rc != RC_OK;
	} while (wait_for_work(r));
	return NULL;
}

bool
job_runner_is_closing(const struct serve *s)
{
	struct job_runner *r = s->runner;
	bool closing;

	if (r == NULL)
		return false;
	must(pthread_mutex_lock(&r->lock) == 0);
	closing = r->closing;
	must(pthread_mutex_unlock(&r->lock) == 0);
	return closing;
}

void
job_queue_changed(struct serve *s)
{
	struct job_runner *r = s->runner;

	if (r == NULL)
		return;
	must(pthread_mutex_lock(&r->lock) == 0);
	r->work = true;
	must(pthread_cond_signal(&r->wake) == 0);
	must(pthread_mutex_unlock(&r->lock) == 0);
}

void
job_changed(struct serve *s, struct id id)
{
	if (s->runner != NULL)
		job_teller_changed(s->runner->teller, id);
}

enum rc
job_runner_open(struct serve *s, struct job_runner **out, struct err *err)
{
	struct job_runner *r = heap_zeroed(sizeof *r);
	pthread_condattr_t attr;
	sigset_t all, before;
	enum rc rc;
	int code;

	*out = NULL;
	r->serve = s;
	if ((rc = job_claimer_open(s, &r->claimer, err)) != RC_OK) {
		free(r);
		return rc;
	}
	must(pthread_mutex_init(&r->lock, NULL) == 0);
	must(pthread_condattr_init(&attr) == 0);
	must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	must(pthread_cond_init(&r->wake, &attr) == 0);
	must(pthread_condattr_destroy(&attr) == 0);
	r->teller = job_teller_new(s);
	s->runner = r;
	/* Signals go to the thread that waits for them. */
	must(sigfillset(&all) == 0);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	code = pthread_create(&r->thread, NULL, runner_main, r);
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	if (code != 0) {
		s->runner = NULL;
		job_teller_close(r->teller);
		job_claimer_close(r->claimer);
		free(r);
		return fail(err, RC_FAILED, "", "the thread for jobs did not start (%d)", code);
	}
	(void)pthread_setname_np(r->thread, "jobs");
	*out = r;
	return RC_OK;
}

void
job_runner_close(struct job_runner *r)
{
	if (r == NULL)
		return;
	must(pthread_mutex_lock(&r->lock) == 0);
	r->closing = true;
	must(pthread_cond_signal(&r->wake) == 0);
	must(pthread_mutex_unlock(&r->lock) == 0);
	must(pthread_join(r->thread, NULL) == 0);
	r->serve->runner = NULL;
	job_teller_close(r->teller);
	job_claimer_close(r->claimer);
	(void)pthread_cond_destroy(&r->wake);
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
}
