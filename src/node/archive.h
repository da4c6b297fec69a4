#ifndef NODE_ARCHIVE_H
#define NODE_ARCHIVE_H

#include <jansson.h>

#include "seal/stream.h"

struct arena;

/*
 * archive: the files of a backup, one after the other, inside a seal. Form, big-endian:
 *
 *	17 "liaison backup 1\n", then entries: u16 n, n bytes name, u64 m, m bytes
 *
 * The last is "manifest.json": {"about":{...}, "files":[{"bytes":..,"name":..,"sha256":..}]} of
 * all before it, in order. Names are those that a node's folder has: liaison.yaml, node.db,
 * blobs/ and 32 hex digits. Never a key file.
 */
struct archive_writer;
struct archive_writer *archive_writer_new(struct arena *a, struct stream_sink sink);
MUST_USE enum rc archive_begin(struct archive_writer *w, struct err *err);
MUST_USE enum rc archive_add(struct archive_writer *w, struct str name, struct str bytes,
			     struct err *err);
/* So many bytes of a file from its beginning. RC_CONFLICT: it has fewer by now. */
MUST_USE enum rc archive_add_file(struct archive_writer *w, struct str name, int fd, uint64_t bytes,
				  struct err *err);
/* The manifest; about is taken over. */
MUST_USE enum rc archive_end(struct archive_writer *w, json_t *about, struct err *err);

/* What a reader does with each file; whole only once archive_read_end said RC_OK. */
struct archive_handler {
	enum rc (*begin)(void *ctx, struct str name, uint64_t bytes, struct err *err);
	enum rc (*bytes)(void *ctx, struct str bytes, struct err *err);
	enum rc (*end)(void *ctx, struct err *err);
	void *ctx;
};
struct archive_reader;
struct archive_reader *archive_reader_new(struct arena *a, const struct archive_handler *handler);
/* Plain bytes in pieces of any length. RC_INTEGRITY: no archive. */
MUST_USE enum rc archive_read(struct archive_reader *r, struct str bytes, struct err *err);
/* RC_INTEGRITY: cut short, or a file is not what the manifest says. *manifest lives in the
 * reader, until archive_reader_free. */
MUST_USE enum rc archive_read_end(struct archive_reader *r, json_t **manifest, struct err *err);
/* NULL does nothing. */
void archive_reader_free(struct archive_reader *r);

#endif
