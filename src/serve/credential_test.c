#include "base/test.h"

#include "base/arena.h"
#include "serve/credential.h"
#include "serve/tries.h"

static const struct route record_routes[] = {{.method = "GET", .path = "/api/v1/records/{type}"},
					     {.method = "POST", .path = "/api/v1/records/{type}"},
					     {.method = NULL}};
static const struct route log_routes[] = {{.method = "GET", .path = "/api/v1/audit/search"},
					  {.method = NULL}};
static const struct feature records = {.name = "records", .routes = record_routes};
static const struct feature audit = {.name = "audit", .routes = log_routes};
static const struct feature paper = {.name = "paper"};
static const struct feature *const features[] = {&records, &audit, &paper, NULL};

static void
a_token_does_what_its_scope_names_and_nothing_else(void **state)
{
	static const struct {
		const char *scope;
		const struct route *route;
		const char *method, *path;
		bool may;
	} cases[] = {
	    {"", &record_routes[1], "POST", "/api/v1/records/person", true},
	    {"read", &record_routes[0], "GET", "/api/v1/records/person", true},
	    {"read", &record_routes[0], "HEAD", "/api/v1/records/person", true},
	    {"read", &record_routes[1], "POST", "/api/v1/records/person", false},
	    {"read", &record_routes[1], "DELETE", "/api/v1/records/person", false},
	    {"records", &record_routes[1], "POST", "/api/v1/records/person", true},
	    {"records", &log_routes[0], "GET", "/api/v1/audit/search", false},
	    {"records,audit", &log_routes[0], "GET", "/api/v1/audit/search", true},
	    {"read records", &record_routes[1], "POST", "/api/v1/records/person", false},
	    {"read records", &log_routes[0], "GET", "/api/v1/audit/search", false},
	    {"/api/v1/records/person", &record_routes[0], "GET", "/api/v1/records/person", true},
	    {"/api/v1/records/person", &record_routes[0], "GET", "/api/v1/records/person/5", true},
	    {"/api/v1/records/person/", &record_routes[0], "GET", "/api/v1/records/person/5", true},
	    {"/api/v1/records/person", &record_routes[0], "GET", "/api/v1/records/personal", false},
	    {"/api/v1/records/person", &record_routes[0], "GET", "/api/v1/records", false},
	    {"/", &record_routes[0], "GET", "/api/v1/records/person", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (scope_allows(features, str_from(cases[i].scope), cases[i].route,
				 str_from(cases[i].method),
				 str_from(cases[i].path)) != cases[i].may)
			fail_msg("case %zu: %s\n", i, cases[i].scope);
}

static void
a_scope_that_names_nothing_is_refused(void **state)
{
	static const struct {
		const char *scope;
		enum rc rc;
	} cases[] = {
	    {"", RC_OK},
	    {"read", RC_OK},
	    {"read,records /api/v1/jobs", RC_OK},
	    {"write", RC_INVALID},
	    {"paper", RC_INVALID}, /* has no routes: the token would do nothing, or all */
	    {"Records", RC_INVALID},
	    {"/api/v1/\x01", RC_INVALID},
	};
	struct arena *a = arena_new(0);
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (scope_check(features, str_from(cases[i].scope), &err) != cases[i].rc)
			fail_msg("case %zu: %s\n", i, cases[i].scope);
	assert_int_equal(scope_check(features, str_fmt(a, "/%0200d", 0), &err), RC_INVALID);
	arena_free(a);
}

static void
a_wait_grows_and_has_an_end(void **state)
{
	static const struct {
		enum tries_kind kind;
		int64_t failures, wait_ms;
	} cases[] = {
	    {TRIES_CLIENT, 0, 0},
	    {TRIES_CLIENT, 4, 0},
	    {TRIES_CLIENT, 5, 2000},
	    {TRIES_CLIENT, 6, 4000},
	    {TRIES_CLIENT, 13, 512000},
	    {TRIES_CLIENT, 14, 900000},
	    {TRIES_CLIENT, INT64_MAX, 900000},
	    {TRIES_DEVICE, 5, 2000},
	    {TRIES_ACCOUNT, 29, 0},
	    {TRIES_ACCOUNT, 30, 10000},
	    {TRIES_ACCOUNT, 1000000, 900000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(tries_wait_ms(cases[i].kind, cases[i].failures), cases[i].wait_ms);
}

static void
secrets_are_long_and_never_the_same(void **state)
{
	struct arena *a = arena_new(0);
	struct str one = secret_text(a), two = secret_text(a);

	(void)state;
	assert_int_equal(one.n, SECRET_TEXT_BYTES);
	assert_false(str_eq(one, two));
	for (size_t i = 0; i < one.n; i++)
		assert_non_null(memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789-_",
				       one.p[i], 64));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_token_does_what_its_scope_names_and_nothing_else),
	    cmocka_unit_test(a_scope_that_names_nothing_is_refused),
	    cmocka_unit_test(a_wait_grows_and_has_an_end),
	    cmocka_unit_test(secrets_are_long_and_never_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
