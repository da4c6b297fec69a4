#ifndef SEAL_KEYS_INSIDE_H
#define SEAL_KEYS_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "seal/keyfile.h"
#include "seal/keylink.h"
#include "seal/keys.h"
#include "seal/share.h"

/* keys_inside: what struct keys holds; for the files of seal/ alone. */
#define MONTHS_KEPT 32
#define NONCE_BYTES 24

/* The keys that are used all the time, prepared; in secret memory with the ring. */
struct prepared {
	struct key_ring ring;
	unsigned char file_key[32];
	unsigned char log_secret[SIGN_SECRET_BYTES];
	struct hmac_key index, log_months;
	struct month_key {
		int64_t month;
		bool is_set;
		struct hmac_key key;
	} months[MONTHS_KEPT];
};

/* The end of a bucket's generation that the key process told last. */
struct known_bucket {
	char bucket[BUCKET_NAME_MAX + 1];
	unsigned char generation;
};
#define BUCKETS_KNOWN 64

struct keys {
	char *path;
	struct prepared *p; /* of a key process: index and log MAC keys alone */
	unsigned char log_public[PUBLIC_KEY_BYTES];
	struct keyfile_guard guard;
	struct hash checksum;	      /* of the file as we last read or wrote it */
	struct stat seen;	      /* likewise; zeros: not looked at */
	pthread_rwlock_t lock;	      /* ring, file key, guard, checksum */
	pthread_rwlock_t months_lock; /* months[] */

	/* Of a key process; NULL: the keys lie here. */
	struct keylink *link;
	pid_t child; /* ours to wait for; 0: somebody else started it */
	bool knows_log;
	pthread_mutex_t known_lock;
	struct known_bucket known[BUCKETS_KNOWN];
	size_t known_n;
	uint64_t known_epoch; /* counts what may have changed them */
	bool known_anew;      /* keys_know_anew is called, so it holds with others there too */

	_Atomic uint64_t questions;
};

/* An empty one, with its locks. */
struct keys *keys_new(void);
/* From the ring's index and log MAC keys. */
void keys_prepare_macs(struct keys *keys);

/* keys.c: make a ring durable under the file key given; the caller holds the lock for writing. */
enum rc keys_store_ring(struct keys *keys, const struct keyfile_guard *guard,
			const unsigned char file_key[32], const struct key_ring *ring,
			struct err *err);
/* Read in what another process put into the file. The caller holds the lock for writing; true: the
 * ring is another one now. keys_refresh takes the lock, and reads only a file that changed. */
bool keys_reload(struct keys *keys);
void keys_refresh(struct keys *keys);

/* keys_bucket.c: the slots of a bucket are [*from, returned); the last is the current one. */
size_t key_slots_find(const struct key_ring *ring, struct str bucket, size_t *from);
/* NULL: there is none, or it was destroyed. */
const struct key_slot *key_slot_current(const struct key_ring *ring, struct str bucket);
/*
 * Make a new list of slots for the bucket durable in the place of the old: [keep_from, keep_to) of
 * the ring, then the added one, unless NULL. The caller holds the lock for writing.
 */
enum rc keys_change_slots(struct keys *keys, struct str bucket, size_t keep_from, size_t keep_to,
			  const struct key_slot *added, struct err *err);
/* A key of the next generation, whatever stands there; the caller holds the lock. */
enum rc keys_add_generation(struct keys *keys, struct str bucket, struct err *err);
/* Months since the year 0 of a time in ms since 1970; month is 1 to 12. */
int64_t keys_month(int64_t ms, int *year, int *month);

/* The same as their namesakes in keys.h, by the key process. */
enum rc keys_remote_wrap(struct keys *keys, struct str bucket, struct str aad,
			 const unsigned char data_key[DATA_KEY_BYTES], struct buf *out,
			 struct err *err);
enum rc keys_remote_wrap_many(struct keys *keys, struct key_wrap *wraps, size_t n, struct err *err);
bool keys_remote_is_current(struct keys *keys, struct str bucket, struct str wrapped);
void keys_remote_unwrap_many(struct keys *keys, const struct key_use *use, struct key_open *opens,
			     size_t n);
enum rc keys_remote_rewrap(struct keys *keys, struct str bucket, struct str aad, struct str wrapped,
			   struct buf *out, struct err *err);
enum rc keys_remote_bucket(struct keys *keys, int act, struct str bucket, struct err *err);
enum rc keys_remote_sign(struct keys *keys, struct str message, unsigned char out[SIGNATURE_BYTES],
			 struct err *err);
void keys_remote_close(struct keys *keys);

#endif
