#ifndef STORE_WRITER_PAIR_H
#define STORE_WRITER_PAIR_H

#include <stdatomic.h>

#include "store/db_driver.h"
#include "store/test_database.h"
#include "store/test_dir.h"
#include "store/writer.h"

/* writer_pair: what the writer's two test programs share: a database, and items of pairs. */
/* clang-format off */
static const struct sql add = { "add", { "INSERT INTO t (k) VALUES (?1)", "INSERT INTO t (k) VALUES ($1)" }, 1, false };
static const struct sql mark = { "mark", { "INSERT INTO h (k) VALUES (?1)", "INSERT INTO h (k) VALUES ($1)" }, 1, false };
static const struct sql count = { "count", { "SELECT count(*) FROM t", "SELECT count(*) FROM t" }, 0, false };
static const struct sql count_pairs = { "count_pairs",
	{ "SELECT count(*) FROM t AS a JOIN t AS b ON b.k = a.k + 1000000 WHERE a.k < 1000000", "SELECT count(*) FROM t AS a JOIN t AS b ON b.k = a.k + 1000000 WHERE a.k < 1000000" }, 0, false };
static const struct sql count_low = { "count_low", { "SELECT count(*) FROM t WHERE k < 1000000", "SELECT count(*) FROM t WHERE k < 1000000" }, 0, false };
static const struct sql has = { "has", { "SELECT count(*) FROM t WHERE k = ?1", "SELECT count(*) FROM t WHERE k = $1" }, 1, false };
/* clang-format on */

static const struct migration_step tables = {
    "test",
    1,
    {"CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY) STRICT;"
     "CREATE TABLE IF NOT EXISTS h (k INTEGER PRIMARY KEY) STRICT;",
     "CREATE TABLE IF NOT EXISTS t (k BIGINT PRIMARY KEY);"
     "CREATE TABLE IF NOT EXISTS h (k BIGINT PRIMARY KEY);"}};

/* The test's own database, behind the faults that options name; NULL: without any. */
static inline struct str
db_url(struct test_dir *t, const char *options)
{
	if (t->url.n == 0)
		t->url = test_database(t->a, test_dir_path(t, "node.db"));
	if (options == NULL)
		return t->url;
	return str_fmt(t->a, "faulty:%.*s%c%s", STR_ARG(t->url),
		       str_chr(t->url, '?') < 0 ? '?' : '&', options);
}

static inline struct db *
db_new(struct test_dir *t, const char *options)
{
	struct db *db;

	must(db_open(db_url(t, NULL), 5000, &db, NULL) == RC_OK);
	must(db_script(db, &tables, NULL) == RC_OK);
	if (options == NULL)
		return db;
	db_close(db);
	must(db_open(db_url(t, options), 5000, &db, NULL) == RC_OK);
	return db;
}

static inline int64_t
number_of(struct test_dir *t, const struct sql *sql)
{
	struct db *db = db_new(t, NULL);
	int64_t n = -1;

	must(db_select_i64(db, sql, NO_BINDS, &n, NULL) == RC_OK);
	db_close(db);
	return n;
}

/* An item that writes a pair of rows, and then may fail as told. */
struct pair {
	struct write_item item;
	int64_t key;
	enum rc then;
	atomic_int done;
	enum rc said;
	int place;
};

static inline enum rc
pair_run(struct write_item *item, struct db *db, struct err *err)
{
	struct pair *p = (struct pair *)item;
	enum rc rc;

	if ((rc = db_run(db, &add, BINDS(B_I64(p->key)), NULL, err)) != RC_OK ||
	    (rc = db_run(db, &add, BINDS(B_I64(p->key + 1000000)), NULL, err)) != RC_OK)
		return rc;
	return p->then == RC_OK ? RC_OK : fail(err, p->then, "key", "told to");
}

static atomic_int places;

static inline void
pair_done(struct write_item *item, enum rc rc, const struct err *err)
{
	struct pair *p = (struct pair *)item;

	p->said = rc;
	p->place = atomic_fetch_add(&places, 1);
	if (rc != RC_OK)
		must(err->text[0] != '\0');
	atomic_store(&p->done, 1);
}

static inline void
pairs_init(struct pair *pairs, int n)
{
	for (int i = 0; i < n; i++)
		pairs[i] =
		    (struct pair){.item = {.run = pair_run, .done = pair_done}, .key = i + 1};
}

static inline void
writer_new(struct db *db, const struct write_group_hooks *hooks, int group_max, int linger_us,
	   struct writer **w)
{
	struct writer_options options = {group_max, linger_us};

	must(writer_open(db, hooks, &options, w, NULL) == RC_OK);
}

static inline int
set_up(void **state)
{
	*state = test_dir_new();
	atomic_store(&places, 0);
	return 0;
}

static inline int
tear_down(void **state)
{
	test_dir_free(*state);
	return 0;
}

#endif
