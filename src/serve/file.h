#ifndef SERVE_FILE_H
#define SERVE_FILE_H

#include "base/rc.h"
#include "base/str.h"

/* Small files of the node's own folder, whole. */

/* RC_ABSENT: none; RC_TOO_LARGE: over bytes_max. Text lives in the arena. */
MUST_USE enum rc file_read(struct arena *a, const char *path, size_t bytes_max, struct str *out,
			   struct err *err);
/*
 * The same for a file that holds a secret: RC_INVALID when others may read or write it. A pipe
 * is nobody else's.
 */
MUST_USE enum rc file_read_secret(struct arena *a, const char *path, size_t bytes_max,
				  struct str *out, struct err *err);
/* Durable and whole, or not at all: temporary file, fsync, rename, fsync of the folder. */
MUST_USE enum rc file_write(const char *path, struct str text, unsigned mode, struct err *err);
/* The last of that, for a file that was written and synced under another name: its own name,
 * durably. RC_UNAVAILABLE: it has not, or not surely; temporary may be there still. */
MUST_USE enum rc file_name(const char *temporary, const char *path, struct err *err);

/* Is it a file to read from? RC_INVALID: a folder. What else may be wrong, opening it tells. */
MUST_USE enum rc file_check(const char *path, struct err *err);

#endif
