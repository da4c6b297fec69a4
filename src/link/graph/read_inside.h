#ifndef LINK_GRAPH_READ_INSIDE_H
#define LINK_GRAPH_READ_INSIDE_H

#include "link/graph/build.h"
#include "link/graph/read.h"
#include "parse/parse.h"

/* read_inside: what the readers of the kinds of files share. For this folder only. */
struct graph_reading {
	struct graph_builder *builder;
	struct arena *arena; /* for the time of reading */
	const char *path;
	FILE *diag;
	struct graph_report *report;
	struct str fields;
	bool undirected; /* said by what was read */
};

/* Tell a line that is left out, and count it. */
void graph_tell_bad(struct graph_reading *r, const struct err *why);

/* A number as people write it in files, with a point; false for all else, also nan and inf. */
bool graph_number_read(struct str text, double *out);

/* Headings of a list of ties, by what they hold. */
enum graph_column {
	COLUMN_FROM,
	COLUMN_TO,
	COLUMN_WEIGHT,
	COLUMN_TYPE,
	COLUMN_START,
	COLUMN_END,
	COLUMN_FROM_LABEL,
	COLUMN_TO_LABEL,
	COLUMN_FROM_TYPE,
	COLUMN_TO_TYPE,
	COLUMN_FROM_ROLE,
	COLUMN_TO_ROLE,
	COLUMN_FROM_LATITUDE,
	COLUMN_TO_LATITUDE,
	COLUMN_FROM_LONGITUDE,
	COLUMN_TO_LONGITUDE,
	COLUMN_ID, /* of a file of nodes: here and below */
	COLUMN_LABEL,
	COLUMN_ROLE,
	COLUMN_LATITUDE,
	COLUMN_LONGITUDE,
	COLUMN_COUNT
};
struct graph_columns {
	size_t at[COLUMN_COUNT]; /* SIZE_MAX: there is none */
};
/* fields: "from=HEADING,..." or empty. RC_INVALID: it names what is not there. */
MUST_USE enum rc graph_columns_find(struct arena *a, const struct csv_row *head, struct str fields,
				    struct graph_columns *out, struct err *err);
/* The trimmed cell, empty when there is none. */
struct str graph_cell(const struct csv_row *row, const struct graph_columns *columns,
		      enum graph_column column);

/* Each reads to the end; errors are for good. `head` is the first row, and gone with the next. */
MUST_USE enum rc graph_read_list(struct graph_reading *r, struct parse *csv,
				 const struct graph_columns *columns, struct err *err);
MUST_USE enum rc graph_read_matrix(struct graph_reading *r, struct parse *csv,
				   const struct csv_row *head, struct err *err);
MUST_USE enum rc graph_read_nodes(struct graph_reading *r, struct parse *csv,
				  const struct csv_row *head, struct err *err);
MUST_USE enum rc graph_read_helpers(struct graph_reading *r, struct parse *csv,
				    const struct csv_row *head, struct err *err);

#endif
