#include "sqlgen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The one dialect says BIGINT; SQLite's STRICT tables want INTEGER, which is also what makes a
 * key the row's own number. STRICT and WITHOUT ROWID are SQLite's alone.
 */
static void
put_migration(FILE *f, const struct tokens *ts, bool sqlite)
{
	fprintf(f, "\t\t    \"");
	for (size_t i = 0; i < ts->n; i++) {
		const struct token *t = &ts->at[i];

		if (i > 0 && t->line != t[-1].line)
			fprintf(f, "\\n\"\n\t\t    \"");
		else if (i > 0 && t[-1].p + t[-1].n != t->p)
			fputc(' ', f);
		if (sqlite && word_is(t, "BIGINT"))
			fprintf(f, "INTEGER");
		else if (!sqlite && word_is(t, "INTEGER"))
			fprintf(f, "BIGINT");
		else if (!sqlite && word_is(t, "STRICT"))
			i += punct_is(t + 1, ",");
		else if (!sqlite && word_is(t, "WITHOUT") && word_is(t + 1, "ROWID"))
			i += punct_is(t + 2, ",") ? 2 : 1;
		else
			put_word(f, t->p, t->n);
	}
	fprintf(f, "\"");
}

#define COLUMNS_MAX 60

struct table {
	const struct token *name;
	const struct token *columns[COLUMNS_MAX];
	char kinds[COLUMNS_MAX + 1]; /* i: number, t: text, b: bytes */
	int n;
	bool append_only;
};

/* Does the comment right above say that rows of this table are never changed? */
static bool
is_append_only(const char *text, const struct token *create)
{
	const char *line = create->p;

	while (line > text && line[-1] != '\n')
		line--;
	while (line > text) {
		const char *before = line - 1;

		while (before > text && before[-1] != '\n')
			before--;
		if (strncmp(before, "--", 2) != 0)
			return false;
		if (strncmp(before, "-- append-only", 14) == 0)
			return true;
		line = before;
	}
	return false;
}

/* The columns of a CREATE TABLE whose "(" is at k; returns where it ends. */
static size_t
read_columns(const struct tokens *ts, size_t k, struct table *out)
{
	int depth = 0;
	bool at_start = true;

	for (; ts->at[k].kind != END; k++) {
		const struct token *t = &ts->at[k];

		depth += punct_is(t, "(");
		depth -= punct_is(t, ")");
		if (depth == 0)
			return k;
		if (depth == 1 && at_start && t->kind == WORD && !word_is(t, "PRIMARY") &&
		    !word_is(t, "UNIQUE") && !word_is(t, "FOREIGN") && !word_is(t, "CHECK") &&
		    !word_is(t, "CONSTRAINT")) {
			if (out->n == COLUMNS_MAX)
				die(ts->file, t->line, "more than %d columns", COLUMNS_MAX);
			out->kinds[out->n] = word_is(t + 1, "TEXT")   ? 't'
					     : word_is(t + 1, "BLOB") ? 'b'
								      : 'i';
			if (out->kinds[out->n] == 'i' && !word_is(t + 1, "BIGINT") &&
			    !word_is(t + 1, "INTEGER"))
				die(ts->file, t->line, "a column is BIGINT, TEXT or BLOB");
			out->columns[out->n++] = t;
		}
		at_start = punct_is(t, ",") || (depth == 1 && punct_is(t, "("));
	}
	die(ts->file, ts->at[k - 1].line, "the table does not end");
}

static void
put_columns(FILE *f, const struct table *t, const char *mark)
{
	for (int i = 0; i < t->n; i++) {
		fprintf(f, "%s", i > 0 ? ", " : "");
		if (mark != NULL)
			fprintf(f, "%s%d", mark, i + 1);
		else
			fprintf(f, "%.*s", (int)t->columns[i]->n, t->columns[i]->p);
	}
}

/* How a table's rows are read and put into another database: store/copy.h. */
static void
put_table(FILE *f, const struct table *t)
{
	int n = (int)t->name->n;
	const char *name = t->name->p;

	fprintf(f, "\t{ \"%.*s\", \"%s\", %s,\n\t  { \"copy_%.*s\",\n\t    {", n, name, t->kinds,
		t->append_only ? "true" : "false", n, name);
	for (int engine = 0; engine < 2; engine++) {
		fprintf(f, "%s\"SELECT ", engine > 0 ? ",\n\t      " : " ");
		put_columns(f, t, NULL);
		fprintf(f, " FROM %.*s\"", n, name);
	}
	fprintf(f, " },\n\t    0, true },\n\t  { \"copy_%.*s_put\",\n\t    {", n, name);
	for (int engine = 0; engine < 2; engine++) {
		fprintf(f, "%s\"INSERT INTO %.*s (", engine > 0 ? ",\n\t      " : " ", n, name);
		put_columns(f, t, NULL);
		fprintf(f, ") VALUES (");
		put_columns(f, t, engine > 0 ? "$" : "?");
		fprintf(f, ")\"");
	}
	fprintf(f,
		" },\n\t    %d, false },\n\t  { \"copy_%.*s_count\",\n\t    { \"SELECT COUNT(*) "
		"FROM %.*s\",\n\t      \"SELECT COUNT(*) FROM %.*s\" },\n\t    0, false } },\n",
		t->n, n, name, n, name, n, name);
}

/* All tables that the files make. What would change one later must be taught here first. */
static void
put_tables(FILE *f, const char *list, char **files, int n)
{
	fprintf(
	    f,
	    "\n__attribute__((unused)) static const struct migration_table %s_MIGRATIONS_TABLES[] "
	    "= {\n",
	    list);
	for (int i = 0; i < n; i++) {
		struct tokens *ts = calloc(1, sizeof *ts);
		char *text = slurp(files[i]);

		if (ts == NULL || text == NULL)
			die(files[i], 0, "%s", strerror(errno));
		tokenize(files[i], 1, text, strlen(text), ts);
		for (size_t k = 0; k + 2 < ts->n; k++) {
			struct table t = {.n = 0};

			if (word_is(&ts->at[k], "ALTER") ||
			    (word_is(&ts->at[k], "DROP") && !word_is(&ts->at[k + 1], "INDEX")))
				die(files[i], ts->at[k].line, "put_tables() does not know it yet");
			if (!word_is(&ts->at[k], "CREATE") || !word_is(&ts->at[k + 1], "TABLE"))
				continue;
			t.append_only = is_append_only(text, &ts->at[k]);
			k += 2;
			if (word_is(&ts->at[k], "IF"))
				k += 3;
			t.name = &ts->at[k];
			k = read_columns(ts, k + 1, &t);
			put_table(f, &t);
		}
	}
	fprintf(f, "};\n");
}

int
migrations(char *src, const char *out, char **files, int n)
{
	struct names prefixes = {.n = 0};
	struct tokens *ts = calloc(1, sizeof *ts);
	char *folder = folder_of(files[0]), path[4096], tmp[4096];
	char *name = relative_symbol(base_name(folder));
	FILE *f;

	if (ts == NULL)
		return 1;
	folder_prefixes(folder, &prefixes);
	for (size_t i = 0; i < prefixes.n; i++)
		check_owner(src, files[0], folder, prefixes.at[i]);
	snprintf(tmp, sizeof tmp, "%s.tmp", out);
	f = out_open(out, tmp);
	char *symbol = relative_symbol(below(src, folder));
	fprintf(f,
		"/* Made from src/%s by tools/sqlgen. */\n#ifndef %s_MIGRATIONS_H\n"
		"#define %s_MIGRATIONS_H\n\n#include \"store/migrate.h\"\n\n"
		"__attribute__((unused)) static const struct migration_step %s_MIGRATIONS[] = {\n",
		below(src, folder), symbol, symbol, name);
	for (int i = 0; i < n; i++) {
		char *text = slurp(files[i]), *text_pg;

		if (text == NULL)
			die(files[i], 0, "%s", strerror(errno));
		if (migration_number(files[i]) != i + 1)
			die(files[i], 0, "%03d.sql is missing before it", i + 1);
		tokenize(files[i], 1, text, strlen(text), ts);
		check_migration(ts, &prefixes);
		fprintf(f, "\t{ \"%s\", %d,\n\t\t{\n", base_name(folder), i + 1);
		put_migration(f, ts, true);
		fprintf(f, ",\n");
		snprintf(path, sizeof path, "%s/%03d.postgres.sql", folder, i + 1);
		if ((text_pg = slurp(path)) != NULL) {
			tokenize(path, 1, text_pg, strlen(text_pg), ts);
			check_migration(ts, &prefixes);
		}
		put_migration(f, ts, false);
		fprintf(f, ",\n\t\t},\n\t},\n");
	}
	fprintf(f, "};\n");
	put_tables(f, name, files, n);
	fprintf(f, "\n#endif\n");
	return out_close(f, tmp, out);
}
