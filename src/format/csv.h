#ifndef FORMAT_CSV_H
#define FORMAT_CSV_H

#include "base/buf.h"
#include "base/rc.h"
#include "format/limits.h"
#include "format/source.h"

/*
 * csv: rows of delimited text (RFC 4180 and what people really send), read as a stream in
 * flat memory. Takes UTF-8 with or without BOM, UTF-16 of either order, LF, CRLF or CR, a
 * 0x1A that ends the file, quotes inside unquoted cells. What comes out is valid UTF-8
 * without NUL. Blank lines are passed over.
 */
enum csv_flags {
	CSV_RAGGED = 1 << 0, /* rows may have more or fewer cells than the first */
	CSV_LATIN1 = 1 << 1, /* a cell that is not UTF-8 is taken as Windows-1252, not refused */
};

struct csv_options {
	char delimiter; /* ',', ';', '\t', '|'; 0: found from the first line */
	unsigned flags; /* enum csv_flags */
	struct limits limits;
};

struct csv_cell {
	struct str text;
	long line, column; /* where it starts: 1 and up, column in bytes of UTF-8 */
	bool quoted;
};

struct csv_row {
	long line;
	size_t n;
	struct csv_cell *at;
};

struct csv;

/* A reader in the arena, which holds all it ever takes; options may be NULL. */
struct csv *csv_new(struct arena *a, struct source source, const struct csv_options *options);

/*
 * The next row; its text lives until the next call. RC_ABSENT at the end (err is left
 * alone). RC_INVALID: this row is bad (quotes, UTF-8, NUL, number of cells); the next call
 * goes on behind it. RC_TOO_LARGE for one row likewise, for rows_max and bytes_max, and
 * RC_FAILED for a source that fails: each further call says the same again.
 */
MUST_USE enum rc csv_next(struct csv *csv, struct csv_row *row, struct err *err);

/* True when csv_next can go on after the error it gave. */
bool csv_can_go_on(const struct csv *csv);

/*
 * Writes RFC 4180: CRLF, quotes where needed. safe: a cell that starts with = + - @ tab or
 * CR gets an apostrophe in front, so that no spreadsheet computes it; set it for files made
 * for people, never for files a program reads back.
 */
struct csv_out {
	struct buf *buf;
	char delimiter;
	bool safe;
	bool row_started;
	bool blank; /* the row so far is one empty cell, which would read as no row */
};

void csv_out_init(struct csv_out *out, struct buf *buf, bool safe);
void csv_out_cell(struct csv_out *out, struct str text);
void csv_out_end(struct csv_out *out);

#endif
