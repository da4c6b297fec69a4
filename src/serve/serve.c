#include "serve/inside.h"

#include <sys/stat.h>

#include "audit/present.h"
#include "base/arena.h"
#include "base/arena_pool.h"
#include "base/hex.h"
#include "base/log.h"
#include "model/model.h"
#include "record/search.h"
#include "seal/hash.h"
#include "seal/keys.h"
#include "serve/before_migration.h"
#include "seal/secret.h"
#include "serve/generation.h"
#include "serve/job_inside.h"
#include "serve/kept.h"
#include "serve/memory.h"
#include "serve/apart.h"
#include "serve/limits.h"
#include "serve/quarantine.h"
#include "serve/reach_cache.h"
#include "serve/route.h"
#include "serve/user_cache.h"
#include "serve/user_check.h"
#include "net/http.h"
#include "store/blob.h"
#include "store/migrate.h"

const struct clock_health *
serve_clock(const struct serve *s)
{
	return s->clock;
}

const struct door_node *
serve_door_node(const struct serve *s)
{
	return &s->node;
}

const struct config *
serve_config(const struct serve *s)
{
	return s->config;
}

const char *
serve_dir(const struct serve *s)
{
	return s->dir;
}

int
serve_number(const struct serve *s)
{
	return node_lock_number(s->lock);
}

struct writer *
serve_writer(struct serve *s)
{
	return s->writer;
}

const struct feature *const *
serve_features(const struct serve *s)
{
	return s->features;
}

struct serve *
serve_of_node(const struct door_node *node)
{
	/* The node's own tables are const to all below; the struct around them is ours. */
	return (struct serve *)((uintptr_t)node - offsetof(struct serve, node));
}

struct serve *
serve_of_door(const struct door *d)
{
	return serve_of_node(d->node);
}

void
serve_users_changed(struct door *d)
{
	must(d->group != NULL);
	serve_of_door(d)->users_changed = true;
}

static enum rc
group_begin(void *ctx, struct db *db, struct err *err)
{
	struct serve *s = ctx;
	struct audit_group *again = s->ended_group;
	enum rc rc;

	s->ended_group = NULL;
	if (again == NULL)
		rc = audit_group_begin(db, s->keys, &s->group, err);
	else if ((rc = audit_group_again(again, db, err)) != RC_OK)
		audit_group_free(again);
	else
		s->group = again;
	if (rc == RC_OK && s->several)
		audit_group_meet_others(s->group, clock_now(s->node.clock));
	return rc;
}

static enum rc
group_end(void *ctx, struct db *db, struct err *err)
{
	struct serve *s = ctx;
	enum rc rc = s->users_changed ? generation_change(db, err) : RC_OK;

	return rc == RC_OK ? audit_group_end(s->group, err) : rc;
}

static void
group_after(void *ctx, bool committed)
{
	struct serve *s = ctx;

	apart_committed(s, committed);
	/* Only now does the runner, whose connection is its own, find it in the queue. */
	if (committed && s->queue_changed)
		job_queue_changed(s);
	s->users_changed = s->queue_changed = false;
	if (s->group != NULL)
		s->ended_group = s->group;
	s->group = NULL;
}

static void
group_rest(void *ctx)
{
	struct serve *s = ctx;

	arena_pool_trim(s->arenas);
	heap_trim();
}

static void
group_settled(void *ctx, bool durable)
{
	apart_settled(ctx, durable);
	http_replies_begin();
}

static void
group_told(void *ctx)
{
	(void)ctx;
	http_replies_end();
}

/* One list of each kind, over all features, for those below who do not know features. */
static void
collect_tables(struct serve *s)
{
	size_t n = 0;
	const struct gate **gates;
	const struct reaction **reactions;

	while (s->features[n] != NULL)
		n++;
	gates = NEW_N(s->arena, const struct gate *, n);
	reactions = NEW_N(s->arena, const struct reaction *, n);
	for (size_t i = 0; i < n; i++) {
		if (s->features[i]->gates != NULL)
			gates[s->node.gate_table_count++] = s->features[i]->gates;
		if (s->features[i]->reactions != NULL)
			reactions[s->node.reaction_table_count++] = s->features[i]->reactions;
	}
	s->node.gate_tables = gates;
	s->node.reaction_tables = reactions;
}

static struct migration_set *
migration_sets(const struct serve *s, struct arena *a, size_t *n)
{
	VEC(struct migration_set) sets = {0};

	for (size_t i = 0; s->features[i] != NULL; i++)
		if (s->features[i]->migrations.n > 0)
			*VEC_ADD(a, &sets) = s->features[i]->migrations;
	*n = sets.n;
	return sets.at;
}

static enum rc
migrate_all(struct serve *s, struct db *db, bool is_new, struct err *err)
{
	const struct before_migration before = {
	    .dir = s->dir,
	    .store_url = s->store_url,
	    .now_ms = clock_now(s->node.clock),
	    .keep = (int)config_number_or(s->config, "migration_copies", 0)};
	struct err why = {.rc = RC_OK};
	size_t n;
	const struct migration_set *sets = migration_sets(s, s->arena, &n);
	enum rc rc;

	/* Others work on it, with what they were built for: nothing is changed under them. */
	if (!node_lock_is_alone(s->lock)) {
		rc = migrate_check(db, sets, n, err);
		return rc != RC_STALE
			   ? rc
			   : fail(err, RC_CONFLICT, "store",
				  "this program would change the database's tables, and "
				  "processes of an older one work on it; end them first");
	}
	/* Steps are missing in a node's database: first it is kept as it was. */
	if (!is_new && migrate_check(db, sets, n, &why) == RC_STALE &&
	    (rc = before_migration_copy(&before, db, err)) != RC_OK)
		return rc;
	return migrate(db, sets, n, clock_now(s->node.clock), err);
}

/* Two folders are two places, though one be a copy of the other. */
static uint32_t
place_of(const char *dir)
{
	struct stat st = {.st_ino = 0};
	struct hash hash;
	uint32_t place;
	uint64_t of[2];

	(void)stat(dir, &st);
	of[0] = (uint64_t)st.st_dev;
	of[1] = (uint64_t)st.st_ino;
	sha256((struct str){(const char *)of, sizeof of}, &hash);
	memcpy(&place, hash.b, sizeof place);
	return place & 0x7fffffff;
}

enum rc
serve_check(const struct serve *s, struct door *d, db_found_fn *found, void *ctx, struct err *err)
{
	struct err why = {.rc = RC_OK};
	size_t n;
	const struct migration_set *sets = migration_sets(s, d->arena, &n);
	enum rc rc = migrate_check_tables(d->db, sets, n, found, ctx, &why);

	if (rc == RC_OK)
		rc = users_check(d, found, ctx, &why);
	if (rc == RC_INTEGRITY) {
		found(ctx, str_fmt(d->arena, "users and tokens cannot be read to their end: %s",
				   why.text));
		return RC_OK;
	}
	if (rc != RC_OK && err != NULL)
		*err = why;
	return rc;
}

static enum rc
open_model(struct serve *s, struct err *err)
{
	struct str overlay = config_text(s->config, "overlay");

	return model_load(s->arena, model_files, overlay.n > 0 ? str_z(s->arena, overlay) : NULL,
			  &s->model, err);
}

/* A new database gets its log before its first record. */
static enum rc
start_log(struct serve *s, struct db *db, bool is_new, struct err *err)
{
	int64_t size;
	enum rc rc = audit_size(db, &size, err);

	if (rc == RC_OK && is_new)
		return fail(err, RC_CONFLICT, "store",
			    "this database holds a node's records already; name another, or an "
			    "empty one");
	if (rc == RC_OK)
		return audit_is_ours(db, s->keys, err);
	if (rc != RC_CONFLICT)
		return rc;
	/* An empty database in the place of a node's own is no new beginning: it is a loss. */
	if (!is_new)
		return fail(err, RC_CONFLICT, "store",
			    "this database holds no node; name the one that does as `store` in "
			    "liaison.yaml (--store), or bring it back from its backup");
	if ((rc = db_begin(db, err)) != RC_OK)
		return rc;
	rc = audit_init(db, s->keys, config_text(s->config, "origin"), err);
	if (rc == RC_OK)
		return db_commit(db, err);
	db_rollback(db);
	return rc;
}

/*
 * A clock set back while the node was down shows in the log. Whoever writes into the database
 * could also put it into another year so: audit_last_ms believes the tree, not the row.
 */
static enum rc
learn_time(struct serve *s, struct db *db, bool trust_clock, struct err *err)
{
	struct clock_report report;
	int64_t last_ms;
	enum rc rc = audit_last_ms(db, &last_ms, err);

	if (rc == RC_INTEGRITY && trust_clock) {
		log_warn("%s", err->text);
		return RC_OK;
	}
	if (rc != RC_OK || trust_clock)
		return rc;
	clock_health_learn(s->clock, last_ms);
	report = clock_health_report(s->clock);
	if (!report.healthy)
		log_warn("%.*s", STR_ARG(clock_health_text(s->arena, &report)));
	return RC_OK;
}

static enum rc
open_store(struct serve *s, const struct serve_options *o, struct err *err)
{
	const struct write_group_hooks hooks = {
	    .begin = group_begin,
	    .end = group_end,
	    .after = group_after,
	    .rest = group_rest,
	    .settled = group_settled,
	    .told = group_told,
	    .ctx = s,
	};
	const struct writer_options options = {
	    .group_max = o->group_max,
	    .linger_us =
		o->linger_us >= 0 ? o->linger_us : (int)config_number(s->config, "linger_us")};
	struct db *db;
	bool alone;
	enum rc rc;

	rc = o->is_new ? db_open(s->store_url, 5000, &db, err)
		       : db_open_existing(s->store_url, 5000, &db, err);
	if (rc != RC_OK)
		return rc;
	if ((rc = db_hold(db, s->several, place_of(s->dir), &alone, err)) != RC_OK ||
	    (rc = migrate_all(s, db, o->is_new, err)) != RC_OK ||
	    (rc = start_log(s, db, o->is_new, err)) != RC_OK ||
	    (rc = audit_meet(db, s->keys, o->accept_log, err)) != RC_OK ||
	    (rc = learn_time(s, db, o->trust_clock, err)) != RC_OK ||
	    (rc = door_node_init(s->arena, &s->node, db, err)) != RC_OK) {
		db_close(db);
		return rc;
	}
	s->reader_count = o->readers > 0 ? o->readers : 1;
	must(s->reader_count <= READERS_MAX);
	/* The others when they first have something to do. */
	rc = serve_reader_open(s, 0, err);
	if (rc == RC_OK && s->several)
		rc = db_admit(db, err);
	if (rc != RC_OK) {
		db_close(db);
		return rc;
	}
	return writer_open(db, &hooks, &options, &s->writer, err);
}

static enum rc
take_folder(struct serve *s, const struct serve_options *o, struct err *err)
{
	struct str url = config_text(s->config, "store");

	if (o->store_url != NULL)
		url = str_from(o->store_url);
	else if (url.n == 0)
		url = str_fmt(s->arena, "sqlite:%s/node.db", s->dir);
	s->store_url = str_copy(s->arena, url);
	s->several = o->beside && !o->is_new && db_takes_several(url);
	return s->several ? node_lock_join(s->dir, 5000, &s->lock, err)
			  : node_lock_take(s->dir, &s->lock, err);
}

/* What a crash left unfinished is nobody's only while nobody else is at work here. */
static enum rc
sweep(struct serve *s, struct err *err)
{
	if (!node_lock_is_alone(s->lock))
		return RC_OK;
	return blob_sweep(job_blobs_dir(s->arena, s), 0, NULL, NULL, NULL, err);
}

/* Blobs that no row names. One that stays is told of, and no reason not to start. */
static void
sweep_blobs(struct serve *s, const struct serve_options *o)
{
	struct err err;

	/* While a node is made or brought back its rows may come after its files. */
	if (o->is_new || o->restoring || !node_lock_is_alone(s->lock))
		return;
	if (job_blobs_sweep(s, 0, &err) != RC_OK)
		log_warn("files of blobs that no row names could not be removed: %s", err.text);
}

/* The log tells with which binary and model the node runs from here on. */
static enum rc
log_start(struct door *d, void *ctx, struct err *err)
{
	struct serve *s = ctx;
	struct audit_entry entry = {.action = AUDIT_START, .type = STR("start")};

	entry.plain = str_fmt(d->arena, "liaison %s|model %.*s", LIAISON_VERSION,
			      STR_ARG(hex_format(d->arena, s->model->hash, sizeof s->model->hash)));
	return door_log(d, &entry, NULL, err);
}

/* As many as calls are under way in a busy minute. */
#define ARENAS_KEPT 96

enum rc
serve_open(const struct serve_options *o, struct serve **out, struct err *err)
{
	struct serve *s = heap_zeroed(sizeof *s);
	enum rc rc;

	ongoing_open(&s->ongoing);
	s->arena = arena_new(0);
	s->arenas = arena_pool_new(ARENAS_KEPT, (size_t)512 << 20);
	s->dir = str_z(s->arena, str_from(o->dir));
	s->features = o->features;
	s->routes = route_table_new(s->arena, o->features);
	s->clock = clock_health_new(o->clock != NULL ? o->clock : &clock_system,
				    o->clock != NULL ? NULL : &clock_steady);
	s->node.clock = clock_health_clock(s->clock);
	s->node_actor.is_node = true;
	must(pthread_mutex_init(&s->memory_lock, NULL) == 0);
	s->kept = kept_new();
	collect_tables(s);
	limits_open(s);
	if ((rc = config_load(s->arena, str_fmt(s->arena, "%s/liaison.yaml", s->dir).p, s->features,
			      &s->config, err)) != RC_OK ||
	    (rc = take_folder(s, o, err)) != RC_OK ||
	    (!o->restoring && (rc = quarantine_check_whole(s->dir, err)) != RC_OK) ||
	    (rc = apart_begin(s, o, err)) != RC_OK || (rc = open_model(s, err)) != RC_OK ||
	    (rc = apart_meet(s, err)) != RC_OK)
		goto fail;
	if ((rc = session_rules_read(s->config, &s->rules, err)) != RC_OK)
		goto fail;
	s->node.model = s->model;
	s->node.keys = s->keys;
	s->node.names = name_snapshot_new();
	s->quarantined = true; /* if the file is there */
	s->node.shared_account = config_is_on(s->config, "shared_account");
	if ((rc = sweep(s, err)) != RC_OK || (rc = open_store(s, o, err)) != RC_OK ||
	    (!o->restoring && (rc = quarantine_mend(s, err)) != RC_OK) ||
	    (rc = serve_write(s, NULL, NULL, log_start, s, err)) != RC_OK ||
	    (rc = apart_pay(s, err)) != RC_OK)
		goto fail;
	sweep_blobs(s, o);
	node_lock_admit(s->lock);
	*out = s;
	return RC_OK;
fail:
	serve_close(s);
	return rc;
}

void
serve_close(struct serve *s)
{
	if (s == NULL)
		return;
	serve_memory_end(s);
	apart_end(s);
	writer_close(s->writer);
	audit_group_free(s->ended_group);
	for (unsigned i = 0; i < s->reader_count; i++) {
		db_close(s->readers[i]);
		user_cache_free(s->users[i]);
		reach_cache_free(s->reaches[i]);
		secret_free(s->looks[i].keys);
		record_wraps_free(s->looks[i].wraps);
	}
	limits_close(s);
	ongoing_close(&s->ongoing);
	name_snapshot_free(s->node.names);
	kept_free(s->kept);
	(void)pthread_mutex_destroy(&s->memory_lock);
	keys_close(s->keys);
	clock_health_free(s->clock);
	node_lock_close(s->lock);
	arena_pool_free(s->arenas);
	arena_free(s->arena);
	free(s);
}

struct write_call {
	struct write_item item;
	struct serve *serve;
	const struct actor *actor;
	struct access access;
	serve_write_fn *fn;
	void *ctx;
	struct arena *arena;
	enum rc rc;
	struct err err;
};

/* As a changing request: what failed is undone, but what it was refused is logged. */
static enum rc
write_call_run(struct write_item *item, struct db *db, struct err *err)
{
	struct write_call *w = (struct write_call *)item;
	int64_t mark = audit_mark(w->serve->group);
	struct door d;
	enum rc rc = RC_OK;

	door_open(&d, &w->serve->node, db, w->arena, w->actor, &w->access, w->serve->group);
	w->rc = w->fn(&d, w->ctx, &w->err);
	if (w->rc != RC_OK) {
		rc = db_rollback_to(db, err);
		audit_back_to(w->serve->group, mark);
		if (rc == RC_OK)
			rc = db_savepoint(db, err);
	}
	if (rc == RC_OK)
		rc = door_flush(&d, db, w->serve->group, err);
	door_close(&d);
	return rc;
}

enum rc
serve_write(struct serve *s, const struct actor *actor, const struct access *access,
	    serve_write_fn *fn, void *ctx, struct err *err)
{
	struct write_call w = {
	    .item.run = write_call_run,
	    .serve = s,
	    .actor = actor != NULL ? actor : &s->node_actor,
	    .fn = fn,
	    .ctx = ctx,
	    .arena = arena_new(0),
	};
	enum rc rc;

	if (access != NULL)
		w.access = *access;
	rc = writer_call(s->writer, &w.item, err);
	arena_free(w.arena);
	if (rc == RC_OK && w.rc != RC_OK && err != NULL)
		*err = w.err;
	return rc == RC_OK ? w.rc : rc;
}
