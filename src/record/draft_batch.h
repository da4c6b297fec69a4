#ifndef RECORD_DRAFT_BATCH_H
#define RECORD_DRAFT_BATCH_H

#include "record/draft_wraps.h"

/*
 * draft_batch: the inside of struct record_batch (record/record.h): data keys of drafts that
 * wait to be wrapped together (draft_wraps), and what was stored already of those drafts. Inside
 * record/ only.
 */

/* Room for one more, whose row gets its wrapped key later; wraps those before when it is full. */
MUST_USE enum rc record_batch_place(struct record_batch *batch, struct arena *a,
				    struct record_row *row, struct key_wrap **out, struct err *err);

/* How a draft stands once it is stored, by the leaf that tells of it. */
struct stored_draft {
	struct id id;
	int64_t leaf;
	struct handling handling;
	enum guard guard;
};
void record_batch_stored(struct record_batch *batch, const struct record_row *row,
			 struct handling handling);
/* NULL: not of this batch, or not stored yet. A reaction may have changed it since: its row then
 * has another leaf. */
const struct stored_draft *record_batch_find(const struct record_batch *batch, struct id id);

#endif
