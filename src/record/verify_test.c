#include "base/test.h"

#include <sqlite3.h>

#include "record/erase.h"
#include "record/record.sql.h"
#include "record/row.h"
#include "record/test_node.h"
#include "record/verify.h"

static struct test_person analyst, supervisor, worker;

struct fixture {
	struct test_node *t;
	struct id changed, plain, survivor, erased;
	sqlite3 *raw; /* an intruder's own way to the file */
};

static void
change(struct test_node *t, const struct test_person *who, struct id id, int64_t version,
       const char *patch)
{
	struct door *d = test_node_begin(t, who);
	struct record *r;
	enum rc rc = record_update(d, id, version, test_json(d, str_from(patch)), &r, NULL);

	assert_int_equal(test_node_end(t, rc), RC_OK);
}

static void
erase(struct test_node *t, struct id id, int64_t version)
{
	struct door *d = test_node_begin(t, &supervisor);

	assert_int_equal(test_node_end(t, record_erase(d, id, version, NULL)), RC_OK);
}

static int
setup(void **state)
{
	struct fixture *f = heap_zeroed(sizeof *f);

	analyst = test_person(1, 1, BIT(ROLE_ANALYST), PURPOSE_INVESTIGATION);
	supervisor = test_person(4, 1, BIT(ROLE_SUPERVISOR), PURPOSE_INVESTIGATION);
	worker = test_person(7, 1, BIT(ROLE_SUPPORT_WORKER), PURPOSE_PROTECTION);
	f->t = test_node_new(NULL, NULL);
	f->changed = test_node_create(f->t, &analyst, "person", STR("{'name':'Dameru Loshkai'}"));
	f->t->now_ms += 1000;
	change(f->t, &analyst, f->changed, 1, "{'name':'Dameru Loshkay'}");
	change(f->t, &analyst, f->changed, 2, "{'may_be_minor':'no'}");
	f->plain = test_node_create(f->t, &analyst, "task", STR("{'what':'call back'}"));
	f->survivor = test_node_create(f->t, &worker, "survivor", STR("{'chosen_name':'Tirelu'}"));
	f->erased = test_node_create(f->t, &analyst, "person",
				     STR("{'name':'X Y','mobile_phone':'+99900000001'}"));
	change(f->t, &analyst, f->erased, 1, "{'mobile_phone':'+99900000002'}");
	must(sqlite3_open(test_node_file(f->t), &f->raw) == SQLITE_OK);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	(void)sqlite3_close(f->raw);
	test_node_free(f->t);
	free(f);
	return 0;
}

static enum rc
verify(struct test_node *t, struct record_report *report, struct err *err)
{
	const struct record_verify_options options = {.open_bodies = true};
	enum rc rc;

	must(db_begin_read(t->db, err) == RC_OK);
	rc = record_verify(&t->node, t->db, &options, t->a, report, err);
	db_rollback(t->db);
	return rc;
}

static int64_t
count(struct fixture *f, const char *sql)
{
	sqlite3_stmt *s;
	int64_t n;

	must(sqlite3_prepare_v2(f->raw, sql, -1, &s, NULL) == SQLITE_OK);
	must(sqlite3_step(s) == SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return n;
}

static void
what_was_written_verifies(void **state)
{
	struct fixture *f = *state;
	struct record_report report;
	struct err err = {.text = ""};

	if (verify(f->t, &report, &err) != RC_OK)
		fail_msg("%s\n", err.text);
	assert_int_equal(report.rows, 4);
	assert_int_equal(report.past_rows, 3);
	assert_int_equal(report.opened, 7);
	assert_int_equal(report.problem_count, 0);
	erase(f->t, f->erased, 2);
	if (verify(f->t, &report, &err) != RC_OK)
		fail_msg("%s\n", err.text);
	assert_int_equal(report.erased, 1);
	assert_int_equal(report.opened, 5);
}

/* One cell with one thing about it changed; put back after. */
struct cell {
	const char *table, *column;
	int row;
	char where[200];
	sqlite3_value *was;
};

static void
write_cell(struct fixture *f, const struct cell *c, const sqlite3_value *value, int flip_at)
{
	char *sql = str_z(f->t->a, str_fmt(f->t->a, "UPDATE %s SET %s = ?1 WHERE %s", c->table,
					   c->column, c->where));
	sqlite3_stmt *s;

	must(sqlite3_prepare_v2(f->raw, sql, -1, &s, NULL) == SQLITE_OK);
	if (flip_at < 0) {
		must(sqlite3_bind_value(s, 1, value) == SQLITE_OK);
	} else if (sqlite3_value_type(c->was) == SQLITE_INTEGER) {
		must(sqlite3_bind_int64(s, 1, sqlite3_value_int64(c->was) + 1000003) == SQLITE_OK);
	} else {
		bool blob = sqlite3_value_type(c->was) == SQLITE_BLOB;
		const char *p = sqlite3_value_blob(c->was);
		int n = sqlite3_value_bytes(c->was);
		char *copy = str_z(f->t->a, (struct str){p, (size_t)n});

		copy[flip_at % n] = (char)(copy[flip_at % n] ^ 1);
		if (blob)
			must(sqlite3_bind_blob(s, 1, copy, n, SQLITE_TRANSIENT) == SQLITE_OK);
		else
			must(sqlite3_bind_text(s, 1, copy, n, SQLITE_TRANSIENT) == SQLITE_OK);
	}
	must(sqlite3_step(s) == SQLITE_DONE);
	must(sqlite3_changes(f->raw) == 1);
	(void)sqlite3_finalize(s);
}

static bool
is_empty(const sqlite3_value *v)
{
	int kind = sqlite3_value_type((sqlite3_value *)(uintptr_t)v);

	return kind == SQLITE_NULL ||
	       (kind != SQLITE_INTEGER && sqlite3_value_bytes((sqlite3_value *)(uintptr_t)v) == 0);
}

/* Is one of the first problems about this record, or about a leaf? */
static bool
named(const struct record_report *report)
{
	for (size_t i = 0; i < report->problems.n; i++)
		if (str_find(report->problems.at[i], STR("record ")) >= 0 ||
		    str_find(report->problems.at[i], STR("leaf ")) >= 0)
			return true;
	return report->log.problem_count > 0 && report->log.problems[0].text.n > 0;
}

static int
try_cell(struct fixture *f, struct cell *c)
{
	char *sql = str_z(
	    f->t->a, str_fmt(f->t->a, "SELECT %s FROM %s WHERE %s", c->column, c->table, c->where));
	struct record_report report;
	struct err err;
	sqlite3_stmt *s;
	int tried = 0;

	must(sqlite3_prepare_v2(f->raw, sql, -1, &s, NULL) == SQLITE_OK);
	must(sqlite3_step(s) == SQLITE_ROW);
	c->was = sqlite3_value_dup(sqlite3_column_value(s, 0));
	(void)sqlite3_finalize(s);
	if (!is_empty(c->was)) {
		write_cell(f, c, NULL, 13 * c->row + 5);
		if (verify(f->t, &report, &err) != RC_INTEGRITY || !named(&report))
			fail_msg("%s.%s of row %d was changed, and nobody saw it\n", c->table,
				 c->column, c->row);
		/* idx is the rowid itself. */
		if (strcmp(c->column, "idx") == 0)
			(void)snprintf(c->where, sizeof c->where, "idx > 1000000");
		write_cell(f, c, c->was, -1);
		tried = 1;
	}
	sqlite3_value_free(c->was);
	return tried;
}

static int
try_table(struct fixture *f, const char *table)
{
	char *sql = str_z(f->t->a, str_fmt(f->t->a, "SELECT rowid FROM %s", table));
	sqlite3_stmt *rows, *columns;
	int tried = 0, row = 0;

	/* WHERE clauses first, so that no statement is open while cells change. */
	VEC(struct str) wheres = {0};

	must(sqlite3_prepare_v2(f->raw, sql, -1, &rows, NULL) == SQLITE_OK);
	while (sqlite3_step(rows) == SQLITE_ROW)
		*VEC_ADD(f->t->a, &wheres) = str_fmt(f->t->a, "%s", sqlite3_column_text(rows, 0));
	(void)sqlite3_finalize(rows);
	for (size_t i = 0; i < wheres.n; i++, row++) {
		must(sqlite3_prepare_v2(
			 f->raw, str_z(f->t->a, str_fmt(f->t->a, "PRAGMA table_info(%s)", table)),
			 -1, &columns, NULL) == SQLITE_OK);
		VEC(struct str) names = {0};
		while (sqlite3_step(columns) == SQLITE_ROW)
			*VEC_ADD(f->t->a, &names) =
			    str_fmt(f->t->a, "%s", sqlite3_column_text(columns, 1));
		(void)sqlite3_finalize(columns);
		for (size_t k = 0; k < names.n; k++) {
			struct cell c = {.table = table, .column = names.at[k].p, .row = row};

			(void)snprintf(c.where, sizeof c.where, "rowid = %.*s",
				       STR_ARG(wheres.at[i]));
			tried += try_cell(f, &c);
		}
	}
	return tried;
}

static void
a_changed_byte_in_any_column_is_found_and_named(void **state)
{
	struct fixture *f = *state;
	struct record_report report;
	struct err err;

	erase(f->t, f->erased, 2);
	assert_true(try_table(f, "record") > 50);
	assert_true(try_table(f, "record_past") > 40);
	/* The log's own columns and tree are changed one by one in audit/; here, through us. */
	assert_true(try_table(f, "audit_leaf") > 100);
	if (verify(f->t, &report, &err) != RC_OK)
		fail_msg("what was put back does not verify: %s\n", err.text);
}

static void
a_row_that_is_gone_or_was_put_there_is_found(void **state)
{
	static const char *const deeds[] = {
	    "DELETE FROM record WHERE version = 3",
	    "DELETE FROM record_past WHERE version = 1",
	    "DELETE FROM record_past",
	    ("INSERT INTO record_past SELECT id, 9, type_version, unit, owner, guard, handling, "
	     "state,"
	     " flags, due_ms, updated_ms, 999, bucket, wrapped, body FROM record_past LIMIT 1"),
	    "UPDATE record SET body = x'', wrapped = x'' WHERE version = 1",
	    "UPDATE record SET body = x'', wrapped = x'', flags = 1 WHERE version = 1",
	    "UPDATE record_past SET body = x'', wrapped = x'', flags = 1 WHERE version = 1",
	    /* an older version in the newer one's place */
	    ("UPDATE record SET body = p.body, wrapped = p.wrapped FROM record_past p"
	     " WHERE p.id = record.id AND p.version = 1 AND record.version = 3"),
	    "DELETE FROM audit_leaf WHERE idx = (SELECT max(idx) FROM audit_leaf)",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(deeds); i++) {
		struct record_report report;
		struct err err;

		must(sqlite3_exec(
			 f->raw,
			 "CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM record;"
			 "CREATE TABLE IF NOT EXISTS kept_past AS SELECT * FROM record_past;"
			 "CREATE TABLE IF NOT EXISTS kept_leaf AS SELECT * FROM audit_leaf",
			 NULL, NULL, NULL) == SQLITE_OK);
		must(sqlite3_exec(f->raw, deeds[i], NULL, NULL, NULL) == SQLITE_OK);
		must(sqlite3_changes(f->raw) > 0);
		if (verify(f->t, &report, &err) != RC_INTEGRITY || !named(&report))
			fail_msg("nobody saw: %s\n", deeds[i]);
		must(sqlite3_exec(f->raw,
				  "DELETE FROM record; INSERT INTO record SELECT * FROM kept;"
				  "DELETE FROM record_past;"
				  "INSERT INTO record_past SELECT * FROM kept_past;"
				  "DELETE FROM audit_leaf;"
				  "INSERT INTO audit_leaf SELECT * FROM kept_leaf",
				  NULL, NULL, NULL) == SQLITE_OK);
	}
	assert_int_equal(count(f, "SELECT count(*) FROM record"), 4);
}

/* One that was moved here after it was erased never had them; this one's leaves tell of them. */
static void
the_former_versions_of_an_erased_record_are_missed_by_their_leaves(void **state)
{
	struct fixture *f = *state;
	struct record_report report;
	struct err err;

	erase(f->t, f->erased, 2);
	must(sqlite3_exec(f->raw,
			  "CREATE TABLE kept_past AS SELECT p.* FROM record_past p JOIN record r "
			  "ON r.id = p.id WHERE r.flags & 1 = 1;"
			  "DELETE FROM record_past WHERE id IN (SELECT id FROM kept_past)",
			  NULL, NULL, NULL) == SQLITE_OK);
	assert_int_equal(verify(f->t, &report, &err), RC_INTEGRITY);
	assert_int_equal(report.problem_count, 2);
	/* And one alone as well. */
	must(sqlite3_exec(f->raw,
			  "INSERT INTO record_past SELECT * FROM kept_past WHERE version = 2", NULL,
			  NULL, NULL) == SQLITE_OK);
	assert_int_equal(verify(f->t, &report, &err), RC_INTEGRITY);
	assert_true(report.problem_count >= 1);
	must(sqlite3_exec(f->raw,
			  "INSERT INTO record_past SELECT * FROM kept_past WHERE version = 1", NULL,
			  NULL, NULL) == SQLITE_OK);
	assert_int_equal(verify(f->t, &report, &err), RC_OK);
}

/* A row's wrapped key and the words under which it was wrapped, as a backup would hold them. */
struct backup {
	struct str wrapped, aad, bucket;
};

static struct backup
back_up(struct fixture *f, struct id id)
{
	struct record_row row;
	struct door *d = test_node_begin_read(f->t, &analyst);

	must(row_find(d, id, &row, NULL) == RC_OK);
	door_close(d);
	return (struct backup){row.wrapped, row_aad(f->t->a, &row), row.bucket};
}

static enum rc
unwrap(struct fixture *f, const struct backup *b)
{
	unsigned char key[DATA_KEY_BYTES];

	return keys_unwrap(f->t->keys, NULL, b->bucket, b->aad, b->wrapped, key, NULL);
}

static void
run_rewrap(struct fixture *f, struct str bucket, bool to_the_end)
{
	struct test_person node = {.actor = {.is_node = true}};
	struct erase_cursor c;
	struct door *d;

	assert_int_equal(erase_begin(&f->t->node, bucket, &c, NULL), RC_OK);
	do {
		d = test_node_begin(f->t, &node);
		assert_int_equal(test_node_end(f->t, erase_step(d, bucket, &c, NULL)), RC_OK);
	} while (!c.done && to_the_end);
	if (!to_the_end)
		return;
	d = test_node_begin(f->t, &node);
	assert_int_equal(test_node_end(f->t, erase_end(d, bucket, NULL)), RC_OK);
}

/* All is under the key that one made, and the other's newer one is not to stand alone yet. */
static void
end_while_another_renews(struct fixture *f, struct str bucket)
{
	struct test_person node = {.actor = {.is_node = true}};
	struct erase_cursor one, other;
	struct door *d;

	assert_int_equal(erase_begin(&f->t->node, bucket, &one, NULL), RC_OK);
	do {
		d = test_node_begin(f->t, &node);
		assert_int_equal(test_node_end(f->t, erase_step(d, bucket, &one, NULL)), RC_OK);
	} while (!one.done);
	assert_int_equal(erase_begin(&f->t->node, bucket, &other, NULL), RC_OK);
	d = test_node_begin(f->t, &node);
	assert_int_equal(test_node_end(f->t, erase_end(d, bucket, NULL)), RC_STALE);
}

static void
an_erased_record_opens_for_nobody_with_no_copy_of_its_row(void **state)
{
	struct fixture *f = *state;
	struct backup old_erased, old_kept;
	struct bucket_list pending = {0};
	struct record_report report;
	struct record *r;
	struct door *d;
	struct err err;
	int64_t tokens = count(f, "SELECT count(*) FROM record_token");

	old_erased = back_up(f, f->erased);
	old_kept = back_up(f, f->changed);
	assert_true(str_eq(old_erased.bucket, old_kept.bucket));
	erase(f->t, f->erased, 2);
	d = test_node_begin_read(f->t, &analyst);
	assert_int_equal(record_load(d, f->erased, NULL, &r, &err), RC_ABSENT);
	assert_int_equal(record_load_version(d, f->erased, 1, &r, &err), RC_ABSENT);
	door_close(d);
	/* stubs stay, empty; tokens of its own values are gone */
	assert_int_equal(count(f, "SELECT count(*) FROM record_past WHERE length(body) = 0"
				  " AND length(wrapped) = 0"),
			 2);
	assert_int_equal(count(f, "SELECT count(*) FROM record_token"), tokens - 2);
	/* The row is gone, but a copy of it would still open: so its bucket waits for a new key. */
	assert_int_equal(unwrap(f, &old_erased), RC_OK);
	assert_int_equal(erase_pending(f->t->db, f->t->a, &pending, NULL), RC_OK);
	assert_int_equal(pending.n, 1);
	/* a crash half-way does no harm, nor two processes that both do it */
	run_rewrap(f, pending.at[0], false);
	end_while_another_renews(f, pending.at[0]);
	run_rewrap(f, pending.at[0], true);
	assert_int_equal(unwrap(f, &old_erased), RC_ABSENT);
	assert_int_equal(unwrap(f, &old_kept), RC_ABSENT);
	d = test_node_begin_read(f->t, &analyst);
	assert_int_equal(record_load(d, f->changed, NULL, &r, &err), RC_OK);
	assert_int_equal(record_load_version(d, f->changed, 1, &r, &err), RC_OK);
	(void)test_node_end_read(f->t, RC_OK);
	pending.n = 0;
	assert_int_equal(erase_pending(f->t->db, f->t->a, &pending, NULL), RC_OK);
	assert_int_equal(pending.n, 0);
	if (verify(f->t, &report, &err) != RC_OK)
		fail_msg("%s\n", err.text);
}

static void
an_erasing_names_its_version_and_its_role(void **state)
{
	struct fixture *f = *state;
	struct door *d = test_node_begin(f->t, &supervisor);

	assert_int_equal(test_node_end(f->t, record_erase(d, f->changed, 1, NULL)), RC_STALE);
	d = test_node_begin(f->t, &analyst);
	assert_int_equal(test_node_end(f->t, record_erase(d, f->changed, 3, NULL)), RC_DENIED);
	d = test_node_begin(f->t, &worker);
	assert_int_equal(test_node_end(f->t, record_erase(d, f->plain, 1, NULL)), RC_DENIED);
	assert_int_equal(count(f, "SELECT count(*) FROM record WHERE flags = 1"), 0);
}

/* Another log's checkpoint is the caller's mistake, and no record is called missing for it. */
static void
a_file_that_is_no_checkpoint_of_this_log_makes_no_problems(void **state)
{
	struct fixture *f = *state;
	const struct record_verify_options options = {.checkpoint = STR("nothing\n")};
	struct record_report report;
	struct err err;

	must(db_begin_read(f->t->db, &err) == RC_OK);
	assert_int_equal(record_verify(&f->t->node, f->t->db, &options, f->t->a, &report, &err),
			 RC_INVALID);
	db_rollback(f->t->db);
	assert_string_equal(err.key, "checkpoint");
	assert_int_equal(report.problem_count, 0);
	assert_int_equal(report.log.problem_count, 0);
}

int
main(void)
{
	test_needs_sqlite();
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(what_was_written_verifies),
	    T(a_changed_byte_in_any_column_is_found_and_named),
	    T(a_row_that_is_gone_or_was_put_there_is_found),
	    T(the_former_versions_of_an_erased_record_are_missed_by_their_leaves),
	    T(an_erased_record_opens_for_nobody_with_no_copy_of_its_row),
	    T(an_erasing_names_its_version_and_its_role),
	    T(a_file_that_is_no_checkpoint_of_this_log_makes_no_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
