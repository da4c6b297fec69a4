#include "sqlgen.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

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

void
check_block(const struct tokens *ts, const struct block *b, const struct names *prefixes,
	    const struct names *extra)
{
	struct check c = {.prefixes = prefixes, .extra = extra};
	size_t main_at = word_is(&ts->at[0], "WITH") ? check_with(ts, &c) : 0;

	c.cte_count = 0;
	check_tables(ts, &c);
	check_shape(ts, b, main_at);
}

void
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
