#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>

#include "base/rc.h"

/*
 * lock: who works in a node's folder. On SQLite, and for commands that need the node to stand
 * still, one process alone, so that there is never a second writer; on a server's database
 * several serve processes beside each other, each with a number. Locks are fcntl(2)'s on the
 * open DIR/lock (F_OFD_SETLK): the kernel gives them up when the process ends, however it ends.
 * A child made by fork without exec holds them too: fork such children first.
 */
struct node_lock;

#define NODE_LOCK_NUMBERS 16

/* *out is the caller's; end it with node_lock_close(). RC_CONFLICT: another process (err names
 * its number when it is known) or another part of this one holds it.
 * RC_UNAVAILABLE: the folder cannot be written. */
MUST_USE enum rc node_lock_take(const char *dir, struct node_lock **out, struct err *err);
/*
 * Beside others that joined. Whoever finds nobody has the folder alone first, and keeps all
 * others waiting until node_lock_admit(). RC_CONFLICT: somebody had it alone for wait_ms, or
 * all numbers are taken.
 */
MUST_USE enum rc node_lock_join(const char *dir, int wait_ms, struct node_lock **out,
				struct err *err);
bool node_lock_is_alone(const struct node_lock *lock);
/* From alone to beside others; one that was taken lets nobody in. */
void node_lock_admit(struct node_lock *lock);
/* 1 to NODE_LOCK_NUMBERS, nobody else's in this folder as long as it is held. */
int node_lock_number(const struct node_lock *lock);
/* NULL does nothing. */
void node_lock_close(struct node_lock *lock);

#endif
