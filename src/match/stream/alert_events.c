#include "match/stream/alert_events.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "format/json.h"
#include "model/model.h"
#include "net/http_stream.h"
#include "record/reach.h"
#include "record/stand.h"
#include "serve/generation.h"
#include "serve/listen.h"
#include "serve/memory.h"
#include "serve/user.h"
#include "store/db.h"

#define TELL_EVERY_MS 300
#define LISTENERS_MAX 256
#define LASTS_MS (5 * 60 * 1000)
#define STANDS_A_STEP 2000

struct listener {
	struct arena *arena; /* it lies in it */
	struct http_stream *stream;
	struct actor actor;
	struct access access;
	uint64_t generation;
	int64_t next_leaf, ends_ms;
	bool by_account, over;
	struct listener *next;
};

struct teller {
	struct arena *arena; /* it lies in it */
	struct serve *serve;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	bool closing;
	struct listener *first; /* the thread alone takes them out */
	unsigned count;
};

static void
lock(struct teller *t)
{
	must(pthread_mutex_lock(&t->lock) == 0);
}

static void
unlock(struct teller *t)
{
	must(pthread_mutex_unlock(&t->lock) == 0);
}

struct told {
	struct listener *to;
	struct str id, text; /* of the event; its data */
};

/* One look at what changed, for all who listen; in the writer, so that it is durable when told. */
struct look_round {
	struct arena *arena;
	struct listener **at;
	size_t n;
	struct {
		struct told *at;
		size_t n, cap;
	} told;
};

static enum rc
tell_one(struct door *d, struct look_round *x, struct listener *l, const struct record_stand *s,
	 struct err *err)
{
	struct door own;
	struct reach reach;
	struct actor actor = l->actor;
	struct buf b;
	struct json_out out = {.buf = &b};
	bool known = false;
	enum rc rc = reach_load(d, &actor, &reach, err);

	if (rc != RC_OK)
		return rc;
	actor.reach = &reach;
	door_open(&own, d->node, d->db, d->arena, &actor, &l->access, d->group);
	rc = record_is_known(&own, s->id, &known, err);
	door_close(&own);
	if (rc != RC_OK || !known)
		return rc;
	buf_init(&b, x->arena);
	json_out_object(&out);
	json_out_key_str(&out, "alert", id_format(x->arena, s->id));
	json_out_key_str(&out, "state", s->state >= 0 ? s->type->states.at[s->state] : STR_NONE);
	json_out_key_int(&out, "version", s->version);
	json_out_object_end(&out);
	*VEC_ADD(x->arena, &x->told) =
	    (struct told){l, str_fmt(x->arena, "%lld", (long long)s->leaf), buf_str(&b)};
	return RC_OK;
}

/*
 * Somebody's rights changed, maybe theirs. An account is looked at; of a token or session nobody
 * can tell here whether it still holds, so that stream ends, and the client shows it again.
 */
static enum rc
look_at_user(struct door *d, struct listener *l, uint64_t generation, struct err *err)
{
	struct user user;
	enum rc rc = user_find(d, l->actor.id, &user, err);

	l->generation = generation;
	l->over = rc != RC_OK || user.disabled || !l->by_account ||
		  user.roles != l->actor.held_roles || !id_eq(user.unit, l->actor.unit);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
look_for(struct door *d, struct look_round *x, struct listener *l, uint64_t generation,
	 struct err *err)
{
	const struct record_type *alert = model_type(d->node->model, STR("alert"));
	struct record_stands found = {0};
	enum rc rc;

	if (l->generation != generation && (rc = look_at_user(d, l, generation, err)) != RC_OK)
		return rc;
	if (l->over)
		return RC_OK;
	rc = record_stands_since(d, l->next_leaf, STANDS_A_STEP, &found, err);
	for (size_t i = 0; i < found.n && rc == RC_OK; i++) {
		if (found.at[i].type == alert && !found.at[i].erased)
			rc = tell_one(d, x, l, &found.at[i], err);
		l->next_leaf = found.at[i].leaf + 1;
	}
	return rc;
}

static enum rc
look_round(struct door *d, void *ctx, struct err *err)
{
	struct look_round *x = ctx;
	uint64_t generation;
	enum rc rc = generation_find(d->db, &generation, err);

	for (size_t i = 0; i < x->n && rc == RC_OK; i++)
		rc = look_for(d, x, x->at[i], generation, err);
	return rc;
}

static void
send_told(const struct look_round *x)
{
	for (size_t i = 0; i < x->told.n; i++) {
		const struct told *t = &x->told.at[i];

		if (!t->to->over &&
		    http_stream_send(t->to->stream, t->id, STR("alert"), t->text) != RC_OK)
			t->to->over = true;
	}
}

/* With the lock held, which is let go meanwhile. */
static void
tell_all(struct teller *t)
{
	struct look_round x = {.arena = arena_new(0)};
	struct err err;
	enum rc rc;

	x.at = NEW_N(x.arena, struct listener *, t->count + 1);
	for (struct listener *l = t->first; l != NULL; l = l->next) {
		l->over =
		    l->over || !http_stream_is_open(l->stream) || monotonic_ms() >= l->ends_ms;
		if (!l->over)
			x.at[x.n++] = l;
	}
	unlock(t);
	rc = x.n == 0 ? RC_OK : serve_write(t->serve, NULL, NULL, look_round, &x, &err);
	if (rc == RC_OK)
		send_told(&x);
	else
		log_warn("alerts could not be told: %s", err.text);
	lock(t);
	for (size_t i = 0; rc != RC_OK && i < x.n; i++)
		x.at[i]->over = true; /* they come again, and miss nothing */
	for (struct listener **at = &t->first; *at != NULL;) {
		struct listener *l = *at;

		if (!l->over) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		t->count--;
		http_stream_close(l->stream);
		arena_free(l->arena);
	}
	arena_free(x.arena);
}

static void
rest(struct teller *t)
{
	struct timespec until;

	must(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
	until.tv_nsec += (long)TELL_EVERY_MS * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(&t->wake, &t->lock, &until);
}

static void *
teller_main(void *arg)
{
	struct teller *t = arg;

	lock(t);
	while (!t->closing) {
		if (t->first == NULL) {
			must(pthread_cond_wait(&t->wake, &t->lock) == 0);
			continue;
		}
		tell_all(t);
		if (!t->closing)
			rest(t);
	}
	unlock(t);
	return NULL;
}

static void *
teller_make(struct serve *s)
{
	struct arena *a = arena_new(0);
	struct teller *t = NEW(a, struct teller);
	pthread_condattr_t attr;
	sigset_t all, before;

	t->arena = a;
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
		log_warn("alerts: no thread for event streams; clients ask instead");
	return t;
}

static void
teller_end(void *memory)
{
	struct teller *t = memory;

	lock(t);
	t->closing = true;
	must(pthread_cond_signal(&t->wake) == 0);
	unlock(t);
	if (t->started)
		must(pthread_join(t->thread, NULL) == 0);
	while (t->first != NULL) {
		struct listener *l = t->first;

		t->first = l->next;
		http_stream_close(l->stream);
		arena_free(l->arena);
	}
	(void)pthread_cond_destroy(&t->wake);
	(void)pthread_mutex_destroy(&t->lock);
	arena_free(t->arena);
}

static const struct memory_kind teller_kind = {"alert_events", teller_make, teller_end};

struct opening {
	struct stream_handler handler;
	struct teller *teller;
	struct listener listener;
};

static void
stream_open(void *ctx, struct http_stream *stream)
{
	struct opening *o = ctx;
	struct teller *t = o->teller;
	struct listener *l;
	struct arena *a;

	lock(t);
	if (!t->started || t->closing || t->count >= LISTENERS_MAX) {
		unlock(t);
		http_stream_close(stream);
		return;
	}
	a = arena_new(0);
	l = NEW(a, struct listener);
	*l = o->listener;
	l->arena = a;
	l->stream = stream;
	l->next = t->first;
	t->first = l;
	t->count++;
	must(pthread_cond_signal(&t->wake) == 0);
	unlock(t);
}

enum rc
alert_events_open(struct request *rq, int64_t after_leaf, struct reply *reply, struct err *err)
{
	const struct door *d = &rq->door;
	struct opening *o = NEW(rq->arena, struct opening);
	struct audit_entry entry = {.action = AUDIT_LIST, .type = STR("alert_events")};
	int64_t size;
	enum rc rc = audit_size(d->db, &size, err);

	if (rc != RC_OK)
		return rc;
	o->teller = serve_memory(rq->serve, &teller_kind);
	o->listener = (struct listener){
	    .actor = *d->actor,
	    .access = {.purpose = d->access.purpose, .has_purpose = d->access.has_purpose},
	    .by_account = rq->credential->kind == CREDENTIAL_ACCOUNT,
	    .next_leaf = after_leaf > 0 && after_leaf < size ? after_leaf + 1 : size,
	    .ends_ms = monotonic_ms() + LASTS_MS};
	o->listener.actor.reach = NULL;
	if ((rc = generation_find(d->db, &o->listener.generation, err)) != RC_OK)
		return rc;
	o->handler = (struct stream_handler){stream_open, o};
	reply->stream = &o->handler;
	return door_log(&rq->door, &entry, NULL, err);
}
