#ifndef AUDIT_KEEPER_INSIDE_H
#define AUDIT_KEEPER_INSIDE_H

#include "audit/keeper.h"
#include "audit/keeper_log.h"
#include "base/buf.h"
#include "seal/keywire.h"

/*
 * The inside of struct keeper (keeper.h): what it holds (keeper_state.c), and its answers to each
 * message of seal/keywire.h: keys (keeper_open.c), leaves of the log (keeper_leaf.c), the rest
 * (keeper_answer.c). An answer's body goes into said; RC_INVALID: a message in no proper form.
 */

/* The body of a reply; what is longer goes to the arena, and is a list of what is owed at most. */
#define SAID_BYTES ((size_t)16 << 10)

/* Leaves that came before those they follow: of several processes that commit in turn. */
#define EARLY_MAX 32
#define EARLY_BYTES_MAX ((size_t)4 << 20)

struct early {
	uint64_t first, n;
	size_t bytes;
	char *leaves; /* NULL: free */
};

struct keeper {
	struct keeper_options options;
	const char *key_path, *state_path;
	int state_fd;	     /* -1: not taken yet */
	struct arena *arena; /* paths */
	struct keys *keys;   /* NULL: not opened yet, or locked */
	struct keeper_log *log;
	struct ledger *ledger;
	bool is_locked, has_worked;
	uint64_t opened, refused;
	uint64_t behind_of; /* leaves from here on came too early, and were not kept */
	struct early early[EARLY_MAX];
	size_t early_bytes;
	struct arena *scratch;
	struct buf said; /* the body of the reply */
	unsigned char *said_secret;
	bool was_withheld;
	int64_t now;
	int64_t buckets_left, buckets_at; /* may be made; counted from */
};

enum rc keeper_malformed(struct err *err);
/* The age of the key file goes into the log's state; locked, it stays what it was. */
void keeper_note_keys(struct keeper *k);

enum rc keeper_wrap(struct keeper *k, struct keywire_reader *r, struct err *err);
enum rc keeper_unwrap(struct keeper *k, struct keywire_reader *r, struct err *err);
enum rc keeper_rewrap(struct keeper *k, struct keywire_reader *r, struct err *err);
enum rc keeper_current(struct keeper *k, struct keywire_reader *r, struct err *err);
enum rc keeper_bucket(struct keeper *k, struct keywire_reader *r, struct err *err);
/* The keys by which other nodes know this one (seal/keys_exchange.h). */
enum rc keeper_exchange(struct keeper *k, struct keywire_reader *r, struct err *err);
/* As many new buckets at once as may be. */
void keeper_buckets_begin(struct keeper *k);

enum rc keeper_leaves(struct keeper *k, struct keywire_reader *r, struct err *err);
enum rc keeper_sign(struct keeper *k, struct keywire_reader *r, struct err *err);
enum rc keeper_confirm(struct keeper *k, struct keywire_reader *r, struct err *err);
enum rc keeper_accept(struct keeper *k, struct keywire_reader *r, struct err *err);
void keeper_early_free(struct keeper *k);

#endif
