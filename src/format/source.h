#ifndef FORMAT_SOURCE_H
#define FORMAT_SOURCE_H

#include <stdio.h>

#include "base/rc.h"
#include "base/str.h"

/*
 * source: where a streaming reader pulls its bytes from. pull() puts up to n bytes at p and
 * says how many, 0 at the end, -1 when reading failed. name stands in errors; may be NULL.
 * For memory, rest is consumed; for the others it is not used.
 */
struct source {
	ptrdiff_t (*pull)(struct source *s, char *p, size_t n);
	void *ctx;
	const char *name;
	struct str rest;
	bool live; /* a feed: what came is used before more is asked for */
};

/*
 * source_files: several files that are read as one list, one at a time and some of them twice.
 * open() gives the file from its beginning; close() ends the one last opened, and may be NULL.
 */
struct source_files {
	size_t n;
	const char *const *names; /* stand in errors */
	enum rc (*open)(void *ctx, size_t file, struct source *out, struct err *err);
	void (*close)(void *ctx, size_t file);
	void *ctx;
};

struct source source_memory(struct str bytes, const char *name);
/* The caller keeps the file open and closes it. */
struct source source_file(FILE *f, const char *name);

#endif
