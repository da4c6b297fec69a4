#ifndef STORE_TEST_DIR_H
#define STORE_TEST_DIR_H

/* test_dir: a folder for one test, gone after it. Tests only. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

struct test_dir {
	struct arena *a;
	char path[256];
	struct str url; /* of its database, once a test has made one */
};

__attribute__((unused)) static struct test_dir *
test_dir_new(void)
{
	struct test_dir *t = heap_zeroed(sizeof *t);

	t->a = arena_new(0);
	(void)snprintf(t->path, sizeof t->path, "%s/liaison-test-XXXXXX",
		       getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	must(mkdtemp(t->path) != NULL);
	return t;
}

__attribute__((unused)) static void
test_dir_free(struct test_dir *t)
{
	char *argv[] = {"rm", "-rf", t->path, NULL};
	pid_t pid = fork();

	if (pid == 0) {
		execvp("rm", argv);
		_exit(99);
	}
	must(waitpid(pid, NULL, 0) == pid);
	arena_free(t->a);
	free(t);
}

/* For tests whose state is the folder alone. */
__attribute__((unused)) static int
test_dir_set_up(void **state)
{
	*state = test_dir_new();
	return 0;
}

__attribute__((unused)) static int
test_dir_tear_down(void **state)
{
	test_dir_free(*state);
	return 0;
}

/* "DIR/name", in the folder's arena. */
__attribute__((unused)) static const char *
test_dir_path(struct test_dir *t, const char *name)
{
	return str_z(t->a, str_fmt(t->a, "%s/%s", t->path, name));
}

#endif
