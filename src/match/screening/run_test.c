#include "base/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "parse/test_child.h"
#include "match/screening/run.h"
#include "match/screening/threshold.h"

static struct arena *arena;

/* A file with these bytes, in a place of its own; its path. */
static const char *
file_of(const char *text)
{
	char *path = str_z(arena, STR("/tmp/liaison-run-test-XXXXXX"));
	int fd = mkstemp(path);
	struct str s = str_from(text);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, s.p, s.n), s.n);
	close(fd);
	return path;
}

static const char list[] = "entity_id,type,names,dob,countries,ids,source\n"
			   "a1,person,Vladislav KORZHAKOV|Vlad KORZHAKOV,1961-03-08,Russia,,t\n"
			   "a2,person,Marta NOVAK,,,,t\n"
			   "a3,organisation,Korzhakov Shipping Ltd,,,,t\n";

struct ran {
	enum rc rc;
	struct err err;
	const char *out, *diag;
};

static struct ran
screen(const char *lists, const char *queries, unsigned threads)
{
	const char *paths[] = {file_of(lists)};
	struct match_screen_options options = {.lists = paths,
					       .list_count = 1,
					       .queries = file_of(queries),
					       .min_score = 0.1,
					       .limit = 3,
					       .threads = threads};
	struct ran ran = {0};
	char *out = NULL, *diag = NULL;
	size_t out_n, diag_n;
	FILE *f = open_memstream(&out, &out_n), *g = open_memstream(&diag, &diag_n);

	ran.rc = match_screen_run(&options, f, g, &ran.err);
	fclose(f);
	fclose(g);
	ran.out = str_copy(arena, str_from(out)).p;
	ran.diag = str_copy(arena, str_from(diag)).p;
	free(out);
	free(diag);
	unlink(paths[0]);
	unlink(options.queries);
	return ran;
}

static void
queries_come_back_in_their_order_best_first(void **state)
{
	struct ran ran = screen(list,
				"query_id,name,dob,country\n"
				"q2,Marta Novak,,\n"
				"q1,\"KORZHAKOV, Vladislav\",1961-03-08,\n"
				"q3,Nobody Known,,\n",
				1);
	struct str rest = str_from(ran.out);

	(void)state;
	assert_int_equal(ran.rc, RC_OK);
	assert_true(str_eq_z(str_cut(&rest, '\n'), "query_id,matched_id,score\r"));
	assert_true(str_starts(str_cut(&rest, '\n'), STR("q2,a2,0.")));
	assert_true(str_starts(str_cut(&rest, '\n'), STR("q1,a1,0.")));
	assert_true(str_find(rest, STR("q3")) < 0);
}

static void
any_number_of_threads_gives_the_same_output(void **state)
{
	struct buf queries;
	struct ran one, four;

	(void)state;
	buf_init(&queries, arena);
	buf_add_z(&queries, "query_id,name,dob,country\n");
	for (int i = 0; i < 500; i++)
		buf_addf(&queries, "q%d,%s,%d,\n", i,
			 i % 3 == 0   ? "Vladislav Korzhakov"
			 : i % 3 == 1 ? "Марта Новак"
				      : "Korzhakov Shipping",
			 1950 + i % 40);
	one = screen(list, str_z(arena, buf_str(&queries)), 1);
	four = screen(list, str_z(arena, buf_str(&queries)), 4);
	assert_int_equal(one.rc, RC_OK);
	assert_int_equal(four.rc, RC_OK);
	assert_string_equal(one.out, four.out);
	assert_true(str_from(one.out).n > 500);
}

static void
bad_lines_are_told_by_number_skipped_and_counted(void **state)
{
	struct ran ran = screen(list,
				"query_id,name\n"
				"q1,Marta Novak\n"
				"q2,\"broken\" tail\"\n"
				"q3,Marta Novak\n",
				1);

	(void)state;
	assert_int_equal(ran.rc, RC_INVALID);
	assert_true(str_find(str_from(ran.out), STR("q1,a2")) >= 0);
	assert_true(str_find(str_from(ran.out), STR("q3,a2")) >= 0);
	assert_true(str_find(str_from(ran.diag), STR(":3:")) >= 0);
	assert_non_null(strstr(ran.err.text, "1 lines of queries and 0 of lists"));
	assert_true(str_find(str_from(ran.diag), STR("broken")) < 0);
	/* Somebody listed on such a line is not found either. */
	ran = screen("entity_id,type,names\na1,person,Marta Novak\na2,person,\"Erik\" Jansen\"\n",
		     "query_id,name\nq1,Marta Novak\n", 1);
	assert_int_equal(ran.rc, RC_INVALID);
	assert_non_null(strstr(ran.err.text, "0 lines of queries and 1 of lists"));
	assert_true(str_find(str_from(ran.out), STR("q1,a1")) >= 0);
}

static void
a_birth_date_that_is_none_is_told_and_its_query_screened_all_the_same(void **state)
{
	struct ran ran = screen(list,
				"query_id,name,dob\n"
				"q1,Marta Novak,19/20/2000\n"
				"q2,Marta Novak,1979-02-30\n"
				"q3,Marta Novak,1979-05~\n"
				"q4,Marta Novak,\n",
				1);

	(void)state;
	assert_int_equal(ran.rc, RC_OK);
	assert_true(str_find(str_from(ran.out), STR("q1,a2")) >= 0);
	assert_true(str_find(str_from(ran.out), STR("q2,a2")) >= 0);
	assert_true(str_find(str_from(ran.diag), STR(":2:16: dob: is no date")) >= 0);
	assert_true(str_find(str_from(ran.diag), STR(":3:16: dob: is no date")) >= 0);
	assert_true(str_find(str_from(ran.diag), STR(":4:")) < 0);
	assert_true(str_find(str_from(ran.diag), STR(":5:")) < 0);
	assert_true(str_find(str_from(ran.diag), STR("2 birth dates are none")) >= 0);
	assert_true(str_find(str_from(ran.diag), STR("19/20/2000")) < 0);
}

static void
the_help_says_the_least_score_that_the_program_takes(void **state)
{
	(void)state;
	assert_true(strtod(MATCH_MIN_SCORE_TEXT, NULL) == MATCH_MIN_SCORE);
}

static void
what_cannot_be_screened_says_why(void **state)
{
	const char *nowhere[] = {"/nowhere/at/all.csv"};
	struct match_screen_options options = {.lists = nowhere, .list_count = 1, .limit = 1};
	struct err err;

	(void)state;
	assert_int_equal(screen(list, "id_of,who\nq1,Marta\n", 1).rc, RC_INVALID);
	assert_int_equal(screen(list, "", 1).rc, RC_INVALID);
	assert_int_equal(match_screen_run(&options, stdout, stderr, &err), RC_USAGE);
	options.queries = "/nowhere/q.csv";
	assert_int_equal(match_screen_run(&options, stdout, stderr, &err), RC_ABSENT);
	options.limit = 0;
	assert_int_equal(match_screen_run(&options, stdout, stderr, &err), RC_USAGE);
	options.limit = 1;
	options.min_score = 2;
	assert_int_equal(match_screen_run(&options, stdout, stderr, &err), RC_USAGE);
	options.min_score = 0;
	options.list_count = 0;
	assert_int_equal(match_screen_run(&options, stdout, stderr, &err), RC_USAGE);
	assert_int_equal(match_pairs_run("/nowhere/p.csv", stdout, stderr, &err), RC_ABSENT);
}

static struct ran
pairs(const char *text)
{
	const char *path = file_of(text);
	struct ran ran = {0};
	char *out = NULL, *diag = NULL;
	size_t n, diag_n;
	FILE *f = open_memstream(&out, &n), *g = open_memstream(&diag, &diag_n);

	ran.rc = match_pairs_run(path, f, g, &ran.err);
	fclose(f);
	fclose(g);
	ran.out = str_copy(arena, str_from(out)).p;
	ran.diag = str_copy(arena, str_from(diag)).p;
	free(out);
	free(diag);
	unlink(path);
	return ran;
}

static void
pairs_keep_their_rows_and_gain_two_columns(void **state)
{
	struct ran ran = pairs("note,left,right,type\n"
			       "\"a, b\",Vladislav Korzhakov,\"KORZHAKOV, Vladislav\",person\n"
			       "x,Marta Novak,Erik Jansen,\n");
	struct str rest = str_from(ran.out), line;

	(void)state;
	assert_int_equal(ran.rc, RC_OK);
	assert_true(str_eq_z(str_cut(&rest, '\n'), "note,left,right,type,score,match\r"));
	line = str_cut(&rest, '\n');
	assert_true(
	    str_starts(line, STR("\"a, b\",Vladislav Korzhakov,\"KORZHAKOV, Vladislav\",")));
	assert_true(str_ends(line, STR(",true\r")));
	line = str_cut(&rest, '\n');
	assert_true(str_starts(line, STR("x,Marta Novak,Erik Jansen,,0.")));
	assert_true(str_ends(line, STR(",false\r")));
	assert_int_equal(pairs("a,b\n1,2\n").rc, RC_INVALID);
	assert_int_equal(pairs("").rc, RC_INVALID);
	ran = pairs("left,right\n\"a\" b\",c\nMarta,Marta\n");
	assert_int_equal(ran.rc, RC_INVALID);
	assert_true(str_find(str_from(ran.out), STR("Marta,Marta,")) >= 0);
}

static void
who_asks_by_a_name_that_says_nothing_is_told_so(void **state)
{
	struct ran ran = screen(list,
				"query_id,name,dob,ids\n"
				"q1,Marta Novak,,\n"
				"q2,,1961-03-08,\n"
				"q3,--- ???,,\n"
				"q4,---|Marta Novak,,\n"
				"q5,...,,X1\n"
				"q6,Nobody Known,,\n",
				2);
	struct buf many;

	(void)state;
	assert_int_equal(ran.rc, RC_INVALID);
	assert_non_null(strstr(ran.err.text, "2 queries have no name"));
	assert_non_null(strstr(ran.out, "q1,a2"));
	assert_non_null(strstr(ran.out, "q4,a2"));
	assert_non_null(strstr(ran.diag, ":3: name: has no letter or digit"));
	assert_non_null(strstr(ran.diag, ":4: name: has no letter or digit"));
	assert_null(strstr(ran.diag, ":5:"));
	assert_non_null(strstr(ran.diag, ":6: name: has no letter or digit that could be compared; "
					 "asked by identifiers alone"));
	assert_null(strstr(ran.diag, ":7:"));
	/* Told a few times, counted all. */
	buf_init(&many, arena);
	buf_add_z(&many, "query_id,name\n");
	for (int i = 0; i < 100; i++)
		buf_addf(&many, "q%d,-\n", i);
	ran = screen(list, str_z(arena, buf_str(&many)), 1);
	assert_non_null(strstr(ran.err.text, "100 queries"));
	assert_non_null(strstr(ran.diag, ":21:"));
	assert_null(strstr(ran.diag, ":22:"));
	ran = pairs("left,right\n,Marta\nMarta,Marta\n--,Marta\n");
	assert_int_equal(ran.rc, RC_INVALID);
	assert_non_null(strstr(ran.err.text, "2 pairs"));
	assert_non_null(strstr(ran.out, "Marta,Marta,"));
	assert_non_null(strstr(ran.out, "--,Marta,"));
	assert_non_null(strstr(ran.diag, ":2: name:"));
	assert_non_null(strstr(ran.diag, ":4: name:"));
	assert_null(strstr(ran.diag, ":3:"));
}

static void
a_comparison_with_nothing_is_none(void **state)
{
	struct match_compare_options options = {.left = STR("Marta"), .right = STR("?")};
	char *out = NULL;
	size_t n;
	FILE *f = open_memstream(&out, &n);
	struct err err;

	(void)state;
	assert_int_equal(match_compare_run(&options, f, &err), RC_INVALID);
	assert_non_null(strstr(err.text, "the second name"));
	fclose(f);
	assert_int_equal(n, 0);
	free(out);
}

static void
a_comparison_is_shown_as_text_and_as_json(void **state)
{
	struct match_compare_options options = {.left = STR("Marta \"M\" Novak"),
						.right = STR("Марта Новак"),
						.left_dob = STR("1980"),
						.right_dob = STR("1980-02-01")};

	(void)state;
	for (int json = 0; json < 2; json++) {
		char *out = NULL;
		size_t n;
		FILE *f = open_memstream(&out, &n);
		struct err err;

		options.json = json != 0;
		assert_int_equal(match_compare_run(&options, f, &err), RC_OK);
		fclose(f);
		assert_true(str_find(str_from(out), STR("same year")) > 0);
		assert_int_equal(out[0] == '{', json);
		free(out);
	}
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new(0);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
fewer_strangers_reach_a_higher_line_and_none_is_promised(void **state)
{
	double last = 10001;

	(void)state;
	for (int percent = 0; percent <= 100; percent++) {
		double now = threshold_false_hits(percent / 100.0);

		assert_true(now <= last && now >= 0.1 && now <= 10000);
		last = now;
	}
	/* As measured (feature.md). */
	assert_float_equal(threshold_false_hits(0.5), 11.8, 0.01);
}

static void
ones_own_controls_are_counted_at_each_line(void **state)
{
	const char *paths[] = {file_of(list)};
	struct match_thresholds_options options = {
	    .lists = paths,
	    .list_count = 1,
	    .controls = file_of("query_id,name,dob\n1,Vladislav Korzhakov,1961-03-08\n"
				"2,Hendrika Oosterbaan,\n3,Tomoko Hayashi,\n")};
	char *out = NULL, *diag = NULL;
	size_t out_n, diag_n;
	FILE *f = open_memstream(&out, &out_n), *g = open_memstream(&diag, &diag_n);
	struct err err;

	(void)state;
	assert_int_equal(match_thresholds_run(&options, f, g, &err), RC_OK);
	assert_int_equal(fflush(f), 0);
	assert_non_null(strstr(out, "score,false_hits_per_10000,measured,measured_per_10000\r\n"));
	assert_non_null(strstr(out, "\r\n0.5,11.8,1,3.33e+03\r\n"));
	options.list_count = 0;
	assert_int_equal(match_thresholds_run(&options, f, g, &err), RC_USAGE);
	options.controls = NULL;
	assert_int_equal(match_thresholds_run(&options, f, g, &err), RC_OK);
	fclose(f);
	fclose(g);
	free(out);
	free(diag);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(queries_come_back_in_their_order_best_first),
	    cmocka_unit_test(any_number_of_threads_gives_the_same_output),
	    cmocka_unit_test(bad_lines_are_told_by_number_skipped_and_counted),
	    cmocka_unit_test(a_birth_date_that_is_none_is_told_and_its_query_screened_all_the_same),
	    cmocka_unit_test(the_help_says_the_least_score_that_the_program_takes),
	    cmocka_unit_test(what_cannot_be_screened_says_why),
	    cmocka_unit_test(pairs_keep_their_rows_and_gain_two_columns),
	    cmocka_unit_test(who_asks_by_a_name_that_says_nothing_is_told_so),
	    cmocka_unit_test(a_comparison_with_nothing_is_none),
	    cmocka_unit_test(a_comparison_is_shown_as_text_and_as_json),
	    cmocka_unit_test(fewer_strangers_reach_a_higher_line_and_none_is_promised),
	    cmocka_unit_test(ones_own_controls_are_counted_at_each_line),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
