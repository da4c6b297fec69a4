#ifndef NODE_IMPORT_COLUMNS_H
#define NODE_IMPORT_COLUMNS_H

#include "node/cells.h"
#include "node/import_inside.h"

/*
 * import_columns: what the columns of a CSV file of one type are, by its header and the
 * options fields ("ours=theirs,...") and ignore ("theirs,..."). Each column is a field, or
 * named to be left out; else nothing of the file goes in.
 */
struct csv_row;

struct import_column {
	const struct field *field; /* NULL: left out, or the node fills it in */
	struct str part;	   /* "birth_place.city", "documents.passport", or empty */
};

/* For the cells of the header row; in the arena. RC_INVALID says which column or word. */
MUST_USE enum rc import_columns_read(struct import *im, struct arena *a,
				     const struct record_type *type, const struct csv_row *row,
				     struct import_column **out, struct err *err);

#endif
