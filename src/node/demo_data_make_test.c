#include "base/test.h"

#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "node/test_demo_world.h"

/* Making worlds: other seeds and sizes, real lists beside, files, rows for benchmarks. */

static void
every_seed_makes_a_world_of_the_same_shape(void **state)
{
	(void)state;
	for (uint64_t seed = 2; seed < 40; seed++) {
		struct demo_options options = {.seed = seed * 0x9e3779b97f4a7c15U};
		struct arena *a = arena_new(0);
		struct demo_data other;

		assert_int_equal(demo_data_make(a, &options, &other, NULL), RC_OK);
		assert_int_equal(lines_in(other.sdn), DEMO_LIST_COUNT);
		assert_int_equal(lines_in(other.alt), alt.n);
		assert_int_equal(lines_in(other.add), add.n);
		assert_int_equal(lines_in(other.incidents), incidents.n);
		assert_int_equal(lines_in(other.links), links.n);
		assert_true(utf8_is_valid(other.incidents) && utf8_is_valid(other.alt));
		arena_free(a);
	}
}

static struct str
real_list(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *bytes;
	size_t n;

	if (f == NULL)
		return STR_NONE;
	bytes = arena_bytes(arena, 8 << 20);
	n = fread(bytes, 1, 8 << 20, f);
	fclose(f);
	return (struct str){bytes, n};
}

static void
no_name_of_seed_one_is_on_a_real_list(void **state)
{
	const struct str lists[] = {real_list("../shared/data/lists/ofac/sdn.csv"),
				    real_list("../shared/data/lists/ofac/alt.csv")};

	(void)state;
	if (lists[0].n == 0 || lists[1].n == 0) {
		print_message("skipped: no real list in ../shared\n");
		skip();
	}
	for (size_t i = 0; i < sdn.n; i++)
		for (size_t j = 0; j < COUNT_OF(lists); j++)
			assert_int_equal(str_find(lists[j], sdn.cell[i][1]), -1);
	for (size_t i = 1; i < incidents.n; i++) {
		struct str family = cell(i, DEMO_prs_SecondName), name;

		if (str_empty(family) || script_of(family) != DEMO_LATIN)
			continue;
		name = str_copy(arena, str_fmt(arena, "%.*s, %.*s", STR_ARG(family),
					       STR_ARG(cell(i, DEMO_prs_FirstName))));
		for (size_t j = 0; j < family.n; j++)
			((char *)name.p)[j] = (char)toupper(name.p[j]);
		for (size_t j = 0; j < COUNT_OF(lists); j++)
			assert_int_equal(str_find(lists[j], name), -1);
	}
}

struct taking {
	const char *refused; /* this name is taken; NULL: each is */
	size_t asked;
};

static bool
taken_by_list(void *ctx, struct str full_name)
{
	struct taking *t = ctx;

	t->asked++;
	return t->refused == NULL || str_eq_z(full_name, t->refused);
}

static void
a_name_on_a_given_list_is_drawn_again(void **state)
{
	size_t row = 0;
	struct demo_options options = {.seed = SEED, .taken = taken_by_list};
	struct taking taking = {0};
	struct demo_data other;
	struct err err;

	(void)state;
	/* Any survivor's name will do; with it refused, no row has it. */
	for (row = 1; row < incidents.n; row++)
		if (str_eq_z(cell(row, DEMO_vic_TraffickingStatus), "ActualVictimOfTrafficking") &&
		    !str_empty(cell(row, DEMO_prs_SecondName)) &&
		    script_of(cell(row, DEMO_prs_FirstName)) == DEMO_LATIN)
			break;
	assert_true(row < incidents.n);
	taking.refused =
	    str_z(arena, str_fmt(arena, "%.*s %.*s", STR_ARG(cell(row, DEMO_prs_FirstName)),
				 STR_ARG(cell(row, DEMO_prs_SecondName))));
	options.ctx = &taking;
	assert_int_equal(demo_data_make(arena, &options, &other, &err), RC_OK);
	assert_true(taking.asked > 1000);
	assert_int_equal(
	    str_find(other.incidents,
		     str_fmt(arena, "%.*s,,%.*s", STR_ARG(cell(row, DEMO_prs_FirstName)),
			     STR_ARG(cell(row, DEMO_prs_SecondName)))),
	    -1);
	assert_true(str_eq(other.sdn, demo.sdn));
}

static void
a_story_name_on_a_given_list_ends_the_making(void **state)
{
	static const char *const names[] = {"Orvek Taluneth", "Лошкай Дамеру", "Orveka Talunek",
					    NULL};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct taking taking = {.refused = names[i]};
		struct demo_options options = {.taken = taken_by_list, .ctx = &taking};
		struct demo_data other;
		struct err err = {0};

		assert_int_equal(demo_data_make(arena, &options, &other, &err), RC_CONFLICT);
		assert_int_equal(str_find(str_from(err.text), STR("Orvek")), -1);
	}
}

static void
counts_out_of_range_are_refused_and_more_rows_add_undetermined_people(void **state)
{
	static const size_t bad[] = {1, 299, 3001};
	struct demo_options options = {.seed = SEED};
	struct demo_data other;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		options.incident_count = bad[i];
		assert_int_equal(demo_data_make(arena, &options, &other, &err), RC_INVALID);
	}
	options.incident_count = 3000;
	assert_int_equal(demo_data_make(arena, &options, &other, &err), RC_OK);
	assert_int_equal(lines_in(other.incidents), 3001);
	assert_int_equal(other.incident_count, 3000);
	assert_true(str_eq(other.sdn, demo.sdn));
}

static void
saved_files_are_the_bytes_and_a_missing_folder_is_told(void **state)
{
	char folder[] = "/tmp/liaison-demo-XXXXXX", path[128];
	static const char *const names[] = {"sdn.csv", "alt.csv", "add.csv", "incidents.csv",
					    "links.csv"};
	const struct str bytes[] = {demo.sdn, demo.alt, demo.add, demo.incidents, demo.links};
	struct err err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(demo_data_save(&demo, folder, &err), RC_OK);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char *read = arena_bytes(arena, bytes[i].n + 1);
		FILE *f;

		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		f = fopen(path, "rb");
		assert_non_null(f);
		assert_int_equal(fread(read, 1, bytes[i].n + 1, f), bytes[i].n);
		assert_memory_equal(read, bytes[i].p, bytes[i].n);
		fclose(f);
		unlink(path);
	}
	rmdir(folder);
	assert_int_equal(demo_data_save(&demo, folder, &err), RC_UNAVAILABLE);
	assert_string_equal(err.key, "sdn.csv");
}

/* A change of this number is a change of the rows that benchmarks take in. */
#define GOLDEN_BENCH 0x61103a6e877794ccULL

static struct str
bench_text(uint64_t seed, size_t n)
{
	char *bytes = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&bytes, &size);
	struct str out;

	assert_non_null(f);
	assert_int_equal(demo_htcds_bench_write(seed, n, f, NULL), RC_OK);
	fclose(f);
	out = str_copy(arena, (struct str){bytes, size});
	free(bytes);
	return out;
}

static void
rows_for_benchmarks_parse_and_repeat(void **state)
{
	static struct table t;
	struct str text = bench_text(SEED, 2000), longer = bench_text(SEED, 2500);
	size_t suspects = 0;

	(void)state;
	assert_int_equal(str_hash(text), GOLDEN_BENCH);
	assert_true(utf8_is_valid(text));
	assert_true(str_starts(longer, text));
	assert_false(str_eq(text, bench_text(SEED + 1, 2000)));
	table_read(text, &t);
	assert_int_equal(t.n, 2001);
	assert_int_equal(t.columns, DEMO_HTCDS_COUNT);
	for (size_t i = 1; i < t.n; i++) {
		struct str phone = t.cell[i][DEMO_prs_MobilePhone];

		assert_true(str_empty(phone) || str_starts(phone, STR("+999")));
		assert_true(day_is_of_2026(t.cell[i][DEMO_hte_Date]));
		suspects += !str_empty(t.cell[i][DEMO_per_RoleInProcess]);
	}
	assert_in_range(suspects, 200, 330);
}

static void
rows_for_benchmarks_tell_of_a_full_disk(void **state)
{
	FILE *f = fopen("/dev/full", "wb");
	struct err err;

	(void)state;
	if (f == NULL)
		skip();
	assert_int_equal(demo_htcds_bench_write(SEED, 5000, f, &err), RC_UNAVAILABLE);
	fclose(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_seed_makes_a_world_of_the_same_shape),
	    cmocka_unit_test(no_name_of_seed_one_is_on_a_real_list),
	    cmocka_unit_test(a_name_on_a_given_list_is_drawn_again),
	    cmocka_unit_test(a_story_name_on_a_given_list_ends_the_making),
	    cmocka_unit_test(counts_out_of_range_are_refused_and_more_rows_add_undetermined_people),
	    cmocka_unit_test(saved_files_are_the_bytes_and_a_missing_folder_is_told),
	    cmocka_unit_test(rows_for_benchmarks_parse_and_repeat),
	    cmocka_unit_test(rows_for_benchmarks_tell_of_a_full_disk),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
