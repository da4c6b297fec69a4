#include "serve/before_migration.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/vec.h"
#include "store/db.h"

#define PREFIX "before-migration-"

/* pg_dump asks the server by itself, as the same role. */
static enum rc
dump(struct arena *a, const struct before_migration *b, const char *path, struct err *err)
{
	char *url = str_z(a, str_fmt(a, "--dbname=%.*s", STR_ARG(b->store_url)));
	char *file = str_z(a, str_fmt(a, "--file=%s", path));
	char *const words[] = {"pg_dump", "--format=custom", file, url, NULL};
	pid_t child;
	int status = -1;

	if (posix_spawnp(&child, "pg_dump", NULL, NULL, words, environ) != 0)
		return fail(
		    err, RC_UNAVAILABLE, "migration_copies",
		    "the database has to be copied before its tables are changed, and there "
		    "is no pg_dump here; install postgresql-client, or back it up by other "
		    "means and set migration_copies to 0");
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(
		    err, RC_UNAVAILABLE, "migration_copies",
		    "pg_dump did not copy the database before its tables are changed; back it "
		    "up by other means and set migration_copies to 0");
	return RC_OK;
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The time is in the name, so the oldest come first. */
static void
prune(struct arena *a, const char *dir, int keep)
{
	VEC(struct str) names = {0};
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (strncmp(e->d_name, PREFIX, sizeof PREFIX - 1) == 0)
			*VEC_ADD(a, &names) = str_copy(a, str_from(e->d_name));
	if (d != NULL)
		(void)closedir(d);
	if (names.n > 1)
		qsort(names.at, names.n, sizeof *names.at, by_name);
	for (size_t i = 0; i + (size_t)keep < names.n; i++)
		(void)unlink(str_fmt(a, "%s/%.*s", dir, STR_ARG(names.at[i])).p);
}

static enum rc
make(struct arena *a, const struct before_migration *b, struct db *db, struct err *err)
{
	struct str t = time_format(a, b->now_ms);
	const char *path = str_fmt(a, "%s/" PREFIX "%.10sT%.2s%.2s%.6sZ.%s", b->dir, t.p, t.p + 11,
				   t.p + 14, t.p + 17, db_engine(db) == DB_SQLITE ? "db" : "dump")
			       .p;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	enum rc rc;

	if (fd < 0)
		return fail(err, RC_UNAVAILABLE, "", "the copy before a migration: %s",
			    strerror(errno));
	rc = db_engine(db) == DB_SQLITE ? db_copy_file(db, path, err) : dump(a, b, path, err);
	if (rc == RC_OK && fsync(fd) != 0)
		rc = fail(err, RC_UNAVAILABLE, "", "the copy before a migration: %s",
			  strerror(errno));
	(void)close(fd);
	if (rc != RC_OK)
		(void)unlink(path);
	else
		log_info("the database was copied before its tables are changed");
	return rc;
}

enum rc
before_migration_copy(const struct before_migration *b, struct db *db, struct err *err)
{
	struct arena *a;
	enum rc rc;

	if (b->keep == 0)
		return RC_OK;
	a = arena_new(0);
	rc = make(a, b, db, err);
	if (rc == RC_OK)
		prune(a, b->dir, b->keep);
	arena_free(a);
	return rc;
}
