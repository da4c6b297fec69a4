#include "serve/job_inside.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "format/json.h"
#include "record/reach.h"
#include "serve/disk.h"
#include "serve/job.sql.h"
#include "serve/job_keep.h"
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
	bool parts_end; /* with the job */
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
	struct job_blobs gone; /* in the run's arena */
};

void
job_parts_end(struct job_run *run)
{
	((struct inside *)run->inside)->parts_end = true;
}

/* More there are not. */
static enum rc
end_parts(struct door *d, struct ending *e, struct err *err)
{
	const struct inside *in = e->run->inside;
	bool more;

	e->gone = (struct job_blobs){0};
	if (!in->parts_end || e->state == JOB_STOPPED)
		return RC_OK;
	return job_parts_let_go(d, e->run->job.id, JOB_PARTS_MAX, e->run->arena, &e->gone, &more,
				err);
}

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
	if (rc != RC_OK || (rc = end_parts(d, e, err)) != RC_OK ||
	    (rc = job_dequeue(d, e->run->job.id, err)) != RC_OK ||
	    (rc = job_arguments_wipe(d, &e->run->job, &e->run->access, err)) != RC_OK)
		return rc;
	return job_log(d, &e->run->job, words[e->state], err);
}

static void
end_job(struct job_run *run, enum rc rc, const struct err *why)
{
	struct inside *in = run->inside;
	struct ending e = {.run = run, .state = JOB_DONE, .failure = "", .why = rc};
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
	else if (job_blobs_remove(run->serve, &e.gone, &err) != RC_OK)
		log_warn("a job's files could not be removed, and will be: %s", err.text);
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
