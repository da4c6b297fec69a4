#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/str.h"

/*
 * blob: big bytes in files of a folder next to the database, under random names that say
 * nothing. The bytes come here already sealed (seal/stream.h); nothing here opens them.
 * A blob is written once, whole, and never changed. A blob_writer belongs to one thread;
 * many writers and readers may use the same folder at once.
 */
#define BLOB_NAME 32	   /* lower-case hexadecimal digits */
#define BLOB_HASH_BYTES 32 /* SHA-256 of the sealed bytes */

struct blob_name {
	char z[BLOB_NAME + 1];
};

struct blob_writer;

/* Begin a new blob in dir, which is made (mode 0700) when it is not there.
 * RC_UNAVAILABLE: the disk. bytes_max: more than that is RC_TOO_LARGE in blob_add. */
MUST_USE enum rc blob_new(const char *dir, uint64_t bytes_max, struct blob_writer **out,
			  struct err *err);
/* The next bytes. After a failure only blob_discard is left to do. */
MUST_USE enum rc blob_add(struct blob_writer *w, struct str sealed, struct err *err);
/*
 * Make it durable under its name (file, then folder), and end the writer, whatever comes
 * back. Call it before the row that names the blob commits; a row that then fails leaves a
 * blob nobody names, for the caller to remove, or for blob_sweep where it cannot.
 */
MUST_USE enum rc blob_keep(struct blob_writer *w, struct blob_name *name,
			   unsigned char hash[BLOB_HASH_BYTES], uint64_t *bytes, struct err *err);
/* End a writer and leave no trace. NULL does nothing. */
void blob_discard(struct blob_writer *w);

/* A file descriptor for reading, the caller's to close, and the size. RC_ABSENT: none.
 * RC_INVALID: not a blob's name. */
MUST_USE enum rc blob_open_read(const char *dir, struct str name, int *fd, uint64_t *bytes,
				struct err *err);
/* Durably gone from the folder; one that is not there is fine. Only once it is durable that no
 * row names it: a row without its file is a loss, a file without a row is swept. */
MUST_USE enum rc blob_remove(const char *dir, struct str name, struct err *err);
/*
 * Remove what a crash left and was last written at least older_s seconds ago: unfinished files,
 * and blobs of which is_named says that no row names them (NULL: all blobs stay). 0, whatever
 * its age, is for whoever has the node's lock alone: others may be about to name theirs.
 * *removed may be NULL. A folder that is not there holds nothing.
 */
typedef bool blob_named_fn(void *ctx, struct str name);
MUST_USE enum rc blob_sweep(const char *dir, int64_t older_s, blob_named_fn *is_named, void *ctx,
			    size_t *removed, struct err *err);

#endif
