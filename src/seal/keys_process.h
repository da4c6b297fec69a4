#ifndef SEAL_KEYS_PROCESS_H
#define SEAL_KEYS_PROCESS_H

#include "seal/hash.h"
#include "seal/keys.h"

/*
 * keys_process: keys that lie in a process of their own (`liaison node keys`), which gives a
 * data key only against the log: what was opened must be named by a leaf that follows. This is
 * the node's end; audit/keeper.h is the other.
 *
 * There is one key process a node's folder and machine. A process that comes second to a
 * folder finds it by DIR/keys.sock. Each connection asks for itself; the log is one, so
 * whoever commits a group presents its leaves, and catches up those of others first when told
 * that it is behind.
 */

/*
 * This program knows the words `node keys`, so that it can be started again as key process. main
 * says so once, before anything else; a program that does not, such as a test of the command
 * line, opens the key file itself.
 */
void keys_program_ready(void);
bool keys_program_is_ready(void);

struct keys_connect_options {
	const char *dir;
	struct str passphrase; /* as keys_open takes it */
	int opens_a_minute;    /* of a process this one starts */
};

/*
 * Find or start the key process and send it what it needs; it works on while the caller does.
 * Before any thread starts. *out is the caller's. RC_UNAVAILABLE.
 */
MUST_USE enum rc keys_connect(const struct keys_connect_options *options, struct keys **out,
			      struct err *err);
/* Its answer, before anything else is asked. Errors as keys_open. */
MUST_USE enum rc keys_meet(struct keys *keys, struct err *err);

/* One that runs already, for telling it to lock and unlock; nothing else. RC_ABSENT: none. */
MUST_USE enum rc keys_reach(const char *dir, struct keys **out, struct err *err);
MUST_USE enum rc keys_lock(struct keys *keys, struct err *err);
MUST_USE enum rc keys_unlock(struct keys *keys, struct str passphrase, struct err *err);

/* Do they lie in a process of their own? All below is for such keys, and harmless for others. */
bool keys_are_apart(const struct keys *keys);
bool keys_are_lost(struct keys *keys);
bool keys_are_locked(struct keys *keys);
/* Records were opened that no leaf names yet: ask for them and log them. */
bool keys_owe(struct keys *keys);
/* Leaves are missing before those that were presented last. */
bool keys_are_behind(struct keys *keys);
/*
 * From here on no other process renews a bucket's key, until whoever calls this lets it (by the
 * end of a transaction that holds the log's head); something was asked since that began. What
 * others may have changed before is forgotten, so that keys_is_current asks once a bucket. After
 * the first time it is asked in such spans alone.
 */
void keys_know_anew(struct keys *keys);
/* A question without another effect than that what is above is of now. */
MUST_USE enum rc keys_look(struct keys *keys, struct err *err);

struct keys_health {
	uint64_t opened, owed, size, refused;
	bool locked, withheld;
};
MUST_USE enum rc keys_health(struct keys *keys, struct keys_health *out, struct err *err);

/*
 * Leaves of the log from first on, durable in the database: n of them in the form of keywire.h,
 * one after the other. Nobody waits for it.
 */
#define KEYS_PRESENT_MAX ((size_t)1 << 20) /* bytes a call, or one leaf */
void keys_present(struct keys *keys, uint64_t first, uint32_t n, struct str leaves);
/* Size of the log as the process knows it, after all that was presented. */
MUST_USE enum rc keys_log_size(struct keys *keys, uint64_t *size, struct err *err);
/* Has it ever seen a log? */
bool keys_know_log(const struct keys *keys);
/* RC_INTEGRITY: the log the process knows is another one, or a longer one. */
MUST_USE enum rc keys_log_confirm(struct keys *keys, uint64_t size, const struct hash *root,
				  struct str origin, struct err *err);
/*
 * Take the log as it is, whatever was known; only before anything else is asked of a process
 * just started. frontier: as in merkle.h.
 */
MUST_USE enum rc keys_log_accept(struct keys *keys, uint64_t size, const struct hash *frontier,
				 size_t n, struct str origin, struct err *err);

/* Opened, and named by no leaf for some seconds. */
struct keys_owed {
	struct id actor, record;
	int64_t time_ms;
};
#define KEYS_OWED_MAX 1000
/* The first of them, by time; at most KEYS_OWED_MAX into out. */
MUST_USE enum rc keys_owed(struct keys *keys, struct keys_owed *out, size_t *n, struct err *err);

/* For the key process itself: what it gives the node. */
void keys_mac_secrets(struct keys *keys, unsigned char index[32], unsigned char log_mac[32]);

#endif
