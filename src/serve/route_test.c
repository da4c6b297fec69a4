#include "base/test.h"

#include "base/arena.h"
#include "serve/route.h"

static const struct route first[] = {
    {.method = "GET", .path = "/t/{kind}/{id}"},
    {.method = "GET", .path = "/t/{kind}/find"},
    {.method = "POST", .path = "/t/{kind}"},
    {.method = "GET", .path = "/tile/{level}/{rest...}"},
    {.method = NULL},
};
static const struct route second[] = {
    {.method = "GET", .path = "/t/case/{number}"}, {.method = "GET", .path = "/t/{what}/{which}"},
    {.method = "DELETE", .path = "/t/case/find"},  {.method = "GET", .path = "/t"},
    {.method = "GET", .path = "/tile/0/{part}"},   {.method = NULL},
};
static const struct feature one = {.name = "one", .routes = first};
static const struct feature none = {.name = "none"};
static const struct feature two = {.name = "two", .routes = second};
static const struct feature *const features[] = {&one, &none, &two, NULL};

static void
the_route_of_a_path_is_the_one_that_leaves_least_open(void **state)
{
	static const struct {
		const char *what, *method, *path, *found, *segments;
		bool path_known;
	} cases[] = {
	    {"nothing open", "GET", "/t", "/t", "", true},
	    {"two names", "GET", "/t/a/b", "/t/{kind}/{id}", "kind=a id=b ", true},
	    {"a fixed end before a name", "GET", "/t/a/find", "/t/{kind}/find", "kind=a ", true},
	    {"a fixed middle before a name", "GET", "/t/case/b", "/t/case/{number}", "number=b ",
	     true},
	    {"as many names: the first", "GET", "/t/case/find", "/t/{kind}/find", "kind=case ",
	     true},
	    {"all fixed, of another method", "DELETE", "/t/case/find", "/t/case/find", "", true},
	    {"a longer branch that leads nowhere", "POST", "/t/case", "/t/{kind}", "kind=case ",
	     true},
	    {"all that is left", "GET", "/tile/1/a/b//c", "/tile/{level}/{rest...}",
	     "level=1 rest=a/b//c ", true},
	    {"one is left, of what takes all", "GET", "/tile/1/a", "/tile/{level}/{rest...}",
	     "level=1 rest=a ", true},
	    {"a name before all that is left", "GET", "/tile/0/a", "/tile/0/{part}", "part=a ",
	     true},
	    {"back from a fixed branch", "GET", "/tile/0/a/b", "/tile/{level}/{rest...}",
	     "level=0 rest=a/b ", true},
	    {"nothing is left", "GET", "/tile/1/", NULL, "", false},
	    {"another method", "PATCH", "/t/a/b", NULL, "", true},
	    {"methods have their case", "get", "/t/a/b", NULL, "", true},
	    {"an empty name", "GET", "/t//b", NULL, "", false},
	    {"an empty last name", "GET", "/t/a/", NULL, "", false},
	    {"a slash more", "GET", "/t/", NULL, "", false},
	    {"too long", "GET", "/t/a/b/c", NULL, "", false},
	    {"too short", "GET", "/", NULL, "", false},
	    {"empty", "GET", "", NULL, "", false},
	    {"a part of a segment", "GET", "/til", NULL, "", false},
	    {"more than a segment", "GET", "/tt", NULL, "", false},
	    {"paths have their case", "GET", "/T", NULL, "", false},
	    {"a pattern is no path", "PUT", "/t/{kind}", NULL, "", true},
	};
	struct arena *a = arena_new(0);
	const struct route_table *t = route_table_new(a, features);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pairs segments = {0};
		bool known, known_too;
		const struct route *r = route_find(t, a, str_from(cases[i].method),
						   str_from(cases[i].path), &segments, &known);
		struct str said = STR("");

		for (size_t k = 0; k < segments.n; k++)
			said = str_fmt(a, "%.*s%.*s=%.*s ", STR_ARG(said),
				       STR_ARG(segments.at[k].name), STR_ARG(segments.at[k].value));
		if ((r == NULL) != (cases[i].found == NULL) || known != cases[i].path_known ||
		    (r != NULL && strcmp(r->path, cases[i].found) != 0) ||
		    (r != NULL && strcmp(r->method, cases[i].method) != 0) ||
		    !str_eq_z(said, cases[i].segments))
			fail_msg("%s: %s, %s\n", cases[i].what, r != NULL ? r->path : "none",
				 said.p);
		assert_ptr_equal(r, route_find(t, NULL, str_from(cases[i].method),
					       str_from(cases[i].path), NULL, &known_too));
		assert_int_equal(known, known_too);
	}
	arena_free(a);
}

static void
a_long_path_is_not_walked_to_its_end(void **state)
{
	struct arena *a = arena_new(0);
	const struct route_table *t = route_table_new(a, features);
	size_t n = 1 << 20;
	char *path = arena_bytes(a, n);
	struct pairs segments;
	bool known;

	(void)state;
	memset(path, '/', n);
	assert_null(route_find(t, a, STR("GET"), (struct str){path, n}, &segments, &known));
	assert_false(known);
	for (size_t i = 1; i < n; i += 2)
		path[i] = 't';
	assert_null(route_find(t, a, STR("GET"), (struct str){path, n}, &segments, &known));
	assert_false(known);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_route_of_a_path_is_the_one_that_leaves_least_open),
	    cmocka_unit_test(a_long_path_is_not_walked_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
