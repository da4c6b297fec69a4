#include "base/test.h"

#include "base/arena.h"
#include "net/certificate.h"

static const struct str hosts[] = {STR_INIT("node.example"), STR_INIT("127.0.0.1"),
				   STR_INIT("::1")};

static void
a_certificate_and_its_key_are_made_and_its_fingerprint_is_the_one_shown(void **state)
{
	struct arena *a = arena_new(0);
	const struct certificate_options o = {
	    .hosts = hosts, .host_count = 3, .now_ms = 1800000000000, .days = 30};
	struct certificate one, two;
	struct str print;
	struct err err;

	(void)state;
	assert_int_equal(certificate_make(a, &o, &one, &err), RC_OK);
	assert_int_equal(certificate_make(a, &o, &two, &err), RC_OK);
	assert_true(str_starts(one.certificate_pem, STR("-----BEGIN CERTIFICATE-----")));
	assert_true(str_find(one.key_pem, STR(" PRIVATE KEY-----\n")) > 0);
	assert_int_equal(one.fingerprint.n, 32 * 3 - 1);
	assert_false(str_eq(one.fingerprint, two.fingerprint));
	assert_false(str_eq(one.key_pem, two.key_pem));
	assert_int_equal(certificate_fingerprint(a, one.certificate_pem, &print, &err), RC_OK);
	assert_true(str_eq(print, one.fingerprint));
	assert_int_equal(certificate_fingerprint(a, one.key_pem, &print, &err), RC_INVALID);
	assert_int_equal(certificate_fingerprint(a, STR("nonsense"), &print, &err), RC_INVALID);
	arena_free(a);
}

static void
what_is_no_host_is_refused(void **state)
{
	static const struct str cases[] = {STR_INIT(""),
					   STR_INIT("a b"),
					   STR_INIT("Node.example"),
					   STR_INIT("node.example/x"),
					   STR_INIT(".example"),
					   STR_INIT("n\xc3\xb6"
						    "de.example")};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct str both[] = {STR("node.example"), cases[i]};
		const struct certificate_options o = {
		    .hosts = both, .host_count = 2, .now_ms = 1800000000000, .days = 30};
		struct certificate made;
		struct err err;

		if (certificate_make(a, &o, &made, &err) != RC_INVALID)
			fail_msg("case %zu\n", i);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_certificate_and_its_key_are_made_and_its_fingerprint_is_the_one_shown),
	    cmocka_unit_test(what_is_no_host_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
