#include "base/test.h"

#include "base/arena.h"
#include "format/json.h"
#include "parse/wire.h"

static struct arena *arena;

static struct buf
bytes(const json_t *value)
{
	struct buf b;

	buf_init(&b, arena);
	wire_add_json(&b, value);
	return b;
}

static void
what_is_written_is_read_again(void **state)
{
	struct buf b;
	struct wire w;

	(void)state;
	buf_init(&b, arena);
	wire_add_u8(&b, 200);
	buf_add_u32(&b, 4000000000u);
	wire_add_i64(&b, -5);
	wire_add_text(&b, STR("h\xc3\xa9"));
	w = wire_of(buf_str(&b));
	assert_int_equal(wire_u8(&w), 200);
	assert_int_equal(wire_u32(&w), 4000000000u);
	assert_int_equal(wire_i64(&w), -5);
	assert_true(str_eq(wire_text(&w), STR("h\xc3\xa9")));
	assert_true(wire_end(&w));
	/* Nothing is there behind the end, and what was bad stays bad. */
	assert_int_equal(wire_u8(&w), 0);
	assert_false(wire_end(&w));
}

static void
text_that_is_none_is_refused(void **state)
{
	static const struct str bad[] = {STR_INIT("\0\0\0\2\xc3("), STR_INIT("\0\0\0\1\0"),
					 STR_INIT("\0\0\0\3ab"), STR_INIT("\0\0\0"),
					 STR_INIT("\xff\xff\xff\xff"
						  "a")};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct wire w = wire_of(bad[i]);

		assert_null(wire_text(&w).p);
		assert_true(w.bad);
	}
}

static void
a_place_before_the_file_is_refused(void **state)
{
	struct wire w = wire_of(STR("\xff\xff\xff\xff\xff\xff\xff\xff"));

	(void)state;
	assert_int_equal(wire_place(&w), 0);
	assert_true(w.bad);
}

static void
no_key_stands_twice(void **state)
{
	json_t *o = json_pack("{s:n, s:n}", "a", "b");
	struct buf b = bytes(o);
	struct wire w = wire_of(buf_str(&b));
	json_t *back = wire_json(&w);

	(void)state;
	assert_true(json_equal(o, back) && wire_end(&w));
	json_decref(back);
	json_decref(o);
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == 'b')
			b.p[i] = 'a';
	w = wire_of(buf_str(&b));
	assert_null(wire_json(&w));
}

static void
levels_and_integers_are_bounded(void **state)
{
	json_t *deep = json_array(), *large = json_integer(JSON_INTEGER_MAX + 1);
	struct buf b;
	struct wire w;

	(void)state;
	for (int i = 0; i < WIRE_DEPTH_MAX + 1; i++) {
		json_t *outer = json_array();

		must(json_array_append_new(outer, deep) == 0);
		deep = outer;
	}
	b = bytes(deep);
	w = wire_of(buf_str(&b));
	assert_null(wire_json(&w));
	b = bytes(large);
	w = wire_of(buf_str(&b));
	assert_null(wire_json(&w));
	json_decref(deep);
	json_decref(large);
}

/* A few bytes must not make the node allocate for a billion items. */
static void
counts_are_held_against_the_bytes_that_are_there(void **state)
{
	struct wire w = wire_of(STR("\x05\xff\xff\xff\xff"));

	(void)state;
	assert_null(wire_json(&w));
	w = wire_of(STR("\0\0\0\2abc"));
	assert_int_equal(wire_count(&w, 2), 0);
	assert_true(w.bad);
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
	    cmocka_unit_test(what_is_written_is_read_again),
	    cmocka_unit_test(text_that_is_none_is_refused),
	    cmocka_unit_test(a_place_before_the_file_is_refused),
	    cmocka_unit_test(no_key_stands_twice),
	    cmocka_unit_test(levels_and_integers_are_bounded),
	    cmocka_unit_test(counts_are_held_against_the_bytes_that_are_there),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
