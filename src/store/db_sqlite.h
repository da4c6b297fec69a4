#ifndef STORE_DB_SQLITE_H
#define STORE_DB_SQLITE_H

#include <sqlite3.h>

#include "store/db_driver.h"
#include "store/sql_table.h"

/* db_sqlite: what the two files of the SQLite driver share; for them alone. */
struct sqlite {
	struct db db;
	sqlite3 *h;
	sqlite3_file *wal; /* of the connection; after commit_later */
	struct sql_table table;
};

enum rc sqlite_open(const struct db_open_options *o, struct db **out, struct err *err);
enum rc sqlite_commit_later(struct db *db, struct err *err);
enum rc sqlite_settle(struct db *db, struct err *err);
void sqlite_close(struct db *db);
enum rc sqlite_check_schema(struct db *db, const char *const *scripts, size_t n, db_found_fn *found,
			    void *ctx, struct err *err);
enum rc sqlite_check_file(struct db *db, db_found_fn *found, void *ctx, struct err *err);
enum rc sqlite_copy_file(struct db *db, const char *path, struct err *err);
/* Anything but printable ASCII becomes '?', in place. */
void sqlite_plain(char *text, size_t n);
/* What the connection's last call failed of. */
enum rc sqlite_fail(struct sqlite *s, const char *what, struct err *err);

#endif
