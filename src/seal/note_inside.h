#ifndef SEAL_NOTE_INSIDE_H
#define SEAL_NOTE_INSIDE_H

#include "seal/note.h"

/* What notes and cosignatures share; in this folder only. Types of c2sp.org/signed-note. */
#define NOTE_TYPE_ED25519 1
#define NOTE_TYPE_COSIGNATURE 4

MUST_USE enum rc note_key_make_as(struct str name, const unsigned char public[SIGN_PUBLIC_BYTES],
				  unsigned char type, struct note_key *out, struct err *err);
MUST_USE enum rc note_key_parse_as(struct arena *a, struct str vkey, unsigned char type,
				   struct note_key *out, struct err *err);
struct str note_key_format_as(struct arena *a, const struct note_key *key, unsigned char type);

#endif
