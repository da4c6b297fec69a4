#ifndef STORE_DB_DRIVER_H
#define STORE_DB_DRIVER_H

#include "store/db.h"
#include "store/migrate.h"

/*
 * db_driver: what an engine gives; the table of drivers is in db.c. A driver's own structs
 * begin with struct db and struct rows. For store/ and its tests only.
 */
enum db_control {
	DB_BEGIN,
	DB_BEGIN_READ,
	DB_COMMIT,
	DB_ROLLBACK,
	DB_SAVEPOINT,
	DB_RELEASE,
	DB_ROLLBACK_TO,
};

struct db_open_options {
	struct str place;   /* what follows "scheme:", without "?..." */
	struct str options; /* "a=1&b=2", or empty */
	int timeout_ms;
	bool reader;
	bool existing;	 /* nothing is made where there is none */
	const char *vfs; /* SQLite's only: the file layer to go through, or NULL */
};

struct db_driver {
	const char *scheme;
	enum rc (*open)(const struct db_open_options *options, struct db **out, struct err *err);
	void (*close)(struct db *db);
	enum rc (*run)(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
		       int64_t *changed, struct err *err);
	/* As run; NULL: run it at once. */
	enum rc (*post)(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
			struct err *err);
	enum rc (*select)(struct db *db, const struct sql *sql, const struct bind *binds, size_t n,
			  struct rows **out, struct err *err);
	enum rc (*control)(struct db *db, enum db_control what, struct err *err);
	/* Let a role do what a node does with these tables and no more; NULL: has no roles. */
	enum rc (*grant)(struct db *db, const char *role, const struct migration_set *sets,
			 size_t n, struct err *err);
	/* As db.h says; NULL: one process at a time anyhow. */
	enum rc (*hold)(struct db *db, bool beside, uint32_t place, bool *alone, struct err *err);
	enum rc (*admit)(struct db *db, struct err *err);
	enum rc (*mark)(struct db *db, int64_t number, struct err *err);
	/* As db.h says; settle comes from another thread, at any time after commit_later. */
	enum rc (*commit_later)(struct db *db, struct err *err);
	enum rc (*settle)(struct db *db, struct err *err);
	/* As db.h says; NULL: it keeps nothing. */
	void (*rest)(struct db *db);
	/* Is the transaction still there (a full disk may have ended it)? */
	bool (*in_transaction)(const struct db *db);
	/* Prepare without running. */
	enum rc (*check)(struct db *db, const struct sql *sql, struct err *err);
	/* As db_check_file. */
	enum rc (*check_file)(struct db *db, db_found_fn *found, void *ctx, struct err *err);
	/* As db_copy_file; NULL: its database is no file. */
	enum rc (*copy_file)(struct db *db, const char *path, struct err *err);
	/* Tables and indexes that are not those the scripts make in an empty database. */
	enum rc (*check_schema)(struct db *db, const char *const *scripts, size_t n,
				db_found_fn *found, void *ctx, struct err *err);
	/* Many statements without rows; migrations alone come here. */
	enum rc (*script)(struct db *db, const char *text, struct err *err);

	enum rc (*next)(struct rows *rows, struct err *err);
	int64_t (*i64)(const struct rows *rows, int column);
	struct str (*text)(const struct rows *rows, int column);
	struct str (*blob)(const struct rows *rows, int column);
	bool (*is_null)(const struct rows *rows, int column);
	void (*rows_close)(struct rows *rows);
};

struct db {
	const struct db_driver *driver;
	enum db_engine engine; /* whose text of a statement it takes */
};

struct rows {
	const struct db_driver *driver;
};

extern const struct db_driver db_driver_sqlite, db_driver_postgres, db_driver_faulty;

/* How many calls a connection of the faulty driver has had: what something costs, counted. */
int64_t db_faulty_calls(const struct db *db);

/* Split "scheme:place?options" and open; vfs goes through. */
MUST_USE enum rc db_open_with(struct str url, const struct db_open_options *rest, struct db **out,
			      struct err *err);
/* The next "key=value" of an option list; false at its end. value: decimal, 0 and up. */
bool db_option_next(struct str *options, struct str *key, int64_t *value, bool *is_valid);
MUST_USE enum rc db_script(struct db *db, const struct migration_step *step, struct err *err);
/* False after a failure that ended the transaction by itself. */
bool db_in_transaction(const struct db *db);

#endif
