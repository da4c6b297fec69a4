#ifndef RECORD_REACT_H
#define RECORD_REACT_H

#include "record/row.h"

/* react: who hears what was done to a record. Inside record/ only. */

/* A move's event; empty: none. */
MUST_USE enum rc react_to(struct door *d, const struct record *r, struct str event,
			  struct err *err);
/* "TYPE_recorded": the record was created, or its fields changed. fields: all of them. */
MUST_USE enum rc react_recorded(struct door *d, const struct record_row *row, json_t *fields,
				struct err *err);

#endif
