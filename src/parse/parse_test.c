#include "base/test.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "format/json.h"
#include "format/ndjson.h"
#include "parse/parse.h"
#include "parse/test_child.h"

/*
 * What the process gives is what the reader of format/ gives: every row, every error with its
 * place, for good files and broken ones. Each corpus of the fuzz targets goes both ways.
 */
#define CORPUS "tests/corpus/"

static struct arena *arena;

static struct str
file_bytes(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b;
	size_t n;

	assert_non_null(f);
	buf_init(&b, arena);
	do {
		n = fread(buf_room(&b, 65536), 1, 65536, f);
		b.n -= 65536 - n;
	} while (n > 0);
	(void)fclose(f);
	return buf_str(&b);
}

static void
tell_err(struct buf *out, enum rc rc, const struct err *err)
{
	buf_addf(out, "%s %s:%ld:%ld %s: %s\n", rc_name(rc), err->file, err->line, err->column,
		 err->key, err->text);
}

static void
tell_row(struct buf *out, const struct csv_row *row)
{
	buf_addf(out, "row %ld", row->line);
	for (size_t i = 0; i < row->n; i++)
		buf_addf(out, " %ld:%ld%s[%.*s]", row->at[i].line, row->at[i].column,
			 row->at[i].quoted ? "q" : "", STR_ARG(row->at[i].text));
	buf_add_byte(out, '\n');
}

static struct str
csv_here(struct str bytes, unsigned flags)
{
	const struct csv_options options = {.flags = flags};
	struct csv *csv = csv_new(arena, source_memory(bytes, "f.csv"), &options);
	struct csv_row row;
	struct err err;
	struct buf out;
	enum rc rc;

	buf_init(&out, arena);
	while ((rc = csv_next(csv, &row, &err)) != RC_ABSENT) {
		if (rc == RC_OK)
			tell_row(&out, &row);
		else
			tell_err(&out, rc, &err);
		if (!csv_can_go_on(csv))
			break;
	}
	return buf_str(&out);
}

static struct str
csv_there(struct str bytes, unsigned flags)
{
	struct parse *csv;
	struct csv_row row;
	struct err err;
	struct buf out;
	enum rc rc;

	buf_init(&out, arena);
	assert_int_equal(parse_csv_open(source_memory(bytes, "f.csv"), flags, &csv, &err), RC_OK);
	while ((rc = parse_csv_next(csv, &row, &err)) != RC_ABSENT) {
		if (rc == RC_OK)
			tell_row(&out, &row);
		else
			tell_err(&out, rc, &err);
		if (!parse_can_go_on(csv))
			break;
	}
	parse_close(csv);
	return buf_str(&out);
}

static struct str
ndjson_here(struct str bytes, unsigned unused)
{
	struct ndjson *r = ndjson_new(arena, source_memory(bytes, "f.json"), 0, NULL);
	struct err err;
	struct buf out;
	json_t *o;
	long line;
	enum rc rc;

	(void)unused;
	buf_init(&out, arena);
	while ((rc = ndjson_next(r, &o, &line, &err)) != RC_ABSENT) {
		if (rc == RC_OK) {
			buf_addf(&out, "%ld ", line);
			json_canonical(o, &out);
			buf_add_byte(&out, '\n');
			json_decref(o);
		} else {
			tell_err(&out, rc, &err);
		}
		if (!ndjson_can_go_on(r))
			break;
	}
	return buf_str(&out);
}

static struct str
ndjson_there(struct str bytes, unsigned unused)
{
	struct parse *r;
	struct err err;
	struct buf out;
	json_t *o;
	long line;
	enum rc rc;

	(void)unused;
	buf_init(&out, arena);
	assert_int_equal(parse_ndjson_open(source_memory(bytes, "f.json"), &r, &err), RC_OK);
	while ((rc = parse_ndjson_next(r, &o, &line, &err)) != RC_ABSENT) {
		if (rc == RC_OK) {
			buf_addf(&out, "%ld ", line);
			json_canonical(o, &out);
			buf_add_byte(&out, '\n');
			json_decref(o);
		} else {
			tell_err(&out, rc, &err);
		}
		if (!parse_can_go_on(r))
			break;
	}
	parse_close(r);
	return buf_str(&out);
}

static struct str
model_file(const char *path)
{
	for (const struct embedded_file *f = model_files; f->path != NULL; f++)
		if (strcmp(f->path, path) == 0)
			return (struct str){f->p, f->n};
	fail_msg("%s", path);
	return STR_NONE;
}

struct told {
	struct buf out;
	const struct htcds *h;
	struct htcds_report report;
};

static enum rc
on_htcds(void *ctx, const struct htcds_row *row, struct err *err)
{
	struct told *t = ctx;

	(void)err;
	buf_addf(&t->out, "row %ld (%ld %ld) ", row->line, t->report.rows, t->report.bad_rows);
	for (size_t i = 0; i < row->cells.n; i++)
		buf_addf(&t->out, " %ld", row->cells.at[i].column);
	htcds_write_csv(&t->out, t->h, row);
	return RC_OK;
}

static void
on_bad(void *ctx, const struct err *why)
{
	struct told *t = ctx;

	tell_err(&t->out, why->rc, why);
}

static struct str
htcds(struct str bytes, unsigned flags, bool there)
{
	struct parse_htcds how = {.fields_csv = model_file("codes/htcds_fields.csv"),
				  .values_csv = model_file("codes/htcds_values.csv"),
				  .flags = flags,
				  .json = str_starts(str_trim(bytes), STR("{")) ||
					  str_starts(str_trim(bytes), STR("["))};
	struct source source = source_memory(bytes, "h.csv");
	struct told t = {.report = {0}};
	struct htcds_sink sink = {on_htcds, on_bad, &t};
	struct err err = {.rc = RC_OK};
	enum rc rc;

	assert_int_equal(htcds_load(arena, how.fields_csv, how.values_csv, &t.h, &err), RC_OK);
	how.htcds = t.h;
	buf_init(&t.out, arena);
	if (there)
		rc = parse_htcds(arena, &how, source, &sink, &t.report, &err);
	else
		rc = how.json
			 ? htcds_read_json(arena, t.h, source, NULL, &sink, &t.report, &err)
			 : htcds_read_csv(arena, t.h, source, flags, NULL, &sink, &t.report, &err);
	if (rc != RC_OK)
		tell_err(&t.out, rc, &err);
	buf_addf(&t.out, "%ld %ld %ld", t.report.rows, t.report.bad_rows, t.report.bad_cells);
	for (size_t i = 0; i < t.report.unknown_columns.n; i++)
		buf_addf(&t.out, " [%.*s]", STR_ARG(t.report.unknown_columns.at[i]));
	return buf_str(&t.out);
}

static struct str
htcds_here(struct str bytes, unsigned flags)
{
	return htcds(bytes, flags, false);
}

static struct str
htcds_there(struct str bytes, unsigned flags)
{
	return htcds(bytes, flags, true);
}

typedef struct str telling(struct str bytes, unsigned flags);

static void
same_both_ways(const char *what, struct str bytes, unsigned flags, telling *here, telling *there)
{
	struct str a = here(bytes, flags), b = there(bytes, flags);

	if (!str_eq(a, b))
		fail_msg("%s, flags %u:\nhere:\n%.*s\nthere:\n%.*s", what, flags, STR_ARG(a),
			 STR_ARG(b));
}

static void
corpus_both_ways(const char *folder, unsigned flags_max, telling *here, telling *there)
{
	DIR *dir = opendir(folder);
	struct dirent *d;
	size_t n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL) {
		struct str bytes;

		if (d->d_name[0] == '.')
			continue;
		bytes = file_bytes(str_fmt(arena, "%s/%s", folder, d->d_name).p);
		for (unsigned flags = 0; flags <= flags_max; flags++)
			same_both_ways(d->d_name, bytes, flags, here, there);
		n++;
	}
	(void)closedir(dir);
	assert_true(n > 3);
}

static void
rows_of_csv_come_as_they_are_read(void **state)
{
	(void)state;
	corpus_both_ways(CORPUS "format_csv_fuzz", CSV_RAGGED | CSV_LATIN1, csv_here, csv_there);
	same_both_ways("nothing", STR(""), 0, csv_here, csv_there);
	same_both_ways("a bad row", STR("a,b\n1,2\n\"x\" y,2\n3,4\n"), 0, csv_here, csv_there);
}

static void
lines_of_json_come_as_they_are_read(void **state)
{
	(void)state;
	corpus_both_ways(CORPUS "format_ndjson_fuzz", 0, ndjson_here, ndjson_there);
	same_both_ways("kinds",
		       STR("{\"a\":[1,-9007199254740991,null,true,false,\"\\u00e9\",{}],\"\":{}}\n"
			   "{\"a\":1,\"a\":2}\n[[[[]]]]\n{\"x\":1.5}\n\"last\""),
		       0, ndjson_here, ndjson_there);
}

static void
rows_of_htcds_come_as_they_are_read(void **state)
{
	(void)state;
	corpus_both_ways(CORPUS "format_htcds_fuzz", HTCDS_LATIN1, htcds_here, htcds_there);
}

static enum rc
on_entry(void *ctx, const struct list_entry *e, struct err *err)
{
	struct told *t = ctx;
	struct buf *b = &t->out;

	(void)err;
	buf_addf(b, "%s:%ld %.*s %d", e->file, e->line, STR_ARG(e->id), e->type);
	for (size_t i = 0; i < e->names.n; i++)
		buf_addf(b, " %d=%.*s", e->names.at[i].kind, STR_ARG(e->names.at[i].text));
	for (size_t i = 0; i < e->dobs.n; i++)
		buf_addf(b, " born %.*s", STR_ARG(e->dobs.at[i]));
	for (size_t i = 0; i < e->birth_places.n; i++)
		buf_addf(b, " in %.*s", STR_ARG(e->birth_places.at[i]));
	for (size_t i = 0; i < e->countries.n; i++)
		buf_addf(b, " of %.*s", STR_ARG(e->countries.at[i]));
	for (size_t i = 0; i < e->ids.n; i++)
		buf_addf(b, " %.*s=%.*s/%.*s", STR_ARG(e->ids.at[i].kind),
			 STR_ARG(e->ids.at[i].value), STR_ARG(e->ids.at[i].country));
	for (size_t i = 0; i < e->addresses.n; i++)
		buf_addf(b, " at %.*s/%.*s", STR_ARG(e->addresses.at[i].text),
			 STR_ARG(e->addresses.at[i].country));
	buf_addf(b, " %.*s|%.*s|%.*s|%.*s\n", STR_ARG(e->sex), STR_ARG(e->programme),
		 STR_ARG(e->remarks), STR_ARG(e->source));
	return RC_OK;
}

static struct str
list(const struct source_files *files, const struct list_options *options, bool there)
{
	struct told t = {.report = {0}};
	struct list_sink sink = {on_entry, on_bad, &t};
	struct list_report report;
	struct err err = {.rc = RC_OK};
	enum rc rc;

	buf_init(&t.out, arena);
	rc = there ? parse_list(files, options, &sink, &report, &err)
		   : listfile_read_files(files, options, &sink, &report, &err);
	if (rc != RC_OK)
		tell_err(&t.out, rc, &err);
	buf_addf(&t.out, "%ld %ld %ld %ld\n", report.entries, report.names, report.skipped,
		 report.bad_values);
	tell_err(&t.out, report.first_skipped.rc, &report.first_skipped);
	return buf_str(&t.out);
}

static void
entries_of_lists_come_as_they_are_read(void **state)
{
	const char *all[] = {CORPUS "format_lists", CORPUS "format_lists/ofac"};
	struct list_options options = {.format = LIST_AUTO};
	struct source_files files, one;
	struct str here, there;

	(void)state;
	assert_int_equal(list_paths(arena, all, 2, &files, NULL), RC_OK);
	assert_true(files.n > 3);
	/* The folder as one list, then each file alone, some of which are none. */
	for (size_t i = 0; i <= files.n; i++) {
		one = files;
		if (i < files.n)
			assert_int_equal(list_paths(arena, &files.names[i], 1, &one, NULL), RC_OK);
		here = list(&one, &options, false);
		there = list(&one, &options, true);
		if (!str_eq(here, there))
			fail_msg("%zu:\nhere:\n%.*s\nthere:\n%.*s", i, STR_ARG(here),
				 STR_ARG(there));
	}
}

static void
values_are_read_one_after_the_other(void **state)
{
	static const struct {
		const char *text;
		enum rc rc;
	} cases[] = {{"{\"kind\":\"passport\",\"value\":\"Q1\"}", RC_OK},
		     {"{not json}", RC_INVALID},
		     {"[1,2,{\"a\":null}]", RC_OK},
		     {"", RC_INVALID},
		     {"{\"a\":1,\"a\":2}", RC_INVALID},
		     {"[1.5]", RC_INVALID},
		     {"\"text\"", RC_OK}};
	struct str large = str_fmt(arena, "\"%0*d\"", 1 << 20, 7);
	struct parse *values;
	struct err err;
	json_t *value, *here;

	(void)state;
	assert_int_equal(parse_values_open(&values, &err), RC_OK);
	for (size_t k = 0; k < 20; k++)
		for (size_t i = 0; i < COUNT_OF(cases); i++) {
			struct str text = str_from(cases[i].text);

			assert_int_equal(parse_value(values, text, &value, &err), cases[i].rc);
			assert_true(parse_can_go_on(values));
			if (cases[i].rc != RC_OK) {
				assert_null(value);
				continue;
			}
			assert_int_equal(json_read(text, NULL, &here, NULL), RC_OK);
			assert_true(json_equal(here, value));
			json_decref(here);
			json_decref(value);
		}
	assert_int_equal(parse_value(values, large, &value, &err), RC_TOO_LARGE);
	assert_true(parse_can_go_on(values));
	parse_close(values);
}

static void
a_file_that_is_missing_is_named(void **state)
{
	const char *paths[] = {"/nowhere/list.csv"};
	const struct list_options options = {.format = LIST_AUTO};
	struct list_sink sink = {.entry = on_entry};
	struct source_files files;
	struct err err;

	(void)state;
	assert_int_equal(list_paths(arena, paths, 1, &files, NULL), RC_OK);
	assert_int_equal(parse_list(&files, &options, &sink, NULL, &err), RC_ABSENT);
	assert_string_equal(err.file, "/nowhere/list.csv");
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
a_source_that_fails_is_told(void **state)
{
	struct source source = {.pull = pull_broken};
	struct csv_row row;
	struct parse *csv;
	struct err err;

	(void)state;
	assert_int_equal(parse_csv_open(source, 0, &csv, &err), RC_OK);
	assert_int_equal(parse_csv_next(csv, &row, &err), RC_FAILED);
	assert_string_equal(err.text, "the file cannot be read");
	assert_false(parse_can_go_on(csv));
	parse_close(csv);
}

static void
a_reading_may_end_early(void **state)
{
	struct csv_row row;
	struct parse *csv;
	struct buf b;

	(void)state;
	buf_init(&b, arena);
	for (int i = 0; i < 200000; i++)
		buf_add_z(&b, "one,two,three\n");
	assert_int_equal(parse_csv_open(source_memory(buf_str(&b), NULL), 0, &csv, NULL), RC_OK);
	assert_int_equal(parse_csv_next(csv, &row, NULL), RC_OK);
	parse_close(csv);
	parse_close(NULL);
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(rows_of_csv_come_as_they_are_read, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(lines_of_json_come_as_they_are_read, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(rows_of_htcds_come_as_they_are_read, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(entries_of_lists_come_as_they_are_read, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(values_are_read_one_after_the_other, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_file_that_is_missing_is_named, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_source_that_fails_is_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_reading_may_end_early, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
