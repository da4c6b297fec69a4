#include "base/test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/id.h"
#include "base/map.h"
#include "base/rc.h"
#include "base/say.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/vec.h"

static void
cutting_sees_every_part_and_ends(void **state)
{
	struct str rest = STR("a,,b,"), part;
	const char *want[] = {"a", "", "b", ""};
	size_t n = 0;

	(void)state;
	while (rest.p != NULL) {
		part = str_cut(&rest, ',');
		assert_true(n < 4);
		assert_true(str_eq_z(part, want[n++]));
	}
	assert_int_equal(n, 4);
}

static void
integers_parse_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} cases[] = {
	    {"0", true, 0},
	    {"-1", true, -1},
	    {"9223372036854775807", true, INT64_MAX},
	    {"-9223372036854775808", true, INT64_MIN},
	    {"9223372036854775808", false, 0},
	    {"", false, 0},
	    {"-", false, 0},
	    {"1x", false, 0},
	    {" 1", false, 0},
	    {"+1", false, 0},
	};
	int64_t v;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool ok = str_to_i64(str_from(cases[i].text), &v);

		assert_int_equal(ok, cases[i].ok);
		if (ok)
			assert_true(v == cases[i].value);
	}
}

static void
an_arena_gives_aligned_zeroed_memory_and_starts_over(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t n = 1; n < 5000; n += 37) {
			char *bytes = arena_bytes(a, n);
			char *zeroed;

			memset(bytes, 0xff, n);
			zeroed = arena_zeroed(a, n);
			assert_int_equal((uintptr_t)zeroed % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(zeroed[i], 0);
			memset(zeroed, 0xff, n);
		}
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	arena_free(a);
}

static void
a_buffer_has_room_for_nothing_and_for_much(void **state)
{
	struct arena *a = arena_new(0);
	struct buf b;

	(void)state;
	buf_init(&b, a);
	assert_non_null(buf_room(&b, 0));
	assert_int_equal(b.n, 0);
	for (int i = 0; i < 1000; i++)
		buf_add_z(&b, "0123456789");
	assert_int_equal(b.n, 10000);
	assert_memory_equal(b.p + 9990, "0123456789", 10);
	arena_free(a);
}

static void
a_map_finds_what_was_put_and_nothing_else(void **state)
{
	struct arena *a = arena_new(0);
	struct map m = {.arena = a};
	int values[1000];

	(void)state;
	assert_null(map_find(&m, STR("x")));
	for (int i = 0; i < 1000; i++)
		assert_null(map_put(&m, str_fmt(a, "key %d", i), &values[i]));
	for (int i = 0; i < 1000; i++)
		assert_ptr_equal(map_find(&m, str_fmt(a, "key %d", i)), &values[i]);
	assert_null(map_find(&m, STR("key 1000")));
	assert_ptr_equal(map_put(&m, STR("key 7"), &values[8]), &values[7]);
	assert_int_equal(m.n, 1000);
	arena_free(a);
}

static void
times_go_there_and_back(void **state)
{
	static const struct {
		const char *text, *back;
		bool ok;
	} cases[] = {
	    {"2026-11-23T02:10:00.123Z", "2026-11-23T02:10:00.123Z", true},
	    {"2024-02-29", "2024-02-29T00:00:00.000Z", true},
	    {"2023-02-29", NULL, false},
	    {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000Z", true},
	    {"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z", true},
	    {"2026-13-01", NULL, false},
	    {"2026-1-1", NULL, false},
	    {"2026-01-01T00:00:00", NULL, false},
	    {"2026-01-01T24:00:00Z", NULL, false},
	    {"", NULL, false},
	};
	struct arena *a = arena_new(0);
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(time_parse(str_from(cases[i].text), &ms), cases[i].ok);
		if (cases[i].ok)
			assert_string_equal(time_format(a, ms).p, cases[i].back);
	}
	arena_free(a);
}

static void
ids_sort_by_time_and_parse_back(void **state)
{
	struct arena *a = arena_new(0);
	const unsigned char random[10] = {0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6};
	struct id one = id_make(1000, random), two = id_make(1001, random), back;

	(void)state;
	assert_true(id_cmp(one, two) < 0);
	assert_int_equal(id_time_ms(two), 1001);
	assert_true(id_parse(id_format(a, one), &back));
	assert_true(id_eq(one, back));
	assert_false(id_parse(STR("00000000-0000-0000-0000-00000000000"), &back));
	assert_false(id_parse(STR("00000000-0000-0000-0000_000000000000"), &back));
	assert_false(id_parse(STR("0000000g-0000-0000-0000-000000000000"), &back));
	arena_free(a);
}

static void
times_that_are_damaged_add_up_to_an_end(void **state)
{
	static const struct {
		int64_t a, b, sum;
	} cases[] = {{1, 2, 3},
		     {INT64_MAX, 1, INT64_MAX},
		     {INT64_MAX - 5, 5, INT64_MAX},
		     {INT64_MIN, -1, INT64_MIN},
		     {INT64_MIN, INT64_MAX, -1}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(time_add(cases[i].a, cases[i].b), cases[i].sum);
}

static void
utf8_takes_the_shortest_form_only(void **state)
{
	static const struct {
		const char *text;
		size_t n, bad_at;
	} cases[] = {
	    {"abc", 3, 3},
	    {"\xd8\xa3\xd9\x88", 4, 4},
	    {"\xe5\xa5\xa5", 3, 3},
	    {"\xf0\x9f\x98\x80", 4, 4},
	    {"a\xc0\x80", 3, 1},
	    {"\xed\xa0\x80", 3, 0},
	    {"\xf4\x90\x80\x80", 4, 0},
	    {"ab\xe5\xa5", 4, 2},
	    {"\x80", 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(utf8_bad_at((struct str){cases[i].text, cases[i].n}),
				 cases[i].bad_at);
}

static void
base64_is_strict(void **state)
{
	struct arena *a = arena_new(0);
	struct str out;

	(void)state;
	for (size_t n = 0; n < 40; n++) {
		unsigned char bytes[40];

		for (size_t i = 0; i < n; i++)
			bytes[i] = (unsigned char)(i * 37 + n);
		assert_true(base64_parse(a, base64_format(a, bytes, n), &out));
		assert_int_equal(out.n, n);
		assert_memory_equal(out.p, bytes, n);
	}
	for (size_t n = 0; n < 40; n++) {
		memset(arena_bytes(a, 1), 0xff, 1); /* so that a missing NUL shows */
		assert_int_equal(
		    strlen(hex_format(a, "0123456789012345678901234567890123456789", n).p), 2 * n);
	}
	assert_false(base64_parse(a, STR("AA="), &out));
	assert_false(base64_parse(a, STR("AB=="), &out));
	assert_false(base64_parse(a, STR("A==="), &out));
	assert_false(base64_parse(a, STR("AA==AAAA"), &out));
	arena_free(a);
}

static void
an_error_names_file_line_and_key(void **state)
{
	struct arena *a = arena_new(0);
	struct err err;

	(void)state;
	assert_int_equal(fail_at(&err, RC_INVALID, "x.yaml", 3, 7, "label", "is missing %d", 1),
			 RC_INVALID);
	assert_string_equal(str_z(a, err_line(a, &err)), "x.yaml:3:7: label: is missing 1");
	assert_int_equal(fail(NULL, RC_ABSENT, NULL, "nobody listens"), RC_ABSENT);
	arena_free(a);
}

static void
what_an_error_asks_for_is_said_as_it_is_typed(void **state)
{
	static const struct {
		const char *api, *typed;
	} cases[] = {
	    {"say for which purpose (" SAY_PURPOSE ")", "say for which purpose (--purpose)"},
	    {SAY_REASON, "--reason"},
	    {"say which (" SAY_USER ")", "say which (--as LOGIN)"},
	    {SAY_TYPE " and " SAY_LIST ", or " SAY_TYPE, "--type and --list, or --type"},
	    {"no such type; " SAY_TYPES " shows them",
	     "no such type; `liaison model list` shows them"},
	    {"the header", "the header"},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err err;

		(void)fail(&err, RC_INVALID, "", "%s", cases[i].api);
		say_as_typed(&err);
		assert_string_equal(err.text, cases[i].typed);
	}
	for (size_t n = 400; n < sizeof((struct err *)0)->text; n++) {
		struct err err;

		(void)fail(&err, RC_INVALID, "", "%*s%s\xc3\xa9", (int)n, "", SAY_TYPES);
		say_as_typed(&err);
		assert_true(utf8_is_valid(str_from(err.text)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cutting_sees_every_part_and_ends),
	    cmocka_unit_test(integers_parse_whole_or_not_at_all),
	    cmocka_unit_test(an_arena_gives_aligned_zeroed_memory_and_starts_over),
	    cmocka_unit_test(a_buffer_has_room_for_nothing_and_for_much),
	    cmocka_unit_test(a_map_finds_what_was_put_and_nothing_else),
	    cmocka_unit_test(times_go_there_and_back),
	    cmocka_unit_test(times_that_are_damaged_add_up_to_an_end),
	    cmocka_unit_test(ids_sort_by_time_and_parse_back),
	    cmocka_unit_test(utf8_takes_the_shortest_form_only),
	    cmocka_unit_test(base64_is_strict),
	    cmocka_unit_test(an_error_names_file_line_and_key),
	    cmocka_unit_test(what_an_error_asks_for_is_said_as_it_is_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
