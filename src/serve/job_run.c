#include "serve/job_inside.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "format/json.h"
#include "record/reach.h"
#include "serve/disk.h"
#include "serve/job.sql.h"
#include "serve/job_keep.h"
#include "serve/quarantine.h"
#include "serve/user.h"

#define STEPS 2 /* in flight */
#define END_AGAIN_MS 200
#define END_TRIES 3 /* where no node serves: a command has an end */

/* One step on its way through the writer. */
struct step {
	struct write_item item; /* first: the writer hands it back */
	struct inside *in;
	struct arena *arena; /* its own, reset with each use */
	serve_write_fn *fn;
	void *ctx;
	int64_t done, total, errors, errors_before;
	struct str unit_word, cursor;
	struct job_error *error;
	size_t error_count;
};

struct inside {
	struct job_run *run;
	int64_t runner; /* the number that the job is claimed under */
	pthread_mutex_t lock;
	pthread_cond_t finished;
	unsigned sent, stored;	  /* under lock */
	int64_t trained_until_ms; /* the writer thread's */
	enum rc rc;		  /* of the first step that failed; under lock */
	struct err err;
	struct step step[STEPS];
	json_t *result;
	void (*progress)(void *ctx, const struct job *job);
	void *progress_ctx;
};

/* Read on the writer thread between two steps, so it must look under the lock. */
static enum rc
failed(struct inside *in, struct err *err)
{
	enum rc rc;

	must(pthread_mutex_lock(&in->lock) == 0);
	rc = in->rc;
	if (rc != RC_OK && err != NULL)
		*err = in->err;
	must(pthread_mutex_unlock(&in->lock) == 0);
	return rc;
}

static enum rc
check_training(const struct actor *actor, const struct access *access, struct err *err)
{
	const char *missing =
	    access->has_purpose ? policy_training_missing(actor, access->purpose) : NULL;

	return missing == NULL ? RC_OK : fail(err, RC_DENIED, "training", "%s", missing);
}

/* A certificate may lapse while a long job runs; looked at once a minute. */
static enum rc
check_trained(struct door *d, const struct job_run *run, struct err *err)
{
	struct inside *in = run->inside;
	struct actor now = *run->actor;
	struct reach reach;
	enum rc rc;

	if (d->now_ms < in->trained_until_ms)
		return RC_OK;
	now.reach = NULL;
	if ((rc = reach_load(d, &now, &reach, err)) != RC_OK)
		return rc;
	in->trained_until_ms = reach.until_ms;
	now.reach = &reach;
	return check_training(&now, &run->access, err);
}

/* A person who lost a role, their unit or their place here has no jobs that go on. */
static enum rc
check_owner(struct door *d, const struct job_run *run, struct err *err)
{
	struct user user;
	enum rc rc;

	if (run->actor->is_node)
		return RC_OK;
	if ((rc = user_find(d, run->actor->id, &user, err)) != RC_OK)
		return rc;
	if (user.disabled || (user.roles & run->actor->roles) != run->actor->roles ||
	    !id_eq(user.unit, run->actor->unit))
		return fail(err, RC_DENIED, "user",
			    "the person whose job this is no longer has the rights it began with");
	return check_trained(d, run, err);
}

static enum rc
keep_errors(struct door *d, const struct step *s, struct err *err)
{
	const struct job *job = &s->in->run->job;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < s->error_count && rc == RC_OK; i++) {
		const struct job_error *e = &s->error[i];
		int64_t n = s->errors_before + (int64_t)i + 1;

		if (n > JOB_ERRORS_KEPT)
			return RC_OK;
		rc = db_run(d->db, &SQL_SERVE_JOB_ERROR_INSERT,
			    BINDS(B_ID(job->id), B_I64(n), B_I64(e->file), B_I64(e->line),
				  B_I64(e->column), B_TEXT(e->key), B_TEXT(e->text)),
			    NULL, err);
	}
	return rc;
}

/* The queue's row first: a job that was stopped, or went to another process, has no more steps. */
static enum rc
note_progress(struct door *d, const struct step *s, struct err *err)
{
	int64_t changed;
	enum rc rc = job_hold(d, s->in->run->job.id, s->in->runner, err);

	if (rc != RC_OK)
		return rc;
	rc = db_run(d->db, &SQL_SERVE_JOB_STEP,
		    BINDS(B_I64(s->done), B_I64(s->total), B_TEXT(s->unit_word), B_TEXT(s->cursor),
			  B_I64(s->errors), B_I64(d->now_ms), B_ID(s->in->run->job.id)),
		    &changed, err);

	if (rc == RC_OK && changed == 0)
		return fail(err, RC_STOPPED, "", "the job was stopped");
	return rc;
}

static enum rc
step_all(struct door *d, struct step *s, struct err *err)
{
	enum rc rc;

	/* It is stopped: a person lets it go on once there is room. */
	if (serve_disk_is_low(s->in->run->serve))
		return fail(err, RC_STOPPED, "", "the disk is full");
	if ((rc = failed(s->in, err)) != RC_OK || (rc = check_owner(d, s->in->run, err)) != RC_OK ||
	    (rc = note_progress(d, s, err)) != RC_OK ||
	    (s->fn != NULL && (rc = s->fn(d, s->ctx, err)) != RC_OK))
		return rc;
	return keep_errors(d, s, err);
}

static enum rc
step_run(struct write_item *item, struct db *db, struct err *err)
{
	struct step *s = (struct step *)item;
	struct serve *serve = s->in->run->serve;
	int64_t mark = audit_mark(serve->group);
	struct door d;
	enum rc rc;

	door_open(&d, &serve->node, db, s->arena, s->in->run->actor, &s->in->run->access,
		  serve->group);
	d.run = s->in->run->announced;
	rc = step_all(&d, s, err);
	door_close(&d);
	if (rc != RC_OK) {
		audit_back_to(serve->group, mark);
		/* Steps of the same group behind this one must not run over the gap. */
		must(pthread_mutex_lock(&s->in->lock) == 0);
		if (s->in->rc == RC_OK) {
			s->in->rc = rc;
			s->in->err = *err;
		}
		must(pthread_mutex_unlock(&s->in->lock) == 0);
	}
	return rc;
}

static void
step_done(struct write_item *item, enum rc rc, const struct err *err)
{
	struct step *s = (struct step *)item;
	struct inside *in = s->in;
	struct serve *serve = in->run->serve;
	struct id id = in->run->job.id;

	if (rc == RC_OK)
		job_changed(serve, id);
	must(pthread_mutex_lock(&in->lock) == 0);
	if (rc != RC_OK && in->rc == RC_OK) {
		in->rc = rc;
		in->err = *err;
	}
	in->stored++;
	must(pthread_cond_signal(&in->finished) == 0);
	must(pthread_mutex_unlock(&in->lock) == 0);
}

enum rc
job_wait(struct job_run *run, unsigned in_flight, struct err *err)
{
	struct inside *in = run->inside;
	enum rc rc;

	must(in_flight < STEPS);
	must(pthread_mutex_lock(&in->lock) == 0);
	while (in->sent - in->stored > in_flight)
		must(pthread_cond_wait(&in->finished, &in->lock) == 0);
	rc = in->rc;
	if (rc != RC_OK && err != NULL)
		*err = in->err;
	must(pthread_mutex_unlock(&in->lock) == 0);
	return rc;
}

static void
copy_errors(struct step *s, const struct job_error *errors, size_t n)
{
	s->error = NEW_N(s->arena, struct job_error, n > 0 ? n : 1);
	s->error_count = n;
	for (size_t i = 0; i < n; i++) {
		s->error[i] = errors[i];
		s->error[i].key = str_copy(s->arena, errors[i].key);
		s->error[i].text = str_copy(s->arena, errors[i].text);
	}
}

enum rc
job_send(struct job_run *run, serve_write_fn *fn, void *ctx, int64_t done, struct str cursor,
	 const struct job_error *errors, size_t error_count, struct err *err)
{
	struct inside *in = run->inside;
	struct step *s;
	enum rc rc;

	/* The runner ends with the node; the row stays running, and goes on at the next start. */
	if (job_runner_is_closing(run->serve))
		return fail(err, RC_STOPPED, "", "the node is stopping");
	if ((rc = job_wait(run, STEPS - 1, err)) != RC_OK)
		return rc;
	s = &in->step[in->sent % STEPS];
	arena_reset(s->arena);
	s->fn = fn;
	s->ctx = ctx;
	s->errors_before = run->job.errors;
	copy_errors(s, errors, error_count);
	run->job.errors += (int64_t)error_count;
	run->job.done = done;
	s->errors = run->job.errors;
	s->done = done;
	s->total = run->job.total;
	s->unit_word = str_copy(s->arena, run->job.unit_word);
	s->cursor = str_copy(s->arena, cursor);
	must(pthread_mutex_lock(&in->lock) == 0);
	in->sent++;
	must(pthread_mutex_unlock(&in->lock) == 0);
	writer_submit(run->serve->writer, &s->item);
	if (in->progress != NULL)
		in->progress(in->progress_ctx, &run->job);
	return RC_OK;
}

enum rc
job_step(struct job_run *run, serve_write_fn *fn, void *ctx, int64_t done, struct str cursor,
	 const struct job_error *errors, size_t error_count, struct err *err)
{
	enum rc rc = job_send(run, fn, ctx, done, cursor, errors, error_count, err);

	return rc == RC_OK ? job_wait(run, 0, err) : rc;
}

void
job_result(struct job_run *run, json_t *result)
{
	struct inside *in = run->inside;

	json_decref(in->result);
	in->result = result;
}

/* Who the job acts as: the person it belongs to, as they are now. */
struct opening {
	struct job_run *run;
	struct actor *actor;
};

static enum rc
find_actor(struct door *d, void *ctx, struct err *err)
{
	struct opening *o = ctx;
	struct user user;
	struct reach reach;
	enum rc rc;

	if (id_is_zero(o->run->job.user)) {
		o->actor->is_node = true;
		return RC_OK;
	}
	if ((rc = user_find(d, o->run->job.user, &user, err)) != RC_OK)
		return rc;
	if (user.disabled)
		return fail(err, RC_DENIED, "user", "the person whose job this is may not act");
	*o->actor = (struct actor){
	    .id = user.id, .roles = user.roles, .unit = user.unit, .account = user.uid + 1};
	if ((rc = reach_load(d, o->actor, &reach, err)) != RC_OK)
		return rc;
	o->actor->reach = reach_copy(o->run->arena, &reach);
	return check_training(o->actor, &o->run->access, err);
}

struct ending {
	struct job_run *run;
	enum job_state state;
	const char *failure;
	enum rc why;
};

static enum rc
write_end(struct door *d, void *ctx, struct err *err)
{
	static const char *const words[] = {
	    [JOB_DONE] = "done", [JOB_FAILED] = "failed", [JOB_STOPPED] = "stopped"};
	struct ending *e = ctx;
	struct inside *in = e->run->inside;
	struct buf result;
	enum rc rc;

	/* The kind of failure beside the sentence: a command ends with its exit code. */
	if (e->state == JOB_FAILED) {
		if (in->result == NULL)
			in->result = json_object();
		must(json_object_set_new(in->result, "rc", json_string(rc_name(e->why))) == 0);
	}
	buf_init(&result, d->arena);
	if (in->result != NULL)
		json_canonical(in->result, &result);
	rc = job_hold(d, e->run->job.id, in->runner, err);
	if (rc == RC_STOPPED)
		return db_run(
		    d->db, &SQL_SERVE_JOB_END_STOPPED,
		    BINDS(B_TEXT(buf_str(&result)), B_I64(d->now_ms), B_ID(e->run->job.id)), NULL,
		    err);
	if (rc == RC_OK)
		rc = db_run(d->db, &SQL_SERVE_JOB_END,
			    BINDS(B_I64(e->state), B_TEXT(buf_str(&result)),
				  B_TEXT(str_from(e->failure)), B_I64(d->now_ms),
				  B_ID(e->run->job.id)),
			    NULL, err);
	if (rc != RC_OK || (rc = job_dequeue(d, e->run->job.id, err)) != RC_OK ||
	    (rc = job_arguments_wipe(d, &e->run->job, &e->run->access, err)) != RC_OK)
		return rc;
	return job_log(d, &e->run->job, words[e->state], err);
}

static void
end_job(struct job_run *run, enum rc rc, const struct err *why)
{
	struct inside *in = run->inside;
	struct ending e = {run, JOB_DONE, "", rc};
	struct err err = {.rc = RC_OK};

	/* The node ends, not the job. */
	if (rc == RC_STOPPED && failed(in, NULL) != RC_STOPPED && job_runner_is_closing(run->serve))
		return;
	if (rc != RC_OK)
		e.state = rc == RC_STOPPED ? JOB_STOPPED : JOB_FAILED;
	if (e.state == JOB_FAILED)
		e.failure = why->text;
	/* The node itself writes the end: a person without rights can no longer. Where the store
	 * fails it is tried again: else the job would run on for whoever waits for it. */
	for (int tries = 0;; tries++) {
		rc = serve_write(run->serve, NULL, NULL, write_end, &e, &err);
		if (rc != RC_UNAVAILABLE || job_runner_is_closing(run->serve) ||
		    (run->serve->runner == NULL && tries == END_TRIES))
			break;
		if (tries == 0)
			log_warn("a job's end is not written yet: %s", err.text);
		(void)poll(NULL, 0, END_AGAIN_MS);
	}
	if (rc != RC_OK)
		log_error("a job's end could not be written: %s", err.text);
	job_changed(run->serve, run->job.id);
}

static void
inside_init(struct inside *in, struct job_run *run)
{
	*in = (struct inside){
	    .run = run, .lock = PTHREAD_MUTEX_INITIALIZER, .finished = PTHREAD_COND_INITIALIZER};
	for (size_t i = 0; i < STEPS; i++) {
		in->step[i].in = in;
		in->step[i].arena = arena_new(0);
		in->step[i].item.run = step_run;
		in->step[i].item.done = step_done;
	}
	run->inside = in;
}

static void
inside_done(struct inside *in)
{
	for (size_t i = 0; i < STEPS; i++)
		arena_free(in->step[i].arena);
	json_decref(in->result);
	(void)pthread_cond_destroy(&in->finished);
	(void)pthread_mutex_destroy(&in->lock);
}

void
job_execute(struct serve *s, int64_t runner, struct job *job, const struct access *access,
	    void (*progress)(void *ctx, const struct job *job), void *ctx)
{
	const struct job_kind *kind = job_kind_find(s, job->kind);
	struct actor actor = {.is_node = false};
	struct job_run run = {.serve = s, .arena = arena_new(0), .job = *job, .access = *access};
	struct opening opening = {&run, &actor};
	struct err err = {.rc = RC_OK}, ignored;
	struct inside in;
	enum rc rc;

	run.actor = &actor;
	inside_init(&in, &run);
	in.runner = runner;
	in.progress = progress;
	in.progress_ctx = ctx;
	job_changed(s, job->id);
	rc = serve_write(s, NULL, NULL, find_actor, &opening, &err);
	if (rc == RC_OK && job->for_two &&
	    (id_is_zero(job->second) || id_eq(job->second, job->user)))
		rc = fail(&err, RC_DENIED, "job", "no second person started this job");
	if (rc == RC_OK && kind == NULL)
		rc = fail(&err, RC_CONFLICT, "kind", "this node has no such kind of job any more");
	if (rc == RC_OK && s->node.announce != NULL)
		rc = s->node.announce(&s->node, &actor, access, str_from(kind->name), &err);
	if (rc == RC_OK) {
		run.announced = kind->name;
		rc = kind->run(&run, &err);
	}
	/* Nothing of it may still be in the writer's hands, however it ended. */
	if (job_wait(&run, 0, &ignored) != RC_OK && rc == RC_OK) {
		rc = ignored.rc;
		err = ignored;
	}
	end_job(&run, rc, &err);
	inside_done(&in);
	arena_free(run.arena);
}

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
