#include "sqlgen.h"

#include <ctype.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
}

const char *
below(const char *src, const char *path)
{
	size_t n = strlen(src);

	return strncmp(src, path, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

int
migration_number(const char *path)
{
	const char *name = base_name(path);

	if (!isdigit((unsigned char)name[0]) || !isdigit((unsigned char)name[1]) ||
	    !isdigit((unsigned char)name[2]) || name[3] != '.')
		return 0;
	return atoi(name);
}

void
check_owner(char *src, const char *file, const char *folder, const char *stem)
{
	char *roots[] = {src, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t n = strlen(stem);

	for (FTSENT *e; fts != NULL && (e = fts_read(fts)) != NULL;) {
		bool same = strncmp(e->fts_name, stem, n) == 0;
		char *in = folder_of(e->fts_path);

		if (e->fts_info == FTS_D && e->fts_level > 0 && same && e->fts_name[n] == '\0' &&
		    strcmp(e->fts_path, folder) != 0)
			die(file, 1, "the tables %s_* belong to %s", stem, e->fts_path);
		if (e->fts_info == FTS_F && same && strcmp(e->fts_name + n, ".sql") == 0 &&
		    strcmp(in, folder) != 0)
			die(file, 1, "the tables %s_* belong to %s", stem, e->fts_path);
		free(in);
	}
	if (fts != NULL)
		fts_close(fts);
}

/* What CREATE TABLE names in the numbered files of a folder. */
static void
created_tables(char *folder, struct names *out)
{
	char *roots[] = {folder, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	struct tokens *ts = calloc(1, sizeof *ts);

	for (FTSENT *e; fts != NULL && ts != NULL && (e = fts_read(fts)) != NULL;) {
		size_t n = strlen(e->fts_name);
		char *text;

		if (e->fts_info == FTS_D && e->fts_level > 0)
			fts_set(fts, e, FTS_SKIP);
		if (e->fts_info != FTS_F || migration_number(e->fts_path) == 0 || n < 4 ||
		    strcmp(e->fts_name + n - 4, ".sql") != 0 || (text = slurp(e->fts_path)) == NULL)
			continue;
		tokenize(e->fts_path, 1, text, strlen(text), ts);
		for (size_t i = 0; i + 2 < ts->n; i++) {
			size_t k = i + 2;

			if (!word_is(&ts->at[i], "CREATE") || !word_is(&ts->at[i + 1], "TABLE"))
				continue;
			if (word_is(&ts->at[k], "IF"))
				k += 3;
			names_add(out, ts->at[k].p, ts->at[k].n);
		}
	}
	if (fts != NULL)
		fts_close(fts);
	free(ts);
}

void
check_extra(const char *file, char *folder, const struct names *extra)
{
	struct names created = {.n = 0};

	if (extra->n > 0)
		created_tables(folder, &created);
	for (size_t i = 0; i < extra->n; i++) {
		size_t k, n = strlen(extra->at[i]);
		bool star = extra->at[i][n - 1] == '*';

		n -= star;
		for (k = 0; n > 0 && k < created.n; k++)
			if (strncasecmp(created.at[k], extra->at[i], n) == 0 &&
			    (star || strlen(created.at[k]) == n))
				break;
		if (n == 0 || k == created.n)
			die(file, 1, "`-- tables: %s`: no migration of this folder creates it",
			    extra->at[i]);
	}
}

void
folder_prefixes(char *folder, struct names *out)
{
	char *roots[] = {folder, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	names_add(out, base_name(folder), strlen(base_name(folder)));
	for (FTSENT *e; fts != NULL && (e = fts_read(fts)) != NULL;) {
		const char *dot = strchr(e->fts_name, '.');

		if (e->fts_info == FTS_D && e->fts_level > 0)
			fts_set(fts, e, FTS_SKIP);
		if (e->fts_info == FTS_F && dot != NULL && strcmp(dot, ".sql") == 0 &&
		    migration_number(e->fts_path) == 0)
			names_add(out, e->fts_name, (size_t)(dot - e->fts_name));
	}
	if (fts != NULL)
		fts_close(fts);
}
