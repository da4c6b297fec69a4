#ifndef SERVE_JOB_INSIDE_H
#define SERVE_JOB_INSIDE_H

#include <pthread.h>

#include "serve/inside.h"
#include "serve/job.h"

/* job_inside: what the files job*.c share. */

/* The job with its arguments and access, without asking who may see it. RC_ABSENT. */
MUST_USE enum rc job_load(struct door *d, struct id id, struct job *out, struct access *access,
			  struct err *err);
/* The next for the runner: one left running, else the first queued. RC_ABSENT: none. */
MUST_USE enum rc job_next(struct door *d, struct job *out, struct access *access, struct err *err);
/* Why a job that does not open is failed. */
#define JOB_UNREADABLE "the job's row cannot be opened: it was changed, or its key is gone"
/* In a changing door: a job for two has no arguments any more. Others keep theirs. */
MUST_USE enum rc job_arguments_wipe(struct door *d, const struct job *job,
				    const struct access *access, struct err *err);
MUST_USE enum rc job_set_state(struct door *d, struct id id, enum job_state state, struct err *err);
/* AUDIT_JOB: kind and what happened to it. */
MUST_USE enum rc job_log(struct door *d, const struct job *job, const char *what, struct err *err);
const char *job_state_name(enum job_state state);
bool job_has_ended(enum job_state state);
json_t *job_json(struct arena *a, const struct job *job);
const struct job_kind *job_kind_find(const struct serve *s, struct str name);

/* Run one that is marked running, to its end, on this thread. */
void job_execute(struct serve *s, struct job *job, const struct access *access,
		 void (*progress)(void *ctx, const struct job *job), void *ctx);

/* Something about the job changed, or there is work: wakes whoever waits. Any thread. */
void job_changed(struct serve *s, struct id id);
/* Parts that nobody fetched or started for so long go when the node starts. */
#define JOB_PARTS_KEPT_MS (INT64_C(7) * 86400000)
MUST_USE enum rc job_parts_sweep(struct serve *s, struct err *err);
bool job_runner_is_closing(const struct serve *s);

/* The runner's teller: event streams of jobs. */
struct job_teller;
struct job_teller *job_teller_new(struct serve *s);
void job_teller_close(struct job_teller *t);
void job_teller_changed(struct job_teller *t, struct id id);
/* What a route answers with, for one job; opened by listen. In the arena. */
struct stream_handler *job_teller_handler(struct arena *a, struct job_teller *t, struct id id);

extern const struct api job_api;

struct job_runner {
	struct serve *serve;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool work, closing; /* guarded by lock */
	struct job_teller *teller;
};

#endif
