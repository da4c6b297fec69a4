#include "base/test.h"

#include "audit/log_for_test.h"
#include "audit/prove.h"
#include "audit/verify.h"

/* Somebody with the database file and time: every change must be found and named. */
static struct test_log l;
static const int leaves = 300; /* a full tile, a partial one, a level above */

static int
open_log(void **state)
{
	struct err err;
	struct str note;

	(void)state;
	test_log_open(&l);
	test_log_grow(&l, 0, 150);
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_checkpoint_make(l.db, l.keys, l.arena, &note, &err), RC_OK);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
	test_log_grow(&l, 150, leaves);
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_checkpoint_make(l.db, l.keys, l.arena, &note, &err), RC_OK);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
	return 0;
}

static int
close_log(void **state)
{
	(void)state;
	test_log_close(&l);
	return 0;
}

static struct audit_report
verify(struct keys *keys, enum rc want)
{
	struct audit_report report;
	struct err err = {.rc = RC_OK};
	enum rc rc = audit_verify(l.db, keys, NULL, l.arena, &report, &err);

	if (rc != want)
		print_error("%s\n", err.text);
	assert_int_equal(rc, want);
	assert_int_equal(report.problem_count > 0, want == RC_INTEGRITY);
	return report;
}

static bool
names(const struct audit_report *r, enum audit_problem_kind kind, int64_t at)
{
	for (int64_t i = 0; i < r->problem_count && i < AUDIT_PROBLEMS_KEPT; i++)
		if (r->problems[i].kind == kind && r->problems[i].at == at)
			return true;
	for (int64_t i = 0; i < r->problem_count && i < AUDIT_PROBLEMS_KEPT; i++)
		print_error("  %d %lld %.*s\n", (int)r->problems[i].kind,
			    (long long)r->problems[i].at, STR_ARG(r->problems[i].text));
	return false;
}

static void
run(const char *sql)
{
	assert_true(test_sql(&l, sql));
}

#define SQL(...) str_z(l.arena, str_fmt(l.arena, __VA_ARGS__))

/*
 * Change one column of the row where, and put it back after `check` saw the report. Blobs and
 * texts have one byte changed, in the middle; numbers one bit; NULL becomes a value.
 */
static bool
change(const char *table, const char *column, const char *where)
{
	const char *set =
	    SQL("UPDATE %s SET %s = CASE TYPEOF(%s) WHEN 'integer' THEN %s + 1 "
		"WHEN 'text' THEN SUBSTR(%s, 1, LENGTH(%s) / 2) || "
		"CASE SUBSTR(%s, LENGTH(%s) / 2 + 1, 1) WHEN 'z' THEN 'y' ELSE 'z' END || "
		"SUBSTR(%s, LENGTH(%s) / 2 + 2) "
		"WHEN 'blob' THEN IIF(%s = X'', X'5A', CAST(SUBSTR(%s, 1, LENGTH(%s) / 2) || "
		"CASE SUBSTR(%s, LENGTH(%s) / 2 + 1, 1) WHEN X'5A' THEN X'59' ELSE X'5A' END || "
		"SUBSTR(%s, LENGTH(%s) / 2 + 2) AS BLOB)) "
		"ELSE X'00112233445566778899AABBCCDDEEFF' END WHERE %s",
		table, column, column, column, column, column, column, column, column, column,
		column, column, column, column, column, column, column, where);

	run(SQL("CREATE TABLE kept AS SELECT * FROM %s", table));
	return test_sql(&l, set);
}

static void
put_back(const char *table)
{
	run(SQL("BEGIN; DELETE FROM %s; INSERT INTO %s SELECT * FROM kept; DROP TABLE kept; COMMIT",
		table, table));
}

static void
any_column_of_any_leaf_names_the_leaf(void **state)
{
	static const char *const columns[] = {
	    "time_ms",	  "actor_mac",	 "action",    "purpose",	"record_mac",
	    "type",	  "version",	 "body_hash", "key_commitment", "plain",
	    "detail_key", "detail_hash", "detail",    "about_count",	"about_root"};
	/* 3 is a list, 5 made a record, 299 is the last; 255 and 256 part two tiles. */
	static const int at[] = {0, 3, 5, 149, 150, 255, 256, 299};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		for (size_t k = 0; k < COUNT_OF(at); k++) {
			struct audit_report r;
			bool detail = strcmp(columns[i], "detail") == 0;

			assert_true(change("audit_leaf", columns[i], SQL("idx = %d", at[k])));
			for (int with = 0; with < 2; with++) {
				r = verify(with ? l.keys : NULL, RC_INTEGRITY);
				if (!names(&r, detail ? AUDIT_PROBLEM_DETAIL : AUDIT_PROBLEM_LEAF,
					   at[k]))
					print_error("column %s of %d\n", columns[i], at[k]);
				assert_true(names(
				    &r, detail ? AUDIT_PROBLEM_DETAIL : AUDIT_PROBLEM_LEAF, at[k]));
				/* One fault, not a landslide. */
				assert_in_range(r.problem_count, 1, 3);
			}
			put_back("audit_leaf");
		}
	(void)verify(l.keys, RC_OK);
}

static void
every_byte_of_one_leaf_counts(void **state)
{
	static const char *const columns[] = {"actor_mac",	"record_mac", "body_hash",
					      "key_commitment", "plain",      "detail_hash",
					      "detail"};

	(void)state;
	run("CREATE TABLE kept AS SELECT * FROM audit_leaf");
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		for (int at = 1; at <= 16; at++) {
			struct audit_report r;

			/* Another byte than stands there, whichever that is. */
			run(SQL(
			    "UPDATE audit_leaf SET %s = CAST(SUBSTR(%s, 1, %d) || "
			    "CASE HEX(SUBSTR(%s, %d, 1)) WHEN 'A5' THEN X'5A' ELSE X'A5' END || "
			    "SUBSTR(%s, %d) AS BLOB) WHERE idx = 5",
			    columns[i], columns[i], at - 1, columns[i], at, columns[i], at + 1));
			r = verify(NULL, RC_INTEGRITY);
			assert_true(names(&r,
					  strcmp(columns[i], "detail") == 0 ? AUDIT_PROBLEM_DETAIL
									    : AUDIT_PROBLEM_LEAF,
					  5));
			run("DELETE FROM audit_leaf WHERE idx = 5");
			run("INSERT INTO audit_leaf SELECT * FROM kept WHERE idx = 5");
		}
	run("DROP TABLE kept");
	(void)verify(l.keys, RC_OK);
}

static void
lists_of_records_are_part_of_their_leaf(void **state)
{
	static const struct {
		const char *sql;
		int leaf;
	} cases[] = {
	    {"UPDATE audit_about SET record_mac = X'00112233445566778899AABBCCDDEEFF' "
	     "WHERE leaf = 3 AND position = 1",
	     3},
	    {"DELETE FROM audit_about WHERE leaf = 10 AND position = 2", 10},
	    {"DELETE FROM audit_about WHERE leaf = 297", 297},
	    {"UPDATE audit_about SET position = 3 WHERE leaf = 3 AND position = 2", 3},
	    {"UPDATE audit_about SET position = -1 WHERE leaf = 3 AND position = 2", 3},
	    {"UPDATE audit_about SET leaf = 4 WHERE leaf = 3 AND position = 2", 4},
	    {"INSERT INTO audit_about VALUES (3, 3, X'00112233445566778899AABBCCDDEEFF')", 3},
	    {"INSERT INTO audit_about VALUES (9999, 0, X'00')", 9999},
	    {"INSERT INTO audit_about VALUES (-1, 0, X'00')", -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audit_report r;

		run("CREATE TABLE kept AS SELECT * FROM audit_about");
		run(cases[i].sql);
		r = verify(NULL, RC_INTEGRITY);
		assert_true(names(&r, AUDIT_PROBLEM_ABOUT, cases[i].leaf));
		put_back("audit_about");
	}
	(void)verify(l.keys, RC_OK);
}

static void
tiles_are_named_when_they_are_wrong_and_not_the_leaves(void **state)
{
	static const struct {
		int level, tile, entries;
	} tiles[] = {{0, 0, 256}, {0, 1, 44}, {1, 0, 1}};

	(void)state;
	run("CREATE TABLE kept AS SELECT * FROM audit_tile");
	for (size_t i = 0; i < COUNT_OF(tiles); i++)
		for (int k = 0; k<tiles[i].entries * 32; k += tiles[i].entries> 1 ? 97 : 1) {
			struct audit_report r;
			const char *row =
			    SQL("level = %d AND tile = %d", tiles[i].level, tiles[i].tile);

			run(SQL(
			    "UPDATE audit_tile SET hashes = CAST(SUBSTR(hashes, 1, %d) || "
			    "CASE SUBSTR(hashes, %d, 1) WHEN X'5A' THEN X'59' ELSE X'5A' END || "
			    "SUBSTR(hashes, %d) AS BLOB) WHERE %s",
			    k, k + 1, k + 2, row));
			r = verify(NULL, RC_INTEGRITY);
			assert_true(names(&r, AUDIT_PROBLEM_TILE, tiles[i].tile));
			assert_int_equal(r.problem_count, 1);
			assert_int_equal(r.problems[0].level, tiles[i].level);
			run(SQL("DELETE FROM audit_tile WHERE %s", row));
			run(SQL("INSERT INTO audit_tile SELECT * FROM kept WHERE %s", row));
		}
	run("DROP TABLE kept");
	(void)verify(l.keys, RC_OK);
}

static void
missing_cut_and_stray_tiles_are_named(void **state)
{
	static const struct {
		const char *sql;
		int tile;
	} cases[] = {
	    {"DELETE FROM audit_tile WHERE level = 0 AND tile = 0", 0},
	    {"DELETE FROM audit_tile WHERE level = 0 AND tile = 1", 1},
	    {"DELETE FROM audit_tile WHERE level = 1", 0},
	    {"UPDATE audit_tile SET hashes = SUBSTR(hashes, 1, 32) WHERE level = 0", 0},
	    {"UPDATE audit_tile SET hashes = SUBSTR(hashes, 1, 33) WHERE level = 0", 0},
	    {"UPDATE audit_tile SET hashes = ZEROBLOB(10000) WHERE level = 1", 0},
	    {"INSERT INTO audit_tile VALUES (0, 2, ZEROBLOB(32))", 2},
	    {"INSERT INTO audit_tile VALUES (2, 0, ZEROBLOB(32))", 0},
	    {"INSERT INTO audit_tile VALUES (99, 7, ZEROBLOB(32))", 7},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audit_report r;

		run("CREATE TABLE kept AS SELECT * FROM audit_tile");
		run(cases[i].sql);
		r = verify(NULL, RC_INTEGRITY);
		assert_true(names(&r, AUDIT_PROBLEM_TILE, cases[i].tile));
		put_back("audit_tile");
	}
	(void)verify(l.keys, RC_OK);
}

static void
any_change_of_head_origin_checkpoint_and_wrapped_keys_is_named(void **state)
{
	static const struct {
		const char *table, *column, *where;
		enum audit_problem_kind kind;
		int at;
	} cases[] = {
	    {"audit_head", "id", "1", AUDIT_PROBLEM_HEAD, 0},
	    {"audit_head", "size", "1", AUDIT_PROBLEM_HEAD, 0},
	    {"audit_head", "root", "1", AUDIT_PROBLEM_HEAD, 0},
	    {"audit_head", "frontier", "1", AUDIT_PROBLEM_HEAD, 0},
	    {"audit_head", "first_ms", "1", AUDIT_PROBLEM_HEAD, 0},
	    {"audit_head", "last_ms", "1", AUDIT_PROBLEM_HEAD, 0},
	    {"audit_origin", "id", "1", AUDIT_PROBLEM_ORIGIN, 0},
	    {"audit_origin", "origin", "1", AUDIT_PROBLEM_ORIGIN, 0},
	    {"audit_origin", "vkey", "1", AUDIT_PROBLEM_ORIGIN, 0},
	    {"audit_checkpoint", "size", "size = 150", AUDIT_PROBLEM_CHECKPOINT, 151},
	    {"audit_checkpoint", "note", "size = 150", AUDIT_PROBLEM_CHECKPOINT, 150},
	    {"audit_checkpoint", "size", "size = 300", AUDIT_PROBLEM_CHECKPOINT, 301},
	    {"audit_checkpoint", "note", "size = 300", AUDIT_PROBLEM_CHECKPOINT, 300},
	    {"audit_detail_key", "id", "id = 150", AUDIT_PROBLEM_DETAIL_KEY, 151},
	    {"audit_detail_key", "bucket", "id = 150", AUDIT_PROBLEM_DETAIL_KEY, 150},
	    {"audit_detail_key", "wrapped", "id = 0", AUDIT_PROBLEM_DETAIL_KEY, 0},
	    {"audit_detail_key", "checksum", "id = 0", AUDIT_PROBLEM_DETAIL_KEY, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audit_report r;

		assert_true(change(cases[i].table, cases[i].column, cases[i].where));
		for (int with = 0; with < 2; with++) {
			r = verify(with ? l.keys : NULL, RC_INTEGRITY);
			assert_true(names(&r, cases[i].kind, cases[i].at));
		}
		put_back(cases[i].table);
	}
	(void)verify(l.keys, RC_OK);
}

static void
removed_moved_and_added_leaves_are_named(void **state)
{
	static const struct {
		const char *sql;
		enum audit_problem_kind kind;
		int at;
	} cases[] = {
	    {"DELETE FROM audit_leaf WHERE idx = 17", AUDIT_PROBLEM_MISSING, 17},
	    {"DELETE FROM audit_leaf WHERE idx = 0", AUDIT_PROBLEM_MISSING, 0},
	    {"DELETE FROM audit_leaf WHERE idx >= 290", AUDIT_PROBLEM_MISSING, 290},
	    {"DELETE FROM audit_leaf WHERE idx BETWEEN 100 AND 270", AUDIT_PROBLEM_MISSING, 100},
	    {"DELETE FROM audit_leaf", AUDIT_PROBLEM_MISSING, 0},
	    {"UPDATE audit_leaf SET idx = 300 WHERE idx = 5", AUDIT_PROBLEM_EXTRA, 300},
	    {"UPDATE audit_leaf SET idx = -1 WHERE idx = 5", AUDIT_PROBLEM_EXTRA, -1},
	    {"UPDATE audit_leaf SET idx = 9e15 WHERE idx = 5", AUDIT_PROBLEM_MISSING, 5},
	    {"UPDATE audit_leaf SET idx = 9223372036854775807 WHERE idx = 5", AUDIT_PROBLEM_MISSING,
	     5},
	    {"UPDATE audit_leaf SET idx = -1 WHERE idx = 5;"
	     "UPDATE audit_leaf SET idx = 5 WHERE idx = 6;"
	     "UPDATE audit_leaf SET idx = 6 WHERE idx = -1",
	     AUDIT_PROBLEM_LEAF, 6},
	    {"UPDATE audit_leaf SET idx = idx - 1 WHERE idx > 17", AUDIT_PROBLEM_LEAF, 17},
	    {"UPDATE audit_head SET size = 4503599627370496", AUDIT_PROBLEM_HEAD, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audit_report r;

		run("CREATE TABLE kept AS SELECT * FROM audit_leaf");
		run("CREATE TABLE kept_head AS SELECT * FROM audit_head");
		if (strstr(cases[i].sql, "idx - 1") != NULL)
			run("DELETE FROM audit_leaf WHERE idx = 17");
		run(cases[i].sql);
		r = verify(NULL, RC_INTEGRITY);
		assert_true(names(&r, cases[i].kind, cases[i].at));
		put_back("audit_leaf");
		run("DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head; "
		    "DROP TABLE kept_head");
	}
	(void)verify(l.keys, RC_OK);
}

/* The whole log written anew, consistently, without one leaf: only a signature can tell. */
static void
a_log_written_anew_is_betrayed_by_its_checkpoints(void **state)
{
	struct audit_verify_options options = {.vkey = STR_NONE};
	struct audit_report r;
	struct err err;
	struct str note, vkey;
	int64_t size;

	(void)state;
	assert_int_equal(audit_checkpoint_latest(l.db, l.arena, &note, &size, &err), RC_OK);
	assert_int_equal(audit_vkey(l.db, l.arena, &vkey, &err), RC_OK);
	run("DELETE FROM audit_leaf; DELETE FROM audit_tile; DELETE FROM audit_about; "
	    "DELETE FROM audit_detail_key; DELETE FROM audit_head; "
	    "INSERT INTO audit_head VALUES (1, 0, "
	    "X'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', X'', 0, 0)");
	test_log_grow(&l, 0, 200);
	/* Leaves made anew have seals of their own, so even the same entries differ. */
	r = verify(l.keys, RC_INTEGRITY);
	assert_true(names(&r, AUDIT_PROBLEM_CHECKPOINT, 150));
	assert_true(names(&r, AUDIT_PROBLEM_CHECKPOINT, 300));
	/* Without its checkpoints it looks whole, but not to who kept one. */
	run("DELETE FROM audit_checkpoint");
	r = verify(l.keys, RC_OK);
	assert_int_equal(r.checkpoint_size, -1);
	options.checkpoint = note;
	options.vkey = vkey;
	assert_int_equal(audit_verify(l.db, l.keys, &options, l.arena, &r, &err), RC_INTEGRITY);
	assert_true(names(&r, AUDIT_PROBLEM_CHECKPOINT, 300));
	test_log_grow(&l, 200, 320);
	assert_int_equal(audit_verify(l.db, l.keys, &options, l.arena, &r, &err), RC_INTEGRITY);
	assert_true(names(&r, AUDIT_PROBLEM_CHECKPOINT, 300));
}

static void
a_truncated_log_does_not_grow_and_a_kept_checkpoint_holds_for_a_good_one(void **state)
{
	struct audit_verify_options options = {.vkey = STR_NONE};
	struct audit_report r;
	struct audit_group *g;
	struct audit_entry e = test_entry(1);
	struct err err;
	int64_t size;

	(void)state;
	assert_int_equal(audit_checkpoint_latest(l.db, l.arena, &options.checkpoint, &size, &err),
			 RC_OK);
	assert_int_equal(audit_verify(l.db, l.keys, &options, l.arena, &r, &err), RC_OK);
	assert_int_equal(r.checkpoint_size, 300);
	options.vkey = STR("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
	options.checkpoint = STR_NONE;
	assert_int_equal(audit_verify(l.db, l.keys, &options, l.arena, &r, &err), RC_INTEGRITY);
	assert_true(names(&r, AUDIT_PROBLEM_ORIGIN, 0));
	run("UPDATE audit_tile SET hashes = SUBSTR(hashes, 1, 320) WHERE level = 0 AND tile = 1");
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_group_begin(l.db, l.keys, &g, &err), RC_OK);
	assert_int_equal(audit_append(g, &e, NULL, &err), RC_OK);
	assert_int_equal(audit_group_end(g, &err), RC_INTEGRITY);
	audit_group_free(g);
	db_rollback(l.db);
	run("UPDATE audit_head SET size = 299");
	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_group_begin(l.db, l.keys, &g, &err), RC_INTEGRITY);
	assert_null(g);
	db_rollback(l.db);
}

/* What is no checkpoint of this log says nothing about it: the caller's mistake, in one line. */
static void
a_checkpoint_that_is_not_of_this_log_is_refused_and_is_no_finding(void **state)
{
	struct audit_verify_options options = {.vkey = STR_NONE};
	struct audit_report r;
	struct test_log other;
	struct err err;
	struct str good, foreign, bad[5];
	int64_t size;
	ptrdiff_t at;
	char *z;

	(void)state;
	assert_int_equal(audit_checkpoint_latest(l.db, l.arena, &good, &size, &err), RC_OK);
	test_log_open(&other);
	test_log_grow(&other, 0, 3);
	assert_int_equal(db_begin(other.db, &err), RC_OK);
	assert_int_equal(audit_checkpoint_make(other.db, other.keys, l.arena, &foreign, &err),
			 RC_OK);
	assert_int_equal(db_commit(other.db, &err), RC_OK);
	bad[0] = foreign; /* the same origin, another key */
	bad[1] = STR("hello\n");
	at = str_find(good, STR("\n300\n"));
	assert_true(at > 0);
	z = str_z(l.arena, good);
	z[at + 1] = '9'; /* a size larger than the log, not signed so */
	bad[2] = str_from(z);
	z = str_z(l.arena, good);
	z[0] = 'x'; /* another origin */
	bad[3] = str_from(z);
	bad[4] = str_sub(good, 0, good.n - 20);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		options.checkpoint = bad[i];
		err.text[0] = '\0';
		assert_int_equal(audit_verify(l.db, l.keys, &options, l.arena, &r, &err),
				 RC_INVALID);
		assert_string_equal(err.key, "checkpoint");
		assert_int_equal(r.problem_count, 0);
		assert_false(r.whole);
		print_message("%s\n", err.text);
	}
	test_log_close(&other);
	/* Signed by this log's key and larger than the log: that is a finding, and one alone. */
	options.checkpoint = good;
	run("DELETE FROM audit_checkpoint");
	run("CREATE TABLE kept AS SELECT * FROM audit_leaf");
	run("DELETE FROM audit_leaf; DELETE FROM audit_tile; DELETE FROM audit_about; "
	    "DELETE FROM audit_detail_key; DELETE FROM audit_head; DROP TABLE kept; "
	    "INSERT INTO audit_head VALUES (1, 0, "
	    "X'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', X'', 0, 0)");
	test_log_grow(&l, 0, 20);
	assert_int_equal(audit_verify(l.db, l.keys, &options, l.arena, &r, &err), RC_INTEGRITY);
	assert_true(names(&r, AUDIT_PROBLEM_CHECKPOINT, 300));
	assert_int_equal(r.problem_count, 1);
	assert_true(r.whole);
}

static void
a_log_under_another_key_than_the_key_files_is_named(void **state)
{
	struct audit_report r;

	(void)state;
	run("UPDATE audit_origin SET origin = 'example.com/foo', vkey = "
	    "'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'");
	run("DELETE FROM audit_checkpoint");
	(void)verify(NULL, RC_OK);
	r = verify(l.keys, RC_INTEGRITY);
	assert_true(names(&r, AUDIT_PROBLEM_ORIGIN, 0));
}

/* No query of the log would tell: the index lost an entry, and leaves and tree are whole. */
static void
an_index_that_lost_an_entry_is_named(void **state)
{
	struct audit_report r;
	bool named = false;

	(void)state;
	run("CREATE INDEX audit_leaf_by_actor ON audit_leaf (actor_mac)");
	run("PRAGMA writable_schema = ON; "
	    "CREATE TABLE schema_was AS SELECT rowid AS r, * FROM sqlite_schema "
	    "WHERE name = 'audit_leaf_by_actor'; "
	    "DELETE FROM sqlite_schema WHERE name = 'audit_leaf_by_actor'; "
	    "PRAGMA writable_schema = RESET");
	run("UPDATE audit_leaf SET actor_mac = X'00112233445566778899AABBCCDDEEFF' WHERE idx = 5");
	run("PRAGMA writable_schema = ON; "
	    "INSERT INTO sqlite_schema SELECT type, name, tbl_name, rootpage, sql FROM schema_was; "
	    "DROP TABLE schema_was; PRAGMA writable_schema = RESET");
	r = verify(NULL, RC_INTEGRITY);
	for (int64_t i = 0; i < r.problem_count && i < AUDIT_PROBLEMS_KEPT; i++)
		named |= r.problems[i].kind == AUDIT_PROBLEM_FILE &&
			 str_find(r.problems[i].text, STR("audit_leaf_by_actor")) >= 0;
	assert_true(named);
}

int
main(void)
{
	test_needs_sqlite();
#define T(f) cmocka_unit_test_setup_teardown(f, open_log, close_log)
	const struct CMUnitTest tests[] = {
	    T(any_column_of_any_leaf_names_the_leaf),
	    T(every_byte_of_one_leaf_counts),
	    T(lists_of_records_are_part_of_their_leaf),
	    T(tiles_are_named_when_they_are_wrong_and_not_the_leaves),
	    T(missing_cut_and_stray_tiles_are_named),
	    T(any_change_of_head_origin_checkpoint_and_wrapped_keys_is_named),
	    T(removed_moved_and_added_leaves_are_named),
	    T(a_log_written_anew_is_betrayed_by_its_checkpoints),
	    T(a_truncated_log_does_not_grow_and_a_kept_checkpoint_holds_for_a_good_one),
	    T(a_checkpoint_that_is_not_of_this_log_is_refused_and_is_no_finding),
	    T(a_log_under_another_key_than_the_key_files_is_named),
	    T(an_index_that_lost_an_entry_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
