#include "base/test.h"

#include "base/arena.h"
#include "serve/origin.h"

static void
a_cookie_is_found_among_others_and_one_that_stands_twice_is_none(void **state)
{
	static const struct {
		const char *header;
		bool there;
		const char *value;
	} cases[] = {
	    {"__Host-liaison=abc", true, "abc"},
	    {"a=1; __Host-liaison=abc; b=2", true, "abc"},
	    {"a=1;__Host-liaison=abc;b", true, "abc"},
	    {"__Host-liaison=", true, ""},
	    {"__Host-liaison=a=b", true, "a=b"},
	    {"__Host-liaison=abc; __Host-liaison=def", true, ""},
	    {"__host-liaison=abc", false, ""},
	    {"x__Host-liaison=abc", false, ""},
	    {"__Host-liaison-known=abc", false, ""},
	    {"__Host-liaison", false, ""},
	    {"a=__Host-liaison=abc", false, ""},
	    {"", false, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct pair header = {STR("cookie"), str_from(cases[i].header)};
		struct str value;
		bool there = cookie_find((struct pairs){&header, 1}, SESSION_COOKIE, &value);

		if (there != cases[i].there || !str_eq_z(value, cases[i].value))
			fail_msg("case %zu: %d %.*s\n", i, there, STR_ARG(value));
	}
	assert_false(cookie_find((struct pairs){NULL, 0}, SESSION_COOKIE, &(struct str){NULL, 0}));
}

static void
only_a_page_of_our_own_may_ask(void **state)
{
	static const struct {
		const char *web_origin, *host, *origin, *site; /* NULL: no such header */
		bool reads, changes;
	} cases[] = {
	    {"", "node.example", NULL, NULL, true, true},
	    {"", "node.example", "https://node.example", "same-origin", true, true},
	    {"", "node.example", "https://NODE.example", "same-origin", true, true},
	    {"", "127.0.0.1:7443", "http://127.0.0.1:7443", NULL, true, true},
	    /* Typed into the address line, or from a bookmark: to look, not to change. */
	    {"", "node.example", NULL, "none", true, false},
	    {"", "node.example", NULL, "cross-site", false, false},
	    {"", "node.example", NULL, "same-site", false, false},
	    {"", "node.example", NULL, "nonsense", false, false},
	    {"", "node.example", "https://evil.example", NULL, false, false},
	    {"", "node.example", "https://evil.example", "same-origin", false, false},
	    {"", "node.example", "https://node.example:8443", NULL, false, false},
	    {"", "node.example", "https://node.example.evil.example", NULL, false, false},
	    {"", "node.example", "null", NULL, false, false},
	    {"", "node.example", "", NULL, false, false},
	    {"", NULL, "https://", NULL, false, false},
	    {"https://node.example", "node.example", "https://node.example", "same-origin", true,
	     true},
	    {"https://node.example", "node.example", NULL, NULL, true, true},
	    {"https://node.example", "node.example", "http://node.example", NULL, false, false},
	    /* A name of somebody else's that leads to us (DNS rebinding). */
	    {"https://node.example", "evil.example", "https://evil.example", "same-origin", false,
	     false},
	    {"https://node.example", "evil.example", NULL, NULL, false, false},
	    {"https://node.example", NULL, NULL, NULL, false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pair headers[3];
		struct pairs all = {headers, 0};
		struct err err;

		if (cases[i].host != NULL)
			headers[all.n++] = (struct pair){STR("Host"), str_from(cases[i].host)};
		if (cases[i].origin != NULL)
			headers[all.n++] = (struct pair){STR("Origin"), str_from(cases[i].origin)};
		if (cases[i].site != NULL)
			headers[all.n++] =
			    (struct pair){STR("Sec-Fetch-Site"), str_from(cases[i].site)};
		for (int changes = 0; changes < 2; changes++) {
			bool may = changes ? cases[i].changes : cases[i].reads;

			if (origin_check(all, str_from(cases[i].web_origin), changes, &err) !=
			    (may ? RC_OK : RC_DENIED))
				fail_msg("case %zu, %s\n", i, changes ? "changing" : "reading");
		}
	}
}

static void
what_a_change_must_carry_follows_from_the_session_and_tells_nothing_of_it(void **state)
{
	struct arena *a = arena_new(0);
	struct str one = csrf_token(a, STR("secret one"));

	(void)state;
	assert_true(str_eq(one, csrf_token(a, STR("secret one"))));
	assert_false(str_eq(one, csrf_token(a, STR("secret two"))));
	assert_int_equal(one.n, 64);
	arena_free(a);
}

static void
the_cookie_is_for_this_host_alone_and_for_no_script(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	assert_string_equal(cookie_set(a, SESSION_COOKIE, STR("x"), -1).p,
			    "__Host-liaison=x; Path=/; Secure; HttpOnly; SameSite=Strict");
	assert_string_equal(
	    cookie_set(a, SESSION_COOKIE, STR_NONE, 0).p,
	    "__Host-liaison=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
	arena_free(a);
}

static void
the_setting_takes_an_origin_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		enum rc rc;
	} cases[] = {
	    {"", RC_OK},
	    {"https://node.example", RC_OK},
	    {"https://node.example:8443", RC_OK},
	    {"http://127.0.0.1:7443", RC_OK},
	    {"https://[::1]:7443", RC_OK},
	    {"https://", RC_INVALID},
	    {"node.example", RC_INVALID},
	    {"https://node.example/", RC_INVALID},
	    {"https://Node.example", RC_INVALID},
	    {"https://a@b", RC_INVALID},
	    {"ftp://node.example", RC_INVALID},
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (web_origin_check(str_from(cases[i].text), &err) != cases[i].rc)
			fail_msg("%s\n", cases[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cookie_is_found_among_others_and_one_that_stands_twice_is_none),
	    cmocka_unit_test(only_a_page_of_our_own_may_ask),
	    cmocka_unit_test(
		what_a_change_must_carry_follows_from_the_session_and_tells_nothing_of_it),
	    cmocka_unit_test(the_cookie_is_for_this_host_alone_and_for_no_script),
	    cmocka_unit_test(the_setting_takes_an_origin_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
