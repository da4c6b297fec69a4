#include "base/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/ftm.h"
#include "format/listfile.h"

#define LISTS "tests/corpus/format_lists/"

/* Entries as text, so that a test reads as the list would. */
struct told {
	struct buf b;
	long entries_before_stop;
};

static void
tell_list(struct buf *b, const char *word, const struct str_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		buf_addf(b, " %s=%.*s", word, STR_ARG(list->at[i]));
}

static enum rc
on_entry(void *ctx, const struct list_entry *e, struct err *err)
{
	static const char *const kinds[] = {"name", "aka", "fka", "weak", "script"};
	struct told *told = ctx;
	const struct list_name *name;
	const struct list_id *id;
	const struct list_address *at;

	if (told->entries_before_stop > 0 && --told->entries_before_stop == 0)
		return fail(err, RC_STOPPED, "", "enough");
	buf_addf(&told->b, "%.*s:%ld %s", STR_ARG(e->id), e->line, list_type_name(e->type));
	VEC_EACH (name, &e->names)
		buf_addf(&told->b, " %s=%.*s", kinds[name->kind], STR_ARG(name->text));
	tell_list(&told->b, "dob", &e->dobs);
	tell_list(&told->b, "pob", &e->birth_places);
	tell_list(&told->b, "country", &e->countries);
	VEC_EACH (id, &e->ids)
		buf_addf(&told->b, " %.*s=%.*s%s%.*s", STR_ARG(id->kind), STR_ARG(id->value),
			 id->country.n > 0 ? "/" : "", STR_ARG(id->country));
	VEC_EACH (at, &e->addresses)
		buf_addf(&told->b, " at=%.*s/%.*s", STR_ARG(at->text), STR_ARG(at->country));
	if (e->sex.n > 0)
		buf_addf(&told->b, " sex=%.*s", STR_ARG(e->sex));
	if (e->programme.n > 0)
		buf_addf(&told->b, " programme=%.*s", STR_ARG(e->programme));
	buf_addf(&told->b, " from=%.*s\n", STR_ARG(e->source));
	return RC_OK;
}

static void
on_skipped(void *ctx, const struct err *why)
{
	struct told *told = ctx;

	buf_addf(&told->b, "!%ld:%ld %s\n", why->line, why->column, why->key);
}

static enum rc
read_list(struct arena *a, const char *const *paths, size_t n, const struct list_options *options,
	  struct told *told, struct list_report *report, struct err *err)
{
	struct list_sink sink = {on_entry, on_skipped, told};

	buf_init(&told->b, a);
	return listfile_read(paths, n, options, &sink, report, err);
}

static void
each_format_is_found_by_its_content(void **state)
{
	static const struct {
		const char *paths[4];
		const char *want;
		long entries, names, skipped, bad_values;
	} cases[] = {
	    /* clang-format off */
		{ { LISTS "ofac/comments.csv", LISTS "ofac/main.csv", LISTS "ofac/add.csv", LISTS "ofac/alt.csv" },
		  "!1:0 dob\n"
		  "ofac-90001:1 person name=Odrin Temul VARGATHE aka=Odrin VARGATE fka=Odrin TEMUL"
		  " weak=OLD FOX weak=Red FOX dob=1960-03-14 dob=1961~ dob=1962/1963 pob=Velm, QN"
		  " country=QN country=QR passport=Q1234567/QN passport=Q7654321"
		  " national_id=12/AB(N)0042/QR phone=+999123456 email=odrin@example.org"
		  " wallet=1invented0address at=1 Invented Street, Velm 1000/QN sex=male"
		  " programme=QXT; QN-1 from=ofac\n"
		  "ofac-90002:2 organisation name=BLUE HARBOUR CO., LTD. aka=BLUE HAVEN CO., LTD."
		  " fka=GREEN HARBOUR weak=BLUE H tax=555-1/QN website=www.example.org"
		  " registration=R-77/QR at=Harbour Town/QR programme=QXT from=ofac\n"
		  "ofac-90003:3 vessel name=SEA LARK country=QR callsign=QN9QR imo=0000001"
		  " mmsi=999000001 programme=QXT from=ofac\n"
		  "ofac-90004:4 aircraft name=QN-ABC tail=QN-ABC serial=4242 programme=QXT from=ofac\n"
		  "!5:0 \n!6:0 \n",
		  4, 11, 2, 1 },
		{ { LISTS "un.xml" },
		  "un-1:4 person name=MARU OSHENKEL aka=Maru Oshen aka=Mara OSHENKEL weak=The Heron"
		  " script=\u041c\u0430\u0440\u0443 \u041e\u0448\u0435\u043d\u043a\u0435\u043b\u044c"
		  " dob=1970-02-28 dob=1971~ dob=1968/1972 pob=Velm, QN country=QN country=QR"
		  " passport=Q 000 1/QN national_id=N-1 at=2 Invented Road, Velm/QN sex=female"
		  " programme=QX from=un\n"
		  "!21:0 \n"
		  "un-3:24 organisation name=ASHEN LANTERN, THE fka=GREY LANTERN, A from=un\n",
		  2, 7, 1, 0 },
		{ { LISTS "ftm.jsonl" },
		  "qx-1:1 person name=Tavin Murel aka=Tavin Muriel aka=T. Murel fka=Tavin Odo weak=Rook"
		  " dob=1980-05 country=qn passport=Q99 phone=+99955501 sex=male from=ftm\n"
		  "qx-2:2 organisation name=Low Tide Trading country=qr registration=LT-1 from=ftm\n"
		  "qx-4:5 vessel name=Sea Wren country=qn imo=0000002 from=ftm\n"
		  "!6:0 schema\n!7:0 properties\n!8:0 properties\n!9:0 id\n!10:0 properties\n!11:3 \n"
		  "qx-9:12 aircraft name=QN-XYZ registration=QN-XYZ from=ftm\n",
		  4, 8, 6, 0 },
		{ { LISTS "plain.csv" },
		  "q-1:2 person name=Odrin VARGATHE aka=Odrin TEMUL dob=1960-03-14 country=QN"
		  " country=QR other=Q1 other=Q2 from=invented\n"
		  "q-2:3 organisation name=Low Tide, Trading from=invented\n"
		  "!4:5 type\n!4:26 dob\n"
		  "q-3:4 other name=Maru Oshenkel from=invented\n"
		  "!5:0 \n",
		  3, 4, 1, 2 },
	    /* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct list_report report;
		struct err err = {0};
		struct told told = {0};
		size_t n = 0;

		while (n < 4 && cases[i].paths[n] != NULL)
			n++;
		if (read_list(a, cases[i].paths, n, NULL, &told, &report, &err) != RC_OK)
			print_error("case %zu: %s\n", i, err.text);
		if (!str_eq_z(buf_str(&told.b), cases[i].want))
			print_error("case %zu:\n%.*s\n", i, STR_ARG(buf_str(&told.b)));
		assert_true(str_eq_z(buf_str(&told.b), cases[i].want));
		assert_int_equal(report.entries, cases[i].entries);
		assert_int_equal(report.names, cases[i].names);
		assert_int_equal(report.skipped, cases[i].skipped);
		assert_int_equal(report.bad_values, cases[i].bad_values);
		arena_free(a);
	}
}

static void
a_folder_is_all_of_its_lists(void **state)
{
	const char *paths[] = {LISTS "ofac", LISTS};
	struct arena *a = arena_new(0);
	struct list_report report;
	struct told told = {0};

	(void)state;
	assert_int_equal(read_list(a, paths, 1, NULL, &told, &report, NULL), RC_OK);
	assert_int_equal(report.entries, 4);
	assert_int_equal(report.names, 11);
	arena_free(a);
}

static void
a_mapping_says_what_the_columns_are(void **state)
{
	const char *paths[] = {LISTS "mapped.csv"};
	struct arena *a = arena_new(0);
	struct list_options options = {0};
	struct list_report report;
	struct told told = {0};
	struct err err;

	(void)state;
	assert_int_equal(list_mapping_parse(STR("id=nr, family=Family,given=Given,dob=Born,"
						"weak=Nick"),
					    &options.fields, &err),
			 RC_OK);
	assert_int_equal(read_list(a, paths, 1, &options, &told, &report, &err), RC_OK);
	assert_true(str_eq_z(buf_str(&told.b),
			     "7:2 other name=Tavin Murel weak=Rook weak=Raven dob=1980-03-14"
			     " from=\n!3:0 \n"));
	assert_int_equal(list_mapping_parse(STR("name=Absent"), &options.fields, &err), RC_OK);
	assert_int_equal(read_list(a, paths, 1, &options, &told, &report, &err), RC_INVALID);
	assert_int_equal(list_mapping_parse(STR("wings=Nr"), &options.fields, &err), RC_OK);
	assert_int_equal(read_list(a, paths, 1, &options, &told, &report, &err), RC_USAGE);
	assert_int_equal(list_mapping_parse(STR("name"), &options.fields, &err), RC_USAGE);
	assert_int_equal(list_mapping_parse(STR("name=,a=b"), &options.fields, &err), RC_USAGE);
	arena_free(a);
}

static void
what_is_no_list_is_refused(void **state)
{
	static const struct {
		const char *path;
		enum list_format format;
		enum rc rc;
	} cases[] = {
	    {LISTS "absent.csv", LIST_AUTO, RC_ABSENT},
	    {LISTS "mapped.csv", LIST_AUTO, RC_OK}, /* Family and Given speak for themselves */
	    {LISTS "ofac/alt.csv", LIST_AUTO, RC_INVALID},
	    {LISTS "plain.csv", LIST_OFAC, RC_INVALID},
	    {LISTS "plain.csv", LIST_UN, RC_INVALID},
	    {LISTS "un.xml", LIST_CSV, RC_INVALID},
	    {LISTS "plain.csv", LIST_FTM, RC_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct list_options options = {.format = cases[i].format};
		struct list_report report;
		struct told told = {0};
		struct err err = {0};
		enum rc rc = read_list(a, &cases[i].path, 1, &options, &told, &report, &err);

		if (rc != cases[i].rc)
			print_error("case %zu: %d %s\n", i, rc, err.text);
		assert_int_equal(rc, cases[i].rc);
		arena_free(a);
	}
}

static void
the_sink_can_stop_the_reading(void **state)
{
	const char *paths[] = {LISTS "ofac", LISTS "un.xml", LISTS "ftm.jsonl", LISTS "plain.csv"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct arena *a = arena_new(0);
		struct list_report report;
		struct told told = {.entries_before_stop = 2};
		struct err err;

		assert_int_equal(read_list(a, &paths[i], 1, NULL, &told, &report, &err),
				 RC_STOPPED);
		assert_int_equal(report.entries, 2);
		arena_free(a);
	}
}

static enum rc
count_names(void *ctx, const struct list_entry *e, struct err *err)
{
	(void)err;
	*(size_t *)ctx = e->names.n;
	return RC_OK;
}

static void
an_entry_of_a_hundred_thousand_names_is_cut_and_takes_no_time(void **state)
{
	char path[] = "/tmp/liaison-names-XXXXXX";
	const char *paths[] = {path};
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	size_t names = 0;
	struct list_sink sink = {count_names, NULL, &names};
	struct list_report report;
	struct err err;

	(void)state;
	assert_non_null(f);
	fputs("id,name\n1,", f);
	for (int i = 0; i < 100000; i++)
		fprintf(f, "n%d|", i);
	fputs("\n", f);
	(void)fclose(f);
	assert_int_equal(listfile_read(paths, 1, NULL, &sink, &report, &err), RC_OK);
	(void)unlink(path);
	assert_int_equal(names, 1000);
	assert_int_equal(report.entries, 1);
	assert_int_equal(report.bad_values, 99000);
}

static enum rc
count_kinds(void *ctx, const struct list_entry *e, struct err *err)
{
	long *kinds = ctx;
	const struct list_name *name;

	(void)err;
	VEC_EACH (name, &e->names)
		kinds[name->kind]++;
	assert_int_equal(e->names.at[0].kind, LIST_NAME_PRIMARY);
	assert_true(e->id.n > 0);
	return RC_OK;
}

static void
the_real_lists_come_out_whole(void **state)
{
	static const char *const ofac[] = {
	    "../shared/data/lists/ofac/sdn.csv", "../shared/data/lists/ofac/alt.csv",
	    "../shared/data/lists/ofac/add.csv", "../shared/data/lists/ofac/sdn_comments.csv"};
	static const char *const un[] = {"../shared/data/lists/un/UN_consolidated.xml"};
	long kinds[5] = {0};
	struct list_sink sink = {count_kinds, NULL, kinds};
	struct list_report report;
	struct err err;

	(void)state;
	if (access(ofac[0], R_OK) != 0) {
		print_message("skipped: there is no ../shared/data/lists\n");
		skip();
	}
	assert_int_equal(listfile_read(ofac, 4, NULL, &sink, &report, &err), RC_OK);
	assert_int_equal(report.entries, 8976);
	assert_int_equal(report.skipped, 0);
	assert_int_equal(report.bad_values, 0);
	assert_int_equal(listfile_read(un, 1, NULL, &sink, &report, &err), RC_OK);
	assert_int_equal(report.entries, 1003);
	assert_int_equal(report.skipped, 0);
	assert_int_equal(report.bad_values, 0);
	/* 378 in the file, one of which is the same as a name in Latin letters. */
	assert_int_equal(kinds[LIST_NAME_SCRIPT], 377);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_format_is_found_by_its_content),
	    cmocka_unit_test(a_folder_is_all_of_its_lists),
	    cmocka_unit_test(a_mapping_says_what_the_columns_are),
	    cmocka_unit_test(what_is_no_list_is_refused),
	    cmocka_unit_test(the_sink_can_stop_the_reading),
	    cmocka_unit_test(an_entry_of_a_hundred_thousand_names_is_cut_and_takes_no_time),
	    cmocka_unit_test(the_real_lists_come_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
