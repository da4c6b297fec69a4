#ifndef RECORD_ALONE_H
#define RECORD_ALONE_H

#include "record/door.h"

/*
 * alone: what one person may do to a value. A field that the model marks `alone: adds` only
 * grows by an edit, one marked `alone: later` only moves to a later day; to take a value away, or
 * to move the day nearer, is for a move that two people make. Else whoever may edit a legal hold
 * could end it without its reason and its second person.
 *
 * before and after an edit, or a move that one person makes. The node is not asked.
 * RC_DENIED: the field's name is err->key.
 */
MUST_USE enum rc alone_check(const struct door *d, const struct record_type *type, json_t *before,
			     json_t *after, struct err *err);

/*
 * What two people decided, a third or one of them does not change by an edit afterwards: does this
 * edit, or this move with its fields, take a second person for the same change? move NULL: an
 * edit; what a move itself needs is the move's to say.
 */
bool alone_takes_two(const struct door *d, const struct record_type *type, struct str state,
		     const struct move *move, json_t *before, json_t *after);

/*
 * What a record tells others as a fact holds until two people end it, where the model has only such
 * moves out of it; so one person does not end it by erasing the record: RC_CONFLICT. The node
 * erases it when its time has come, or two people decided so.
 */
MUST_USE enum rc alone_check_erase(const struct door *d, const struct record_type *type,
				   struct str state, struct err *err);

#endif
