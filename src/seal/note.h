#ifndef SEAL_NOTE_H
#define SEAL_NOTE_H

#include "base/buf.h"
#include "base/rc.h"
#include "seal/sign.h"

/*
 * note: text with signatures (c2sp.org/signed-note v1). Ed25519 only (type 0x01); signatures
 * of other types are kept as unknown ones and ignored, as the specification asks.
 */
#define NOTE_BYTES_MAX (1u << 20)
#define NOTE_SIGNATURES_MAX 64

struct note_signature {
	struct str name;
	uint32_t key_id;
	struct str signature; /* without the key id */
};

/* Borrows from the bytes parsed, and the arena. */
struct note {
	struct str text; /* with its last newline */
	struct note_signature *signatures;
	size_t count;
};

/* A verifier key: "name+hex(id)+base64(type || public)". */
struct note_key {
	struct str name; /* borrowed */
	uint32_t id;
	unsigned char public[SIGN_PUBLIC_BYTES];
};

/* RC_INVALID: the name holds a space, a plus or a control character, or is empty. */
MUST_USE enum rc note_key_make(struct str name, const unsigned char public[SIGN_PUBLIC_BYTES],
			       struct note_key *out, struct err *err);
/* RC_INVALID: malformed, not Ed25519, or the id is not the hash of name and key. */
MUST_USE enum rc note_key_parse(struct arena *a, struct str vkey, struct note_key *out,
				struct err *err);
struct str note_key_format(struct arena *a, const struct note_key *key);

/* RC_INVALID with the line. Nothing is verified by parsing. */
MUST_USE enum rc note_parse(struct arena *a, struct str bytes, struct note *out, struct err *err);
/* Text (ending in newline) and the blank line; then one call a signature. */
void note_begin(struct buf *out, struct str text);
void note_add_signature(struct buf *out, const struct note_key *key,
			const unsigned char signature[SIGN_BYTES]);
/* One of any length: a cosignature, or one that was parsed. */
void note_add_signature_line(struct buf *out, const struct note_key *key, struct str signature);
/* RC_INTEGRITY: a known key's signature fails, or none is by a known key. */
MUST_USE enum rc note_verify(const struct note *note, const struct note_key *keys, size_t n,
			     struct err *err);

#endif
