#ifndef SEAL_RECOVERY_H
#define SEAL_RECOVERY_H

#include "base/rc.h"
#include "base/str.h"

struct arena;
struct buf;

/*
 * recovery: a key pair (X25519) whose public half the node keeps, to seal what has to be opened
 * when all else is lost: a lost passphrase, a backup. The secret is on no machine: it is split
 * into two halves on paper, each alone as good as nothing (XOR with random bytes).
 */
#define RECOVERY_KEY_BYTES 32
#define RECOVERY_SEALED_EXTRA 48 /* what sealing adds (crypto_box_seal) */

struct recovery_public {
	unsigned char b[RECOVERY_KEY_BYTES];
};

/* A new pair, as its public key and two halves: "LH1-A-XXXXX-...", 16 groups of capitals and
 * digits that read alike to nobody (Crockford's base 32), with a check sum. In the arena: wipe. */
void recovery_make(struct arena *a, struct recovery_public *public, struct str halves[2]);
/* The name by which people know it: 16 hex digits of SHA-256 of the public key. */
struct str recovery_name(struct arena *a, const struct recovery_public *public);

/* Append the bytes sealed for whoever has both halves. */
void recovery_seal(const struct recovery_public *public, struct str plain, struct buf *out);
/*
 * Put the halves together (in any order, with or without dashes). RC_INVALID: one is mistyped, or
 * they are of two keys, or twice the same.
 */
MUST_USE enum rc recovery_join(struct str one, struct str other,
			       unsigned char secret[RECOVERY_KEY_BYTES], struct err *err);
/* The public key of a secret put together. */
void recovery_public_of(const unsigned char secret[RECOVERY_KEY_BYTES],
			struct recovery_public *out);
/* RC_DENIED: sealed for another key, or damaged. In the arena: wipe. */
MUST_USE enum rc recovery_open(const unsigned char secret[RECOVERY_KEY_BYTES], struct str sealed,
			       struct arena *a, struct str *plain, struct err *err);

/* "liaison recovery key 1 HEX" and back. RC_INVALID. */
struct str recovery_public_format(struct arena *a, const struct recovery_public *public);
MUST_USE enum rc recovery_public_parse(struct str text, struct recovery_public *out,
				       struct err *err);

#endif
