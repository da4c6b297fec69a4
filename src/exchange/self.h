#ifndef EXCHANGE_SELF_H
#define EXCHANGE_SELF_H

#include "exchange/descriptor.h"
#include "exchange/sheet.h"

struct door;

/* self: what this node says of itself to others, in a door. */
#define SELF_PROTOCOL 1 /* the version of messages that this program speaks */

/* The descriptor in use. RC_ABSENT: this node takes no part in exchange yet. */
MUST_USE enum rc self_find(struct door *d, struct descriptor *out, struct err *err);
/*
 * In a changing door: a descriptor that the root signed is in use from now on; the next identity
 * is taken where it names that. RC_DENIED: the signature. RC_CONFLICT: it names other keys than
 * this node's, or is not above the one in use, or not good at this time.
 */
MUST_USE enum rc self_use(struct door *d, const struct descriptor *wanted, struct err *err);
/* The sheet of this week. RC_ABSENT: none was made yet; self_sheet_make does. */
MUST_USE enum rc self_sheet(struct door *d, struct sheet *out, struct err *err);
/* In a changing door: make it, unless a good one is there. RC_ABSENT: no descriptor. */
MUST_USE enum rc self_sheet_make(struct door *d, struct err *err);

#endif
