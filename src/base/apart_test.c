#include "base/apart.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"

static void
what_is_read_is_never_written_by_whatever_name(void **state)
{
	char folder[] = "/tmp/liaison-apart-XXXXXX";
	const char *in[] = {"data.csv", NULL, "-"};
	const struct {
		const char *out[2];
		enum rc rc;
	} cases[] = {
	    {{"other.csv", NULL}, RC_OK},	{{"other.csv", "third.csv"}, RC_OK},
	    {{"data.csv", NULL}, RC_INVALID},	{{NULL, "data.csv"}, RC_INVALID},
	    {{"./data.csv", NULL}, RC_INVALID}, {{"soft.csv", NULL}, RC_INVALID},
	    {{"hard.csv", NULL}, RC_INVALID},	{{"new.csv", "new.csv"}, RC_INVALID},
	    {{"/dev/null", "-"}, RC_OK},
	};

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(close(open("data.csv", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
	assert_int_equal(close(open("other.csv", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
	assert_int_equal(symlink("data.csv", "soft.csv"), 0);
	assert_int_equal(link("data.csv", "hard.csv"), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct files_apart files = {in, COUNT_OF(in), cases[i].out, 2};
		struct err err;

		assert_int_equal(files_apart(&files, &err), cases[i].rc);
	}
	(void)unlink("data.csv");
	(void)unlink("other.csv");
	(void)unlink("soft.csv");
	(void)unlink("hard.csv");
	assert_int_equal(chdir("/"), 0);
	(void)rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_read_is_never_written_by_whatever_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
