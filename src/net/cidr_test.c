#include "base/test.h"

#include "net/cidr.h"

static void
a_list_has_what_its_prefixes_cover_and_nothing_else(void **state)
{
	static const struct {
		const char *list, *address;
		bool has;
	} cases[] = {
	    {"127.0.0.1", "127.0.0.1", true},
	    {"127.0.0.1", "127.0.0.2", false},
	    {"10.0.0.0/8", "10.255.1.2", true},
	    {"10.0.0.0/8", "11.0.0.0", false},
	    {"192.0.2.0/25", "192.0.2.127", true},
	    {"192.0.2.0/25", "192.0.2.128", false},
	    {"192.0.2.7/32, 2001:db8::/32", "2001:db8:1::5", true},
	    {"192.0.2.7/32 2001:db8::/32", "2001:db9::5", false},
	    {"0.0.0.0/0", "203.0.113.9", true},
	    {"0.0.0.0/0", "2001:db8::1", false},
	    {"::/0", "203.0.113.9", false},
	    {"203.0.113.9", "::ffff:203.0.113.9", true},
	    {"", "127.0.0.1", false},
	    {"127.0.0.0/8", "", false},
	    {"127.0.0.0/8", "localhost", false},
	    {"127.0.0.0/8", "127.1", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (cidr_list_has(str_from(cases[i].list), str_from(cases[i].address)) !=
		    cases[i].has)
			fail_msg("case %zu: %s in %s\n", i, cases[i].address, cases[i].list);
}

static void
a_list_that_cannot_be_read_is_refused(void **state)
{
	static const struct {
		const char *list;
		enum rc rc;
	} cases[] = {
	    {"", RC_OK},
	    {"127.0.0.1", RC_OK},
	    {" 10.0.0.0/8 ,::1, 2001:db8::/48 ", RC_OK},
	    {"10.0.0.1/8", RC_INVALID},
	    {"10.0.0.0/33", RC_INVALID},
	    {"10.0.0.0/-1", RC_INVALID},
	    {"10.0.0.0/", RC_INVALID},
	    {"2001:db8::/129", RC_INVALID},
	    {"2001:db8::1/64", RC_INVALID},
	    {"office", RC_INVALID},
	    {"1.2.3", RC_INVALID},
	};
	char many[40 * 10] = "";
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (cidr_list_check(str_from(cases[i].list), "addresses", &err) != cases[i].rc)
			fail_msg("case %zu: %s\n", i, cases[i].list);
	for (int i = 0; i < 33; i++)
		memcpy(many + (size_t)i * 10, "192.0.2.1,", 10);
	assert_int_equal(cidr_list_check((struct str){many, 320}, "a", &err), RC_OK);
	assert_int_equal(cidr_list_check((struct str){many, 330}, "a", &err), RC_INVALID);
}

static void
a_forwarded_address_counts_only_from_a_trusted_proxy(void **state)
{
	static const struct {
		const char *trusted, *peer, *header, *client;
	} cases[] = {
	    {"", "127.0.0.1", "203.0.113.9", "127.0.0.1"},
	    {"127.0.0.1", "203.0.113.1", "198.51.100.4", "203.0.113.1"},
	    {"127.0.0.1", "127.0.0.1", "203.0.113.9", "203.0.113.9"},
	    {"127.0.0.1", "127.0.0.1", "", "127.0.0.1"},
	    /* What the client wrote itself stands to the left, and is passed over by nobody. */
	    {"127.0.0.1", "127.0.0.1", "10.0.0.1, 203.0.113.9", "203.0.113.9"},
	    {"127.0.0.1,10.0.0.0/8", "127.0.0.1", "198.51.100.4, 203.0.113.9, 10.1.1.1",
	     "203.0.113.9"},
	    {"127.0.0.1", "127.0.0.1", "203.0.113.9, unknown", "127.0.0.1"},
	    {"127.0.0.1,10.0.0.0/8", "127.0.0.1", "nonsense, 10.1.1.1", "10.1.1.1"},
	    {"127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"},
	    {"127.0.0.1", "127.0.0.1", "2001:db8::7", "2001:db8::7"},
	    {"127.0.0.1", "127.0.0.1", ",", "127.0.0.1"},
	    {"127.0.0.1", "", "203.0.113.9", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str client = forwarded_client(
		    str_from(cases[i].trusted), str_from(cases[i].peer), str_from(cases[i].header));

		if (!str_eq_z(client, cases[i].client))
			fail_msg("case %zu: %.*s\n", i, STR_ARG(client));
	}
}

static void
addresses_of_one_ipv6_network_are_one_client(void **state)
{
	unsigned char a[CLIENT_BYTES], b[CLIENT_BYTES];

	(void)state;
	assert_true(address_client(STR("2001:db8:1:2::1"), a));
	assert_true(address_client(STR("2001:db8:1:2:ffff::9"), b));
	assert_memory_equal(a, b, CLIENT_BYTES);
	assert_true(address_client(STR("2001:db8:1:3::1"), b));
	assert_memory_not_equal(a, b, CLIENT_BYTES);
	assert_true(address_client(STR("192.0.2.1"), a));
	assert_true(address_client(STR("::ffff:192.0.2.1"), b));
	assert_memory_equal(a, b, CLIENT_BYTES);
	assert_true(address_client(STR("192.0.2.2"), b));
	assert_memory_not_equal(a, b, CLIENT_BYTES);
	assert_false(address_client(STR("somewhere"), a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_has_what_its_prefixes_cover_and_nothing_else),
	    cmocka_unit_test(a_list_that_cannot_be_read_is_refused),
	    cmocka_unit_test(a_forwarded_address_counts_only_from_a_trusted_proxy),
	    cmocka_unit_test(addresses_of_one_ipv6_network_are_one_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
