#include "base/test.h"

#include "base/arena.h"
#include "serve/password.h"

static void
a_password_must_be_long_and_not_foreseen(void **state)
{
	static const struct {
		const char *password;
		enum rc rc;
	} cases[] = {
	    {"gravel lantern otter seventeen", RC_OK},
	    {"xK9#mQ2$vL7!pR4", RC_OK},
	    {"xK9#mQ2$vL7!pR", RC_INVALID},
	    {"", RC_INVALID},
	    /* Characters, not bytes; any script; spaces. */
	    {"\xd0\xb4\xd0\xbe\xd0\xbc \xd0\xbd\xd0\xb0 \xd1\x80\xd0\xb5\xd0\xba\xd0\xb5 \xd0\xb8 "
	     "\xd0\xbb\xd0\xbe\xd0\xb4\xd0\xba\xd0\xb0",
	     RC_OK},
	    {"\xd0\xb4\xd0\xbe\xd0\xbc \xd1\x80\xd0\xb5\xd0\xba\xd0\xb0", RC_INVALID},
	    {"correct horse battery staple", RC_INVALID},
	    {"CorrectHorseBatteryStaple", RC_INVALID},
	    {"aaaaaaaaaaaaaaaaaaaa", RC_INVALID},
	    {"abcabcabcabcabcabc", RC_INVALID},
	    {"lantern1lantern1lantern1", RC_OK},
	    {"gravel7gravel7gravel7", RC_INVALID},
	    {"abcdefghijklmnopqr", RC_INVALID},
	    {"123456789012345678", RC_INVALID},
	    {"qwertyuiopasdfghjkl", RC_INVALID},
	    {"Password1Password2", RC_INVALID},
	    {"north coast police 7", RC_INVALID},
	    {"Mira.OkaforMira.Okafor", RC_INVALID},
	    {"mira.okafor gravel otter", RC_OK},
	    {"liaison liaison liaison", RC_INVALID},
	    {"gravel lantern\notter", RC_INVALID},
	    {"gravel lantern \xff otter", RC_INVALID},
	};
	const struct str words[] = {STR("mira.okafor"), STR("Mira Okafor"),
				    STR("North Coast Police"), STR("")};
	struct arena *a = arena_new(0);
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		err = (struct err){.rc = RC_OK};
		if (password_check(a, str_from(cases[i].password), words, COUNT_OF(words), &err) !=
		    cases[i].rc)
			fail_msg("case %zu (%s): %s\n", i, cases[i].password, err.text);
		/* The sentence goes into answers and onto screens. */
		if (cases[i].password[0] != '\0' && strstr(err.text, cases[i].password) != NULL)
			fail_msg("case %zu tells the password\n", i);
	}
	arena_free(a);
}

static void
a_password_has_an_end(void **state)
{
	struct arena *a = arena_new(0);
	char long_one[PASSWORD_BYTES_MAX + 1];
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof long_one; i++)
		long_one[i] = (char)('a' + i * i % 23);
	assert_int_equal(
	    password_check(a, (struct str){long_one, PASSWORD_BYTES_MAX}, NULL, 0, &err), RC_OK);
	assert_int_equal(
	    password_check(a, (struct str){long_one, PASSWORD_BYTES_MAX + 1}, NULL, 0, &err),
	    RC_INVALID);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_password_must_be_long_and_not_foreseen),
	    cmocka_unit_test(a_password_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
