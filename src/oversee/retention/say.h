#ifndef OVERSEE_RETENTION_SAY_H
#define OVERSEE_RETENTION_SAY_H

#include "record/look.h"

/*
 * say: who has the say over a record's end. Two people decide on keeping, and people lift a hold;
 * but what is to go by that goes only where one of them may erase that very record: a supervisor
 * or administrator of its unit, or a supervisor of a unit above (policy/policy.h).
 */

/* Has the person at the door the say over it? False for the node itself, and where it is gone. */
MUST_USE enum rc say_is_ours(struct door *d, struct id record, bool *out, struct err *err);

/* The gate deciders_have_say, of a decision on keeping. */
MUST_USE enum rc say_of_two(struct door *d, const struct record *r, const struct gate_use *use,
			    struct err *err);

#endif
