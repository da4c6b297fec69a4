#ifndef SEAL_KEYFILE_H
#define SEAL_KEYFILE_H

#include "base/rc.h"
#include "base/str.h"
#include "seal/envelope.h"
#include "seal/hash.h"
#include "seal/sign.h"

/*
 * keyfile: the bytes of the key file and their way to disk; keys.c alone uses it. Form,
 * integers big-endian:
 *
 *	16 "liaison keys v1\n"
 *	u8 guard (0 file mode alone, 1 Argon2id), u64 operations, u64 memory bytes, 16 salt
 *	24 nonce, u32 n, n bytes ring (XChaCha20-Poly1305; all before it is bound as AAD)
 *	32 SHA-256 of all before
 *
 * The ring: u16 1, 32 log seed, 32 index key, 32 log MAC key, u32 count, then count slots in
 * order: u8 n, n bytes bucket, u32 generation, u8 live, 32 key when live.
 * The last hash tells damage (RC_INTEGRITY) from a wrong passphrase (RC_DENIED); it is no
 * secret. Without a passphrase the ring is sealed under a key that anyone can derive.
 */
#define KEYFILE_BYTES_MAX (16u << 20)
#define KEYFILE_SALT_BYTES 16
#define KEYFILE_NONCE_BYTES 24
#define BUCKET_NAME_MAX 55

struct keyfile_guard {
	bool passphrase;
	uint64_t operations, memory_bytes;
	unsigned char salt[KEYFILE_SALT_BYTES];
};

/* Borrows from the bytes parsed. */
struct keyfile {
	struct keyfile_guard guard;
	struct str bound, nonce, sealed;
	struct hash checksum;
};

/* One key of one bucket. A destroyed bucket keeps its name and generation, and no key. */
struct key_slot {
	char bucket[BUCKET_NAME_MAX + 1];
	uint32_t generation;
	bool live;
	unsigned char key[DATA_KEY_BYTES];
};

/* All of it lies in secret memory. Slots: by bucket, then generation, rising. */
struct key_ring {
	unsigned char log_seed[SIGN_SEED_BYTES];
	unsigned char index_key[32], log_mac_key[32];
	struct key_slot *slots;
	size_t n;
};

/* RC_INTEGRITY: damaged, cut short, or another file. */
MUST_USE enum rc keyfile_parse(struct str bytes, struct keyfile *out, struct err *err);
/* Slots are the caller's, from secret_new; end them with secret_free. RC_INTEGRITY. */
MUST_USE enum rc key_ring_parse(struct str plain, struct key_ring *out, struct err *err);
/* How often it was changed: a newer ring's is greater. */
uint64_t key_ring_age(const struct key_ring *ring);
/* In secret memory; the caller's. */
unsigned char *key_ring_format(const struct key_ring *ring, size_t *n);

void keyfile_guard_new(struct keyfile_guard *guard, bool passphrase);
/* Argon2id, or the open derivation. RC_UNAVAILABLE: not enough memory. */
MUST_USE enum rc keyfile_guard_key(const struct keyfile_guard *guard, struct str passphrase,
				   unsigned char key[32], struct err *err);
/* The whole file; in the arena, since all of it is sealed. */
struct str keyfile_seal(struct arena *a, const struct keyfile_guard *guard,
			const unsigned char key[32], const struct key_ring *ring,
			struct hash *checksum);
/* RC_DENIED: not this key. */
MUST_USE enum rc keyfile_open(const struct keyfile *file, const unsigned char key[32],
			      struct key_ring *out, struct err *err);

/* RC_ABSENT, RC_INVALID: others may read it, or it is no ordinary file of that size. */
MUST_USE enum rc keyfile_load(struct arena *a, const char *path, struct str *out, struct err *err);
/*
 * Durable and whole when RC_OK. was NULL: there must be no file yet (RC_CONFLICT); else the
 * file there must end with that checksum, so that no other process's change is lost.
 */
MUST_USE enum rc keyfile_store(const char *path, struct str bytes, const struct hash *was,
			       struct err *err);

#endif
