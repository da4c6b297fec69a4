#include <pthread.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/say.h"
#include "base/arena_pool.h"
#include "base/clock.h"
#include "base/log.h"
#include "format/json.h"
#include "serve/access.h"
#include "serve/credential.h"
#include "serve/generation.h"
#include "serve/disk.h"
#include "serve/inside.h"
#include "serve/origin.h"
#include "serve/problem.h"
#include "serve/quarantine.h"
#include "serve/reach_cache.h"
#include "serve/request.h"
#include "serve/route.h"
#include "serve/user.h"
#include "serve/user_cache.h"
#include "serve/work.h"

/* Made as soon as it is known, on the worker where that can be; sent when it is durable. */
static void
make_answer(struct work *w)
{
	if (w->rc == RC_OK)
		answer_reply(w->call, &w->reply);
	else
		answer_problem_after(w->call, &w->err, w->reply.json, w->retry_s);
	json_decref(w->reply.json);
	w->reply.json = NULL;
}

/* Instead of one that was made, which must not leave. */
static void
make_other_answer(struct work *w, enum rc rc, const struct err *err)
{
	if (w->call->from_fd)
		(void)close(w->call->answer_fd);
	w->call->from_fd = false;
	w->rc = rc;
	w->err = *err;
	make_answer(w);
}

static void
finish(struct work *w)
{
	door_close(&w->request.door);
	w->call->done(w->call);
}

static void
work_done(struct write_item *item, enum rc rc, const struct err *err)
{
	struct work *w = (struct work *)item;

	if (rc != RC_OK) {
		log_warn("a group did not become durable: %s", err->text);
		make_other_answer(w, rc, err);
	} else if (w->rc == RC_OK && w->reply.durable != NULL) {
		w->reply.durable(w->serve);
	}
	finish(w);
}

/* Of a reading request: its entries, on the writer thread. */
static enum rc
flush_entries(struct write_item *item, struct db *db, struct err *err)
{
	struct work *w = (struct work *)item;

	return door_flush(&w->request.door, db, w->serve->group, err);
}

/* Changes that were refused are undone, and the refusal is logged in their place. */
static enum rc
end_change(struct work *w, struct db *db, int64_t mark, struct err *err)
{
	if (w->rc != RC_OK) {
		enum rc rc = db_rollback_to(db, err);

		audit_back_to(w->serve->group, mark);
		if (rc != RC_OK || (rc = db_savepoint(db, err)) != RC_OK)
			return rc;
	}
	return door_flush(&w->request.door, db, w->serve->group, err);
}

/* A changing request, whole. */
static enum rc
run_change(struct write_item *item, struct db *db, struct err *err)
{
	struct work *w = (struct work *)item;
	int64_t mark = audit_mark(w->serve->group);

	w->request.door.db = db;
	w->request.door.group = w->serve->group;
	w->rc = w->request.route->handle(&w->request, &w->reply, &w->err);
	make_answer(w);
	return end_change(w, db, mark, err);
}

/* What a worker has drafted. */
static enum rc
run_draft(struct write_item *item, struct db *db, struct err *err)
{
	struct work *w = (struct work *)item;
	int64_t mark = audit_mark(w->serve->group);
	struct err why;
	enum rc rc;

	w->request.door.db = db;
	w->request.door.group = w->serve->group;
	if ((rc = w->reply.write(&w->request, w->reply.draft, &why)) != RC_OK)
		make_other_answer(w, rc, &why);
	return end_change(w, db, mark, err);
}

static enum rc
parse_body(struct work *w, struct err *err)
{
	struct request *rq = &w->request;
	json_t *json;
	enum rc rc;

	rq->body = w->call->body;
	if ((rq->route->flags & ROUTE_RAW) != 0 || rq->body.n == 0)
		return RC_OK;
	if (rq->body.n > rq->route->body_bytes_max)
		return fail(err, RC_TOO_LARGE, "body", "this route takes at most %zu bytes",
			    rq->route->body_bytes_max);
	if ((rc = json_read(rq->body, NULL, &json, err)) != RC_OK)
		return rc;
	rq->json = door_hold(&rq->door, json);
	return json_is_object(json) ? RC_OK : fail(err, RC_INVALID, "body", "takes a JSON object");
}

/* The row's role and purpose; record/ decides about each row later. */
static enum rc
check_route(struct work *w, struct str method, struct err *err)
{
	const struct route *r = w->request.route;
	const struct access *access = &w->request.door.access;
	const char *missing;
	enum rc rc;

	if ((rc = credential_may(&w->request, method, w->call->path, err)) != RC_OK)
		return rc;
	if ((r->roles & (w->user.roles | ROLES_ANY)) == 0)
		return fail(err, RC_DENIED, "role", "none of your roles may do this");
	if (access->has_purpose && (w->credential.purposes & BIT(access->purpose)) == 0)
		return fail(err, RC_DENIED, "purpose", "your token is not for this purpose");
	if ((r->purposes & PURPOSES_ANY) != 0)
		return RC_OK;
	if (!access->has_purpose)
		return fail(err, RC_DENIED, "purpose", "say for which purpose (" SAY_PURPOSE ")");
	if ((r->purposes & BIT(access->purpose)) == 0)
		return fail(err, RC_DENIED, "purpose", "this is not open for the purpose you gave");
	missing = policy_training_missing(&w->actor, access->purpose);
	return missing == NULL ? RC_OK : fail(err, RC_DENIED, "training", "%s", missing);
}

/* A refusal at the route is logged as one of a record is. */
static enum rc
refuse_route(struct work *w, enum rc rc)
{
	struct audit_entry entry = {.action = AUDIT_DENIED, .type = STR("route")};
	struct err err;

	if (w->user.id.b[0] != 0 || !id_is_zero(w->user.id))
		if (door_log(&w->request.door, &entry, NULL, &err) != RC_OK)
			return rc;
	return rc;
}

static enum rc
who_asks(struct work *w, struct err *err)
{
	struct user_cache *cache = w->serve->users[w->reader];
	const struct caller *caller = &w->call->caller;
	enum credential_kind kind = caller->has_session ? CREDENTIAL_SESSION : CREDENTIAL_TOKEN;
	struct str secret = caller->has_session ? caller->session : caller->token;
	struct door *d = &w->request.door;
	uint64_t *generation = &w->serve->looks[w->reader].users_generation;
	bool kept = secret.n > 0 && !(caller->has_session && caller->token.n > 0);
	enum rc rc;

	/* In the transaction that the user is read in, so that both are of one moment. */
	if (*generation == 0 && (rc = generation_find(d->db, generation, err)) != RC_OK)
		return rc;
	if (kept && user_cache_find(cache, d->arena, *generation, kind, secret, d->now_ms, &w->user,
				    &w->credential))
		return RC_OK;
	rc = user_of_caller(d, caller, &w->user, &w->credential, err);
	if (rc == RC_OK && kept) {
		user_cache_keep(cache, *generation, secret, &w->user, &w->credential);
		known_add(&w->serve->known, secret);
	}
	return rc;
}

/* Nobody is known on an open route, but a browser must not be made to change things there. */
static enum rc
check_open(const struct work *w, struct str method, struct err *err)
{
	if (str_eq_z(method, "GET") || w->call->caller.uid >= 0)
		return RC_OK;
	return origin_check(w->call->headers, w->serve->rules.web_origin, true, err);
}

/* Clients of others know no header of ours; a token for one purpose says which. */
static void
purpose_of_token(struct work *w)
{
	uint32_t of = w->credential.purposes;
	struct access *access = &w->request.door.access;

	if (access->has_purpose || w->credential.kind != CREDENTIAL_TOKEN || of == 0 ||
	    (of & (of - 1)) != 0)
		return;
	while ((of >>= 1) != 0)
		access->purpose++;
	access->has_purpose = true;
}

/* Sign-in, purpose, route, body: everything before the handler. */
static enum rc
prepare(struct work *w, struct db *db, struct err *err)
{
	struct request *rq = &w->request;
	struct access access = {0};
	struct str method = w->call->method;
	bool path_known;
	enum rc rc;

	/* HEAD is GET, logged alike, of which net/ leaves the body out. */
	if (str_eq_z(method, "HEAD"))
		method = STR("GET");
	/* The door is the node's until it is known who asks. */
	door_open(&rq->door, &w->serve->node, db, rq->arena, &w->serve->node_actor, &access, NULL);
	rq->route =
	    route_find(w->serve->routes, rq->arena, method, w->call->path, &rq->path, &path_known);
	if (rq->route == NULL)
		return path_known ? fail(err, RC_METHOD, "", "this path has other methods")
				  : fail(err, RC_ABSENT, "", "there is nothing at this path");
	if ((rq->route->flags & (ROUTE_OPEN | ROUTE_QUARANTINE)) == 0 &&
	    serve_is_quarantined(w->serve))
		return fail(err, RC_UNAVAILABLE, "quarantine",
			    "this node was brought back from a backup and answers nobody until two "
			    "administrators have confirmed it (liaison node quarantine)");
	/* Signing in, which is open, is so little that there is room for it. */
	if ((rq->route->flags & (ROUTE_WRITES | ROUTE_OPEN | ROUTE_FULL_DISK)) == ROUTE_WRITES &&
	    serve_disk_is_low(w->serve))
		return fail(err, RC_UNAVAILABLE, "disk",
			    "the node's disk is full: it reads and logs, and changes nothing until "
			    "there is room");
	if ((rq->route->flags & ROUTE_OPEN) != 0) {
		if ((rc = check_open(w, method, err)) != RC_OK)
			return rc;
	} else {
		if ((rc = who_asks(w, err)) != RC_OK)
			return rc;
		w->actor = (struct actor){.id = w->user.id,
					  .roles = credential_roles(&w->credential, w->user.roles),
					  .held_roles = w->user.roles,
					  .unit = w->user.unit,
					  .account = w->user.uid + 1};
		if (w->credential.kind == CREDENTIAL_TOKEN)
			w->actor.token_purposes = w->credential.purposes;
		w->user.roles = w->actor.roles;
		if ((rc = reach_cache_load(w->serve->reaches[w->reader], &rq->door,
					   w->serve->looks[w->reader].users_generation, &w->actor,
					   &w->actor.reach, err)) != RC_OK)
			return rc;
		rq->door.actor = &w->actor;
		rq->user = &w->user;
	}
	if ((rc = access_parse(rq, &rq->door.access, err)) != RC_OK)
		return rc;
	if ((rq->route->flags & ROUTE_TOKEN_PURPOSE) != 0)
		purpose_of_token(w);
	if ((rq->route->flags & ROUTE_OPEN) == 0 && (rc = check_route(w, method, err)) != RC_OK)
		return refuse_route(w, rc);
	return parse_body(w, err);
}

static bool
on_writer(const struct route *r)
{
	return (r->flags & ROUTE_WRITES) != 0 && (r->flags & ROUTE_DRAFTS) == 0;
}

void
work_conclude(struct work *w)
{
	make_answer(w);
	if (w->rc == RC_OK && w->reply.write != NULL)
		w->item.run = run_draft;
	else if (w->request.door.pending.n > 0 || w->request.door.asks.n > 0) {
		/* Reads too: the log's entry is durable before the value leaves. */
		w->item.run = flush_entries;
		w->item.is_bare = w->request.door.asks.n == 0;
	}
	if (w->item.run != NULL)
		writer_submit(w->serve->writer, &w->item);
	else
		finish(w);
}

unsigned
serve_submit(struct serve *s, unsigned reader, struct call *call)
{
	struct arena *a = arena_pool_take(s->arenas);
	struct work *w = NEW(a, struct work);
	int64_t received_us; /* a call that went to a lane is not ours to look at */
	unsigned went_on = 1;

	must(reader < s->reader_count);
	received_us = call->received_us;
	call->arena = a;
	call->arenas = s->arenas;
	w->serve = s;
	w->call = call;
	w->request.serve = s;
	w->request.arena = a;
	w->request.query = call->query;
	w->request.headers = call->headers;
	w->request.caller = &call->caller;
	w->request.call = call;
	w->request.credential = &w->credential;
	w->item.done = work_done;
	w->reader = reader;
	if ((w->rc = look_begin(s, reader, received_us, &went_on, &w->err)) == RC_OK) {
		w->rc = prepare(w, s->readers[reader], &w->err);
		if (w->rc == RC_OK && on_writer(w->request.route)) {
			went_on += look_end(s, reader, received_us);
			w->item.run = run_change;
			writer_submit(s->writer, &w->item);
			return went_on;
		}
		if (w->rc == RC_OK &&
		    (w->request.route->flags & (ROUTE_HASHES | ROUTE_HEAVY)) != 0) {
			if (work_to_lane(w)) {
				return went_on + look_end(s, reader, received_us);
			}
		} else if (w->rc == RC_OK) {
			went_on += look_others_go_on(w);
			if (look_draft(w)) {
				went_on += look_drafts_go_on(s, reader, received_us) - 1;
				return went_on + look_end(s, reader, received_us);
			}
			if (w->rc == RC_OK && w->reply.opened != NULL) {
				went_on += look_wait_for_key(w, received_us) - 1;
				return went_on + look_end(s, reader, received_us);
			}
		}
		/* What failed may have lost the connection: the next look is a new one. */
		went_on += look_end(s, reader, w->rc == RC_OK ? received_us : 0);
	}
	work_conclude(w);
	return went_on;
}

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t ready;
	bool done;
};

static void
wake(struct call *call)
{
	struct waiter *w = call->ctx;

	must(pthread_mutex_lock(&w->lock) == 0);
	w->done = true;
	must(pthread_cond_signal(&w->ready) == 0);
	must(pthread_mutex_unlock(&w->lock) == 0);
}

/* In one process a file is read here, so that the caller sees an answer like any other. */
static void
read_whole(struct call *call)
{
	char *p = arena_bytes(call->arena, call->answer_fd_bytes);
	size_t n = 0;
	ssize_t got;

	while (n < call->answer_fd_bytes &&
	       (got = read(call->answer_fd, p + n, call->answer_fd_bytes - n)) > 0)
		n += (size_t)got;
	(void)close(call->answer_fd);
	call->from_fd = false;
	call->answer = (struct str){p, n};
}

void
serve_call(struct serve *s, struct call *call)
{
	struct waiter w = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};

	call->done = wake;
	call->ctx = &w;
	(void)serve_submit(s, 0, call);
	must(pthread_mutex_lock(&w.lock) == 0);
	while (!w.done)
		must(pthread_cond_wait(&w.ready, &w.lock) == 0);
	must(pthread_mutex_unlock(&w.lock) == 0);
	if (call->from_fd && !call->takes_fd)
		read_whole(call);
}

void
call_free(struct call *call)
{
	arena_pool_give(call->arenas, call->arena);
	call->arena = NULL;
}

#define NOWHERE_BYTES_MAX 65536

size_t
serve_body_max(const struct serve *s, struct str method, struct str path)
{
	bool known;
	const struct route *r = route_find(s->routes, NULL, method, path, NULL, &known);

	/* What is sent to nowhere is read, so that the answer is 404 or 405 and not 413. */
	return r != NULL ? r->body_bytes_max : NOWHERE_BYTES_MAX;
}
