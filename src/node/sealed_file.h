#ifndef NODE_SEALED_FILE_H
#define NODE_SEALED_FILE_H

#include "seal/stream.h"

/*
 * sealed_file: a file that leaves the node sealed under a passphrase: 16 bytes
 * "liaison-export 1", 16 bytes salt, then a stream (seal/stream.h) under the key that Argon2id
 * makes of the passphrase, which stands alone on the first line of a file.
 */
struct sealed_file;
struct arena;
struct recovery_public;

#define SEALED_FILE_HEAD 32

/*
 * The passphrase in a file; whoever is done with it wipes it. RC_USAGE: no path is given;
 * RC_INVALID: others may read the file.
 */
MUST_USE enum rc sealed_file_passphrase(struct arena *a, struct str path, struct str *out,
					struct err *err);
/* RC_INVALID: a passphrase under 12 characters. Sealed bytes go to the sink. */
MUST_USE enum rc sealed_file_new(struct arena *a, struct str passphrase, struct stream_sink sink,
				 struct sealed_file **out, struct err *err);
/* Opening: head is the file's first SEALED_FILE_HEAD bytes; plain bytes go to the sink. */
MUST_USE enum rc sealed_file_open(struct arena *a, struct str passphrase_path, struct str head,
				  struct stream_sink sink, struct sealed_file **out,
				  struct err *err);
bool sealed_file_is(struct str head);
/*
 * The same for a recovery key (seal/recovery.h): 16 bytes "liaison-sealed 2", 80 bytes the key of
 * the stream, sealed, then the stream. head: its first SEALED_FILE_KEY_HEAD bytes.
 */
#define SEALED_FILE_KEY_HEAD 96
MUST_USE enum rc sealed_file_new_for(struct arena *a, const struct recovery_public *public,
				     struct stream_sink sink, struct sealed_file **out,
				     struct err *err);
/* RC_DENIED: sealed for another key. */
MUST_USE enum rc sealed_file_open_for(struct arena *a, const unsigned char secret[32],
				      struct str head, struct stream_sink sink,
				      struct sealed_file **out, struct err *err);
bool sealed_file_is_for_key(struct str head);
/* RC_INTEGRITY: another passphrase, or not the bytes that were sealed. */
MUST_USE enum rc sealed_file_add(struct sealed_file *s, struct str bytes, struct err *err);
MUST_USE enum rc sealed_file_end(struct sealed_file *s, struct err *err);
/* Wipes. NULL does nothing. */
void sealed_file_free(struct sealed_file *s);

#endif
