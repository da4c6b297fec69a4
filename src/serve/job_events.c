#include "serve/job_inside.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "format/json.h"
#include "net/http_stream.h"
#include "seal/hash.h"
#include "serve/listen.h"

/*
 * The teller: one thread that tells event streams how their jobs go. It reads the job through
 * the writer, so that nobody hears of a step before it is durable.
 */
#define TELL_EVERY_MS 250
#define LOOK_EVERY_MS 5000 /* for streams whose reader is gone */
#define ASK_EVERY_MS 1000  /* where another process may be the one at work */
#define WATCHES_MAX 256

struct watch {
	struct id id;
	struct http_stream *stream;
	bool dirty;
	struct hash last; /* of what was told last */
	struct watch *next;
};

struct job_teller {
	struct serve *serve;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	bool closing;
	struct watch *first;
	unsigned count;
};

static void
lock(struct job_teller *t)
{
	must(pthread_mutex_lock(&t->lock) == 0);
}

static void
unlock(struct job_teller *t)
{
	must(pthread_mutex_unlock(&t->lock) == 0);
}

/* Up to ms, or until something changes; the lock is held. */
static void
rest(struct job_teller *t, int ms)
{
	struct timespec until;

	must(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(&t->wake, &t->lock, &until);
}

struct telling {
	struct id id;
	struct arena *arena;
	struct str text;
	struct hash hash;
	bool ended;
};

static enum rc
read_state(struct door *d, void *ctx, struct err *err)
{
	struct telling *x = ctx;
	struct access access;
	struct job job;
	struct buf text;
	json_t *json;
	enum rc rc = job_load(d, x->id, &job, &access, err);

	if (rc != RC_OK)
		return rc;
	json = job_json(d->arena, &job);
	buf_init(&text, x->arena);
	json_canonical(json, &text);
	json_decref(json);
	x->text = buf_str(&text);
	sha256(x->text, &x->hash);
	x->ended = job_has_ended(job.state);
	return RC_OK;
}

/* Send to all who watch this job; whoever is gone, or has heard the end, is let go. */
static void
send_all(struct job_teller *t, const struct telling *x)
{
	for (struct watch **at = &t->first; *at != NULL;) {
		struct watch *w = *at;
		bool over = !http_stream_is_open(w->stream);

		if (!over && id_eq(w->id, x->id) && !hash_eq(&w->last, &x->hash)) {
			w->last = x->hash;
			over = http_stream_send(w->stream, STR_NONE,
						x->ended ? STR("end") : STR("progress"),
						x->text) != RC_OK ||
			       x->ended;
		}
		if (!over) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		t->count--;
		http_stream_close(w->stream);
		free(w);
	}
}

static bool
next_dirty(struct job_teller *t, struct id *id)
{
	bool found = false;

	for (struct watch *w = t->first; w != NULL; w = w->next) {
		if (w->dirty && !found) {
			*id = w->id;
			found = true;
		}
		if (found && id_eq(w->id, *id))
			w->dirty = false;
	}
	return found;
}

static void
tell(struct job_teller *t, struct telling *x)
{
	struct err err;
	enum rc rc;

	unlock(t);
	x->arena = arena_new(0);
	rc = serve_write(t->serve, NULL, NULL, read_state, x, &err);
	lock(t);
	if (rc == RC_OK)
		send_all(t, x);
	else
		log_warn("a job's state could not be told: %s", err.text);
	arena_free(x->arena);
}

static void *
teller_main(void *arg)
{
	struct job_teller *t = arg;
	struct telling x = {.ended = false};

	lock(t);
	while (!t->closing) {
		if (t->first == NULL)
			must(pthread_cond_wait(&t->wake, &t->lock) == 0);
		else if (next_dirty(t, &x.id)) {
			tell(t, &x);
			if (!t->closing)
				rest(t, TELL_EVERY_MS);
		} else {
			rest(t, t->serve->several ? ASK_EVERY_MS : LOOK_EVERY_MS);
			send_all(t, &(struct telling){.ended = false});
			for (struct watch *w = t->first; w != NULL; w = w->next)
				w->dirty = w->dirty || t->serve->several;
		}
	}
	unlock(t);
	return NULL;
}

struct job_teller *
job_teller_new(struct serve *s)
{
	struct job_teller *t = heap_zeroed(sizeof *t);
	pthread_condattr_t attr;
	sigset_t all, before;

	t->serve = s;
	must(pthread_mutex_init(&t->lock, NULL) == 0);
	must(pthread_condattr_init(&attr) == 0);
	must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	must(pthread_cond_init(&t->wake, &attr) == 0);
	must(pthread_condattr_destroy(&attr) == 0);
	must(sigfillset(&all) == 0);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	t->started = pthread_create(&t->thread, NULL, teller_main, t) == 0;
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	if (!t->started)
		log_warn("jobs: no thread for event streams; clients ask instead");
	return t;
}

void
job_teller_close(struct job_teller *t)
{
	if (t == NULL)
		return;
	lock(t);
	t->closing = true;
	must(pthread_cond_signal(&t->wake) == 0);
	unlock(t);
	if (t->started)
		must(pthread_join(t->thread, NULL) == 0);
	while (t->first != NULL) {
		struct watch *w = t->first;

		t->first = w->next;
		http_stream_close(w->stream);
		free(w);
	}
	(void)pthread_cond_destroy(&t->wake);
	(void)pthread_mutex_destroy(&t->lock);
	free(t);
}

void
job_teller_changed(struct job_teller *t, struct id id)
{
	lock(t);
	for (struct watch *w = t->first; w != NULL; w = w->next)
		if (id_eq(w->id, id))
			w->dirty = true;
	must(pthread_cond_signal(&t->wake) == 0);
	unlock(t);
}

struct opening {
	struct stream_handler handler;
	struct job_teller *teller;
	struct id id;
};

/* A new watcher is told at once, so an end between asking and opening is not missed. */
static void
stream_open(void *ctx, struct http_stream *stream)
{
	struct opening *o = ctx;
	struct job_teller *t = o->teller;
	struct watch *w;

	lock(t);
	if (!t->started || t->closing || t->count >= WATCHES_MAX) {
		unlock(t);
		http_stream_close(stream);
		return;
	}
	w = heap_zeroed(sizeof *w);
	*w = (struct watch){.id = o->id, .stream = stream, .dirty = true, .next = t->first};
	t->first = w;
	t->count++;
	must(pthread_cond_signal(&t->wake) == 0);
	unlock(t);
}

struct stream_handler *
job_teller_handler(struct arena *a, struct job_teller *t, struct id id)
{
	struct opening *o = NEW(a, struct opening);

	*o = (struct opening){.handler = {stream_open, o}, .teller = t, .id = id};
	return &o->handler;
}
