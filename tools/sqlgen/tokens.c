#include "sqlgen.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
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

char *
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

void
names_add(struct names *names, const char *p, size_t n)
{
	if (names->n == NAMES_MAX || (names->at[names->n++] = strndup(p, n)) == NULL)
		die("sqlgen", 0, "too many names");
}

bool
word_is(const struct token *t, const char *word)
{
	return t->kind == WORD && strlen(word) == t->n && strncasecmp(t->p, word, t->n) == 0;
}

bool
punct_is(const struct token *t, const char *p)
{
	return t->kind == PUNCT && strlen(p) == t->n && strncmp(t->p, p, t->n) == 0;
}

bool
word_in(const struct token *t, const char *const *words)
{
	for (; *words != NULL; words++)
		if (word_is(t, *words))
			return true;
	return false;
}

bool
name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

void
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

size_t
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
