#ifndef SEAL_COSIGN_H
#define SEAL_COSIGN_H

#include "seal/note.h"

/*
 * cosign: a witness's word that a checkpoint extends all that it saw of a log before
 * (c2sp.org/tlog-cosignature, Ed25519: signature type 0x04). The signature is over
 * "cosignature/v1\ntime T\n" and the checkpoint's text; T stands in front of it.
 */
#define COSIGN_SIGNATURE_BYTES (8 + SIGN_BYTES)

/*
 * A witness's verifier key, "name+id+base64(0x04 || public)"; vkey is borrowed. RC_INVALID:
 * malformed, or a key of another type (a log's own key signs, it does not witness).
 */
MUST_USE enum rc cosign_key_parse(struct arena *a, struct str vkey, struct note_key *out,
				  struct err *err);
struct str cosign_key_format(struct arena *a, const struct note_key *key);
/* RC_INVALID: the name, as with note_key_make. */
MUST_USE enum rc cosign_key_make(struct str name, const unsigned char public[SIGN_PUBLIC_BYTES],
				 struct note_key *out, struct err *err);

/*
 * Does the witness's signature stand under this note, and hold? *seconds: when it was made,
 * since 1970. RC_ABSENT: it has not signed. RC_INTEGRITY: its signature does not hold.
 */
MUST_USE enum rc cosign_verify(const struct note *note, const struct note_key *witness,
			       int64_t *seconds, struct err *err);
/* Appends the signature line. For who witnesses, and for tests. */
void cosign_add(struct buf *out, const struct note_key *witness,
		const unsigned char secret[SIGN_SECRET_BYTES], struct str text, int64_t seconds);

#endif
