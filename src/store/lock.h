#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/rc.h"

/*
 * lock: one process at a time owns a node's folder, so that there is never a second writer.
 * Held by flock(2) on DIR/lock: the kernel gives it up when the process ends, however it ends.
 * A child made by fork without exec holds it too: fork such children first.
 */
struct node_lock;

/* *out is the caller's; end it with node_lock_close(). RC_CONFLICT: another process (err names
 * its number when it is known) or another part of this one holds it.
 * RC_UNAVAILABLE: the folder cannot be written. */
MUST_USE enum rc node_lock_take(const char *dir, struct node_lock **out, struct err *err);
/* NULL does nothing. */
void node_lock_close(struct node_lock *lock);

#endif
