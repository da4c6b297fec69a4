#ifndef RECORD_BULK_H
#define RECORD_BULK_H

#include "record/record.h"

/*
 * bulk: many records read for one reason, such as an export. Each row is decided on as in any
 * other reading, but that what only the team of its case opens stays out: it is read one by one
 * and in lists; what was read goes into the log as AUDIT_EXPORT, with one about row a record.
 * Memory is that of a page and of 16 bytes a record.
 */
struct record_bulk;

/*
 * In a reading door of a job, whose connection has a read transaction open. reveal: masked fields
 * too, of the records whose masked fields the actor may open; the door's access must have a reason.
 */
struct record_bulk *record_bulk_new(struct door *d, bool reveal);
void record_bulk_free(struct record_bulk *b);
/*
 * The next records in order of id, at most 200; wanted: by index of type, NULL all. An empty
 * page is the end. They live until the next call, or rewind, which starts at the front again.
 */
MUST_USE enum rc record_bulk_next(struct record_bulk *b, const bool *wanted,
				  struct record_list *out, struct err *err);
void record_bulk_rewind(struct record_bulk *b);
/* How many records were left out, as far as was read, since they do not open; of those alone that
 * are for the actor. Each counts once. */
size_t record_bulk_damaged(struct record_bulk *b);
/* One more, that was read otherwise (record/whole.h). */
void record_bulk_leave_out(struct record_bulk *b, struct id id);
/*
 * What of these is for the actor is opened, with one question to the keys for each 200; those
 * that record_bulk_load is then asked for, until record_bulk_drop, ask no more. Ids may stand
 * there twice, or name nothing.
 */
MUST_USE enum rc record_bulk_fetch(struct record_bulk *b, const struct id *ids, size_t n,
				   struct err *err);
/* One of them; lives until record_bulk_drop. RC_ABSENT also when the actor may not know of it, or
 * when it does not open. */
MUST_USE enum rc record_bulk_load(struct record_bulk *b, struct id id, struct record **out,
				  struct err *err);
void record_bulk_drop(struct record_bulk *b);
/*
 * In a changing door: log some of what was read, at most 10,000 records a leaf, then what was left
 * out, in leaves of its own; *more says to call again. Before the value leaves.
 */
MUST_USE enum rc record_bulk_log(struct record_bulk *b, struct door *d, bool *more,
				 struct err *err);

#endif
