#include "base/test.h"

#include "base/arena.h"
#include "format/json.h"
#include "match/live/example.h"

static void
properties_become_what_the_screener_asks(void **state)
{
	static const struct {
		const char *json, *name, *dob, *country, *type;
		size_t names, ids;
	} cases[] = {
	    {"{\"schema\":\"Person\",\"properties\":{\"name\":[\"Orvek Taluneth\"],\"birthDate\":"
	     "[\"1979-05-07\"],\"nationality\":[\"qn\"],\"passportNumber\":\"X 1\"}}",
	     "Orvek Taluneth", "1979-05-07", "qn", "person", 1, 1},
	    {"{\"schema\":\"Person\",\"properties\":{\"firstName\":[\"Orvek\"],\"lastName\":["
	     "\"Taluneth\"],\"birthDate\":[\"soon\",\"1979\"],\"eyeColor\":\"grey\"}}",
	     "Orvek Taluneth", "1979", "", "person", 1, 0},
	    {"{\"schema\":\"Company\",\"properties\":{\"name\":\"Ulmere "
	     "Cannery\",\"alias\":[\"UC\"]"
	     ",\"jurisdiction\":\"qr\",\"registrationNumber\":[7]}}",
	     "Ulmere Cannery", "", "qr", "organisation", 2, 1},
	    {"{\"schema\":\"Thing\",\"properties\":{\"Person:name\":\"Orvek Taluneth\"}}",
	     "Orvek Taluneth", "", "", "", 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct example e;
		struct err err;
		json_t *json;

		assert_int_equal(json_read_reals(str_from(cases[i].json), NULL, &json, &err),
				 RC_OK);
		if (example_read(a, json, &e, &err) != RC_OK || e.names.n != cases[i].names ||
		    e.ids.n != cases[i].ids || !str_eq_z(e.names.at[0], cases[i].name) ||
		    !str_eq_z(e.query.dob, cases[i].dob) ||
		    !str_eq_z(e.query.country, cases[i].country) ||
		    !str_eq_z(e.query.type, cases[i].type))
			fail_msg("%s\n", cases[i].json);
		json_decref(json);
		arena_free(a);
	}
}

static void
who_names_nobody_is_refused(void **state)
{
	static const char *const cases[] = {
	    "{}",
	    "{\"schema\":\"Person\"}",
	    "{\"schema\":\"Person\",\"properties\":[]}",
	    "{\"schema\":\"Person\",\"properties\":{\"birthDate\":\"1979\"}}",
	    "{\"schema\":\"Person\",\"properties\":{\"name\":[\" \"]}}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new(0);
		struct example e;
		struct err err;
		json_t *json;

		assert_int_equal(json_read_reals(str_from(cases[i]), NULL, &json, &err), RC_OK);
		if (example_read(a, json, &e, &err) != RC_INVALID)
			fail_msg("%s\n", cases[i]);
		json_decref(json);
		arena_free(a);
	}
}

static void
a_form_gives_its_field_decoded(void **state)
{
	struct arena *a = arena_new(0);
	struct str out;

	(void)state;
	assert_true(form_find(a, STR("x=1&queries=%7B%22a%22%3A+1%7D&y"), "queries", &out));
	assert_true(str_eq_z(out, "{\"a\": 1}"));
	assert_false(form_find(a, STR("query=1"), "queries", &out));
	assert_false(form_find(a, STR("queries=%ff"), "queries", &out));
	assert_true(form_find(a, STR("queries=%4"), "queries", &out));
	assert_true(str_eq_z(out, "%4"));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(properties_become_what_the_screener_asks),
	    cmocka_unit_test(who_names_nobody_is_refused),
	    cmocka_unit_test(a_form_gives_its_field_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
