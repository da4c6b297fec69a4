#ifndef OVERSEE_RETENTION_HELD_H
#define OVERSEE_RETENTION_HELD_H

#include "record/look.h"
#include "record/retain.h"

/*
 * held: what the holds that run make of one record. Each keeps it from erasing, whoever recorded
 * it: the safe direction. For its court alone it is read by a hold of the unit that keeps it, so
 * that nobody takes from another unit what it works with. A unit whose records are held from
 * elsewhere is told, in a task, and restricts them with a hold of its own if that is right.
 */
bool held_runs(const struct record *hold);

/* Of the holds that run, but this one (zeros: none left out). record: of any rung. */
MUST_USE enum rc held_weigh(struct door *d, const struct record *record, struct id but,
			    enum retain_held *out, struct err *err);
/* What this hold alone makes of it. */
enum retain_held held_by(const struct record *record, const struct record *hold);
/* Through the node's own door: whoever holds a record need not be able to change it. */
MUST_USE enum rc held_set(struct door *d, struct id record, enum retain_held held, struct err *err);

/* Tell the units of these records, other than the hold's own, that it keeps them. */
MUST_USE enum rc held_tell(struct door *d, const struct record *hold, const struct look_list *held,
			   struct err *err);

#endif
