#ifndef SERVE_APART_H
#define SERVE_APART_H

#include "base/rc.h"
#include "serve/serve.h"

/*
 * apart: what a node does for the key process. It tells it of each durable group, announces
 * runs over all records, and logs what was opened and shown to nobody, so that each opening is
 * named by a leaf. Where the keys lie in this process, none of it does anything.
 */

/* Find or start it; apart_meet waits for its answer. Else the key file is opened here. */
MUST_USE enum rc apart_begin(struct serve *s, const struct serve_options *o, struct err *err);
MUST_USE enum rc apart_meet(struct serve *s, struct err *err);

/* Hooks of the writer: after the transaction, and when it is durable. */
void apart_committed(struct serve *s, bool committed);
void apart_settled(struct serve *s, bool durable);

/*
 * Log what is owed, if anything is: at the start, what the last process left; while it runs,
 * every now and then (serve_mind_keys); at the end. Never on the writer's threads.
 */
MUST_USE enum rc apart_pay(struct serve *s, struct err *err);
void apart_end(struct serve *s);

#endif
