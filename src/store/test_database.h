#ifndef STORE_TEST_DATABASE_H
#define STORE_TEST_DATABASE_H

/*
 * test_database: where the tests' databases are. LIAISON_TEST_ENGINE=postgres runs a test
 * program on the server that tests/postgres.sh started; all else runs on SQLite.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

/* Did tests/postgres.sh start a server? */
static inline bool
test_postgres(void)
{
	return getenv("LIAISON_TEST_POSTGRES") != NULL;
}

/* The URL of a new database on it. */
static inline struct str
test_postgres_new(struct arena *a)
{
	static int n;
	struct str base = str_from(getenv("LIAISON_TEST_POSTGRES")), name, command;
	ptrdiff_t at = str_find(base, STR("/postgres?"));

	must(at > 0);
	name = str_fmt(a, "t%d_%d", (int)getpid(), ++n);
	command =
	    str_fmt(a,
		    "psql '%.*s' -qc \"CREATE DATABASE %.*s TEMPLATE template0 ENCODING 'UTF8' "
		    "LC_COLLATE 'C' LC_CTYPE 'C'\"",
		    STR_ARG(base), STR_ARG(name));
	must(system(str_z(a, command)) == 0);
	return str_fmt(a, "%.*s/%.*s?%.*s", (int)at, base.p, STR_ARG(name),
		       STR_ARG(str_sub(base, (size_t)at + 10, base.n)));
}

static inline bool
test_on_postgres(void)
{
	const char *engine = getenv("LIAISON_TEST_ENGINE");

	return engine != NULL && strcmp(engine, "postgres") == 0;
}

/* The URL of a new database: the file at path, or one of the server's. */
static inline struct str
test_database(struct arena *a, const char *path)
{
	return test_on_postgres() ? test_postgres_new(a) : str_fmt(a, "sqlite:%s", path);
}

#endif
