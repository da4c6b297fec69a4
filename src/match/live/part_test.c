#include "base/test.h"

#include "base/arena.h"
#include "match/live/part.h"

static struct id
id_of(unsigned char b)
{
	return (struct id){{[0] = 1, [15] = b}};
}

static void
add(struct part *p, unsigned char b, const char *name)
{
	struct arena *a = arena_new(0);
	struct listed_entry e = {.listing = id_of(b), .list = id_of(200), .subject = STR("person")};

	*VEC_ADD(a, &e.names) = str_copy(a, str_from(name));
	part_add(p, &e);
	arena_free(a); /* the part has copies */
}

static void
a_part_finds_what_was_added_and_lives_as_long_as_somebody_holds_it(void **state)
{
	struct part *p = part_new(), *held;
	const struct str name = STR_INIT("Orvek Taluneth");
	const struct screen_query query = {.names = &name, .name_count = 1};
	struct screen_hit hit;
	struct screen_worker *w;
	struct err err;

	(void)state;
	add(p, 1, "Dameru Loshkai");
	add(p, 2, "Orvek Taluneth");
	assert_int_equal(part_index(p, &err), RC_OK);
	held = part_hold(p);
	part_drop(p);
	assert_int_equal(screen_worker_open(&w, &err), RC_OK);
	assert_int_equal(screen_search(held->index, w, &query, 1, 0.3, &hit), 1);
	assert_true(id_eq(held->entries.at[hit.entry].listing, id_of(2)));
	screen_worker_close(w);
	part_drop(held);
}

static void
what_was_touched_is_void_in_older_parts(void **state)
{
	struct part *p = part_new();
	struct err err;

	(void)state;
	part_touch(p, id_of(7));
	part_touch(p, id_of(7));
	assert_int_equal(p->touched.n, 1);
	assert_true(part_touched(p, id_of(7)));
	assert_false(part_touched(p, id_of(8)));
	assert_int_equal(part_index(p, &err), RC_OK);
	assert_null(p->index);
	part_drop(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_part_finds_what_was_added_and_lives_as_long_as_somebody_holds_it),
	    cmocka_unit_test(what_was_touched_is_void_in_older_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
