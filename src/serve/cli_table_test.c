#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "serve/cli_inside.h"
#include "serve/cli_text.h"

static void
width_is_counted_in_cells(void **state)
{
	static const struct {
		const char *text;
		size_t cells;
	} rows[] = {
	    {"", 0},
	    {"abc", 3},
	    {"\xC3\xA9", 1},				 /* e acute in one */
	    {"e\xCC\x81", 1},				 /* and in two */
	    {"\xE7\x8E\x8B\xE5\xB0\x8F", 4},		 /* two Han characters */
	    {"\xED\x95\x9C", 2},			 /* a Hangul syllable */
	    {"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", 2}, /* the same in jamo */
	    {"\xD9\x85\xD9\x8F\xD8\xAD", 2},		 /* Arabic, one vowel mark */
	    {"a\xE2\x80\x8D"
	     "b",
	     2},		 /* a joiner */
	    {"\xEF\xBC\xA1", 2}, /* a full-width A */
	    {"\xFF\xFE", 2},	 /* no UTF-8: a mark for each byte */
	    {"\xE7\x8E", 2},	 /* cut short */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_width(str_from(rows[i].text)) != rows[i].cells)
			fail_msg("row %zu is %zu cells", i, text_width(str_from(rows[i].text)));
}

#define R "\xEF\xBF\xBD"
#define FSI "\xE2\x81\xA8"
#define PDI "\xE2\x81\xA9"

static void
a_cell_is_harmless_and_no_wider_than_asked(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *want;
	} rows[] = {
	    {"plain", 0, "plain"},
	    {"plain", 5, "plain"},
	    {"plains", 5, "plai\xE2\x80\xA6"},
	    {"a\nb\tc\rd", 0, "a b c d"},
	    {"\033[31mred", 0, R "[31mred"},
	    {"\xC2\x9B"
	     "31m",
	     0, R "31m"}, /* C1: one-character CSI */
	    {"a\x7F", 0, "a" R},
	    {"a\xE2\x80\xAE"
	     "b",
	     0, "a" R "b"}, /* right-to-left override */
	    {"a\xE2\x81\xA6"
	     "b",
	     0, "a" R "b"}, /* a foreign isolate */
	    {"a\xE2\x80\x8B"
	     "b",
	     0, "a" R "b"}, /* zero width space */
	    {"a\xE2\x80\xA8"
	     "b",
	     0, "a b"}, /* line separator */
	    {"a\xFF"
	     "b",
	     0, "a" R "b"},
	    {"\xD9\x85\xD8\xAD", 0, FSI "\xD9\x85\xD8\xAD" PDI},
	    {"\xD9\x85\xD8\xAD\xD9\x85", 2, FSI "\xD9\x85\xE2\x80\xA6" PDI},
	    {"\xD9\x86\xE2\x80\x8C\xD9\x87", 0, FSI "\xD9\x86\xE2\x80\x8C\xD9\x87" PDI},
	    {"\xE7\x8E\x8B\xE5\xB0\x8F\xE6\x98\x8E", 4, "\xE7\x8E\x8B\xE2\x80\xA6"},
	    {"\xE7\x8E\x8B\xE5\xB0\x8F\xE6\x98\x8E", 5, "\xE7\x8E\x8B\xE5\xB0\x8F\xE2\x80\xA6"},
	    {"abe\xCC\x81"
	     "d",
	     3, "ab\xE2\x80\xA6"},
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str got = text_cell(a, str_from(rows[i].text), rows[i].max);

		if (!str_eq_z(got, rows[i].want))
			fail_msg("row %zu gave \"%.*s\"", i, STR_ARG(got));
		if (rows[i].max > 0)
			assert_true(text_width(got) <= rows[i].max);
	}
	arena_free(a);
}

struct sheet {
	struct arena *arena;
	struct cli cli;
	char *out, *notes;
	size_t out_n, notes_n;
};

static void
sheet_open(struct sheet *s, bool json)
{
	*s = (struct sheet){.arena = arena_new(0)};
	s->cli.arena = s->arena;
	s->cli.out = open_memstream(&s->out, &s->out_n);
	s->cli.notes = open_memstream(&s->notes, &s->notes_n);
	s->cli.json = json;
}

static void
sheet_print(struct sheet *s, const char *json, const struct cli_column *columns)
{
	json_t *value = json_loads(json, 0, NULL);

	assert_non_null(value);
	if (columns != NULL)
		cli_table(&s->cli, value, columns);
	else
		cli_show(&s->cli, value);
	json_decref(value);
	(void)fclose(s->cli.out);
	(void)fclose(s->cli.notes);
}

static void
sheet_close(struct sheet *s)
{
	free(s->out);
	free(s->notes);
	arena_free(s->arena);
}

static const struct cli_column columns[] = {
    {"NAME", "name", 8}, {"N", "n", 0}, {"CITY", "place.city", 0}, {NULL, NULL, 0}};

static void
columns_are_aligned_whatever_is_in_them(void **state)
{
	struct sheet s;

	(void)state;
	sheet_open(&s, false);
	sheet_print(&s,
		    "[{\"name\":\"Ana\",\"n\":5,\"place\":{\"city\":\"Riva\"}},"
		    "{\"name\":\"\xE7\x8E\x8B\xE5\xB0\x8F\",\"n\":1200,\"place\":7},"
		    "{\"name\":\"Bartholomew\",\"n\":3,\"place\":{\"city\":[\"a\",\"b\"]}},"
		    "{\"name\":\"\xD9\x85\xD8\xAD\",\"n\":3,\"place\":{\"city\":true}}]",
		    columns);
	assert_string_equal(s.out, "NAME         N  CITY\n"
				   "Ana          5  Riva\n"
				   "\xE7\x8E\x8B\xE5\xB0\x8F      1200  \n"
				   "Barthol\xE2\x80\xA6     3  a, b\n" FSI "\xD9\x85\xD8\xAD" PDI
				   "           3  yes\n");
	sheet_close(&s);
}

static void
no_rows_say_so_beside_the_data(void **state)
{
	struct sheet s;

	(void)state;
	sheet_open(&s, false);
	sheet_print(&s, "[]", columns);
	assert_int_equal(s.out_n, 0);
	assert_string_equal(s.notes, "nothing to show\n");
	sheet_close(&s);
}

static void
json_is_one_document_untouched(void **state)
{
	struct sheet s;

	(void)state;
	sheet_open(&s, true);
	sheet_print(&s, "[{\"n\":1,\"name\":\"Bartholomew \xE2\x80\xAE\"}]", columns);
	assert_string_equal(s.out,
			    "{\"items\":[{\"n\":1,\"name\":\"Bartholomew \xE2\x80\xAE\"}]}\n");
	sheet_close(&s);
	sheet_open(&s, true);
	sheet_print(&s, "[]", columns);
	assert_string_equal(s.out, "{\"items\":[]}\n");
	assert_int_equal(s.notes_n, 0);
	sheet_close(&s);
}

static void
an_object_is_shown_line_by_line(void **state)
{
	struct sheet s;

	(void)state;
	sheet_open(&s, false);
	sheet_print(&s,
		    "{\"id\":\"7\",\"longer\":null,\"place\":{\"city\":\"R\\u001b[2J\"},"
		    "\"rows\":[{\"n\":1},{\"n\":2}],\"tags\":[\"a\",\"b\"]}",
		    NULL);
	assert_string_equal(s.out, "id:     7\n"
				   "longer: \n"
				   "place:\n"
				   "  city: R" R "[2J\n"
				   "rows:\n"
				   "  n: 1\n"
				   "\n"
				   "  n: 2\n"
				   "tags:   a, b\n");
	sheet_close(&s);
}

static void
long_text_is_wrapped_at_words(void **state)
{
	struct arena *a = arena_new(0);
	struct buf b;

	(void)state;
	buf_init(&b, a);
	text_wrap(&b, STR("one two\nthree  four verylongword x"), 2, 12);
	assert_string_equal(str_z(a, buf_str(&b)),
			    "  one two\n  three four\n  verylongword\n  x\n");
	arena_free(a);
}

static void
a_damaged_record_says_so_and_the_remedy_is_told(void **state)
{
	static const struct cli_column titled[] = {
	    {"ID", "id", 0}, {"TITLE", "title", 40}, {NULL, NULL, 0}};
	static const struct cli_column linked[] = {
	    {"ID", "record.id", 0}, {"TITLE", "record.title", 40}, {NULL, NULL, 0}};
	struct sheet s;

	(void)state;
	sheet_open(&s, false);
	sheet_print(&s, "[{\"id\":\"a\"},{\"id\":\"b\",\"damaged\":true}]", titled);
	assert_string_equal(s.out, "ID  TITLE\na   \nb   (damaged, does not open)\n");
	assert_non_null(strstr(s.notes, "1 of them does not open"));
	assert_non_null(strstr(s.notes, "`liaison audit verify --open`"));
	assert_non_null(strstr(s.notes, "backup"));
	sheet_close(&s);
	sheet_open(&s, false);
	sheet_print(&s, "[{\"record\":{\"id\":\"b\",\"damaged\":true}}]", linked);
	assert_string_equal(s.out, "ID  TITLE\nb   (damaged, does not open)\n");
	sheet_close(&s);
	sheet_open(&s, true);
	sheet_print(&s, "[{\"id\":\"b\",\"damaged\":true}]", titled);
	assert_string_equal(s.out, "{\"items\":[{\"damaged\":true,\"id\":\"b\"}]}\n");
	assert_int_equal(s.notes_n, 0);
	sheet_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(width_is_counted_in_cells),
	    cmocka_unit_test(a_cell_is_harmless_and_no_wider_than_asked),
	    cmocka_unit_test(columns_are_aligned_whatever_is_in_them),
	    cmocka_unit_test(no_rows_say_so_beside_the_data),
	    cmocka_unit_test(json_is_one_document_untouched),
	    cmocka_unit_test(a_damaged_record_says_so_and_the_remedy_is_told),
	    cmocka_unit_test(an_object_is_shown_line_by_line),
	    cmocka_unit_test(long_text_is_wrapped_at_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
