#ifndef SEAL_ENVELOPE_H
#define SEAL_ENVELOPE_H

#include "base/buf.h"
#include "base/rc.h"
#include "base/str.h"

/*
 * envelope: bytes sealed under a data key of their own, bound to what they belong to (aad),
 * and committing to the key: no second key opens the same bytes. XChaCha20-Poly1305; the
 * cipher key and the commitment are both derived from the data key (BLAKE2b).
 * Form: version byte, 24 bytes nonce, 32 bytes commitment, ciphertext with tag.
 */
#define DATA_KEY_BYTES 32
#define KEY_COMMITMENT_BYTES 32
#define ENVELOPE_NONCE_BYTES 24
#define ENVELOPE_OVERHEAD (1 + 24 + 32 + 16)

void data_key_new(unsigned char key[DATA_KEY_BYTES]);
void data_key_commitment(const unsigned char key[DATA_KEY_BYTES],
			 unsigned char out[KEY_COMMITMENT_BYTES]);
void data_key_wipe(unsigned char key[DATA_KEY_BYTES]);

void envelope_seal(const unsigned char key[DATA_KEY_BYTES], struct str aad, struct str plain,
		   struct buf *out);
/* RC_INTEGRITY: not these bytes, not this key, or not this place. Appends to out, whose arena
 * overwrites what it holds from then on (arena_wipes). */
MUST_USE enum rc envelope_open(const unsigned char key[DATA_KEY_BYTES], struct str aad,
			       struct str sealed, struct buf *out, struct err *err);

/*
 * The same with what is derived from the data key kept, for many small seals under one key.
 * Holds key material: data_key_wipe's duty is here envelope_key_wipe's.
 */
struct envelope_key {
	unsigned char cipher[32];
	unsigned char commitment[KEY_COMMITMENT_BYTES];
	unsigned char nonce[ENVELOPE_NONCE_BYTES]; /* of the last seal that counts */
	bool counts;
};

void envelope_key_make(const unsigned char key[DATA_KEY_BYTES], struct envelope_key *out);
void envelope_key_wipe(struct envelope_key *key);
void envelope_seal_with(const struct envelope_key *key, struct str aad, struct str plain,
			struct buf *out);
/*
 * The same, its nonce one more than the one before; the first is random. For a key that was made
 * for what is sealed in one go and then wiped: one that is kept takes a random nonce each time,
 * since a machine that is copied while it runs would count on from the same number twice.
 */
void envelope_seal_next(struct envelope_key *key, struct str aad, struct str plain,
			struct buf *out);
MUST_USE enum rc envelope_open_with(const struct envelope_key *key, struct str aad,
				    struct str sealed, struct buf *out, struct err *err);

#endif
