#ifndef RECORD_TEST_NODE_H
#define RECORD_TEST_NODE_H

/*
 * test_node: a node's inside up to record/, on a real SQLite file in a folder of its own, with
 * the embedded model, a key file and a log. For tests of this floor and those above.
 */
#include "audit/migrations.h"
#include "base/arena.h"
#include "base/embedded.h"
#include "format/json.h"
#include "model/model.h"
#include "record/migrations.h"
#include "record/record.h"
#include "record/search.h"
#include "seal/keys.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/test_database.h"
#include "store/test_dir.h"

struct test_node {
	struct test_dir *dir;
	struct arena *a;
	struct keys *keys;
	struct model *model;
	struct db *db;
	struct clock clock;
	int64_t now_ms; /* what the clock says */
	struct door_node node;
	const struct gate *gates[8];
	const struct reaction *reactions[8];
	struct audit_group *group; /* of the change that is open */
	struct door door;
};

static inline int64_t
test_node_now(void *ctx)
{
	return ((struct test_node *)ctx)->now_ms;
}

static inline const char *
test_node_file(struct test_node *t)
{
	return test_dir_path(t->dir, "node.db");
}

/* gates, reactions: tables that end with a NULL name; or NULL. */
static inline struct test_node *
test_node_new(const struct gate *gates, const struct reaction *reactions)
{
	static const struct migration_set sets[] = {MIGRATION_SET(AUDIT_MIGRATIONS),
						    MIGRATION_SET(RECORD_MIGRATIONS)};
	struct test_node *t = heap_zeroed(sizeof *t);
	struct err err = {.rc = RC_OK};

	t->dir = test_dir_new();
	t->a = arena_new(0);
	t->now_ms = INT64_C(1795399834000); /* 2026-11-23T02:10:34Z */
	t->clock = (struct clock){test_node_now, t};
	must(keys_create(test_dir_path(t->dir, "keys"), STR_NONE, &err) == RC_OK);
	must(keys_open(test_dir_path(t->dir, "keys"), STR_NONE, &t->keys, &err) == RC_OK);
	if (model_load(t->a, model_files, NULL, &t->model, &err) != RC_OK) {
		fprintf(stderr, "%s\n", err_line(t->a, &err).p);
		abort();
	}
	must(db_open(test_database(t->a, test_node_file(t)), 1000, &t->db, &err) == RC_OK);
	must(migrate(t->db, sets, COUNT_OF(sets), t->now_ms, &err) == RC_OK);
	must(db_begin(t->db, &err) == RC_OK);
	must(audit_init(t->db, t->keys, STR("node.example/log"), &err) == RC_OK);
	must(db_commit(t->db, &err) == RC_OK);
	t->node = (struct door_node){.model = t->model,
				     .keys = t->keys,
				     .clock = &t->clock,
				     .names = name_snapshot_new(),
				     .gate_tables = t->gates,
				     .reaction_tables = t->reactions};
	if (gates != NULL)
		t->gates[t->node.gate_table_count++] = gates;
	if (reactions != NULL)
		t->reactions[t->node.reaction_table_count++] = reactions;
	must(door_node_init(t->a, &t->node, t->db, &err) == RC_OK);
	return t;
}

static inline void
test_node_free(struct test_node *t)
{
	name_snapshot_free(t->node.names);
	db_close(t->db);
	keys_close(t->keys);
	arena_free(t->a);
	test_dir_free(t->dir);
	free(t);
}

/* For cmocka, where the state is the node. */
static inline int
test_node_teardown(void **state)
{
	test_node_free(*state);
	return 0;
}

/* A gate of another feature, which lets pass. */
static inline enum rc
test_gate_holds(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	(void)d;
	(void)r;
	(void)use;
	(void)err;
	return RC_OK;
}

static inline const struct record_type *
test_node_type(struct test_node *t, const char *name)
{
	const struct record_type *type = model_type(t->model, str_from(name));

	must(type != NULL);
	return type;
}

/* Somebody of a unit, for a purpose, with a reason. unit: any byte but 0; who likewise. */
struct test_person {
	struct actor actor;
	struct access access;
};

static inline struct test_person
test_person(unsigned char who, unsigned char unit, uint32_t roles, enum purpose purpose)
{
	struct test_person p = {
	    .actor.roles = roles,
	    .access = {.purpose = purpose, .has_purpose = true, .reason = STR("a test wants it")}};

	p.actor.id.b[0] = who;
	p.actor.unit.b[0] = unit;
	return p;
}

/* The node itself, as a job of its own asks. */
static const struct test_person test_itself = {.actor = {.is_node = true}};

/* A changing door in a transaction of its own; who is borrowed until test_node_end. */
static inline struct door *
test_node_begin(struct test_node *t, const struct test_person *who)
{
	struct err err = {.rc = RC_OK};

	must(db_begin(t->db, &err) == RC_OK);
	must(audit_group_begin(t->db, t->keys, &t->group, &err) == RC_OK);
	door_open(&t->door, &t->node, t->db, t->a, &who->actor, &who->access, t->group);
	return &t->door;
}

/* As serve/ does: a change that failed is undone, but what it refused is logged. Gives rc. */
static inline enum rc
test_node_end(struct test_node *t, enum rc rc)
{
	struct err err = {.rc = RC_OK};

	if (rc != RC_OK) {
		db_rollback(t->db);
		audit_group_free(t->group);
		must(db_begin(t->db, &err) == RC_OK);
		must(audit_group_begin(t->db, t->keys, &t->group, &err) == RC_OK);
	}
	must(door_flush(&t->door, t->db, t->group, &err) == RC_OK);
	must(audit_group_end(t->group, &err) == RC_OK);
	must(db_commit(t->db, &err) == RC_OK);
	audit_group_free(t->group);
	t->group = NULL;
	door_close(&t->door);
	return rc;
}

/* A reading door; its entries are made durable by test_node_end_read. */
static inline struct door *
test_node_begin_read(struct test_node *t, const struct test_person *who)
{
	door_open(&t->door, &t->node, t->db, t->a, &who->actor, &who->access, NULL);
	return &t->door;
}

static inline enum rc
test_node_end_read(struct test_node *t, enum rc rc)
{
	struct err err = {.rc = RC_OK};

	must(db_begin(t->db, &err) == RC_OK);
	must(audit_group_begin(t->db, t->keys, &t->group, &err) == RC_OK);
	return test_node_end(t, RC_OK) == RC_OK ? rc : RC_FAILED;
}

/* JSON written with ' for ". The door drops it when it closes. */
static inline json_t *
test_json(struct door *d, struct str text)
{
	char *p = str_z(d->arena, text);
	struct err err;
	json_t *json;

	for (size_t i = 0; i < text.n; i++)
		p[i] = p[i] == '\'' ? '"' : p[i];
	must(json_read(str_from(p), NULL, &json, &err) == RC_OK);
	return door_hold(d, json);
}

/* Text with ids in place of @1 and @2. */
static inline struct str
test_fill(struct test_node *t, const char *text, struct id a, struct id b)
{
	struct buf out;

	buf_init(&out, t->a);
	for (; *text != '\0'; text++) {
		if (*text != '@') {
			buf_add_byte(&out, *text);
			continue;
		}
		text++;
		buf_add(&out, id_format(t->a, *text == '1' ? a : b));
	}
	buf_add_byte(&out, '\0'); /* for those who print .p */
	out.n--;
	return buf_str(&out);
}

/* A record made by who, or the program ends. */
static inline struct id
test_node_create(struct test_node *t, const struct test_person *who, const char *type,
		 struct str fields)
{
	struct door *d = test_node_begin(t, who);
	struct record *r;
	struct err err = {.rc = RC_OK};
	enum rc rc =
	    record_create(d, test_node_type(t, type), test_json(d, fields), NULL, &r, &err);
	struct id id = {{0}};

	if (rc == RC_OK)
		id = r->id;
	else
		fprintf(stderr, "%s: %s: %s\n", type, err.key, err.text);
	must(test_node_end(t, rc) == RC_OK);
	return id;
}

/* The same n times in one change, each through the states of to (NULL at its end, or NULL). */
static inline void
test_node_flood(struct test_node *t, const struct test_person *who, const char *type,
		struct str fields, int n, const char *const *to)
{
	struct door *d = test_node_begin(t, who);
	struct err err = {.rc = RC_OK};
	enum rc rc = RC_OK;

	for (int i = 0; i < n && rc == RC_OK; i++) {
		struct record *r;

		rc =
		    record_create(d, test_node_type(t, type), test_json(d, fields), NULL, &r, &err);
		for (int k = 0; rc == RC_OK && to != NULL && to[k] != NULL; k++)
			rc = record_move(d, r->id, r->version, str_from(to[k]), NULL, &r, &err);
	}
	if (rc != RC_OK)
		fprintf(stderr, "%s: %s: %s\n", type, err.key, err.text);
	must(test_node_end(t, rc) == RC_OK);
}

/* A move of the version that is there. */
static inline enum rc
test_node_move(struct test_node *t, const struct test_person *who, struct id id, const char *to,
	       struct str patch, struct err *err)
{
	struct door *d = test_node_begin_read(t, &test_itself);
	struct record *r;
	int64_t version;

	must(record_load(d, id, NULL, &r, err) == RC_OK);
	version = r->version;
	door_close(d);
	d = test_node_begin(t, who);
	return test_node_end(
	    t, record_move(d, id, version, str_from(to), test_json(d, patch), &r, err));
}

/* What the log holds: its number of leaves. */
static inline int64_t
test_node_leaves(struct test_node *t)
{
	struct err err;
	int64_t n;

	must(audit_size(t->db, &n, &err) == RC_OK);
	return n;
}

#endif
