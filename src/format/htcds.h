#ifndef FORMAT_HTCDS_H
#define FORMAT_HTCDS_H

#include <jansson.h>

#include "base/buf.h"
#include "base/rc.h"
#include "base/vec.h"
#include "format/limits.h"
#include "format/source.h"

/*
 * htcds: rows of the Human Trafficking Case Data Standard 2.0 (UNMigration/HTCDS, CC BY 4.0).
 * It has no wire format of its own; ours are CSV with system names in the first line, and
 * JSON, one object or an array of them or one a line: {"htcds":"2.0","prs_FirstName":"..."}.
 * Names are taken without regard to case and to '_' after the prefix (XLSForm writes
 * vic_Methods_of_Control); pick-list cells may hold values or labels, several parted by ; or |.
 */
enum htcds_kind {
	HTCDS_TEXT,
	HTCDS_PICK,
	HTCDS_MULTI,
	HTCDS_DATE,
	HTCDS_BOOL,
	HTCDS_NUMBER,
	HTCDS_PHONE
};

struct htcds_field {
	struct str name;  /* "vic_MethodsOfControl" */
	struct str label; /* "Methods of Control" */
	enum htcds_kind kind;
	bool deprecated;  /* taken on import, never written */
	struct str codes; /* outside list: "ISO3166-1", or empty */
	bool closed;	  /* only the values below */
	struct str_list values, labels;
};

struct htcds;

/* The tables from model/codes/htcds_fields.csv and htcds_values.csv; all is in the arena. */
MUST_USE enum rc htcds_load(struct arena *a, struct str fields_csv, struct str values_csv,
			    const struct htcds **out, struct err *err);
size_t htcds_count(const struct htcds *h);
const struct htcds_field *htcds_field(const struct htcds *h, size_t index);
/* Index of a field by any of its spellings, or -1. */
int htcds_find(const struct htcds *h, struct str name);
/* The value a pick-list text stands for (value, label or alias); false when there is none. */
MUST_USE bool htcds_value(const struct htcds *h, size_t field, struct str text, struct str *out);

struct htcds_cell {
	size_t field;
	struct str_list values; /* one, unless the field is HTCDS_MULTI */
	long column;		/* CSV: as csv_cell has it; JSON: 0 */
};

struct htcds_row {
	long line;
	VEC(struct htcds_cell) cells; /* in order of field; empty cells are left out */
};

/* Who hears. A row lives until row() returns. bad() hears of each bad cell, with line, column,
 * field and why, never the text; a row with one is not handed to row(). */
struct htcds_sink {
	enum rc (*row)(void *ctx, const struct htcds_row *row, struct err *err);
	void (*bad)(void *ctx, const struct err *why);
	void *ctx;
};

struct htcds_report {
	long rows, bad_rows, bad_cells;
	struct str_list unknown_columns; /* headers that are no field of HTCDS; passed over */
};

/* Options of reading. */
enum htcds_flags {
	HTCDS_LATIN1 = 1 << 0 /* CSV cells that are not UTF-8 are Windows-1252 */
};

/* RC_INVALID: no header that we know, or a column twice. The report's lists are in the arena. */
MUST_USE enum rc htcds_read_csv(struct arena *a, const struct htcds *h, struct source source,
				unsigned flags, const struct limits *limits,
				const struct htcds_sink *sink, struct htcds_report *report,
				struct err *err);
MUST_USE enum rc htcds_read_json(struct arena *a, const struct htcds *h, struct source source,
				 const struct limits *limits, const struct htcds_sink *sink,
				 struct htcds_report *report, struct err *err);

/* CSV of all fields that are not deprecated: the header, then rows. */
void htcds_write_csv_header(struct buf *buf, const struct htcds *h);
void htcds_write_csv(struct buf *buf, const struct htcds *h, const struct htcds_row *row);
/* One object on one line, with its LF. */
void htcds_write_json(struct buf *buf, const struct htcds *h, const struct htcds_row *row);

#endif
