#include "base/test.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "store/db.h"
#include "store/db_driver.h"
#include "store/test_database.h"
#include "store/test_dir.h"

/* clang-format off */
static const struct sql add = { "add",
	{ "INSERT INTO t (k, n, x) VALUES (?1, ?2, ?3)", "INSERT INTO t (k, n, x) VALUES ($1, $2, $3)" }, 3 };
static const struct sql put = { "put",
	{ "INSERT INTO t (k, n) VALUES (?1, ?2) ON CONFLICT (k) DO UPDATE SET n = t.n + ?2 RETURNING n",
	  "INSERT INTO t (k, n) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET n = t.n + $2 RETURNING n" }, 2 };
static const struct sql count = { "count", { "SELECT count(*) FROM t", "SELECT count(*) FROM t" }, 0 };
static const struct sql all = { "all",
	{ "SELECT k, n, x FROM t ORDER BY k LIMIT 1000", "SELECT k, n, x FROM t ORDER BY k LIMIT 1000" }, 0 };
static const struct sql stream = { "stream",
	{ "SELECT n FROM t ORDER BY n", "SELECT n FROM t ORDER BY n" }, 0, true };
static const struct sql drop = { "drop", { "DELETE FROM t WHERE n >= ?1", "DELETE FROM t WHERE n >= $1" }, 1 };
static const struct sql child = { "child", { "INSERT INTO c (k) VALUES (?1)", "INSERT INTO c (k) VALUES ($1)" }, 1 };
static const struct sql wrong = { "wrong_one", { "SELECT nothing FROM nowhere", "SELECT nothing FROM nowhere" }, 0 };
static const struct sql schema = { "schema", { "UPDATE sqlite_schema SET sql = 'x'" }, 0 };
static const struct sql sync_mode = { "sync_mode", { "PRAGMA synchronous" }, 0 };
/* clang-format on */

static const struct migration_step tables = {
    "test",
    1,
    {"CREATE TABLE t (k TEXT PRIMARY KEY, n INTEGER, x BLOB) STRICT;"
     "CREATE TABLE c (k TEXT REFERENCES t (k)) STRICT;",
     "CREATE TABLE t (k TEXT PRIMARY KEY, n BIGINT, x BLOB);"
     "CREATE TABLE c (k TEXT REFERENCES t (k));"}};

/* The same suite runs on each of these. */
static const char *const urls[] = {"sqlite:%s/node.db", "faulty:sqlite:%s/faulty.db",
				   "faulty:sqlite:%s/slow.db?sync_ms=1&page_bytes=8192",
				   "postgres"};

/* Where no PostgreSQL was started for the tests (tests/postgres.sh), it is left out. */
static bool
is_there(const char *form)
{
	return strcmp(form, "postgres") != 0 || test_postgres();
}

static struct db *
db_new(struct test_dir *t, const char *form)
{
	struct db *db;
	struct err err = {0};
	ptrdiff_t at = str_find(str_from(form), STR("%s"));
	struct str url = at < 0 ? test_postgres_new(t->a)
				: str_fmt(t->a, "%.*s%s%s", (int)at, form, t->path, form + at + 2);

	if (db_open(url, 1000, &db, &err) != RC_OK)
		fail_msg("%s", err.text);
	return db;
}

static struct db *
db_with_tables(struct test_dir *t, const char *form)
{
	struct db *db = db_new(t, form);

	assert_int_equal(db_script(db, &tables, NULL), RC_OK);
	return db;
}

static int64_t
rows_there(struct db *db)
{
	int64_t n = -1;

	assert_int_equal(db_select_i64(db, &count, NO_BINDS, &n, NULL), RC_OK);
	return n;
}

static enum rc
add_one(struct db *db, const char *key, int64_t n)
{
	return db_run(db, &add, BINDS(B_TEXT(str_from(key)), B_I64(n), B_NULL), NULL, NULL);
}

static void
values_come_back_as_they_went_in(void **state)
{
	for (size_t i = 0; i < COUNT_OF(urls) && is_there(urls[i]); i++) {
		struct db *db = db_with_tables(*state, urls[i]);
		/* PostgreSQL's text holds no NUL; no column of ours needs one. */
		struct str odd = db_engine(db) == DB_POSTGRES ? STR("b\"'\\c") : STR("b\0c");
		struct id id = {{1, 0, 255}};
		struct rows *rows;
		int64_t changed = 0;

		assert_int_equal(db_run(db, &add,
					BINDS(B_TEXT(STR("a")), B_I64(INT64_MIN), B_ID(id)),
					&changed, NULL),
				 RC_OK);
		assert_int_equal(changed, 1);
		assert_int_equal(
		    db_run(db, &add, BINDS(B_TEXT(STR_NONE), B_NULL, B_BLOB(STR_NONE)), NULL, NULL),
		    RC_OK);
		assert_int_equal(
		    db_run(db, &add, BINDS(B_TEXT(odd), B_I64(7), B_BLOB(STR("\0\1"))), NULL, NULL),
		    RC_OK);
		assert_int_equal(db_select(db, &all, NO_BINDS, &rows, NULL), RC_OK);
		/* The empty text and the empty blob are not NULL. */
		assert_int_equal(rows_next(rows, NULL), RC_OK);
		assert_false(rows_is_null(rows, 0));
		assert_int_equal(rows_text(rows, 0).n, 0);
		assert_true(rows_is_null(rows, 1));
		assert_false(rows_is_null(rows, 2));
		assert_int_equal(rows_next(rows, NULL), RC_OK);
		assert_true(str_eq(rows_text(rows, 0), STR("a")));
		assert_true(rows_i64(rows, 1) == INT64_MIN);
		assert_true(id_eq(rows_id(rows, 2), id));
		assert_int_equal(rows_next(rows, NULL), RC_OK);
		assert_true(str_eq(rows_text(rows, 0), odd));
		assert_true(str_eq(rows_blob(rows, 2), STR("\0\1")));
		assert_int_equal(rows_next(rows, NULL), RC_ABSENT);
		assert_int_equal(rows_next(rows, NULL), RC_ABSENT);
		rows_close(rows);
		db_close(db);
	}
}

static void
a_statement_returns_what_it_changed(void **state)
{
	for (size_t i = 0; i < COUNT_OF(urls) && is_there(urls[i]); i++) {
		struct db *db = db_with_tables(*state, urls[i]);
		int64_t n;

		for (int64_t want = 2; want <= 6; want += 2) {
			assert_int_equal(
			    db_select_i64(db, &put, BINDS(B_TEXT(STR("a")), B_I64(2)), &n, NULL),
			    RC_OK);
			assert_int_equal(n, want);
		}
		assert_int_equal(db_run(db, &drop, BINDS(B_I64(0)), &n, NULL), RC_OK);
		assert_int_equal(n, 1);
		assert_int_equal(db_run(db, &drop, BINDS(B_I64(0)), &n, NULL), RC_OK);
		assert_int_equal(n, 0);
		db_close(db);
	}
}

/* More rows than one answer of a server takes, while other statements run between them. */
static void
a_stream_goes_on_while_others_run(void **state)
{
	for (size_t i = 0; i < COUNT_OF(urls) && is_there(urls[i]); i++) {
		struct test_dir *t = *state;
		struct db *db = db_with_tables(t, urls[i]);
		struct rows *rows;
		int64_t want = 0;
		enum rc rc;

		assert_int_equal(db_begin(db, NULL), RC_OK);
		for (int k = 0; k < 1300; k++)
			assert_int_equal(add_one(db, str_z(t->a, str_fmt(t->a, "%d", k)), k),
					 RC_OK);
		assert_int_equal(db_commit(db, NULL), RC_OK);
		assert_int_equal(db_begin_read(db, NULL), RC_OK);
		assert_int_equal(db_select(db, &stream, NO_BINDS, &rows, NULL), RC_OK);
		while ((rc = rows_next(rows, NULL)) == RC_OK) {
			assert_int_equal(rows_i64(rows, 0), want++);
			if (want % 100 == 0)
				assert_int_equal(rows_there(db), 1300);
		}
		assert_int_equal(rc, RC_ABSENT);
		assert_int_equal(want, 1300);
		rows_close(rows);
		db_rollback(db);
		db_close(db);
	}
}

static void
a_key_taken_and_a_row_missing_are_conflicts(void **state)
{
	for (size_t i = 0; i < COUNT_OF(urls) && is_there(urls[i]); i++) {
		struct db *db = db_with_tables(*state, urls[i]);
		struct err err;

		assert_int_equal(add_one(db, "person-name", 1), RC_OK);
		assert_int_equal(
		    db_run(db, &add, BINDS(B_TEXT(STR("person-name")), B_NULL, B_NULL), NULL, &err),
		    RC_CONFLICT);
		/* No value of a row in an error. */
		assert_true(str_find(str_from(err.text), STR("person-name")) < 0);
		assert_int_equal(db_run(db, &child, BINDS(B_TEXT(STR("none"))), NULL, NULL),
				 RC_CONFLICT);
		/* A text in a column of numbers is our own mistake. */
		assert_int_equal(db_run(db, &add,
					BINDS(B_TEXT(STR("b")), B_TEXT(STR("person-name")), B_NULL),
					NULL, &err),
				 RC_FAILED);
		assert_true(str_find(str_from(err.text), STR("person-name")) < 0);
		db_close(db);
	}
}

static void
savepoints_undo_their_part_and_rollback_undoes_all(void **state)
{
	for (size_t i = 0; i < COUNT_OF(urls) && is_there(urls[i]); i++) {
		struct db *db = db_with_tables(*state, urls[i]);

		assert_false(db_in_transaction(db));
		assert_int_equal(db_begin(db, NULL), RC_OK);
		assert_true(db_in_transaction(db));
		assert_int_equal(db_savepoint(db, NULL), RC_OK);
		assert_int_equal(add_one(db, "a", 1), RC_OK);
		assert_int_equal(db_release(db, NULL), RC_OK);
		assert_int_equal(db_savepoint(db, NULL), RC_OK);
		assert_int_equal(add_one(db, "b", 1), RC_OK);
		assert_int_equal(db_rollback_to(db, NULL), RC_OK);
		/* The savepoint has ended, so there is nothing to release; PostgreSQL gives up
		 * the whole transaction for that. */
		if (db_engine(db) == DB_SQLITE)
			assert_int_not_equal(db_release(db, NULL), RC_OK);
		assert_int_equal(db_commit(db, NULL), RC_OK);
		assert_int_equal(rows_there(db), 1);
		assert_int_equal(db_begin(db, NULL), RC_OK);
		assert_int_equal(add_one(db, "c", 1), RC_OK);
		db_rollback(db);
		db_rollback(db);
		assert_int_equal(rows_there(db), 1);
		db_close(db);
	}
}

static void
a_reader_sees_commits_and_cannot_write(void **state)
{
	struct test_dir *t = *state;
	struct db *db = db_with_tables(t, urls[0]), *reader;

	assert_int_equal(
	    db_open_reader(str_fmt(t->a, "sqlite:%s/node.db", t->path), 100, &reader, NULL), RC_OK);
	assert_int_equal(db_begin(db, NULL), RC_OK);
	assert_int_equal(add_one(db, "a", 1), RC_OK);
	assert_int_equal(rows_there(reader), 0);
	assert_int_equal(db_commit(db, NULL), RC_OK);
	assert_int_equal(rows_there(reader), 1);
	assert_int_equal(db_begin_read(reader, NULL), RC_OK);
	assert_int_equal(rows_there(reader), 1);
	assert_int_equal(add_one(db, "b", 1), RC_OK);
	assert_int_equal(rows_there(reader), 1);
	assert_int_equal(db_commit(reader, NULL), RC_OK);
	assert_int_equal(rows_there(reader), 2);
	assert_int_equal(add_one(reader, "c", 1), RC_UNAVAILABLE);
	db_close(reader);
	db_close(db);
}

static void
a_second_writer_is_told_to_wait_and_then_refused(void **state)
{
	struct test_dir *t = *state;
	struct db *db = db_with_tables(t, urls[0]), *other;
	struct err err;

	assert_int_equal(db_open(str_fmt(t->a, "sqlite:%s/node.db", t->path), 50, &other, NULL),
			 RC_OK);
	assert_int_equal(db_begin(db, NULL), RC_OK);
	assert_int_equal(db_begin(other, &err), RC_UNAVAILABLE);
	assert_true(str_find(str_from(err.text), STR("held by another")) >= 0);
	db_rollback(db);
	assert_int_equal(db_begin(other, NULL), RC_OK);
	db_close(other);
	db_close(db);
}

static void
urls_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		const char *url;
		enum rc rc;
	} cases[] = {
	    {"", RC_INVALID},
	    {"node.db", RC_INVALID},
	    {"sqlite:", RC_INVALID},
	    {"sqlite::memory:", RC_INVALID},
	    {"mysql://x", RC_INVALID},
	    {"postgresql://user:secret@/db?host=/no/such/folder", RC_UNAVAILABLE},
	    {"postgresql://user:secret@/db?nonsense=1", RC_UNAVAILABLE},
	    {"sqlite:/tmp/x.db?sync_ms=3", RC_INVALID},
	    {"sqlite:/tmp/x.db?page_bytes=5000", RC_INVALID},
	    {"sqlite:/tmp/x.db?page_bytes=", RC_INVALID},
	    {"faulty:sqlite:/tmp/x.db?sync_ms=-1", RC_INVALID},
	    {"faulty:postgresql:///x?host=/no/such/folder", RC_UNAVAILABLE},
	    {"sqlite:/no/such/folder/x.db", RC_UNAVAILABLE},
	};
	struct err err;
	struct db *db;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(db_open(str_from(cases[i].url), 10, &db, &err), cases[i].rc);
		assert_null(db);
		assert_true(str_find(str_from(err.text), STR("secret")) < 0);
	}
	assert_int_equal(db_open_reader(STR("sqlite:/tmp/liaison-none.db"), 10, &db, NULL),
			 RC_UNAVAILABLE);
	db_close(NULL);
	rows_close(NULL);
}

static void
the_file_is_private_synced_and_guarded(void **state)
{
	struct test_dir *t = *state;
	struct db *db = db_with_tables(t, urls[0]);
	struct stat st;
	int64_t n;

	assert_int_equal(add_one(db, "a", 1), RC_OK);
	assert_int_equal(stat(test_dir_path(t, "node.db"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(test_dir_path(t, "node.db-wal"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(db_select_i64(db, &sync_mode, NO_BINDS, &n, NULL), RC_OK);
	assert_int_equal(n, 2);
	assert_int_equal(db_run(db, &schema, NO_BINDS, NULL, NULL), RC_FAILED);
	db_close(db);
}

static void
statements_are_checked_at_start(void **state)
{
	static const struct sql *const good[] = {&add, &all, NULL};
	static const struct sql *const bad[] = {&add, &wrong, NULL};

	for (size_t i = 0; i < COUNT_OF(urls) && is_there(urls[i]); i++) {
		struct db *db = db_with_tables(*state, urls[i]);
		struct err err;

		assert_int_equal(db_check(db, good, NULL), RC_OK);
		assert_int_equal(db_check(db, bad, &err), RC_FAILED);
		assert_true(str_find(str_from(err.text), STR("wrong_one")) >= 0);
		db_close(db);
	}
}

static void
a_damaged_file_is_an_integrity_failure(void **state)
{
	struct test_dir *t = *state;
	struct db *db = db_with_tables(t, urls[0]);
	char junk[4096];
	int fd;

	for (int i = 0; i < 200; i++)
		assert_int_equal(
		    add_one(db, test_dir_path(t, str_z(t->a, str_fmt(t->a, "%d", i))), i), RC_OK);
	db_close(db);
	memset(junk, 0xa5, sizeof junk);
	fd = open(test_dir_path(t, "node.db"), O_WRONLY);
	/* The second page on is where the tables lie. */
	for (off_t at = 4096; at < 6 * 4096; at += 4096)
		assert_int_equal(pwrite(fd, junk, sizeof junk, at), (ssize_t)sizeof junk);
	close(fd);
	db = db_new(t, urls[0]);
	struct rows *rows;
	enum rc rc;
	assert_int_equal(db_select(db, &all, NO_BINDS, &rows, NULL), RC_OK);
	while ((rc = rows_next(rows, NULL)) == RC_OK)
		;
	rows_close(rows);
	assert_int_equal(rc, RC_INTEGRITY);
	db_close(db);
	memset(junk, 'x', sizeof junk);
	fd = open(test_dir_path(t, "other.db"), O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, junk, sizeof junk), (ssize_t)sizeof junk);
	close(fd);
	assert_int_equal(db_open(str_fmt(t->a, "sqlite:%s/other.db", t->path), 10, &db, NULL),
			 RC_INTEGRITY);
}

/* Fail the first call, then the second, and so on, until all goes through. */
static void
whichever_call_fails_nothing_is_half_there(void **state)
{
	struct test_dir *t = *state;
	enum rc rc = RC_UNAVAILABLE;
	int at;

	db_close(db_with_tables(t, urls[0]));
	for (at = 1; rc != RC_OK && at < 50; at++) {
		struct db *db;
		int64_t n = 0;
		bool released = false;

		assert_int_equal(
		    db_open(str_fmt(t->a, "faulty:sqlite:%s/node.db?fail_at=%d", t->path, at), 10,
			    &db, NULL),
		    RC_OK);
		if ((rc = db_begin(db, NULL)) == RC_OK && (rc = db_savepoint(db, NULL)) == RC_OK &&
		    (rc = add_one(db, "a", 1)) == RC_OK && (rc = add_one(db, "b", 1)) == RC_OK &&
		    (rc = db_select_i64(db, &count, NO_BINDS, &n, NULL)) == RC_OK &&
		    (rc = db_release(db, NULL)) == RC_OK) {
			released = true;
			rc = db_commit(db, NULL);
		}
		assert_true(rc == RC_OK || rc == RC_UNAVAILABLE);
		if (rc != RC_OK)
			db_rollback(db);
		assert_false(db_in_transaction(db));
		if (!released)
			assert_int_equal(rows_there(db), 0);
		db_close(db);
		db = db_new(t, urls[0]);
		assert_int_equal(rows_there(db), rc == RC_OK ? 2 : 0);
		db_close(db);
	}
	/* begin, savepoint, two adds, select, next, release, commit: eight could fail. */
	assert_int_equal(at, 10);
}

static void
a_full_disk_refuses_the_write_and_keeps_what_was_there(void **state)
{
	struct test_dir *t = *state;
	char big[8192];
	struct err err;
	struct db *db;
	enum rc rc = RC_OK;
	int kept = 0;

	memset(big, 1, sizeof big);
	db_close(db_with_tables(t, urls[0]));
	assert_int_equal(
	    db_open(str_fmt(t->a, "faulty:sqlite:%s/node.db?full_after=200000", t->path), 10, &db,
		    NULL),
	    RC_OK);
	for (; rc == RC_OK && kept < 1000; kept += rc == RC_OK)
		rc = db_run(
		    db, &add,
		    BINDS(B_TEXT(str_fmt(t->a, "%d", kept)), B_NULL, B_BYTES(big, sizeof big)),
		    NULL, &err);
	assert_int_equal(rc, RC_UNAVAILABLE);
	assert_true(str_find(str_from(err.text), STR("full")) >= 0);
	assert_true(kept > 5 && kept < 50);
	assert_int_equal(rows_there(db), kept);
	db_close(db);
	db = db_new(t, urls[0]);
	assert_int_equal(rows_there(db), kept);
	assert_int_equal(add_one(db, "more", 1), RC_OK);
	db_close(db);
}

static void
a_sync_that_fails_fails_the_commit(void **state)
{
	struct test_dir *t = *state;
	struct db *db;
	enum rc rc = RC_OK;
	int i;

	db_close(db_with_tables(t, urls[0]));
	assert_int_equal(db_open(str_fmt(t->a, "faulty:sqlite:%s/node.db?fail_sync_at=4", t->path),
				 10, &db, NULL),
			 RC_OK);
	for (i = 0; i < 10 && rc == RC_OK; i++)
		rc = add_one(db, test_dir_path(t, str_z(t->a, str_fmt(t->a, "%d", i))), i);
	assert_int_equal(rc, RC_UNAVAILABLE);
	assert_int_equal(rows_there(db), i - 1);
	assert_int_equal(add_one(db, "more", 1), RC_OK);
	db_close(db);
}

struct found {
	size_t n;
	struct buf text;
};

static void
on_found(void *ctx, struct str what)
{
	struct found *f = ctx;

	f->n++;
	buf_add(&f->text, what);
	buf_add_byte(&f->text, '\n');
}

/* The last place in the file that holds the text; pages of an index lie after their table's. */
static long
place_of(struct test_dir *t, const char *path, const char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes = NEW_N(t->a, char, 1 << 20);
	ssize_t n = read(fd, bytes, 1 << 20);
	long at = -1;

	(void)close(fd);
	for (long i = 0; i + (long)strlen(text) <= n; i++)
		if (memcmp(bytes + i, text, strlen(text)) == 0)
			at = i;
	return at;
}

static void
flip(const char *path, long at)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	(void)close(fd);
}

/* What no query would ever say: the row is there, and its entry in the index is not. */
static void
an_index_entry_without_its_row_is_found_and_named(void **state)
{
	struct test_dir *t = *state;
	struct db *db = db_with_tables(t, urls[0]);
	const char *path = test_dir_path(t, "node.db");
	struct found good = {0}, bad = {0};
	long at;

	buf_init(&good.text, t->a);
	buf_init(&bad.text, t->a);
	assert_int_equal(add_one(db, "a key like no other", 1), RC_OK);
	assert_int_equal(db_check_file(db, on_found, &good, NULL), RC_OK);
	assert_int_equal(good.n, 0);
	db_close(db);
	at = place_of(t, path, "a key like no other");
	assert_true(at > 0);
	flip(path, at + 3);
	db = db_new(t, urls[0]);
	assert_int_equal(db_check_file(db, on_found, &bad, NULL), RC_OK);
	assert_true(bad.n > 0);
	if (str_find(buf_str(&bad.text), STR("table t: ")) < 0)
		fail_msg("%.*s", STR_ARG(buf_str(&bad.text)));
	db_close(db);
}

static void
a_check_that_does_not_run_is_no_good_answer(void **state)
{
	struct test_dir *t = *state;
	struct found f = {0};
	struct db *db;

	db_close(db_with_tables(t, urls[0]));
	assert_int_equal(
	    db_open(str_fmt(t->a, "faulty:sqlite:%s/node.db?fail_at=1", t->path), 10, &db, NULL),
	    RC_OK);
	assert_int_equal(db_check_file(db, on_found, &f, NULL), RC_UNAVAILABLE);
	db_close(db);
}

int
main(void)
{
	/* clang-format off */
#define T(name) cmocka_unit_test_setup_teardown(name, test_dir_set_up, test_dir_tear_down)
	const struct CMUnitTest tests[] = {
		T(values_come_back_as_they_went_in),
		T(a_statement_returns_what_it_changed),
		T(a_stream_goes_on_while_others_run),
		T(a_key_taken_and_a_row_missing_are_conflicts),
		T(savepoints_undo_their_part_and_rollback_undoes_all),
		T(a_reader_sees_commits_and_cannot_write),
		T(a_second_writer_is_told_to_wait_and_then_refused),
		T(urls_that_make_no_sense_are_refused),
		T(the_file_is_private_synced_and_guarded),
		T(statements_are_checked_at_start),
		T(a_damaged_file_is_an_integrity_failure),
		T(whichever_call_fails_nothing_is_half_there),
		T(a_full_disk_refuses_the_write_and_keeps_what_was_there),
		T(a_sync_that_fails_fails_the_commit),
		T(an_index_entry_without_its_row_is_found_and_named),
		T(a_check_that_does_not_run_is_no_good_answer),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
