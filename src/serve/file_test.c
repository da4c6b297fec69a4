#include "base/test.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "serve/file.h"
#include "store/test_dir.h"

static void
a_secret_that_others_may_read_is_refused(void **state)
{
	static const unsigned modes[] = {0640, 0604, 0620, 0602, 0644};
	struct test_dir *dir = test_dir_new();
	const char *path = test_dir_path(dir, "words");
	struct arena *a = arena_new(0);
	struct str text;
	struct err err;

	(void)state;
	assert_int_equal(file_write(path, STR("correct horse\n"), 0600, &err), RC_OK);
	assert_int_equal(file_read_secret(a, path, 100, &text, &err), RC_OK);
	assert_true(str_eq(text, STR("correct horse\n")));
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(file_read_secret(a, path, 100, &text, &err), RC_INVALID);
		assert_non_null(strstr(err.text, "chmod 600"));
		assert_int_equal(file_read(a, path, 100, &text, &err), RC_OK);
	}
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(file_read_secret(a, path, 100, &text, &err), RC_OK);
	assert_int_equal(file_read_secret(a, path, 3, &text, &err), RC_TOO_LARGE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(file_read_secret(a, path, 100, &text, &err), RC_ABSENT);
	arena_free(a);
	test_dir_free(dir);
}

static int folders_synced;

/* Every sync of this program goes through here. */
int
fsync(int fd)
{
	struct stat st;

	folders_synced += fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
	return (int)syscall(SYS_fsync, fd);
}

static void
a_name_is_durable_when_it_is_given(void **state)
{
	struct test_dir *dir = test_dir_new();
	const char *part = test_dir_path(dir, "rows.part"), *path = test_dir_path(dir, "rows");
	struct arena *a = arena_new(0);
	struct str text;
	struct err err;

	(void)state;
	assert_int_equal(file_write(part, STR("rows"), 0600, &err), RC_OK);
	folders_synced = 0;
	assert_int_equal(file_name(part, path, &err), RC_OK);
	assert_int_equal(folders_synced, 1);
	assert_int_equal(access(part, F_OK), -1);
	assert_int_equal(file_read(a, path, 100, &text, &err), RC_OK);
	assert_true(str_eq(text, STR("rows")));
	assert_int_equal(file_name(part, path, &err), RC_UNAVAILABLE);
	arena_free(a);
	test_dir_free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_secret_that_others_may_read_is_refused),
	    cmocka_unit_test(a_name_is_durable_when_it_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
