#include "base/test.h"

#include "audit/export.h"
#include "audit/one_log_for_test.h"
#include "audit/prove.h"
#include "audit/verify.h"

static void
checkpoint(void)
{
	struct err err;
	struct str note;

	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_checkpoint_make(l.db, l.keys, l.arena, &note, &err), RC_OK);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
}

static struct str export(void)
{
	char *p = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&p, &n);
	struct err err;
	struct str out;

	assert_non_null(f);
	assert_int_equal(audit_export(l.db, f, &err), RC_OK);
	(void)fclose(f);
	out = str_copy(l.arena, (struct str){p, n});
	free(p);
	return out;
}

static enum rc
verify(struct str bytes, struct str vkey, struct audit_export_report *report, long *line)
{
	FILE *f = fmemopen((void *)(uintptr_t)bytes.p, bytes.n, "rb");
	struct err err = {.rc = RC_OK};
	enum rc rc;

	assert_non_null(f);
	rc = audit_export_verify(f, vkey, report, &err);
	(void)fclose(f);
	*line = err.line;
	return rc;
}

static void
an_export_verifies_alone_and_holds_no_content(void **state)
{
	struct audit_export_report report;
	struct str bytes, vkey;
	struct err err;
	long line;

	(void)state;
	test_log_grow(&l, 0, 600);
	assert_int_equal(audit_export(l.db, stdout, &err), RC_ABSENT);
	checkpoint();
	test_log_grow(&l, 600, 605);
	bytes = export();
	assert_int_equal(audit_vkey(l.db, l.arena, &vkey, &err), RC_OK);
	assert_int_equal(verify(bytes, STR_NONE, &report, &line), RC_OK);
	assert_int_equal(report.leaves, 600);
	assert_string_equal(report.origin, "node.example/log");
	assert_int_equal(verify(bytes, vkey, &report, &line), RC_OK);
	assert_true(str_find(bytes, STR("hotline")) < 0);
	assert_int_equal(verify(bytes,
				STR("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYc"
				    "rnKv3U2k"),
				&report, &line),
			 RC_INTEGRITY);
	assert_int_equal(line, 2);
}

static void
one_changed_byte_names_its_line(void **state)
{
	struct str bytes, bad;
	long at = 1, line;

	(void)state;
	test_log_grow(&l, 0, 12);
	checkpoint();
	bytes = export();
	for (size_t i = 0; i < bytes.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			enum rc rc;

			bad = str_copy(l.arena, bytes);
			((char *)(uintptr_t)bad.p)[i] ^= (char)(1 << bit);
			rc = verify(bad, STR_NONE, NULL, &line);
			assert_int_equal(rc, at == 1 ? RC_INVALID : RC_INTEGRITY);
			/* A byte that becomes, or was, a newline moves the lines after it. */
			if (bytes.p[i] != '\n' && bad.p[i] != '\n' && line != at) {
				print_error("byte %zu: line %ld, named %ld\n", i, at, line);
				assert_int_equal(line, at);
			}
		}
		at += bytes.p[i] == '\n';
	}
	for (size_t n = 1; n < bytes.n; n++)
		assert_int_not_equal(verify(str_sub(bytes, 0, n), STR_NONE, NULL, &line), RC_OK);
	bad = str_fmt(l.arena, "%.*sx", STR_ARG(bytes));
	assert_int_equal(verify(bad, STR_NONE, NULL, &line), RC_INTEGRITY);
}

static void
removed_swapped_and_repeated_lines_are_found(void **state)
{
	struct str bytes, rest, lines[40];
	size_t n = 0;
	long line;

	(void)state;
	test_log_grow(&l, 0, 12);
	checkpoint();
	bytes = export();
	rest = bytes;
	while (rest.n > 0)
		lines[n++] = str_cut(&rest, '\n');
	for (size_t i = 0; i < n; i++)
		for (int how = 0; how < 3; how++) {
			struct buf b;

			buf_init(&b, l.arena);
			for (size_t k = 0; k < n; k++) {
				size_t from =
				    how == 1 && (k == i || k == i + 1) ? 2 * i + 1 - k : k;

				if ((how == 0 && k == i) || from >= n)
					continue;
				for (int times = how == 2 && k == i ? 2 : 1; times > 0; times--) {
					buf_add(&b, lines[from]);
					buf_add_byte(&b, '\n');
				}
			}
			/* A signature said twice is still good (signed-note). */
			if (str_eq(buf_str(&b), bytes) || (how == 2 && i == 6))
				continue;
			assert_int_not_equal(verify(buf_str(&b), STR_NONE, NULL, &line), RC_OK);
		}
}

static void
another_logs_signature_does_not_cover_this_one(void **state)
{
	struct arena *a = arena_new(0);
	struct str one, two, tail;
	struct buf b;
	ptrdiff_t cut;
	long line;

	(void)state;
	test_log_grow(&l, 0, 5);
	checkpoint();
	one = str_copy(a, export());
	test_log_close(&l);
	test_log_open(&l);
	test_log_grow(&l, 0, 5);
	checkpoint();
	two = export();
	cut = str_find(one, STR("\n0 "));
	tail = str_sub(two, (size_t)str_find(two, STR("\n0 ")), two.n);
	buf_init(&b, a);
	buf_add(&b, str_sub(one, 0, (size_t)cut));
	buf_add(&b, tail);
	assert_int_equal(verify(buf_str(&b), STR_NONE, NULL, &line), RC_INTEGRITY);
	assert_int_equal(line, 5);
	arena_free(a);
}

static enum rc
twice(void *ctx, const char *unit, int64_t done, int64_t all, struct err *err)
{
	int *calls = ctx;

	assert_string_equal(unit, "leaves");
	assert_true(done >= 0 && done <= all);
	return ++*calls < 2 ? RC_OK : fail(err, RC_STOPPED, "", "nobody waits for it");
}

static void
an_export_or_verification_that_nobody_waits_for_stops(void **state)
{
	int calls = 0;
	const struct audit_verify_options options = {.progress = twice, .progress_ctx = &calls};
	FILE *out = fopen("/dev/null", "w");
	struct audit_report report;
	struct err err;

	(void)state;
	test_log_grow(&l, 0, 10000);
	checkpoint();
	assert_int_equal(audit_export_told(l.db, out, twice, &calls, &err), RC_STOPPED);
	assert_string_equal(err.text, "nobody waits for it");
	assert_int_equal(calls, 2);
	calls = 0;
	assert_int_equal(audit_verify(l.db, l.keys, &options, l.arena, &report, &err), RC_STOPPED);
	assert_string_equal(err.text, "nobody waits for it");
	assert_int_equal(calls, 2);
	assert_false(report.whole);
	(void)fclose(out);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_log, close_log)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(an_export_or_verification_that_nobody_waits_for_stops,
					    open_log, close_log),
	    T(an_export_verifies_alone_and_holds_no_content),
	    T(one_changed_byte_names_its_line),
	    T(removed_swapped_and_repeated_lines_are_found),
	    T(another_logs_signature_does_not_cover_this_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
