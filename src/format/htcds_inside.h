#ifndef FORMAT_HTCDS_INSIDE_H
#define FORMAT_HTCDS_INSIDE_H

#include "base/map.h"
#include "format/htcds.h"

/* htcds_inside: the tables as htcds*.c see them. For this folder only. */
struct htcds {
	struct arena *arena;
	VEC(struct htcds_field) fields;
	struct map by_name;   /* folded name -> struct htcds_field */
	struct map *by_value; /* one a field: value, folded value, label, alias -> struct str */
};

/*
 * One cell on its way: texts are checked and made regular. why says what is wrong with it,
 * without the text. Memory comes from the arena only where the text changes.
 */
struct htcds_reading {
	const struct htcds *h;
	struct arena *scrap; /* of the row */
	struct htcds_row row;
	struct str *single;	  /* a place for the value of each field that has one */
	struct htcds_cell *cells; /* by field; values.n 0: not there */
	const char *name;
	const struct htcds_sink *sink;
	struct htcds_report *report;
	bool bad; /* this row has a bad cell */
};

void htcds_reading_init(struct htcds_reading *r, struct arena *a, const struct htcds *h,
			const char *name, const struct htcds_sink *sink,
			struct htcds_report *report);
void htcds_reading_done(struct htcds_reading *r);
/* Start a row; what the last one held is gone. */
void htcds_row_begin(struct htcds_reading *r, long line);
/* The text of one cell; empty does nothing. A MULTI may hold several parted by ; or |. */
void htcds_row_cell(struct htcds_reading *r, size_t field, struct str text, long line, long column);
/* One value as it is, for lists that come already parted. */
void htcds_row_value(struct htcds_reading *r, size_t field, struct str text, long line,
		     long column);
void htcds_row_bad(struct htcds_reading *r, enum rc rc, const char *key, long line, long column,
		   const char *why);
/* Hand the row on when it is good. */
MUST_USE enum rc htcds_row_end(struct htcds_reading *r, struct err *err);
/* Keep the name of a column that is no field, each once, a bounded number. */
void htcds_unknown(struct htcds_reading *r, struct arena *a, struct str name);
/* "vic_MethodsOfControlThreats" -> the field and the value it flags; false when it is none. */
MUST_USE bool htcds_find_flag(const struct htcds *h, struct str name, size_t *field,
			      struct str *value);
MUST_USE bool htcds_bool(struct str text, bool *out);

#endif
