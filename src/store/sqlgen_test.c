/* The generator is the gate that keeps a feature's SQL to its own tables: what it refuses. */
#include "base/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/db.h"

struct world {
	struct arena *a;
	char dir[64];
	char tool[4096];
};

static void
put_file(struct world *w, const char *path, const char *text)
{
	char *full = str_z(w->a, str_fmt(w->a, "%s/src/%s", w->dir, path));
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static struct str
read_file(struct world *w, const char *path)
{
	struct buf b;
	char piece[4096];
	ssize_t got;
	int fd = open(str_z(w->a, str_fmt(w->a, "%s/%s", w->dir, path)), O_RDONLY);

	buf_init(&b, w->a);
	while (fd >= 0 && (got = read(fd, piece, sizeof piece)) > 0)
		buf_add_bytes(&b, piece, (size_t)got);
	if (fd >= 0)
		close(fd);
	return buf_str(&b);
}

/* Runs the tool; what it says on standard error lands in DIR/said. */
static int
run_tool(struct world *w, char **argv)
{
	char *said = str_z(w->a, str_fmt(w->a, "%s/said", w->dir));
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int fd = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, 2);
		execv(w->tool, argv);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 99);
	return WEXITSTATUS(status);
}

static int
statements(struct world *w, const char *file)
{
	return run_tool(w, (char *[]){w->tool, "statements",
				      str_z(w->a, str_fmt(w->a, "%s/src", w->dir)),
				      str_z(w->a, str_fmt(w->a, "%s/src/%s", w->dir, file)),
				      str_z(w->a, str_fmt(w->a, "%s/gen/out.h", w->dir)), NULL});
}

static int
migrations(struct world *w, const char *file)
{
	return run_tool(w, (char *[]){w->tool, "migrations",
				      str_z(w->a, str_fmt(w->a, "%s/src", w->dir)),
				      str_z(w->a, str_fmt(w->a, "%s/gen/m.h", w->dir)),
				      str_z(w->a, str_fmt(w->a, "%s/src/%s", w->dir, file)), NULL});
}

static int
set_up(void **state)
{
	struct world *w = heap_zeroed(sizeof *w);
	ssize_t n = readlink("/proc/self/exe", w->tool, sizeof w->tool - 32);

	w->a = arena_new(0);
	must(n > 0);
	while (n > 0 && w->tool[n - 1] != '/')
		n--;
	memcpy(w->tool + n, "sqlgen_tool", sizeof "sqlgen_tool");
	memcpy(w->dir, "/tmp/liaison-sqlgen-XXXXXX", sizeof "/tmp/liaison-sqlgen-XXXXXX");
	must(mkdtemp(w->dir) != NULL);
	for (const char *const *d = (const char *const[]){"src", "src/audit", "src/record",
							  "src/match", "src/match/hit", NULL};
	     *d != NULL; d++)
		must(mkdir(str_z(w->a, str_fmt(w->a, "%s/%s", w->dir, *d)), 0700) == 0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;
	char *argv[] = {"rm", "-rf", w->dir, NULL};
	pid_t pid = fork();

	if (pid == 0) {
		execvp("rm", argv);
		_exit(99);
	}
	waitpid(pid, NULL, 0);
	arena_free(w->a);
	free(w);
	return 0;
}

static void
good_statements_pass(void **state)
{
	static const char *const good[] = {
	    "SELECT a, b FROM record WHERE id = :id ORDER BY a LIMIT :n;",
	    "-- single\nSELECT a FROM record_body WHERE id = :id",
	    "-- stream\nSELECT a FROM record_body ORDER BY a",
	    "SELECT count(*), coalesce(max(b), 0) FROM record_body",
	    "SELECT 1",
	    "INSERT INTO record_x (a, b) VALUES (:a, :b) ON CONFLICT (a) DO UPDATE SET b = "
	    "excluded.b RETURNING b;",
	    "UPDATE record_x SET a = 1, b = (SELECT max(c) FROM record_y) WHERE a IS DISTINCT "
	    "FROM :b",
	    "DELETE FROM record_x WHERE a IN (SELECT b FROM record_y WHERE c = ';')",
	    "WITH RECURSIVE up (id) AS (SELECT id FROM record WHERE id = :id UNION ALL SELECT "
	    "r.parent FROM record AS r JOIN up ON up.id = r.id) SELECT id FROM up ORDER BY id "
	    "LIMIT 10",
	    "WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT x FROM b ORDER BY x LIMIT 1",
	    "SELECT r.a FROM record AS r LEFT JOIN record_y AS y ON y.id = r.id AND y.b IN (1, 2) "
	    "ORDER BY r.a, y.b LIMIT 5",
	    "SELECT value FROM json_each(:list) ORDER BY value LIMIT 9",
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		put_file(w, "record/record.sql",
			 str_z(w->a, str_fmt(w->a, "-- name: record_do\n%s\n", good[i])));
		if (statements(w, "record/record.sql") != 0)
			fail_msg("%s\n%.*s", good[i], STR_ARG(read_file(w, "said")));
	}
}

static void
statements_that_leave_the_rules_are_refused_with_file_and_line(void **state)
{
	static const struct {
		const char *sql, *said;
	} bad[] = {
	    {"SELECT a FROM audit_leaf ORDER BY a LIMIT 1", "record.sql:2: the table audit_leaf"},
	    {"SELECT a FROM records ORDER BY a LIMIT 1", "the table records"},
	    {"SELECT a\nFROM record JOIN audit_leaf ON 1 = 1 ORDER BY a LIMIT 1",
	     "record.sql:3: the table audit_leaf"},
	    {"SELECT a FROM record, audit_leaf ORDER BY a LIMIT 1", "write JOIN"},
	    {"SELECT a FROM record AS r JOIN record_b AS b ON r.a = b.a, audit_leaf ORDER BY a "
	     "LIMIT 1",
	     "write JOIN"},
	    {"SELECT a FROM (record JOIN audit_leaf) ORDER BY a LIMIT 1", "only SELECT"},
	    {"SELECT a FROM main.audit_leaf ORDER BY a LIMIT 1", "no schema names"},
	    {"SELECT a FROM \"audit_leaf\" ORDER BY a LIMIT 1", "has no place"},
	    {"SELECT a FROM record WHERE a IN audit_leaf ORDER BY a LIMIT 1", "write IN"},
	    {"SELECT a FROM record WHERE a = (SELECT b FROM audit_leaf) ORDER BY a LIMIT 1",
	     "the table audit_leaf"},
	    {"INSERT INTO audit_leaf (a) VALUES (1)", "the table audit_leaf"},
	    {"INSERT OR REPLACE INTO record (a) VALUES (1)", "ON CONFLICT"},
	    {"UPDATE audit_leaf SET a = 1", "the table audit_leaf"},
	    {"DELETE FROM audit_leaf", "the table audit_leaf"},
	    {"WITH audit_leaf AS (SELECT a FROM audit_leaf) DELETE FROM record",
	     "the table audit_leaf"},
	    {"WITH a AS (SELECT x FROM b), b AS (SELECT 1 AS x) DELETE FROM record", "the table b"},
	    {"SELECT a FROM record WHERE a = (WITH audit_leaf AS (SELECT 1) SELECT 1)",
	     "WITH may only begin"},
	    {"DELETE FROM record; DELETE FROM record_b", "more than one statement"},
	    {"DROP TABLE record", "DROP|no place|begins with none"},
	    {"PRAGMA user_version", "no place"},
	    {"CREATE INDEX x ON record (a)", "begins with none"},
	    {"SELECT a FROM record", "ORDER BY and LIMIT"},
	    {"SELECT a FROM record LIMIT 1", "ORDER BY and LIMIT"},
	    {"SELECT a FROM record ORDER BY a", "ORDER BY and LIMIT"},
	    {"SELECT max(a, b) FROM record", "ORDER BY and LIMIT"},
	    {"SELECT count(*) OVER (PARTITION BY a) FROM record", "ORDER BY and LIMIT"},
	    {"SELECT a, count(*) FROM record GROUP BY a", "ORDER BY and LIMIT"},
	    {"SELECT a, (SELECT count(*) FROM record) FROM record", "ORDER BY and LIMIT"},
	    {"SELECT a FROM record WHERE b = (SELECT c FROM record ORDER BY c LIMIT 1)",
	     "ORDER BY and LIMIT"},
	    {"SELECT 'a' || :b", "no text is put together"},
	    {"SELECT printf('%s', :b)", "no place"},
	    {"SELECT a::text FROM record", "CAST"},
	    {"SELECT ?", "write parameters as :name"},
	    {"SELECT $1", "write parameters as :name"},
	    {"SELECT :", "bare"},
	    {"SELECT (1", "not closed"},
	    {"SELECT 1)", "too many"},
	    {"SELECT 'a", "does not end"},
	    {"SELECT /* x */ 1", "comments"},
	    {"", "no statement follows"},
	    {"SELECT 1;\n-- name: record_do\nSELECT 2", "record.sql:3: record_do is there already"},
	    {"SELECT 1;\n-- name: Record-Do\nSELECT 2", "lower-case"},
	    {"SELECT 1;\n-- tables: audit_leaf\n", "at the top"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct str said, want = str_from(bad[i].said);
		bool found = false;

		put_file(w, "record/record.sql",
			 str_z(w->a, str_fmt(w->a, "-- name: record_do\n%s\n", bad[i].sql)));
		assert_int_equal(statements(w, "record/record.sql"), 1);
		said = read_file(w, "said");
		while (want.p != NULL)
			found |= str_find(said, str_cut(&want, '|')) >= 0;
		if (!found || str_find(said, STR("record/record.sql:")) < 0)
			fail_msg("%s\nwanted %s\ngot %.*s", bad[i].sql, bad[i].said, STR_ARG(said));
	}
}

static void
parameters_are_numbered_by_first_use_and_the_same_for_both_engines(void **state)
{
	struct world *w = *state;
	struct str h;

	put_file(
	    w, "record/record.sql",
	    "-- name: record_do\nUPDATE record SET a = :a, b = :b WHERE a = :a AND c = ':a'\n");
	put_file(w, "record/record.postgres.sql",
		 "-- name: record_do\nUPDATE record SET b = :b, a = :a\n");
	assert_int_equal(statements(w, "record/record.sql"), 0);
	h = read_file(w, "gen/out.h");
	assert_true(str_find(h, STR("SET a = ?1, b = ?2 WHERE a = ?1 AND c = ':a'")) >= 0);
	assert_true(str_find(h, STR("SET b = $2, a = $1")) >= 0);
	assert_true(str_find(h, STR("static const struct sql SQL_RECORD_DO")) >= 0);
	assert_true(str_find(h, STR("RECORD_STATEMENTS[]")) >= 0);

	put_file(w, "record/record.postgres.sql",
		 "-- name: record_do\nUPDATE record SET b = :other\n");
	assert_int_equal(statements(w, "record/record.sql"), 1);
	put_file(w, "record/record.postgres.sql",
		 "-- name: record_done\nUPDATE record SET b = 1\n");
	assert_int_equal(statements(w, "record/record.sql"), 1);
	assert_true(str_find(read_file(w, "said"), STR("replaces nothing")) >= 0);
}

static void
a_prefix_belongs_to_one_folder(void **state)
{
	struct world *w = *state;

	put_file(w, "record/audit.sql", "-- name: audit_do\nDELETE FROM audit_leaf\n");
	assert_int_equal(statements(w, "record/audit.sql"), 1);
	assert_true(str_find(read_file(w, "said"), STR("belong to")) >= 0);
	put_file(w, "match/hit/hit.sql", "-- name: hit_do\nDELETE FROM hit\n");
	assert_int_equal(statements(w, "match/hit/hit.sql"), 0);
	put_file(w, "record/hit.sql", "-- name: hit_do\nDELETE FROM hit\n");
	assert_int_equal(statements(w, "record/hit.sql"), 1);
}

static void
a_file_may_add_tables_of_its_own_folder_only(void **state)
{
	struct world *w = *state;
	const char *own = "-- tables: record_body\n-- name: body_do\nDELETE FROM record_body\n";

	put_file(w, "record/body.sql", own);
	assert_int_equal(statements(w, "record/body.sql"), 1);
	assert_true(str_find(read_file(w, "said"), STR("no migration of this folder")) >= 0);
	put_file(w, "record/001.sql", "CREATE TABLE record_body (id BLOB PRIMARY KEY) STRICT;\n");
	assert_int_equal(statements(w, "record/body.sql"), 0);
	put_file(w, "record/body.sql",
		 "-- tables: audit_leaf\n-- name: body_do\nDELETE FROM audit_leaf\n");
	assert_int_equal(statements(w, "record/body.sql"), 1);
}

static void
a_migration_is_written_once_for_both_engines(void **state)
{
	struct world *w = *state;
	struct str h;

	put_file(
	    w, "record/001.sql",
	    "-- Why.\nCREATE TABLE record (\n\tn BIGINT PRIMARY KEY,\n\tb BLOB NOT NULL\n) "
	    "STRICT;\n"
	    "CREATE INDEX record_b ON record (b);\n"
	    "CREATE TABLE record_k (k BIGINT PRIMARY KEY REFERENCES record (n) ON DELETE CASCADE) "
	    "STRICT, WITHOUT ROWID;\n");
	if (migrations(w, "record/001.sql") != 0)
		fail_msg("%.*s", STR_ARG(read_file(w, "said")));
	h = read_file(w, "gen/m.h");
	assert_true(str_find(h, STR("RECORD_MIGRATIONS[]")) >= 0);
	assert_true(str_find(h, STR("n INTEGER PRIMARY KEY")) >= 0);
	assert_true(str_find(h, STR("n BIGINT PRIMARY KEY")) >= 0);
	assert_true(str_find(h, STR(") STRICT, WITHOUT ROWID;")) >= 0);
	assert_true(str_find(h, STR(") ;")) >= 0);
}

static void
a_migration_names_only_its_own_tables_and_leaves_no_gap(void **state)
{
	static const char *const bad[] = {
	    "CREATE TABLE audit_x (a TEXT) STRICT;",
	    "DROP TABLE IF EXISTS audit_leaf;",
	    "CREATE INDEX x ON audit_leaf (a);",
	    "CREATE TABLE record_x (a TEXT REFERENCES audit_leaf (a));",
	    "INSERT INTO record_x SELECT a FROM audit_leaf;",
	    "UPDATE audit_leaf SET a = 1;",
	    "DELETE FROM audit_leaf;",
	    "PRAGMA writable_schema = 1;",
	    "COMMIT;",
	    "DELETE FROM record WHERE a = :a;",
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		put_file(w, "record/001.sql", bad[i]);
		if (migrations(w, "record/001.sql") != 1)
			fail_msg("%s", bad[i]);
		assert_true(str_find(read_file(w, "said"), STR("record/001.sql:1: ")) >= 0);
	}
	put_file(w, "record/002.sql", "CREATE TABLE record (a TEXT) STRICT;");
	assert_int_equal(migrations(w, "record/002.sql"), 1);
	assert_true(str_find(read_file(w, "said"), STR("001.sql is missing")) >= 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(good_statements_pass, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		statements_that_leave_the_rules_are_refused_with_file_and_line, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		parameters_are_numbered_by_first_use_and_the_same_for_both_engines, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(a_prefix_belongs_to_one_folder, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_file_may_add_tables_of_its_own_folder_only, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_migration_is_written_once_for_both_engines, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_migration_names_only_its_own_tables_and_leaves_no_gap,
					    set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
