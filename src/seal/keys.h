#ifndef SEAL_KEYS_H
#define SEAL_KEYS_H

#include "base/buf.h"
#include "base/rc.h"
#include "base/str.h"
#include "seal/envelope.h"

/*
 * keys: the node's secrets, in a small file of their own that never stands in the database,
 * its log, replicas or backups: bucket keys (retention class x month) that wrap data keys,
 * the blind-index key, the log's HMAC keys by month, the log's Ed25519 key. Guarded by an
 * Argon2id passphrase or by file mode 0600 alone. Replaced whole (temporary file, fsync,
 * rename) at each change. All functions may be called from any thread.
 */
struct keys;

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
/* Does a passphrase guard the file? Without one, a passphrase given was not needed. */
bool keys_are_guarded(struct keys *keys);
/* Wipes. NULL does nothing. */
void keys_close(struct keys *keys);
MUST_USE enum rc keys_change_passphrase(struct keys *keys, struct str passphrase, struct err *err);

/* "protection/2026-11": the bucket of a retention class at a time. */
struct str keys_bucket(struct arena *a, struct str retention_class, int64_t ms);
/* Make the bucket's key durable if it is new, then wrap: WRAPPED_KEY_BYTES appended to out. */
MUST_USE enum rc keys_wrap(struct keys *keys, struct str bucket, struct str aad,
			   const unsigned char data_key[DATA_KEY_BYTES], struct buf *out,
			   struct err *err);
/* Was it wrapped under the key that the bucket has now? What was not must be wrapped again
 * before it is kept: the older key may be gone any moment. */
bool keys_is_current(struct keys *keys, struct str bucket, struct str wrapped);
/* RC_ABSENT: the bucket's key was destroyed. RC_INTEGRITY: not this wrapping, or one under a
 * key that never was. */
MUST_USE enum rc keys_unwrap(struct keys *keys, struct str bucket, struct str aad,
			     struct str wrapped, unsigned char data_key[DATA_KEY_BYTES],
			     struct err *err);
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
void keys_log_sign(struct keys *keys, struct str message, unsigned char out[SIGNATURE_BYTES]);
void keys_log_public(struct keys *keys, unsigned char out[PUBLIC_KEY_BYTES]);

#endif
