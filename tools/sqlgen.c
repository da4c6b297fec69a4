/*
 * sqlgen statements SRC FILE.sql OUT.h   FILE.sql's statements as `const struct sql`
 * sqlgen migrations SRC OUT.h NNN.sql... a folder's numbered files as migration steps
 *
 * A build-time tool without libraries. It is also the gate of the house: a feature's SQL may
 * name only its own tables, so that no statement can walk around the one door. The rules:
 *   - a file x.sql may name the tables x and x_*; a line `-- tables: a b*` at its top adds
 *     tables that a migration of the same folder creates; a prefix belongs to one folder;
 *   - one statement a block, SELECT, INSERT, UPDATE, DELETE, or WITH in front of one of them;
 *   - a SELECT that may give many rows has ORDER BY and LIMIT, or says `-- single` (at most
 *     one row by a key) or `-- stream` (the caller reads to the end on purpose);
 *   - parameters are :name only; no quoted identifiers, no `||`, no `::`, no comma joins, no
 *     schema names, no functions that build or run text.
 */
#include <ctype.h>
#include <errno.h>
#include <fts.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define TOKENS_MAX 20000
#define PARAMS_MAX 64
#define NAMES_MAX 512

enum kind { WORD, NUMBER, STRING, PARAM, PUNCT, END };

struct token {
	enum kind kind;
	const char *p;
	size_t n;
	int line;
};

struct tokens {
	const char *file;
	struct token at[TOKENS_MAX];
	size_t n;
};

struct names {
	char *at[NAMES_MAX];
	size_t n;
};

struct block {
	char name[96];
	int line;
	bool single, stream, replaced;
	const char *p;
	size_t n;
};

static void __attribute__((noreturn, format(printf, 3, 4)))
die(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	if (line > 0)
		fprintf(stderr, "%s:%d: ", file, line);
	else
		fprintf(stderr, "%s: ", file);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static char *
slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *p = NULL;
	size_t n = 0, got;

	if (f == NULL)
		return NULL;
	do {
		if ((p = realloc(p, n + 65537)) == NULL)
			die(path, 0, "out of memory");
		got = fread(p + n, 1, 65536, f);
		n += got;
	} while (got > 0);
	if (ferror(f))
		die(path, 0, "%s", strerror(errno));
	fclose(f);
	p[n] = '\0';
	if (strlen(p) != n)
		die(path, 0, "holds a NUL byte");
	return p;
}

static void
names_add(struct names *names, const char *p, size_t n)
{
	if (names->n == NAMES_MAX || (names->at[names->n++] = strndup(p, n)) == NULL)
		die("sqlgen", 0, "too many names");
}

static bool
word_is(const struct token *t, const char *word)
{
	return t->kind == WORD && strlen(word) == t->n && strncasecmp(t->p, word, t->n) == 0;
}

static bool
punct_is(const struct token *t, const char *p)
{
	return t->kind == PUNCT && strlen(p) == t->n && strncmp(t->p, p, t->n) == 0;
}

static bool
word_in(const struct token *t, const char *const *words)
{
	for (; *words != NULL; words++)
		if (word_is(t, *words))
			return true;
	return false;
}

static bool
name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Cut text into tokens; comments go. Refuses the characters that our one dialect has no use for. */
static void
tokenize(const char *file, int line, const char *p, size_t n, struct tokens *out)
{
	const char *end = p + n;

	out->file = file;
	out->n = 0;
	while (p < end) {
		struct token *t = &out->at[out->n];
		const char *start = p;

		if (out->n >= TOKENS_MAX - 2)
			die(file, line, "too long");
		if (*p == '\n')
			line++;
		if (isspace((unsigned char)*p)) {
			p++;
			continue;
		}
		if (p[0] == '-' && p + 1 < end && p[1] == '-') {
			while (p < end && *p != '\n')
				p++;
			continue;
		}
		if (p[0] == '/' && p + 1 < end && p[1] == '*')
			die(file, line, "write comments with --");
		*t = (struct token){PUNCT, start, 1, line};
		if (*p == '\'') {
			t->kind = STRING;
			for (p++; p < end && *p != '\n' && (*p != '\'' || p[1] == '\''); p++)
				if (*p == '\'')
					p++;
			if (p >= end || *p != '\'')
				die(file, line, "a string does not end on its line");
			p++;
		} else if (isalpha((unsigned char)*p) || *p == '_') {
			t->kind = WORD;
			while (p < end && name_char(*p))
				p++;
			if (p < end && *p == '\'' && strncasecmp(start, "x", 1) != 0)
				die(file, line, "only x'..' strings may have a letter in front");
		} else if (isdigit((unsigned char)*p)) {
			t->kind = NUMBER;
			while (p < end && (name_char(*p) || *p == '.'))
				p++;
		} else if (*p == ':') {
			t->kind = PARAM;
			for (p++; p < end && name_char(*p); p++)
				;
			if (p == start + 1)
				die(file, line,
				    p < end && *p == ':' ? "write CAST(x AS type), not ::"
							 : "a bare ':'");
		} else if (strchr("?$@", *p) != NULL) {
			die(file, line, "write parameters as :name, not %c", *p);
		} else if (strchr("\"`[]\\{}#", *p) != NULL) {
			die(file, line, "'%c' has no place in a statement", *p);
		} else if ((unsigned char)*p >= 0x80 || (unsigned char)*p < 0x20) {
			die(file, line, "not plain ASCII");
		} else {
			if (p[0] == '|' && p[1] == '|')
				die(file, line,
				    "no text is put together in SQL: build the value "
				    "in C and bind it");
			p += (p + 1 < end && strchr("=><", p[1]) != NULL &&
			      strchr("<>!=-", p[0]) != NULL)
				 ? 2
				 : 1;
		}
		t->n = (size_t)(p - start);
		out->n++;
	}
	out->at[out->n] = (struct token){END, end, 0, line};
	out->at[out->n + 1] = out->at[out->n];
}

/* The index of the parenthesis that closes the one at i. */
static size_t
closing(const struct tokens *ts, size_t i)
{
	int depth = 0;

	for (size_t k = i; k < ts->n; k++) {
		depth += punct_is(&ts->at[k], "(");
		depth -= punct_is(&ts->at[k], ")");
		if (depth == 0)
			return k;
	}
	die(ts->file, ts->at[i].line, "a parenthesis is not closed");
}

static bool
has_prefix(const char *p, size_t n, const char *prefix)
{
	size_t k = strlen(prefix);

	return n >= k && strncasecmp(p, prefix, k) == 0 && (n == k || p[k] == '_');
}

/* prefixes: x stands for x and x_*. extra: "a" or "b*". */
static bool
table_allowed(const struct token *t, const struct names *prefixes, const struct names *extra)
{
	for (size_t i = 0; i < prefixes->n; i++)
		if (has_prefix(t->p, t->n, prefixes->at[i]))
			return true;
	for (size_t i = 0; i < extra->n; i++) {
		size_t k = strlen(extra->at[i]);
		bool star = extra->at[i][k - 1] == '*';

		k -= star;
		if (strncasecmp(t->p, extra->at[i], k) == 0 && (t->n == k || (star && t->n > k)))
			return true;
	}
	return false;
}

struct cte {
	char *name;
	size_t from, to; /* the tokens among which the name means the expression */
};

struct check {
	const struct names *prefixes, *extra;
	struct cte ctes[32];
	size_t cte_count;
};

static void
check_table(const struct tokens *ts, size_t i, const struct check *c)
{
	const struct token *t = &ts->at[i];

	if (t->kind != WORD)
		die(ts->file, t->line, "a table's name is wanted at '%.*s'", (int)t->n, t->p);
	if (punct_is(t + 1, "."))
		die(ts->file, t->line, "no schema names: %.*s", (int)t->n, t->p);
	for (size_t k = 0; k < c->cte_count; k++)
		if (word_is(t, c->ctes[k].name) && i >= c->ctes[k].from)
			return;
	if (!table_allowed(t, c->prefixes, c->extra))
		die(ts->file, t->line, "the table %.*s is not this feature's (%s, %s_*)", (int)t->n,
		    t->p, c->prefixes->at[0], c->prefixes->at[0]);
}

/* WITH may only stand first, so that its names hold for what follows and nowhere else. */
static size_t
check_with(const struct tokens *ts, struct check *c)
{
	bool recursive = word_is(&ts->at[1], "RECURSIVE");
	size_t i = recursive ? 2 : 1;

	for (;; i++) {
		struct cte *cte = &c->ctes[c->cte_count];
		size_t close;

		if (c->cte_count + 1 == sizeof c->ctes / sizeof c->ctes[0] ||
		    ts->at[i].kind != WORD)
			die(ts->file, ts->at[i].line, "WITH is not understood here");
		cte->name = strndup(ts->at[i].p, ts->at[i].n);
		i++;
		if (punct_is(&ts->at[i], "("))
			i = closing(ts, i) + 1;
		if (!word_is(&ts->at[i], "AS") || !punct_is(&ts->at[i + 1], "("))
			die(ts->file, ts->at[i].line, "WITH name AS ( is wanted");
		close = closing(ts, i + 1);
		cte->from = recursive ? i : close;
		c->cte_count++;
		i = close + 1;
		if (!punct_is(&ts->at[i], ","))
			return i;
	}
}

static const char *const from_ends[] = {"WHERE",  "GROUP",     "ORDER",	 "LIMIT",  "UNION",
					"EXCEPT", "INTERSECT", "HAVING", "WINDOW", "RETURNING",
					"SET",	  "VALUES",    "SELECT", NULL};
static const char *const refused_functions[] = {
    "printf",	"format",	"quote",   "load_extension",	"eval",
    "readfile", "writefile",	"edit",	   "fts3_tokenizer",	"query_to_xml",
    "dblink",	"pg_read_file", "nextval", "last_insert_rowid", NULL};
static const char *const refused_words[] = {"execute", "pragma", "attach",	"detach",  "vacuum",
					    "natural", "table",	 "tablesample", "lateral", NULL};
static const char *const row_functions[] = {"json_each", NULL};

/* Every place of a statement that can name a table. */
static void
check_tables(const struct tokens *ts, struct check *c)
{
	bool in_from[64] = {false};
	int depth = 0;

	if (word_is(&ts->at[0], "WITH"))
		(void)check_with(ts, c);
	for (size_t i = 0; i < ts->n; i++) {
		const struct token *t = &ts->at[i], *next = t + 1;
		const struct token *before = i > 0 ? t - 1 : &ts->at[ts->n];

		if (punct_is(t, "(")) {
			if (in_from[depth] &&
			    (word_is(before, "FROM") || word_is(before, "JOIN")) &&
			    !word_is(next, "SELECT") && !word_is(next, "VALUES"))
				die(ts->file, t->line, "after FROM ( only SELECT may stand");
			if (++depth == 64)
				die(ts->file, t->line, "nested too deep");
			in_from[depth] = false;
		} else if (punct_is(t, ")")) {
			if (--depth < 0)
				die(ts->file, t->line, "a parenthesis too many");
		} else if (punct_is(t, ",") && in_from[depth]) {
			die(ts->file, t->line, "write JOIN, not a comma, between tables");
		} else if (word_in(t, from_ends)) {
			in_from[depth] = false;
		}
		if (t->kind != WORD)
			continue;
		if (word_in(t, refused_words) ||
		    (word_in(t, refused_functions) && punct_is(next, "(")))
			die(ts->file, t->line, "%.*s has no place here", (int)t->n, t->p);
		if (i > 0 && word_is(t, "WITH"))
			die(ts->file, t->line, "WITH may only begin a statement");
		if (word_is(t, "IN") && next->kind == WORD)
			die(ts->file, t->line, "write IN (...)");
		if (word_is(t, "INSERT") && word_is(next, "OR"))
			die(ts->file, t->line, "write ON CONFLICT, not INSERT OR");
		if (word_is(t, "FROM") && word_is(before, "DISTINCT"))
			continue;
		if (word_is(t, "FROM"))
			in_from[depth] = true;
		if (word_is(t, "FROM") || word_is(t, "JOIN") || word_is(t, "INTO") ||
		    (word_is(t, "UPDATE") && !word_is(before, "DO") && !word_is(before, "FOR"))) {
			if (punct_is(next, "(") && !word_is(t, "INTO"))
				continue;
			if (word_in(next, row_functions) && punct_is(next + 1, "("))
				continue;
			check_table(ts, i + 1, c);
		}
	}
	if (depth != 0)
		die(ts->file, ts->at[0].line, "a parenthesis is not closed");
}

/* An aggregate over all rows: sum(x), not max(a, b), not count(*) OVER (...). */
static bool
is_aggregate(const struct tokens *ts, size_t i)
{
	static const char *const aggregates[] = {"count", "sum", "min", "max",
						 "total", "avg", NULL};
	size_t close;

	if (!word_in(&ts->at[i], aggregates) || !punct_is(&ts->at[i + 1], "("))
		return false;
	close = closing(ts, i + 1);
	for (size_t k = i + 2, depth = 0; k < close; k++) {
		depth += punct_is(&ts->at[k], "(");
		depth -= punct_is(&ts->at[k], ")");
		if (depth == 0 && punct_is(&ts->at[k], ","))
			return false;
	}
	if (word_is(&ts->at[close + 1], "FILTER"))
		close = closing(ts, close + 2);
	return !word_is(&ts->at[close + 1], "OVER");
}

static void
check_shape(const struct tokens *ts, const struct block *b, size_t main_at)
{
	static const char *const verbs[] = {"SELECT", "INSERT", "UPDATE", "DELETE", NULL};
	bool from = false, aggregate = false, group = false, order = false, limit = false;
	bool list = true;
	int depth = 0;

	if (!word_in(&ts->at[main_at], verbs))
		die(ts->file, ts->at[main_at].line,
		    "%s: begins with none of SELECT, INSERT, UPDATE, DELETE", b->name);
	if (!word_is(&ts->at[main_at], "SELECT"))
		return;
	for (size_t i = main_at; i < ts->n; i++) {
		const struct token *t = &ts->at[i];

		depth += punct_is(t, "(");
		depth -= punct_is(t, ")");
		/* An aggregate inside coalesce(...) still gives one row; one in a subquery
		 * says nothing about ours. */
		if (punct_is(t, "(") && word_is(t + 1, "SELECT")) {
			i = closing(ts, i);
			depth--;
			continue;
		}
		if (!from && list && is_aggregate(ts, i))
			aggregate = true;
		if (depth != 0)
			continue;
		from |= word_is(t, "FROM") && !word_is(t - 1, "DISTINCT");
		group |= word_is(t, "GROUP") || word_is(t, "UNION");
		order |= word_is(t, "ORDER");
		limit |= word_is(t, "LIMIT");
	}
	if (b->single || b->stream || !from || (aggregate && !group))
		return;
	if (!order || !limit)
		die(ts->file, b->line,
		    "%s: a list needs ORDER BY and LIMIT (or the line "
		    "`-- single` or `-- stream`)",
		    b->name);
}

static char *
relative_symbol(const char *name)
{
	char *s = strdup(name);

	if (s == NULL)
		die(name, 0, "%s", strerror(errno));
	for (char *p = s; *p != '\0'; p++)
		*p = name_char(*p) ? (char)toupper((unsigned char)*p) : '_';
	return s;
}

static void
put_word(FILE *f, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\\' || p[i] == '"')
			fprintf(f, "\\%c", p[i]);
		else
			fputc(p[i], f);
}

/* One token after the other with one space where the source had any; parameters by number. */
static void
put_statement(FILE *f, const struct tokens *ts, const struct names *params, char mark)
{
	size_t column = 0;

	fprintf(f, "\t\t\"");
	for (size_t i = 0; i < ts->n; i++) {
		const struct token *t = &ts->at[i];
		bool gap = i > 0 && t[-1].p + t[-1].n != t->p;

		if (gap && column + t->n > 76) {
			fprintf(f, " \"\n\t\t\"");
			column = 0;
		} else if (gap) {
			fputc(' ', f);
		}
		if (t->kind == PARAM) {
			for (size_t k = 0; k < params->n; k++)
				if (strlen(params->at[k]) == t->n - 1 &&
				    strncmp(params->at[k], t->p + 1, t->n - 1) == 0)
					fprintf(f, "%c%zu", mark, k + 1);
		} else {
			put_word(f, t->p, t->n);
		}
		column += t->n + gap;
	}
	fprintf(f, "\"");
}

static void
collect_params(const struct tokens *ts, struct names *params, bool may_add)
{
	for (size_t i = 0; i < ts->n; i++) {
		const struct token *t = &ts->at[i];
		size_t k;

		if (t->kind != PARAM)
			continue;
		for (k = 0; k < params->n; k++)
			if (strlen(params->at[k]) == t->n - 1 &&
			    strncmp(params->at[k], t->p + 1, t->n - 1) == 0)
				break;
		if (k < params->n)
			continue;
		if (!may_add)
			die(ts->file, t->line, "%.*s is no parameter of the statement it replaces",
			    (int)t->n, t->p);
		if (params->n == PARAMS_MAX)
			die(ts->file, t->line, "too many parameters");
		names_add(params, t->p + 1, t->n - 1);
	}
}

/* Split a file into blocks at `-- name:`; returns how many. The top takes `-- tables:`. */
static size_t
read_blocks(const char *file, char *text, struct block *blocks, struct names *tables)
{
	size_t n = 0;
	int line = 0;

	for (char *p = text, *next; p != NULL && *p != '\0'; p = next) {
		char *eol = strchr(p, '\n');
		size_t len = eol ? (size_t)(eol - p) : strlen(p);

		line++;
		next = eol ? eol + 1 : NULL;
		while (len > 0 && isspace((unsigned char)p[len - 1]))
			len--;
		if (strncmp(p, "-- name:", 8) == 0) {
			struct block *b = &blocks[n];
			size_t k = 8, m = 0;

			if (n == NAMES_MAX)
				die(file, line, "too many statements");
			*b = (struct block){.line = line};
			while (k < len && p[k] == ' ')
				k++;
			for (; k < len && m + 1 < sizeof b->name; k++)
				b->name[m++] = p[k];
			for (k = 0; k < m; k++)
				if (!islower((unsigned char)b->name[k]) &&
				    !isdigit((unsigned char)b->name[k]) && b->name[k] != '_')
					die(file, line, "a name is lower-case thing_verb");
			if (m == 0 || isdigit((unsigned char)b->name[0]))
				die(file, line, "a name is lower-case thing_verb");
			for (k = 0; k < n; k++)
				if (strcmp(blocks[k].name, b->name) == 0)
					die(file, line, "%s is there already, on line %d", b->name,
					    blocks[k].line);
			b->p = next ? next : p + len;
			b->n = 0;
			n++;
			continue;
		}
		if (strncmp(p, "-- tables:", 10) == 0) {
			if (n > 0 || tables == NULL)
				die(file, line, "`-- tables:` stands at the top of the main file");
			for (size_t k = 10; k < len;) {
				size_t start = k;

				while (k < len && (name_char(p[k]) || p[k] == '*'))
					k++;
				if (k > start)
					names_add(tables, p + start, k - start);
				else
					k++;
			}
			continue;
		}
		if (n == 0) {
			if (len > 0 && strncmp(p, "--", 2) != 0)
				die(file, line, "stands before the first `-- name:`");
			continue;
		}
		blocks[n - 1].single |= len == 9 && strncmp(p, "-- single", 9) == 0;
		blocks[n - 1].stream |= len == 9 && strncmp(p, "-- stream", 9) == 0;
		blocks[n - 1].n = (size_t)((next ? next : p + strlen(p)) - blocks[n - 1].p);
	}
	return n;
}

static struct tokens *
block_tokens(const char *file, const struct block *b)
{
	struct tokens *ts = calloc(1, sizeof *ts);

	if (ts == NULL)
		die(file, 0, "out of memory");
	tokenize(file, b->line + 1, b->p, b->n, ts);
	for (size_t i = 0; i < ts->n; i++)
		if (punct_is(&ts->at[i], ";")) {
			if (i + 1 < ts->n)
				die(file, ts->at[i + 1].line, "%s: more than one statement",
				    b->name);
			ts->n = i;
			ts->at[i] = (struct token){END, "", 0, ts->at[i].line};
		}
	if (ts->n == 0)
		die(file, b->line, "%s: no statement follows", b->name);
	return ts;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
}

/* 7 for "007.sql" and "007.postgres.sql"; 0 for all other names. */
static int
migration_number(const char *path)
{
	const char *name = base_name(path);

	if (!isdigit((unsigned char)name[0]) || !isdigit((unsigned char)name[1]) ||
	    !isdigit((unsigned char)name[2]) || name[3] != '.')
		return 0;
	return atoi(name);
}

/* A prefix is one folder's: no other folder below src has its name or a file STEM.sql. */
static void
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

static void
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

/* Written beside and renamed, so that a failed run leaves no half header. */
static FILE *
out_open(const char *path, const char *tmp)
{
	char *folder = folder_of(path);
	FILE *f;

	for (char *p = folder + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(folder, 0755);
			*p = '/';
		}
	(void)mkdir(folder, 0755);
	free(folder);
	if ((f = fopen(tmp, "w")) == NULL)
		die(tmp, 0, "%s", strerror(errno));
	return f;
}

static int
out_close(FILE *f, const char *tmp, const char *path)
{
	if (fclose(f) != 0 || rename(tmp, path) != 0)
		die(path, 0, "%s", strerror(errno));
	return 0;
}

static const char *
below(const char *src, const char *path)
{
	size_t n = strlen(src);

	return strncmp(src, path, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static size_t
check_block(const struct tokens *ts, const struct block *b, const struct names *prefixes,
	    const struct names *extra)
{
	struct check c = {.prefixes = prefixes, .extra = extra};
	size_t main_at = word_is(&ts->at[0], "WITH") ? check_with(ts, &c) : 0;

	c.cte_count = 0;
	check_tables(ts, &c);
	check_shape(ts, b, main_at);
	return main_at;
}

static int
statements(char *src, const char *file, const char *out)
{
	static struct block blocks[NAMES_MAX], others[NAMES_MAX];
	struct names prefixes = {.n = 0}, extra = {.n = 0};
	char *folder = folder_of(file), *text, *text_pg, path[4096], tmp[4096];
	const char *dot = strrchr(base_name(file), '.');
	size_t n, n_pg = 0;
	FILE *f;

	names_add(&prefixes, base_name(file), (size_t)(dot - base_name(file)));
	const char *stem = prefixes.at[0];
	check_owner(src, file, folder, stem);
	if ((text = slurp(file)) == NULL)
		die(file, 0, "%s", strerror(errno));
	n = read_blocks(file, text, blocks, &extra);
	check_extra(file, folder, &extra);
	snprintf(path, sizeof path, "%s/%s.postgres.sql", folder, stem);
	if ((text_pg = slurp(path)) != NULL)
		n_pg = read_blocks(path, text_pg, others, NULL);
	snprintf(tmp, sizeof tmp, "%s.tmp", out);
	f = out_open(out, tmp);
	char *symbol = relative_symbol(below(src, file)), *list = relative_symbol(stem);
	fprintf(f,
		"/* Made from src/%s by tools/sqlgen.c. */\n#ifndef %s_H\n#define %s_H\n\n"
		"#include \"store/db.h\"\n\n",
		below(src, file), symbol, symbol);
	for (size_t i = 0; i < n; i++) {
		struct names params = {.n = 0};
		struct tokens *ts = block_tokens(file, &blocks[i]), *pg = NULL;

		check_block(ts, &blocks[i], &prefixes, &extra);
		collect_params(ts, &params, true);
		for (size_t k = 0; k < n_pg; k++)
			if (strcmp(others[k].name, blocks[i].name) == 0) {
				others[k].replaced = true;
				others[k].single |= blocks[i].single;
				others[k].stream |= blocks[i].stream;
				pg = block_tokens(path, &others[k]);
				check_block(pg, &others[k], &prefixes, &extra);
				collect_params(pg, &params, false);
			}
		char *name = relative_symbol(blocks[i].name);
		fprintf(f,
			"__attribute__((unused)) static const struct sql SQL_%s = {\n"
			"\t\"%s\",\n\t{\n",
			name, blocks[i].name);
		put_statement(f, ts, &params, '?');
		fprintf(f, ",\n");
		put_statement(f, pg ? pg : ts, &params, '$');
		fprintf(f, ",\n\t},\n\t%zu,\n\t%s,\n};\n\n", params.n,
			blocks[i].stream ? "true" : "false");
		free(name);
		free(pg);
		free(ts);
	}
	for (size_t k = 0; k < n_pg; k++)
		if (!others[k].replaced)
			die(path, others[k].line, "%s replaces nothing in %s", others[k].name,
			    base_name(file));
	fprintf(f,
		"/* All of them, for db_check at start; ended by NULL. */\n"
		"__attribute__((unused)) static const struct sql *const %s_STATEMENTS[] = {\n",
		list);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "\t&SQL_%s,\n", relative_symbol(blocks[i].name));
	fprintf(f, "\tNULL,\n};\n\n#endif\n");
	return out_close(f, tmp, out);
}

/* The tables a migration may name: the folder's, and those of its statement files. */
static void
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

static void
check_migration(const struct tokens *ts, const struct names *prefixes)
{
	static const struct names none = {.n = 0};
	struct check c = {.prefixes = prefixes, .extra = &none};
	bool index = false;

	for (size_t i = 0; i < ts->n; i++) {
		const struct token *t = &ts->at[i];
		size_t k = i + 1;

		if (punct_is(t, ";"))
			index = false;
		if (t->kind == PARAM)
			die(ts->file, t->line, "a migration has no parameters");
		if (word_is(t, "BEGIN") || word_is(t, "COMMIT") || word_is(t, "PRAGMA") ||
		    word_is(t, "ATTACH"))
			die(ts->file, t->line, "%.*s has no place here", (int)t->n, t->p);
		index |= word_is(t, "INDEX");
		if (!word_is(t, "TABLE") && !word_is(t, "REFERENCES") && !word_is(t, "FROM") &&
		    !word_is(t, "JOIN") && !word_is(t, "INTO") && !(index && word_is(t, "ON")) &&
		    !(word_is(t, "UPDATE") && (i == 0 || punct_is(t - 1, ";"))))
			continue;
		index = false;
		if (word_is(&ts->at[k], "IF"))
			k += word_is(&ts->at[k + 1], "NOT") ? 3 : 2;
		if (!punct_is(&ts->at[k], "("))
			check_table(ts, k, &c);
	}
}

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

			if (word_is(&ts->at[k], "ALTER") || word_is(&ts->at[k], "DROP"))
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

static int
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
		"/* Made from src/%s by tools/sqlgen.c. */\n#ifndef %s_MIGRATIONS_H\n"
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

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "statements") == 0)
		return statements(argv[2], argv[3], argv[4]);
	if (argc >= 5 && strcmp(argv[1], "migrations") == 0)
		return migrations(argv[2], argv[3], argv + 4, argc - 4);
	fprintf(stderr, "usage: sqlgen statements SRC FILE.sql OUT.h\n"
			"       sqlgen migrations SRC OUT.h NNN.sql...\n");
	return 2;
}
