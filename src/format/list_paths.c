#include "format/listfile.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"

#define FILES_MAX 256

struct paths {
	const char *at[FILES_MAX];
	size_t n;
	FILE *open;
};

static enum rc
add_file(struct paths *paths, const char *path, struct err *err)
{
	if (paths->n == FILES_MAX)
		return fail(err, RC_TOO_LARGE, "", "a list of more than %d files", FILES_MAX);
	paths->at[paths->n++] = path;
	return RC_OK;
}

static int
path_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum rc
add_folder(struct arena *a, struct paths *paths, const char *path, struct err *err)
{
	static const char *const ends[] = {".csv", ".xml", ".json", ".jsonl", ".ndjson"};
	size_t first = paths->n;
	struct dirent *d;
	enum rc rc = RC_OK;
	DIR *dir = opendir(path);

	if (dir == NULL)
		return fail_at(err, RC_FAILED, path, 0, 0, "", "the folder cannot be read");
	while (rc == RC_OK && (d = readdir(dir)) != NULL) {
		for (size_t i = 0; i < COUNT_OF(ends) && rc == RC_OK; i++) {
			if (d->d_name[0] != '.' &&
			    str_ends(str_lower_ascii(a, str_from(d->d_name)), str_from(ends[i])))
				rc = add_file(paths, str_fmt(a, "%s/%s", path, d->d_name).p, err);
		}
	}
	(void)closedir(dir);
	/* The same order wherever it is read. */
	qsort(paths->at + first, paths->n - first, sizeof paths->at[0], path_cmp);
	return rc;
}

static enum rc
open_path(void *ctx, size_t file, struct source *out, struct err *err)
{
	struct paths *paths = ctx;
	const char *path = paths->at[file];

	paths->open = fopen(path, "rbe");
	if (paths->open == NULL)
		return fail_at(err, errno == ENOENT ? RC_ABSENT : RC_FAILED, path, 0, 0, "", "%s",
			       errno == ENOENT ? "there is no such file"
					       : "the file cannot be opened");
	*out = source_file(paths->open, path);
	return RC_OK;
}

static void
close_path(void *ctx, size_t file)
{
	struct paths *paths = ctx;

	(void)file;
	(void)fclose(paths->open);
}

enum rc
list_paths(struct arena *a, const char *const *list, size_t n, struct source_files *out,
	   struct err *err)
{
	struct paths *paths = NEW(a, struct paths);
	struct stat st;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = stat(list[i], &st) == 0 && S_ISDIR(st.st_mode)
			 ? add_folder(a, paths, list[i], err)
			 : add_file(paths, list[i], err);
	*out = (struct source_files){.n = paths->n,
				     .names = paths->at,
				     .open = open_path,
				     .close = close_path,
				     .ctx = paths};
	return rc;
}
