#ifndef STORE_TEST_DATABASE_H
#define STORE_TEST_DATABASE_H

/*
 * test_database: where the tests' databases are. LIAISON_TEST_ENGINE=postgres runs a test
 * program on the server that tests/postgres.sh started; all else runs on SQLite.
 */
#include <stdio.h>
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
	const char *env = getenv("LIAISON_TEST_POSTGRES");
	struct str base = str_from(env != NULL ? env : ""), name, command;
	ptrdiff_t at = str_find(base, STR("/postgres?"));

	if (at < 0) {
		printf("skipped: no PostgreSQL was started (tests/postgres.sh)\n");
		exit(77);
	}
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

/* For a node that is made by the test: its store, or nothing for SQLite in its folder. */
static inline struct str
test_store(struct arena *a)
{
	return test_on_postgres() ? test_postgres_new(a) : STR_NONE;
}

/* The same as a line of liaison.yaml. */
static inline struct str
test_store_setting(struct arena *a)
{
	return test_on_postgres() ? str_fmt(a, "store: \"%.*s\"\n", STR_ARG(test_postgres_new(a)))
				  : STR_NONE;
}

/* For a test program that looks into the file itself: say so and end. */
static inline void
test_needs_sqlite(void)
{
	if (!test_on_postgres())
		return;
	printf("skipped: it looks into SQLite's file\n");
	exit(77);
}

#endif
