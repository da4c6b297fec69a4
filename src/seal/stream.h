#ifndef SEAL_STREAM_H
#define SEAL_STREAM_H

#include "base/rc.h"
#include "base/str.h"
#include "seal/envelope.h"
#include "seal/hash.h"

/*
 * stream: long bytes sealed in chunks, in flat memory, under a data key to which the stream
 * commits. Form: version byte, 32 bytes commitment, 24 bytes salt, then chunks of 65,536
 * bytes (the last may be shorter or empty) each with its 16 byte tag. The chunk key is derived
 * from data key and salt; the nonce holds chunk number and a last-chunk flag, so chunks cannot
 * be cut off, reordered, repeated or joined (the STREAM construction, eprint 2015/189).
 * What an opener passes on before the end is authentic but may be incomplete: act on it
 * only after stream_open_end says RC_OK.
 */
#define STREAM_CHUNK_BYTES 65536
#define STREAM_HEADER_BYTES (1 + 32 + 24)
#define STREAM_TAG_BYTES 16

struct stream_sink {
	enum rc (*take)(void *ctx, struct str bytes, struct err *err);
	void *ctx;
};

struct stream;

/* Sealing: everything goes to the sink, which sees header and chunks in order. */
struct stream *stream_seal_new(const unsigned char key[DATA_KEY_BYTES], struct str aad,
			       struct stream_sink sink);
/* Opening: bytes in pieces of any length; the sink sees plain bytes. */
struct stream *stream_open_new(const unsigned char key[DATA_KEY_BYTES], struct str aad,
			       struct stream_sink sink);
/* Either way. RC_INTEGRITY when opening; else what the sink says. */
MUST_USE enum rc stream_add(struct stream *s, struct str bytes, struct err *err);
/* The last chunk. */
MUST_USE enum rc stream_end(struct stream *s, struct err *err);
/* SHA-256 of the sealed bytes and how many, after stream_end. */
void stream_sealed(const struct stream *s, struct hash *hash, uint64_t *bytes);
/* Wipes. NULL does nothing. */
void stream_free(struct stream *s);
/* Sealed length of plain bytes. */
uint64_t stream_sealed_bytes(uint64_t plain_bytes);

#endif
