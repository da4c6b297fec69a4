#include "base/test.h"

#include "base/arena.h"
#include "format/csv.h"

/* Rows as text: cells parted by <>, rows by a line end; an error as !line:column. */
static struct str
show(struct arena *a, struct source source, const struct csv_options *options)
{
	struct csv *csv = csv_new(a, source, options);
	struct csv_row row;
	struct err err = {0};
	struct buf b;
	enum rc rc;

	buf_init(&b, a);
	while ((rc = csv_next(csv, &row, &err)) != RC_ABSENT) {
		for (size_t i = 0; i < row.n && rc == RC_OK; i++) {
			buf_add(&b, i > 0 ? STR("<>") : STR_NONE);
			buf_add(&b, row.at[i].text);
		}
		if (rc != RC_OK)
			buf_addf(&b, "!%ld:%ld", err.line, err.column);
		buf_add_byte(&b, '\n');
		if (!csv_can_go_on(csv))
			break;
	}
	return buf_str(&b);
}

/* One byte a pull: every place where a window can end. */
static ptrdiff_t
pull_byte(struct source *s, char *p, size_t n)
{
	if (n == 0 || s->rest.n == 0)
		return 0;
	*p = s->rest.p[0];
	s->rest = str_sub(s->rest, 1, s->rest.n);
	return 1;
}

static const struct {
	struct str in;
	const char *want;
	unsigned flags;
} cases[] = {
    /* clang-format off */
	{ STR_INIT("a,b\n1,2\n"), "a<>b\n1<>2\n", 0 },
	{ STR_INIT("a,b\r\n1,2"), "a<>b\n1<>2\n", 0 },
	{ STR_INIT("a,b\r1,2\r"), "a<>b\n1<>2\n", 0 },
	{ STR_INIT("\xef\xbb\xbf" "a,b\n"), "a<>b\n", 0 },
	{ STR_INIT("a;b\n1,5;2\n"), "a<>b\n1,5<>2\n", 0 },
	{ STR_INIT("a\tb\n1\t2\n"), "a<>b\n1<>2\n", 0 },
	{ STR_INIT("\"a,b\",\"say \"\"no\"\"\"\n"), "a,b<>say \"no\"\n", 0 },
	{ STR_INIT("\"two\nlines\",x\n\"bad\"x,y\n"), "two\nlines<>x\n!3:6\n", 0 },
	{ STR_INIT("\"a\" ,b\n"), "a<>b\n", 0 },
	{ STR_INIT("5\" pipe,b\n"), "5\" pipe<>b\n", 0 },
	{ STR_INIT(",\n\n,\n"), "<>\n<>\n", 0 },
	{ STR_INIT("\"\"\n"), "\n", 0 },
	{ STR_INIT(""), "", 0 },
	{ STR_INIT("\n\r\n"), "", 0 },
	{ STR_INIT("a,b\n1\n2,3\n"), "a<>b\n!2:0\n2<>3\n", 0 },
	{ STR_INIT("a,b\n1\n2,3,4\n"), "a<>b\n1\n2<>3<>4\n", CSV_RAGGED },
	{ STR_INIT("a,b\r\n\x1a"), "a<>b\n", 0 },
	{ STR_INIT("a,b\x1a"), "a<>b\n", 0 },
	{ STR_INIT("a,b\n\x1ajunk,x\n"), "a<>b\n", 0 },
	{ STR_INIT("a,b\n\xe9,\x80\nx,y\n"), "a<>b\n!2:1\nx<>y\n", 0 },
	{ STR_INIT("a,b\n\xe9,\x80\n"), "a<>b\n\xc3\xa9<>\xe2\x82\xac\n", CSV_LATIN1 },
	{ STR_INIT("a\0b,c\nd,e\n"), "!1:2\nd<>e\n", 0 },
	{ STR_INIT("\"a\0b\",c\nd,e\n"), "!1:1\nd<>e\n", 0 },
	{ STR_INIT("a,b\n\"open,c\nd,e\n"), "a<>b\n!2:1\nd<>e\n", 0 },
	{ STR_INIT("\xff\xfe" "a\0,\0\x34\xd8\x1e\xdd\n\0"), "a<>\xf0\x9d\x84\x9e\n", 0 },
	{ STR_INIT("\xfe\xff" "\0a\0,\x06\x27\0\n"), "a<>\xd8\xa7\n", 0 },
	{ STR_INIT("a\0,\0b\0\n\0"), "a<>b\n", 0 },
	{ STR_INIT("\xff\xfe" "a\0,\0\x34\xd8\n\0"), "!1:3\n", 0 },
	{ STR_INIT("\xff\xfe" "a\0,\0b"), "!1:3\n", CSV_LATIN1 },
	{ STR_INIT("\xef"), "!1:1\n", 0 },
    /* clang-format on */
};

static void
rows_come_out_as_they_were_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct csv_options options = {.flags = cases[i].flags};
		struct source bytewise = source_memory(cases[i].in, NULL);
		struct str got = show(a, source_memory(cases[i].in, NULL), &options);

		if (!str_eq_z(got, cases[i].want))
			print_error("case %zu: got %.*s\n", i, STR_ARG(got));
		assert_true(str_eq_z(got, cases[i].want));
		bytewise.pull = pull_byte;
		assert_true(str_eq_z(show(a, bytewise, &options), cases[i].want));
		arena_free(a);
	}
}

static void
cells_know_their_line_and_column(void **state)
{
	struct arena *a = arena_new(0);
	struct csv *csv = csv_new(a, source_memory(STR("a,\"x\ny\",bc\n\nd,e,f\n"), NULL), NULL);
	struct csv_row row;

	(void)state;
	assert_int_equal(csv_next(csv, &row, NULL), RC_OK);
	assert_int_equal(row.at[1].line, 1);
	assert_int_equal(row.at[1].column, 3);
	assert_int_equal(row.at[2].line, 2);
	assert_int_equal(row.at[2].column, 4);
	assert_int_equal(csv_next(csv, &row, NULL), RC_OK);
	assert_int_equal(row.line, 4);
	assert_int_equal(row.at[2].column, 5);
	arena_free(a);
}

static void
what_is_over_a_limit_is_refused(void **state)
{
	static const struct {
		const char *in, *want;
		struct limits limits;
	} limited[] = {
	    {"a,b,c\nd\n", "!1:0\nd\n", {.columns_max = 2}},
	    {"abcde,b\nc,d\n", "!1:1\nc<>d\n", {.field_bytes_max = 4}},
	    {"a\nb\nc\n", "a\nb\n!3:0\n", {.rows_max = 2}},
	    {"a\nb\nc\n", "!0:0\n", {.bytes_max = 5}},
	    {"0123456789012345678901234567890123456789012345678901234567890123456789\nb\n",
	     "!1:0\nb\n",
	     {.row_bytes_max = 64}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(limited); i++) {
		struct arena *a = arena_new(0);
		struct csv_options options = {.limits = limited[i].limits, .flags = CSV_RAGGED};
		struct str got = show(a, source_memory(str_from(limited[i].in), NULL), &options);

		if (!str_eq_z(got, limited[i].want))
			print_error("case %zu: got %.*s\n", i, STR_ARG(got));
		assert_true(str_eq_z(got, limited[i].want));
		arena_free(a);
	}
}

static void
long_files_need_no_more_memory_than_short_ones(void **state)
{
	struct arena *file = arena_new(0), *a = arena_new(0);
	struct buf b;
	struct csv *csv;
	struct csv_row row;
	size_t rows = 0, after_first;

	(void)state;
	buf_init(&b, file);
	for (int i = 0; i < 100000; i++)
		buf_addf(&b, "%d,\"a \"\"quoted\"\" cell\",third\r\n", i);
	csv = csv_new(a, source_memory(buf_str(&b), NULL), NULL);
	assert_int_equal(csv_next(csv, &row, NULL), RC_OK);
	after_first = arena_used(a);
	for (rows = 1; csv_next(csv, &row, NULL) == RC_OK; rows++) {
		assert_int_equal(row.n, 3);
		assert_true(str_eq_z(row.at[1].text, "a \"quoted\" cell"));
	}
	assert_int_equal(rows, 100000);
	assert_int_equal(arena_used(a), after_first);
	arena_free(a);
	arena_free(file);
}

static void
written_cells_read_back_and_safe_ones_compute_nothing(void **state)
{
	static const struct {
		const char *cell, *plain, *safe;
	} out[] = {
	    {"a", "a\r\n", "a\r\n"},
	    {"", "\"\"\r\n", "\"\"\r\n"},
	    {"a,b", "\"a,b\"\r\n", "\"a,b\"\r\n"},
	    {"say \"no\"", "\"say \"\"no\"\"\"\r\n", "\"say \"\"no\"\"\"\r\n"},
	    {"=1+1", "=1+1\r\n", "'=1+1\r\n"},
	    {"+999123", "+999123\r\n", "'+999123\r\n"},
	    {"@x", "@x\r\n", "'@x\r\n"},
	    {"-x,y", "\"-x,y\"\r\n", "\"'-x,y\"\r\n"},
	    {"\tx", "\tx\r\n", "'\tx\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(out); i++) {
		for (int safe = 0; safe < 2; safe++) {
			struct arena *a = arena_new(0);
			struct csv_out w;
			struct buf b;

			buf_init(&b, a);
			csv_out_init(&w, &b, safe);
			csv_out_cell(&w, str_from(out[i].cell));
			csv_out_end(&w);
			assert_true(str_eq_z(buf_str(&b), safe ? out[i].safe : out[i].plain));
			arena_free(a);
		}
	}
}

static ptrdiff_t
pull_broken(struct source *s, char *p, size_t n)
{
	(void)s;
	(void)p;
	(void)n;
	return -1;
}

static void
a_source_that_fails_says_so_each_time(void **state)
{
	struct arena *a = arena_new(0);
	struct csv *csv = csv_new(a, (struct source){.pull = pull_broken}, NULL);
	struct csv_row row;
	struct err err;

	(void)state;
	assert_int_equal(csv_next(csv, &row, &err), RC_FAILED);
	assert_false(csv_can_go_on(csv));
	assert_int_equal(csv_next(csv, &row, &err), RC_FAILED);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_come_out_as_they_were_meant),
	    cmocka_unit_test(cells_know_their_line_and_column),
	    cmocka_unit_test(what_is_over_a_limit_is_refused),
	    cmocka_unit_test(long_files_need_no_more_memory_than_short_ones),
	    cmocka_unit_test(written_cells_read_back_and_safe_ones_compute_nothing),
	    cmocka_unit_test(a_source_that_fails_says_so_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
