#ifndef RECORD_DUE_H
#define RECORD_DUE_H

#include <jansson.h>

#include "model/type.h"
#include "record/row.h"

/* When the first clock of a record that entered this state at now_ms is due; 0: none runs. */
int64_t record_due(const struct record_type *type, int state, json_t *fields, int64_t now_ms);

/*
 * After an edit, row being the version before it: a clock runs from the entry into the state, so
 * no deadline moves but one that stands in a field which was edited.
 */
MUST_USE enum rc record_due_edited(struct door *d, struct record_row *row, json_t *before,
				   json_t *after, struct err *err);

#endif
