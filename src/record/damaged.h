#ifndef RECORD_DAMAGED_H
#define RECORD_DAMAGED_H

#include "record/row.h"

/*
 * damaged: a row among others whose body is not what was sealed: a bit of body, key or column
 * turned over, or its bucket's key is not there. It must not hide the others of a list, search or
 * export: it is shown as its id and type alone, to whoever its open columns show it to; where they
 * are no columns of any record, nothing can be decided, and it is absent. One record asked for by
 * its id stays an error. Inside record/ only.
 */

/*
 * After row_open or its like ended with why: *out tells id and type alone (record_damaged), or is
 * NULL for absent; the door remembers the id for damaged_log, and the operator's log warns, once a
 * minute a type and without the id. What is no damage comes back as it is, err filled.
 */
MUST_USE enum rc damaged_record(struct door *d, const struct record_row *row, enum rc why,
				struct record **out, struct err *err);
/* The same for who only leaves it out: *counts when it would have been shown. */
MUST_USE enum rc damaged_note(struct door *d, const struct record_row *row, enum rc why,
			      bool *counts);

/* Is it damage of this row, and no failure of the store or the keys? */
bool damaged_is(enum rc why);

/*
 * Of many rows with one question to the keys, as row_open_texts; one that is damaged stops no
 * other: rcs says what opening each gave.
 */
MUST_USE enum rc damaged_open(const struct door_node *node, struct key_use use, struct arena *a,
			      const struct record_row *const *rows, size_t n, struct str *bodies,
			      enum rc *rcs, struct err *err);

/* As row_find, but *there false where there is none, or one of a type that no model has: its
 * column may be damaged, and it hides no other either. */
MUST_USE enum rc damaged_find(struct door *d, struct id id, struct record_row *out, bool *there,
			      struct err *err);

/* One leaf, AUDIT_DAMAGED, about those of this door since the last; none, no leaf. */
MUST_USE enum rc damaged_log(struct door *d, struct err *err);

#endif
