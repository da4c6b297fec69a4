#ifndef SEAL_KEYS_H
#define SEAL_KEYS_H

#include "base/buf.h"
#include "base/id.h"
#include "base/rc.h"
#include "base/str.h"
#include "seal/envelope.h"

/*
 * keys: the node's secrets, in a small file of their own that never stands in the database,
 * its log, replicas or backups: bucket keys (retention class x month) that wrap data keys,
 * the blind-index key, the log's HMAC keys by month, the log's Ed25519 key. Guarded by an
 * Argon2id passphrase or by file mode 0600 alone. Replaced whole (temporary file, fsync,
 * rename) at each change. All functions may be called from any thread.
 *
 * Opened by keys_open they lie in this process: for tools, tests and the key process itself.
 * Opened by keys_connect (keys_process.h) bucket keys and signing key lie in the key process,
 * and only the index key and the log's MAC keys here, which give away equality alone.
 */
struct keys;

/* What an unwrapping serves; the key process holds it against the leaves that follow. */
enum key_use_kind {
	KEY_USE_PAPERS, /* the node's own: users, jobs, imports, details of the log; no record */
	KEY_USE_RECORD, /* one record, asked for by itself */
	KEY_USE_LIST,	/* one of many: a page, a search, what a change has to look at */
	KEY_USE_RUN,	/* a run over all records, which a leaf has announced */
};
struct key_use {
	enum key_use_kind kind;
	struct id actor; /* who stands in the leaf; zero: the node itself */
	int64_t time_ms; /* of the leaf, for its month */
	struct str word; /* of a run: the type of the leaf that announced it; at most 40 bytes */
};

#define MAC_BYTES 32
#define WRAPPED_KEY_BYTES (1 + 24 + DATA_KEY_BYTES + 16)
#define SIGNATURE_BYTES 64
#define PUBLIC_KEY_BYTES 32

/* passphrase empty: guarded by the file's mode alone. RC_CONFLICT: the file is there already. */
MUST_USE enum rc keys_create(const char *path, struct str passphrase, struct err *err);
/* RC_DENIED: wrong passphrase. RC_INVALID: others may read the file, or it is no plain file.
 * RC_INTEGRITY: damaged. */
MUST_USE enum rc keys_open(const char *path, struct str passphrase, struct keys **out,
			   struct err *err);
/* Three shares of what the passphrase opens; keys_open takes two of them, a line each, in the
 * passphrase's place. They die with the passphrase. Of keys opened in this process. RC_CONFLICT:
 * no passphrase guards the file. */
struct shares;
MUST_USE enum rc keys_shares(struct keys *keys, struct shares *out, struct err *err);
/* Does a passphrase guard the file? Without one, a passphrase given was not needed. */
bool keys_are_guarded(struct keys *keys);
/* Wipes. NULL does nothing. */
void keys_close(struct keys *keys);
MUST_USE enum rc keys_change_passphrase(struct keys *keys, struct str passphrase, struct err *err);

/* Can buckets be named by this class? 1 to 47 bytes of printable ASCII without / \ and ". */
bool keys_class_is_good(struct str retention_class);
/* "protection/2026-11": the bucket of a retention class at a time. */
struct str keys_bucket(struct arena *a, struct str retention_class, int64_t ms);
/* Make the bucket's key durable if it is new, then wrap: WRAPPED_KEY_BYTES appended to out. */
MUST_USE enum rc keys_wrap(struct keys *keys, struct str bucket, struct str aad,
			   const unsigned char data_key[DATA_KEY_BYTES], struct buf *out,
			   struct err *err);
/* Many with one question: the first failure of any is that of all, and nothing is to be used. */
struct key_wrap {
	struct str bucket, aad;
	unsigned char data_key[DATA_KEY_BYTES]; /* the caller's to wipe */
	unsigned char wrapped[WRAPPED_KEY_BYTES];
};
#define KEY_WRAPS_MAX 512 /* a question takes no more; a call may */
MUST_USE enum rc keys_wrap_many(struct keys *keys, struct key_wrap *wraps, size_t n,
				struct err *err);
/* Was it wrapped under the key that the bucket has now? What was not must be wrapped again
 * before it is kept: the older key may be gone any moment. */
bool keys_is_current(struct keys *keys, struct str bucket, struct str wrapped);
/*
 * use NULL: the node's papers. RC_ABSENT: the bucket's key was destroyed. RC_INTEGRITY: not this
 * wrapping, or one under a key that never was. Of the key process: RC_BUSY, one person opens
 * more in a minute than the node allows; RC_UNAVAILABLE, it is locked, gone, or withholds keys
 * because records were opened that the log does not name; RC_DENIED, not for this use.
 */
MUST_USE enum rc keys_unwrap(struct keys *keys, const struct key_use *use, struct str bucket,
			     struct str aad, struct str wrapped,
			     unsigned char data_key[DATA_KEY_BYTES], struct err *err);
/* Many at one go, each with its own outcome; wipe the keys after. */
struct key_open {
	const struct key_use *use; /* NULL: that of the call */
	struct str bucket, aad, wrapped;
	unsigned char data_key[DATA_KEY_BYTES];
	enum rc rc;
	struct err *err; /* may be NULL */
};
#define KEY_OPENS_MAX 512
void keys_unwrap_many(struct keys *keys, const struct key_use *use, struct key_open *opens,
		      size_t n);
/* How many questions wrapping and unwrapping were, however much was in each: of keys in a
 * process of their own, each costs a round trip. */
uint64_t keys_questions(const struct keys *keys);
/* Wrapped again under the key the bucket has now; the data key is seen by nobody. */
MUST_USE enum rc keys_rewrap(struct keys *keys, struct str bucket, struct str aad,
			     struct str wrapped, struct buf *out, struct err *err);
/*
 * Early erasing: a new key takes the bucket's name, with the generation counted up; the old
 * one stays readable for unwrapping until keys_bucket_drop_old, so that the caller re-wraps
 * what stays in between.
 */
MUST_USE enum rc keys_bucket_renew(struct keys *keys, struct str bucket, struct err *err);
MUST_USE enum rc keys_bucket_drop_old(struct keys *keys, struct str bucket, struct err *err);
/* Scheduled erasing: the bucket's key in every generation is gone. */
MUST_USE enum rc keys_bucket_destroy(struct keys *keys, struct str bucket, struct err *err);

/* HMAC-SHA-256 under the index key: domain || 0 || value. */
void keys_index_mac(struct keys *keys, struct str domain, struct str value,
		    unsigned char out[MAC_BYTES]);
/* HMAC-SHA-256 under the log's key of the month of ms (derived, so asking never writes). */
void keys_log_mac(struct keys *keys, int64_t ms, struct str domain, struct str value,
		  unsigned char out[MAC_BYTES]);
/* The key process signs checkpoints of the log as it was told of it alone (RC_DENIED). */
MUST_USE enum rc keys_log_sign(struct keys *keys, struct str message,
			       unsigned char out[SIGNATURE_BYTES], struct err *err);
void keys_log_public(struct keys *keys, unsigned char out[PUBLIC_KEY_BYTES]);

/* Has it a key now? Of keys that lie here. */
bool keys_has_bucket(struct keys *keys, struct str bucket);
/*
 * Grows with each change of the ring (a key made, renewed, dropped or destroyed), so that an older
 * copy of the key file is known by a smaller one. Of keys that lie here.
 */
uint64_t keys_age(struct keys *keys);

#endif
