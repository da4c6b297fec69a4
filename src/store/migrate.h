#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

/*
 * migrate: brings the database's tables to what this binary knows. Each feature folder has
 * numbered files 001.sql, 002.sql, ... which are only ever added; the build makes
 * `static const struct migration_step FOLDER_MIGRATIONS[]` of them in gen/FOLDER/migrations.h.
 */
struct migration_step {
	const char *feature;	      /* the folder's name: "audit" */
	int number;		      /* 1 and up, without a gap */
	const char *text[DB_ENGINES]; /* statements, run in one transaction */
};

/* A table that the steps make, and how its rows are copied. FOLDER_MIGRATIONS_TABLES[]. */
struct migration_table {
	const char *name;
	const char *kinds; /* of its columns: i number, t text, b bytes */
	bool append_only;  /* its migration says so above it: no row is changed or taken away */
	struct sql select, insert, count;
};

struct migration_set {
	const struct migration_step *steps;
	size_t n;
	const struct migration_table *tables;
	size_t table_count;
};

/* clang-format off */
#define MIGRATION_SET(array) { (array), sizeof(array) / sizeof((array)[0]), NULL, 0 }
/* With its tables, so that `node copy` takes them along. */
#define MIGRATION_SET_COPIED(array) \
	{ (array), sizeof(array) / sizeof((array)[0]), \
	  array##_TABLES, sizeof(array##_TABLES) / sizeof(array##_TABLES[0]) }
/* clang-format on */

/*
 * Apply what is missing, set by set, each step in a transaction of its own with its row in
 * store_migration. Safe to run again. The db must have no open transaction.
 * RC_CONFLICT: the database was written by a newer liaison (a step we do not know).
 * RC_INTEGRITY: a file that was applied earlier has other words now.
 */
MUST_USE enum rc migrate(struct db *db, const struct migration_set *sets, size_t n, int64_t now_ms,
			 struct err *err);
/*
 * Let a database role do with the tables what a node does, and no more: where rows are never
 * changed it may not change them. role: [a-z_][a-z0-9_]*, at most 63 bytes. RC_INVALID: the
 * name, or an engine without roles.
 */
MUST_USE enum rc migrate_grant(struct db *db, const char *role, const struct migration_set *sets,
			       size_t n, struct err *err);
/* What migrate would refuse, and RC_STALE when steps are missing; changes nothing. */
MUST_USE enum rc migrate_check(struct db *db, const struct migration_set *sets, size_t n,
			       struct err *err);
/*
 * Tables and indexes whose definition is not what the steps make, one sentence each: a byte
 * changed in a definition changes how all rows are read. RC_OK: all were looked at.
 */
MUST_USE enum rc migrate_check_tables(struct db *db, const struct migration_set *sets, size_t n,
				      db_found_fn *found, void *ctx, struct err *err);

#endif
