#ifndef AUDIT_LEAF_ROW_H
#define AUDIT_LEAF_ROW_H

#include "audit/leaf.h"

struct rows;

/*
 * The row under a statement that gives the columns of audit_leaf_walk; borrowed from it.
 * False: a column has a length or value that no leaf has; what could be read is in *out.
 */
MUST_USE bool leaf_row_read(const struct rows *rows, struct audit_leaf_row *out);

#endif
