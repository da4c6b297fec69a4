#ifndef SQLGEN_SQLGEN_H
#define SQLGEN_SQLGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * What the files of sqlgen share; main.c says what it is for and its rules. Whatever breaks a
 * rule ends the program with file and line (die). It runs for one file and frees little.
 */
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

/* Behind the last stand two of kind END, so that a look at the next but one is never outside. */
struct tokens {
	const char *file;
	struct token at[TOKENS_MAX];
	size_t n;
};

struct names {
	char *at[NAMES_MAX];
	size_t n;
};

/* One statement of a file, from its `-- name:` to the next. */
struct block {
	char name[96];
	int line;
	bool single, stream, replaced;
	const char *p;
	size_t n;
};

/* tokens.c: text to tokens. slurp: NULL when there is no such file. */
void __attribute__((noreturn, format(printf, 3, 4)))
die(const char *file, int line, const char *fmt, ...);
char *slurp(const char *path);
void names_add(struct names *names, const char *p, size_t n);
bool word_is(const struct token *t, const char *word); /* in any case */
bool punct_is(const struct token *t, const char *p);
bool word_in(const struct token *t, const char *const *words); /* ended by NULL */
bool name_char(char c);
/* Comments go. Refuses the characters that our one dialect has no use for. */
void tokenize(const char *file, int line, const char *p, size_t n, struct tokens *out);
/* The index of the parenthesis that closes the one at i. */
size_t closing(const struct tokens *ts, size_t i);

/* check.c: the rules. prefixes: x stands for x and x_*. extra: "a" or "b*". */
void check_block(const struct tokens *ts, const struct block *b, const struct names *prefixes,
		 const struct names *extra);
void check_migration(const struct tokens *ts, const struct names *prefixes);

/* folder.c: which folder a table belongs to. */
const char *base_name(const char *path);
char *folder_of(const char *path);
const char *below(const char *src, const char *path);
/* 7 for "007.sql" and "007.postgres.sql"; 0 for all other names. */
int migration_number(const char *path);
/* A prefix is one folder's: no other folder below src has its name or a file STEM.sql. */
void check_owner(char *src, const char *file, const char *folder, const char *stem);
/* What `-- tables:` adds is created by a migration of the same folder. */
void check_extra(const char *file, char *folder, const struct names *extra);
/* The tables a migration may name: the folder's, and those of its statement files. */
void folder_prefixes(char *folder, struct names *out);

/* write.c. A file is written beside and renamed, so that a failed run leaves no half header. */
char *relative_symbol(const char *name);
void put_word(FILE *f, const char *p, size_t n);
FILE *out_open(const char *path, const char *tmp);
int out_close(FILE *f, const char *tmp, const char *path);

/* statements.c, migrations.c: the two things it makes. */
int statements(char *src, const char *file, const char *out);
int migrations(char *src, const char *out, char **files, int n);

#endif
