#ifndef SERVE_JOB_INSIDE_H
#define SERVE_JOB_INSIDE_H

#include <pthread.h>

#include "serve/inside.h"
#include "serve/job.h"

/* job_inside: what the files job*.c share. */

/* The job with its arguments and access, without asking who may see it. RC_ABSENT. */
MUST_USE enum rc job_load(struct door *d, struct id id, struct job *out, struct access *access,
			  struct err *err);
/* It is to be run: by the process with this number, or by whoever claims it (0). */
MUST_USE enum rc job_enqueue(struct door *d, struct id id, int64_t runner, struct err *err);
MUST_USE enum rc job_dequeue(struct door *d, struct id id, struct err *err);

/*
 * How several processes share the queue: each claims under a number that is held by a
 * connection of its own. One that ends, however it ends, gives up what it had claimed; its
 * steps on the way change nothing once another claimed the job, for each step first holds the
 * job's row of the queue as its own.
 */
struct job_claimer;
MUST_USE enum rc job_claimer_open(struct serve *s, struct job_claimer **out, struct err *err);
void job_claimer_close(struct job_claimer *c);
int64_t job_claimer_number(const struct job_claimer *c);
/* One whose process is gone, else the first that is queued. RC_ABSENT: none. */
MUST_USE enum rc job_claim(struct job_claimer *c, struct id *out, struct err *err);
/* One that this claimer has had and whose end could not be written. RC_ABSENT: none. */
MUST_USE enum rc job_claim_own(struct job_claimer *c, struct id *out, struct err *err);
/* In a step: RC_STOPPED: the job is not (any more) this number's. */
MUST_USE enum rc job_hold(struct door *d, struct id id, int64_t runner, struct err *err);
/* Above 0, and nobody else's. */
int64_t job_number_new(void);
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
void job_execute(struct serve *s, int64_t runner, struct job *job, const struct access *access,
		 void (*progress)(void *ctx, const struct job *job), void *ctx);

/* Something about the job changed: whoever watches it hears of it. Any thread. */
void job_changed(struct serve *s, struct id id);
/* There may be work. Any thread. */
void job_queue_changed(struct serve *s);

/*
 * job_blobs: when a part's file goes. Its row goes first, and the file only once that is durable:
 * a kill or a power cut in between leaves a file that no row names, which is swept, and never a
 * row without its file, which would be bytes that were acknowledged and are lost.
 */
struct job_blobs {
	struct str *at;
	size_t n, cap;
};
#define JOB_BLOB_NAMED_S INT64_C(3600) /* a new file gets its row before that, or none */
#define JOB_BLOB_LEFT_S INT64_C(86400) /* one without a row is nobody's after that */
const char *job_blobs_dir(struct arena *a, const struct serve *s);
/* In a changing door: the rows of the first parts, at most max. Their files' names go to *gone, in
 * an arena that outlives the door. *more: there are others. */
MUST_USE enum rc job_parts_let_go(struct door *d, struct id job, size_t max, struct arena *a,
				  struct job_blobs *gone, bool *more, struct err *err);
/* After the write that let them go came back well. All are tried; the first failure is told. */
MUST_USE enum rc job_blobs_remove(struct serve *s, struct job_blobs *gone, struct err *err);
/* Files that no row names and that are as old. Not on the writer; 0: see blob_sweep. */
MUST_USE enum rc job_blobs_sweep(struct serve *s, int64_t older_s, struct err *err);
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
	struct job_claimer *claimer;
	struct job_teller *teller;
};

#endif
