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
	char path[64];
};

__attribute__((unused)) static struct test_dir *
test_dir_new(void)
{
	struct test_dir *t = heap_zeroed(sizeof *t);

	t->a = arena_new(0);
	(void)snprintf(t->path, sizeof t->path, "/tmp/liaison-test-XXXXXX");
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

/* Did tests/postgres.sh start a server? */
__attribute__((unused)) static bool
test_postgres(void)
{
	return getenv("LIAISON_TEST_POSTGRES") != NULL;
}

/* The URL of a new database on it. */
__attribute__((unused)) static struct str
test_postgres_new(struct test_dir *t)
{
	static int n;
	struct str base = str_from(getenv("LIAISON_TEST_POSTGRES")), name, command;
	ptrdiff_t at = str_find(base, STR("/postgres?"));

	must(at > 0);
	name = str_fmt(t->a, "t%d_%d", (int)getpid(), ++n);
	command =
	    str_fmt(t->a,
		    "psql '%.*s' -qc \"CREATE DATABASE %.*s TEMPLATE template0 ENCODING 'UTF8' "
		    "LC_COLLATE 'C' LC_CTYPE 'C'\"",
		    STR_ARG(base), STR_ARG(name));
	must(system(str_z(t->a, command)) == 0);
	return str_fmt(t->a, "%.*s/%.*s?%.*s", (int)at, base.p, STR_ARG(name),
		       STR_ARG(str_sub(base, (size_t)at + 10, base.n)));
}

/* "DIR/name", in the folder's arena. */
__attribute__((unused)) static const char *
test_dir_path(struct test_dir *t, const char *name)
{
	return str_z(t->a, str_fmt(t->a, "%s/%s", t->path, name));
}

#endif
