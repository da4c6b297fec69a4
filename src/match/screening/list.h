#ifndef MATCH_SCREENING_LIST_H
#define MATCH_SCREENING_LIST_H

#include <stdio.h>

#include "base/rc.h"
#include "base/str.h"

struct screen_index;

/*
 * list: an index from list files in any shape format/listfile.h reads. Paths of one OFAC
 * release belong together and may be given as their folder. format: "ofac", "un", "ftm",
 * "csv" or NULL for by content. A file that
 * `match index` made is told by its content and mapped; several are searched as one. Rows that
 * cannot be used are told on diag by place and counted in *skipped.
 */
MUST_USE enum rc list_index(const char *const *paths, size_t n, const char *format, FILE *diag,
			    struct screen_index **out, size_t *skipped, struct err *err);

/*
 * `match index`: the same lists, made ready in a file that list_index maps. Public lists only: a
 * file outlives the question who may read it. RC_INVALID: rows could not be used; the file holds
 * the others.
 */
MUST_USE enum rc list_save(const char *const *paths, size_t n, const char *format, const char *out,
			   FILE *diag, struct err *err);

#endif
