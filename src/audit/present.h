#ifndef AUDIT_PRESENT_H
#define AUDIT_PRESENT_H

#include "audit/audit.h"
#include "base/buf.h"

/*
 * present: what the key process is told of the log, so that it gives keys against it. All of it
 * is harmless where the keys lie in this process.
 */

/* One leaf with the record MACs of its list, as seal/keywire.h has them in `leaves`. */
void present_add(struct buf *out, struct str leaf, struct str macs);

/* Leaves of one group, kept until they are durable. */
struct audit_told;
/* ends: where each of n leaves ends in the bytes, which are copied. */
struct audit_told *told_new(uint64_t first, const size_t *ends, size_t n, struct str bytes);
/* Tell the key process, in the order of groups; then it is gone. NULL does nothing. */
void audit_told_present(struct audit_told *told, struct keys *keys);
void audit_told_free(struct audit_told *told);

/*
 * Present what the database holds and the process has not seen, up to `size` leaves: another
 * process committed it, or this one ended before it could tell. They must be durable: what a
 * crash of the server takes back, the key process would miss for ever, and refuse the database.
 */
MUST_USE enum rc audit_present_rest(struct db *db, struct keys *keys, int64_t size,
				    struct err *err);

/*
 * At the start, before anything else is asked of the keys: is the log in the database the one
 * the key process knows, whole? What it missed is presented. RC_INTEGRITY: it is another one,
 * shorter or unlike, so an old copy or a foreign database is in the place of the node's own.
 * accept: it is taken as it is, by somebody's decision.
 */
MUST_USE enum rc audit_meet(struct db *db, struct keys *keys, bool accept, struct err *err);

#endif
