#ifndef AUDIT_KEEPER_H
#define AUDIT_KEEPER_H

#include "audit/keeper_ledger.h"
#include "base/clock.h"

/*
 * keeper: the key process. It alone opens keys.liaison, holds bucket keys and signing key, and
 * answers the messages of seal/keywire.h: a data key comes out only against the log, which it
 * follows leaf by leaf, and only that log's checkpoints are signed. It opens no connection,
 * starts no program and sees no folder but its own.
 */
struct keeper_options {
	const char *dir; /* the node's folder */
	int from;	 /* a socket to whoever started it; it ends with the last one. -1: none, and
			  * it stays until it is told to end */
	struct ledger_limits limits;
	const struct clock *clock; /* NULL: the machine's; for tests */
};

/* Until nobody is there any more, or a signal. */
MUST_USE enum rc keeper_run(const struct keeper_options *options, struct err *err);

/*
 * What answers, without sockets; for keeper_run and tests. The key file opens with the first
 * hello whose secrets fit.
 */
struct keeper;
struct buf;

struct keeper *keeper_new(const struct keeper_options *options);
/* The folder's keys.state, made when it is not there, is this process's from now on. RC_CONFLICT:
 * another key process has it. */
MUST_USE enum rc keeper_take_folder(struct keeper *k, struct err *err);
/* NULL does nothing. */
void keeper_free(struct keeper *k);
/*
 * Answer one request (a frame's inside) with one reply, appended to out. greeted is the
 * connection's own: nothing but hello, lock, unlock and health is answered before a hello.
 * now: of the clock that never jumps. shared: there are, or were, other connections.
 */
void keeper_answer(struct keeper *k, struct str request, int64_t now, bool *greeted, bool shared,
		   struct buf *out);
/*
 * What was answered may leave the process: what it opened is written where the next process finds
 * it. False: the disk refuses; then no answer since the last call may leave.
 */
MUST_USE bool keeper_commit(struct keeper *k);
/* What is to be done when nobody asks; true: call it again in a second. */
bool keeper_tick(struct keeper *k, int64_t now);
void keeper_save(struct keeper *k);

#endif
