#ifndef SERVE_BEFORE_MIGRATION_H
#define SERVE_BEFORE_MIGRATION_H

#include "base/rc.h"
#include "base/str.h"

struct db;

/*
 * before_migration: the database as it was, kept in the node's folder before a newer program
 * changes its tables: before-migration-TIME.db (SQLite), or .dump, made by pg_dump. What it holds
 * is sealed under keys that are not in it, and goes with them.
 */
struct before_migration {
	const char *dir;
	struct str store_url;
	int64_t now_ms;
	int keep; /* the newest so many; 0: none is made */
};

/* db has no open transaction. RC_UNAVAILABLE: it could not be made, so nothing may be changed. */
MUST_USE enum rc before_migration_copy(const struct before_migration *b, struct db *db,
				       struct err *err);

#endif
