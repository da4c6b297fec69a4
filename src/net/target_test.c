#include "base/test.h"

#include "base/arena.h"
#include "net/target.h"

static void
good_targets_are_decoded(void **state)
{
	static const struct {
		const char *raw, *path, *name, *value;
	} cases[] = {
	    /* clang-format off */
		{ "/",                        "/",           NULL,   NULL },
		{ "/api/v1/incident",         "/api/v1/incident", NULL, NULL },
		{ "/api/",                    "/api/",       NULL,   NULL },
		{ "/a%20b?q=1",               "/a b",        "q",    "1" },
		{ "/x?name=a+b%2Bc",          "/x",          "name", "a b+c" },
		{ "/x?flag",                  "/x",          "flag", "" },
		{ "/x?a=b=c",                 "/x",          "a",    "b=c" },
		{ "/x?&&a=%D8%A7",            "/x",          "a",    "\xd8\xa7" },
		{ "/x?path=%2Fetc",           "/x",          "path", "/etc" },
		{ "/%E4%BD%A0",               "/\xe4\xbd\xa0", NULL, NULL },
		{ "/...",                     "/...",        NULL,   NULL },
	    /* clang-format on */
	};
	struct arena *a = arena_new(0);
	struct target t;
	struct str value;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(target_parse(a, str_from(cases[i].raw), &t, NULL), RC_OK);
		assert_true(str_eq_z(t.path, cases[i].path));
		if (cases[i].name == NULL) {
			assert_int_equal(t.query.n, 0);
			continue;
		}
		assert_int_equal(t.query.n, 1);
		assert_true(query_find(t.query, cases[i].name, &value));
		assert_true(str_eq_z(value, cases[i].value));
	}
	arena_free(a);
}

static void
bad_targets_are_refused(void **state)
{
	static const char *const cases[] = {
	    "",	      "*",	 "x",	       "http://h/x", "/a#b",	  "/%",
	    "/%4",    "/%zz",	 "/%00",       "/a%0d%0a",   "/%7f",	  "/%c2%85",
	    "/%ff",   "/%c0%af", "/%ed%a0%80", "/a%2fb",     "/a%5Cb",	  "/a\\b",
	    "/a//b",  "//a",	 "/.",	       "/..",	     "/a/../b",	  "/a/%2e%2e",
	    "/a/./b", "/x?q=%0", "/x?q=%00",   "/x?%ff=1",   "/x?q=\x01",
	};
	struct arena *a = arena_new(0);
	struct target t;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (target_parse(a, str_from(cases[i]), &t, &err) != RC_USAGE)
			print_error("let through: %s\n", cases[i]);
		assert_int_equal(target_parse(a, str_from(cases[i]), &t, &err), RC_USAGE);
		assert_true(strlen(err.text) > 0);
	}
	arena_free(a);
}

static void
a_flood_of_parameters_is_refused(void **state)
{
	struct arena *a = arena_new(0);
	struct target t;
	char raw[3 * TARGET_PARAMETERS_MAX + 8];
	size_t n = 0;

	(void)state;
	raw[n++] = '/';
	for (int i = 0; i < TARGET_PARAMETERS_MAX; i++) {
		raw[n++] = i == 0 ? '?' : '&';
		raw[n++] = 'a';
	}
	assert_int_equal(target_parse(a, (struct str){raw, n}, &t, NULL), RC_OK);
	assert_int_equal(t.query.n, TARGET_PARAMETERS_MAX);
	raw[n++] = '&';
	raw[n++] = 'a';
	assert_int_equal(target_parse(a, (struct str){raw, n}, &t, NULL), RC_USAGE);
	arena_free(a);
}

static void
encoding_leaves_only_unreserved_characters(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	assert_true(
	    str_eq_z(percent_encode(a, STR("a/b c\xc3\xa9~-._?")), "a%2Fb%20c%C3%A9~-._%3F"));
	assert_true(str_eq_z(percent_encode(a, STR_NONE), ""));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_targets_are_decoded),
	    cmocka_unit_test(bad_targets_are_refused),
	    cmocka_unit_test(a_flood_of_parameters_is_refused),
	    cmocka_unit_test(encoding_leaves_only_unreserved_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
