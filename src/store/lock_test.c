#include "base/test.h"

#include <signal.h>
#include <sys/stat.h>

#include "store/lock.h"
#include "store/test_dir.h"

static void
one_process_at_a_time_owns_a_folder(void **state)
{
	struct test_dir *t = test_dir_new();
	struct node_lock *lock, *second;
	struct err err;
	char byte;
	int ready[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (node_lock_take(t->path, &lock, NULL) != RC_OK || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(node_lock_take(t->path, &second, &err), RC_CONFLICT);
	assert_null(second);
	assert_true(str_find(str_from(err.text), str_fmt(t->a, "process %ld ", (long)pid)) >= 0);
	/* However the holder ends, the folder is free. */
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(node_lock_take(t->path, &lock, NULL), RC_OK);
	/* The same process does not get it twice either. */
	assert_int_equal(node_lock_take(t->path, &second, NULL), RC_CONFLICT);
	node_lock_close(lock);
	assert_int_equal(node_lock_take(t->path, &lock, NULL), RC_OK);
	node_lock_close(lock);
	node_lock_close(NULL);
	close(ready[0]);
	close(ready[1]);
	test_dir_free(t);
}

static void
those_who_join_are_numbered_and_the_first_is_alone_until_it_admits(void **state)
{
	struct test_dir *t = test_dir_new();
	struct node_lock *one, *two, *three, *none;
	struct err err;

	(void)state;
	assert_int_equal(node_lock_join(t->path, 0, &one, &err), RC_OK);
	assert_true(node_lock_is_alone(one));
	assert_int_equal(node_lock_join(t->path, 40, &none, &err), RC_CONFLICT);
	assert_true(str_find(str_from(err.text), str_fmt(t->a, "process %ld ", (long)getpid())) >=
		    0);
	node_lock_admit(one);
	assert_false(node_lock_is_alone(one));
	assert_int_equal(node_lock_join(t->path, 0, &two, &err), RC_OK);
	assert_int_equal(node_lock_join(t->path, 0, &three, &err), RC_OK);
	assert_false(node_lock_is_alone(two));
	assert_int_equal(node_lock_number(one), 1);
	assert_int_equal(node_lock_number(two), 2);
	assert_int_equal(node_lock_number(three), 3);
	/* Whoever needs the folder alone waits for all of them. */
	assert_int_equal(node_lock_take(t->path, &none, &err), RC_CONFLICT);
	node_lock_close(one);
	node_lock_close(three);
	assert_int_equal(node_lock_take(t->path, &none, &err), RC_CONFLICT);
	assert_int_equal(node_lock_join(t->path, 0, &one, &err), RC_OK);
	assert_int_equal(node_lock_number(one), 1);
	node_lock_close(one);
	node_lock_close(two);
	assert_int_equal(node_lock_take(t->path, &one, &err), RC_OK);
	/* Taken and not joined: nobody is let in. */
	node_lock_admit(one);
	assert_int_equal(node_lock_join(t->path, 0, &none, &err), RC_CONFLICT);
	node_lock_close(one);
	test_dir_free(t);
}

static void
a_folder_that_is_not_there_is_not_available(void **state)
{
	struct node_lock *lock;

	(void)state;
	assert_int_equal(node_lock_take("/no/such/folder", &lock, NULL), RC_UNAVAILABLE);
	assert_null(lock);
}

static void
a_link_in_the_locks_place_is_not_followed(void **state)
{
	struct test_dir *t = test_dir_new();
	struct node_lock *lock;
	struct stat st;

	(void)state;
	assert_int_equal(symlink(test_dir_path(t, "victim"), test_dir_path(t, "lock")), 0);
	assert_int_equal(node_lock_take(t->path, &lock, NULL), RC_UNAVAILABLE);
	assert_int_not_equal(stat(test_dir_path(t, "victim"), &st), 0);
	test_dir_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_process_at_a_time_owns_a_folder),
	    cmocka_unit_test(those_who_join_are_numbered_and_the_first_is_alone_until_it_admits),
	    cmocka_unit_test(a_folder_that_is_not_there_is_not_available),
	    cmocka_unit_test(a_link_in_the_locks_place_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
