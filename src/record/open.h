#ifndef RECORD_OPEN_H
#define RECORD_OPEN_H

#include "record/row.h"

/* open: from a row to what may be shown of it. Inside record/ only. */

/*
 * The record as the actor may see it at this rung. fields (borrowed, may be NULL below
 * RUNG_MASKED) are all fields; reveal names those asked for; revealed_names, when not NULL,
 * gets the names of masked fields that were opened, comma-separated.
 */
MUST_USE enum rc record_of_row(struct door *d, const struct record_row *row, json_t *fields,
			       const struct str_list *reveal, enum rung rung,
			       struct str *revealed_names, struct record **out, struct err *err);

/* Is the field open to the actor at this rung? reveal (or NULL) names those asked for. */
bool record_field_open(const struct door *d, const struct field *field, enum rung rung,
		       const struct str_list *reveal);

/* The same from the body as row_open_text gives it; with_fields: r->fields_text is set. */
MUST_USE enum rc record_of_text(struct door *d, const struct record_row *row, struct str body,
				const struct str_list *reveal, enum rung rung, bool with_fields,
				struct str *revealed_names, struct record **out, struct err *err);

/* Load for a change: decided, opened, fields held by the door. Logs refusals only. */
MUST_USE enum rc record_load_row(struct door *d, struct id id, enum policy_action action,
				 const struct move *move, struct record_row *row, json_t **fields,
				 struct handling *handling, struct err *err);

/*
 * What somebody who may change this row is given back of it: as a reader would see it, or its
 * state alone when they may write but not read.
 */
enum rung record_rung_shown(struct door *d, const struct record_row *row);

#endif
