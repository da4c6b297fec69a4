#ifndef AUDIT_LOG_FOR_TEST_H
#define AUDIT_LOG_FOR_TEST_H

/* A log on a real SQLite file in a folder of its own, for this folder's tests. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "audit/audit.h"
#include "audit/leaf.h"
#include "base/arena.h"
#include "seal/keys.h"
#include "store/db_driver.h"
#include "store/migrate.h"
#include "store/test_database.h"

#include "audit/migrations.h"

struct test_log {
	struct arena *arena;
	char folder[64];
	const char *path, *keys_path;
	struct str url;
	struct db *db;
	struct keys *keys;
};

/* 2026-11-28T23:59:00Z: leaves a minute apart pass into December. */
static const int64_t test_start_ms = INT64_C(1795910340000);

static inline struct id
test_id(char kind, int n)
{
	struct id id = {{0}};

	id.b[0] = (unsigned char)kind;
	id.b[14] = (unsigned char)(n >> 8);
	id.b[15] = (unsigned char)n;
	return id;
}

static inline void
test_log_open(struct test_log *l)
{
	static const struct migration_set sets[] = {MIGRATION_SET(AUDIT_MIGRATIONS)};
	struct err err = {.rc = RC_OK};

	*l = (struct test_log){.arena = arena_new(0), .folder = "/tmp/liaison-audit-XXXXXX"};
	must(mkdtemp(l->folder) != NULL);
	l->path = str_z(l->arena, str_fmt(l->arena, "%s/node.db", l->folder));
	l->keys_path = str_z(l->arena, str_fmt(l->arena, "%s/keys", l->folder));
	must(keys_create(l->keys_path, STR_NONE, &err) == RC_OK);
	must(keys_open(l->keys_path, STR_NONE, &l->keys, &err) == RC_OK);
	l->url = test_database(l->arena, l->path);
	must(db_open(l->url, 1000, &l->db, &err) == RC_OK);
	must(migrate(l->db, sets, COUNT_OF(sets), 1, &err) == RC_OK);
	must(db_begin(l->db, &err) == RC_OK);
	must(audit_init(l->db, l->keys, STR("node.example/log"), &err) == RC_OK);
	must(db_commit(l->db, &err) == RC_OK);
}

static inline void
test_log_close(struct test_log *l)
{
	db_close(l->db);
	keys_close(l->keys);
	for (int i = 0; i < 4; i++) {
		static const char *const ends[] = {"node.db", "node.db-wal", "node.db-shm", "keys"};

		(void)unlink(str_z(l->arena, str_fmt(l->arena, "%s/%s", l->folder, ends[i])));
	}
	(void)rmdir(l->folder);
	arena_free(l->arena);
}

/* The n-th entry of a small invented log: changes, reads, lists, one refusal. */
static inline struct audit_entry
test_entry(int n)
{
	static struct id about[3];
	struct audit_entry e = {
	    .time_ms = test_start_ms + n * 60000,
	    .action = n % 7 == 3   ? AUDIT_LIST
		      : n % 5 == 0 ? AUDIT_CREATE
				   : AUDIT_READ,
	    .actor = test_id('a', n % 3),
	    .purpose = n % 2 == 0 ? STR("protection") : STR("investigation"),
	    .type = STR("incident"),
	    .legal_basis = STR("LED art. 8"),
	    .reason = STR("a call to the hotline"),
	    .fields = STR("name,phone"),
	};

	if (e.action == AUDIT_LIST) {
		for (int i = 0; i < 3; i++)
			about[i] = test_id('r', i);
		e.about = about;
		e.about_count = 3;
		return e;
	}
	e.has_record = true;
	e.record = test_id('r', n % 4);
	e.version = n;
	e.has_case = n % 2 == 0;
	e.case_id = test_id('c', 1);
	if (e.action == AUDIT_CREATE) {
		e.has_body = true;
		memset(e.body_hash, n, sizeof e.body_hash);
		memset(e.key_commitment, n + 1, sizeof e.key_commitment);
		e.plain = STR("state=open;unit=7");
	}
	return e;
}

/* Append entries [from, to) in one transaction. */
static inline void
test_log_grow(struct test_log *l, int from, int to)
{
	struct err err = {.rc = RC_OK};
	struct audit_group *g;
	int64_t index;

	must(db_begin(l->db, &err) == RC_OK);
	must(audit_group_begin(l->db, l->keys, &g, &err) == RC_OK);
	for (int n = from; n < to; n++) {
		struct audit_entry e = test_entry(n);

		must(audit_append(g, &e, &index, &err) == RC_OK);
		must(index == n);
	}
	must(audit_group_end(g, &err) == RC_OK);
	audit_group_free(g);
	must(db_commit(l->db, &err) == RC_OK);
}

/* The intruder: SQL on the file, around everything of ours. False: the database refused. */
static inline bool
test_sql(struct test_log *l, const char *sql)
{
	struct migration_step step = {"test", 1, {sql, sql}};
	struct err err;
	sqlite3 *h;
	bool good;

	if (test_on_postgres())
		return db_script(l->db, &step, &err) == RC_OK;
	must(sqlite3_open(l->path, &h) == SQLITE_OK);
	(void)sqlite3_busy_timeout(h, 1000);
	good = sqlite3_exec(h, sql, NULL, NULL, NULL) == SQLITE_OK;
	if (!good)
		fprintf(stderr, "%s\n", sqlite3_errmsg(h));
	(void)sqlite3_close(h);
	return good;
}

#endif
