#include "store/migrate.h"

#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "seal/hash.h"
#include "store/db_driver.h"
#include "store/migrations.h"
#include "store/store.sql.h"

/* What the database says was applied. */
struct applied {
	struct str feature;
	int64_t number;
	struct hash hash;
};

struct history {
	struct applied *at;
	size_t n, cap;
};

static void
step_hash(const struct migration_step *step, enum db_engine engine, struct hash *out)
{
	sha256(str_from(step->text[engine]), out);
}

static enum rc
load(struct db *db, struct arena *a, struct history *h, struct err *err)
{
	struct rows *rows;
	enum rc rc;

	if ((rc = db_select(db, &SQL_STORE_MIGRATION_ALL, NO_BINDS, &rows, err)) != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct applied *one = VEC_ADD(a, h);

		one->feature = str_copy(a, rows_text(rows, 0));
		one->number = rows_i64(rows, 1);
		if (!hash_from(rows_blob(rows, 2), &one->hash)) {
			rc = fail(err, RC_INTEGRITY, "", "the table of migrations is damaged");
			break;
		}
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static const struct applied *
applied_find(const struct history *h, const struct migration_step *step)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->at[i].number == step->number && str_eq_z(h->at[i].feature, step->feature))
			return &h->at[i];
	return NULL;
}

static bool
is_known(const struct migration_set *sets, size_t n, const struct applied *one)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sets[i].n; k++)
			if (sets[i].steps[k].number == one->number &&
			    str_eq_z(one->feature, sets[i].steps[k].feature))
				return true;
	return false;
}

/* Everything is judged before anything is changed. */
static enum rc
judge(struct db *db, const struct migration_set *sets, size_t n, const struct history *h,
      struct err *err)
{
	for (size_t i = 0; i < h->n; i++)
		if (!is_known(sets, n, &h->at[i]))
			return fail(
			    err, RC_CONFLICT, "",
			    "this database was written by a newer liaison: it has step %lld of "
			    "%.*s, which this program does not know; start the newer program, or "
			    "restore the backup made before it",
			    (long long)h->at[i].number, STR_ARG(h->at[i].feature));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sets[i].n; k++) {
			const struct migration_step *step = &sets[i].steps[k];
			const struct applied *was = applied_find(h, step);
			struct hash now;

			must(step->number == (int)k + 1);
			step_hash(step, db_engine(db), &now);
			if (was != NULL && !hash_eq(&was->hash, &now))
				return fail(
				    err, RC_INTEGRITY, "",
				    "step %d of %s has other words than when it was applied; a "
				    "migration is never changed, only followed by another",
				    step->number, step->feature);
		}
	return RC_OK;
}

static enum rc
apply(struct db *db, const struct migration_step *step, int64_t now_ms, struct err *err)
{
	struct hash hash;
	enum rc rc;

	step_hash(step, db_engine(db), &hash);
	if ((rc = db_begin(db, err)) != RC_OK)
		return rc;
	if ((rc = db_script(db, step, err)) == RC_OK &&
	    (rc = db_run(db, &SQL_STORE_MIGRATION_ADD,
			 BINDS(B_TEXT(str_from(step->feature)), B_I64(step->number),
			       B_BLOB(hash_str(&hash)), B_I64(now_ms)),
			 NULL, err)) == RC_OK)
		rc = db_commit(db, err);
	if (rc != RC_OK) {
		db_rollback(db);
		if (err != NULL && err->key[0] == '\0')
			(void)snprintf(err->key, sizeof err->key, "%s/%03d.sql", step->feature,
				       step->number);
	}
	return rc;
}

/* The table that remembers is made by store/001.sql, which may run any number of times. */
static enum rc
table_make(struct db *db, struct err *err)
{
	enum rc rc;

	if ((rc = db_begin(db, err)) != RC_OK)
		return rc;
	if ((rc = db_script(db, &STORE_MIGRATIONS[0], err)) == RC_OK)
		rc = db_commit(db, err);
	if (rc != RC_OK)
		db_rollback(db);
	return rc;
}

enum rc
migrate(struct db *db, const struct migration_set *sets, size_t n, int64_t now_ms, struct err *err)
{
	struct arena *a = arena_new(0);
	struct history h = {0};
	enum rc rc;

	must(!db_in_transaction(db));
	/* A role that may make no tables still starts on a database that has them all. */
	if ((rc = load(db, a, &h, err)) != RC_OK && (rc = table_make(db, err)) == RC_OK)
		rc = load(db, a, &h, err);
	if (rc == RC_OK)
		rc = judge(db, sets, n, &h, err);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		for (size_t k = 0; rc == RC_OK && k < sets[i].n; k++)
			if (applied_find(&h, &sets[i].steps[k]) == NULL)
				rc = apply(db, &sets[i].steps[k], now_ms, err);
	arena_free(a);
	return rc;
}

static bool
is_role(const char *role)
{
	size_t n = strlen(role);

	for (size_t i = 0; i < n; i++)
		if (!(role[i] >= 'a' && role[i] <= 'z') && role[i] != '_' &&
		    (i == 0 || !(role[i] >= '0' && role[i] <= '9')))
			return false;
	return n > 0 && n <= 63;
}

enum rc
migrate_grant(struct db *db, const char *role, const struct migration_set *sets, size_t n,
	      struct err *err)
{
	if (db->driver->grant == NULL)
		return fail(err, RC_INVALID, "store", "only a PostgreSQL has roles");
	if (!is_role(role))
		return fail(err, RC_INVALID, "role", "is a name of a-z, 0-9 and _");
	return db->driver->grant(db, role, sets, n, err);
}

enum rc
migrate_check(struct db *db, const struct migration_set *sets, size_t n, struct err *err)
{
	struct arena *a = arena_new(0);
	struct history h = {0};
	enum rc rc;

	if ((rc = load(db, a, &h, err)) == RC_OK)
		rc = judge(db, sets, n, &h, err);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		for (size_t k = 0; rc == RC_OK && k < sets[i].n; k++)
			if (applied_find(&h, &sets[i].steps[k]) == NULL)
				rc = fail(err, RC_STALE, "",
					  "step %d of %s is not applied to this database yet",
					  sets[i].steps[k].number, sets[i].steps[k].feature);
	arena_free(a);
	return rc;
}

enum rc
migrate_check_tables(struct db *db, const struct migration_set *sets, size_t n, db_found_fn *found,
		     void *ctx, struct err *err)
{
	struct arena *a = arena_new(0);
	VEC(const char *) scripts = {0};
	enum rc rc;

	*VEC_ADD(a, &scripts) = STORE_MIGRATIONS[0].text[db->engine];
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sets[i].n; k++)
			*VEC_ADD(a, &scripts) = sets[i].steps[k].text[db->engine];
	rc = db->driver->check_schema(db, scripts.at, scripts.n, found, ctx, err);
	arena_free(a);
	return rc;
}
