#ifndef RECORD_CONCERN_H
#define RECORD_CONCERN_H

#include "record/row.h"

/*
 * concern: whom a record is said of (`concerns` of its type), as rows beside it that policy/
 * decides with before anything is opened. Users and units stand there as MACs. Whoever was once
 * named stays named until the record is erased: a former version would tell them what the present
 * one hides.
 */

/* Note whom a new or changed record names. */
MUST_USE enum rc concern_note(struct door *d, const struct record_row *row, json_t *fields,
			      struct err *err);

/* What policy/ needs of a row, the door's actor asking: row_facts, and whether it names them. */
MUST_USE enum rc concern_facts(struct door *d, const struct record_row *row, struct row_facts *out,
			       struct err *err);
/* The same of somebody else. */
MUST_USE enum rc concern_facts_of(struct door *d, const struct actor *who,
				  const struct record_row *row, struct row_facts *out,
				  struct err *err);
/* As many statements, for a row that names nobody or is not there: both must cost alike. */
MUST_USE enum rc concern_absent(struct door *d, struct id id, struct err *err);

/*
 * A change of whom it names is an overseer's: anybody else could show a complaint to the one
 * complained of, or hide it from the overseer. RC_DENIED. The first version names whom it will.
 */
MUST_USE enum rc concern_check_change(const struct door *d, const struct record_type *type,
				      json_t *patch, struct err *err);
/* What is said of somebody is erased once it is closed: RC_CONFLICT. By the node, at its time. */
MUST_USE enum rc concern_check_erase(const struct door *d, const struct record_row *row,
				     struct err *err);

#endif
