#include "sqlgen.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int
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
		"/* Made from src/%s by tools/sqlgen. */\n#ifndef %s_H\n#define %s_H\n\n"
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
