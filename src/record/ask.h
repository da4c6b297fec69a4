#ifndef RECORD_ASK_H
#define RECORD_ASK_H

#include "record/door.h"
#include "record/record.h"

/*
 * ask: a second reader is asked to look at an access, and the overseer hears of it. What is
 * asked is an access_review: kept in the unit of whoever made the access, for the supervisors
 * there and the overseer, never for them. Asking stops nobody: it is made with the leaf of the
 * access, in the same transaction.
 */

/* At most once an hour for one person, cause and record; *review (or NULL) is its id. */
MUST_USE enum rc ask_make(struct door *d, struct db *db, struct audit_group *group,
			  const struct second_look *ask, struct err *err);

/* Remember to ask, when the door's actor opened the record by a right that is only kept. */
void ask_if_kept(struct door *d, struct id record);

/* One message to the overseer into the outbox; the door must have a group. */
MUST_USE enum rc ask_tell_overseer(struct door *d, const char *kind, struct id review,
				   struct err *err);

struct ask_message {
	struct id id;
	struct str kind, body;
	int64_t at_ms, sent_ms; /* sent_ms 0: waits */
};
struct ask_messages {
	struct ask_message *at;
	size_t n, cap;
};
/* Messages to the overseer, newest first, below an id. */
MUST_USE enum rc ask_messages(struct door *d, struct id before, size_t limit,
			      struct ask_messages *out, struct err *err);

/*
 * Break the glass of a record: for GLASS_MS it opens to the actor alone, for reading. Needs a
 * purpose that its type is read for, and a reason. Its leaf, the second reader's duty and the
 * overseer's message stand before anything is opened, in the same transaction. *until_ms: how
 * long it holds. RC_ABSENT: no such record, or one whose glass is never broken.
 */
#define GLASS_MS (INT64_C(3) * 3600 * 1000)
#define GLASS_REASON_MIN 12 /* bytes */
MUST_USE enum rc record_break_glass(struct door *d, struct id id, const struct record_type **type,
				    int64_t *until_ms, struct err *err);

#endif
