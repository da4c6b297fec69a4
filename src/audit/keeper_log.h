#ifndef AUDIT_KEEPER_LOG_H
#define AUDIT_KEEPER_LOG_H

#include "audit/keeper_journal.h"
#include "base/rc.h"
#include "seal/keys_process.h"
#include "seal/merkle.h"

/*
 * keeper_log: the log as the key process was told of it, leaf by leaf: its size, its running
 * root, and the roots at the ends of the last groups, which are what it signs. What it knows
 * lies in a file of its own, keys.state, sealed under a key of the key file, in two places. One
 * is written to until it is synced, and only then the other, so that a power cut tears one at
 * most and the other is whole. (The file is not replaced: its lock says who has the folder.)
 *
 * The file is written at most once a second and synced every ten; so when the machine loses
 * power, up to ten seconds of the log are forgotten, and a database that was rolled back within
 * them is not seen to be. A process that ends or is killed loses a second at most, and of what was
 * opened nothing: that stands in the journal behind it (keeper_journal.h) before a key is given.
 */
struct keeper_log;

/* The file, made when it is not there, and locked: one key process a folder. RC_CONFLICT:
 * another one has it. The descriptor is the caller's. */
MUST_USE enum rc keeper_log_file(const char *path, int *fd, struct err *err);
/* fd stays the caller's. RC_INTEGRITY: the file is not one that this key file's process wrote. */
MUST_USE enum rc keeper_log_open(int fd, struct keys *keys, struct keeper_log **out,
				 struct err *err);
/* Writes what is not written yet. NULL does nothing. */
void keeper_log_close(struct keeper_log *l);

/* Has it seen a log at all? */
bool keeper_log_is_known(const struct keeper_log *l);
uint64_t keeper_log_size(const struct keeper_log *l);
/* The next leaf. */
void keeper_log_append(struct keeper_log *l, const struct hash *leaf);
/* The log goes on under another name: what was before is signed no more. */
void keeper_log_rename(struct keeper_log *l, struct str origin);
/* A group ends here: what stands now may be signed. */
void keeper_log_mark(struct keeper_log *l);

/*
 * How old the key file is (keys_age): the greatest it was is kept, and a log is confirmed with no
 * older key file. With accept it is that of now.
 */
void keeper_log_keys(struct keeper_log *l, uint64_t age, bool accept);

/* RC_INTEGRITY: not the log that was told, or an older key file. */
MUST_USE enum rc keeper_log_confirm(const struct keeper_log *l, uint64_t size,
				    const struct hash *root, struct str origin, struct err *err);
/* RC_INVALID: no frontier of that size. */
MUST_USE enum rc keeper_log_accept(struct keeper_log *l, uint64_t size, const struct hash *frontier,
				   size_t n, struct str origin, struct err *err);
/* Is this text a checkpoint of it? RC_BUSY: of more than was told yet. RC_DENIED: no. */
MUST_USE enum rc keeper_log_may_sign(const struct keeper_log *l, struct str text, struct err *err);

/* What the last process left owed; once, before anything is written. */
void keeper_log_each_owed(struct keeper_log *l,
			  void (*owe)(void *ctx, const struct keys_owed *owed), void *ctx);
/* These are owed from now on, and outlive the process. False: rewrite it all, then. */
MUST_USE bool keeper_log_owe(struct keeper_log *l, const struct keys_owed *owed, size_t n);
/* All that is owed, and the state. False: the disk refuses, and what was there still counts. */
MUST_USE bool keeper_log_rewrite(struct keeper_log *l, const struct keys_owed *owed, size_t n);
/* Does a tick write? Then it needs all that is owed. */
bool keeper_log_is_due(const struct keeper_log *l, int64_t now);
/* Write what is to be written by now. */
void keeper_log_tick(struct keeper_log *l, int64_t now, const struct keys_owed *owed, size_t n);
/* Whether a tick is to come. */
bool keeper_log_is_dirty(const struct keeper_log *l);
/* Write and sync now. */
void keeper_log_save(struct keeper_log *l, const struct keys_owed *owed, size_t n);

#endif
