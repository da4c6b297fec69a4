#ifndef NODE_HTCDS_TABLES_H
#define NODE_HTCDS_TABLES_H

#include "format/htcds.h"

/* htcds_tables: the tables of HTCDS that travel in the binary (model/codes/htcds_*.csv). */
MUST_USE enum rc htcds_tables(struct arena *a, const struct htcds **out, struct err *err);

/* The same as they stand: CSV of fields and of values. */
void htcds_tables_text(struct str *fields_csv, struct str *values_csv);

/* Words that an import puts where a row says nothing, and an export leaves out again. */
#define HTCDS_NO_DESCRIPTION "Imported without a description."
#define HTCDS_NO_COMMENT "What the imported row says besides."

#endif
