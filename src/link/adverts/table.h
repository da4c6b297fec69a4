#ifndef LINK_ADVERTS_TABLE_H
#define LINK_ADVERTS_TABLE_H

#include <stdio.h>

#include "base/rc.h"
#include "base/str.h"

struct arena;

/* table: the rows of a CSV file, read by the parser process. */
struct table_row {
	struct str id, text;
};

struct table_rows {
	struct table_row *at;
	size_t n, cap;
	size_t skipped; /* lines that could not be read */
};

enum table_kind {
	TABLE_ADVERTS, /* the columns id and text, by their headings */
	TABLE_CELLS,   /* each cell of each row, the first too, is a text; no id */
};

#define TABLE_ROWS_MAX ((size_t)1 << 24)

/* Contract: corpus_read. Text is cut to what is read of an advert. */
MUST_USE enum rc table_read(struct arena *a, const char *path, enum table_kind kind, FILE *diag,
			    struct table_rows *out, struct err *err);

#endif
