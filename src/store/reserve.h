#ifndef STORE_RESERVE_H
#define STORE_RESERVE_H

#include <stdint.h>

#include "base/rc.h"

/*
 * reserve: a file that only takes room, so that there is room to give back when the disk is
 * full: for the log of what is read then, and for an orderly end. Called by one thread.
 */

/* Bytes that this account may still write into the folder's file system. RC_UNAVAILABLE. */
MUST_USE enum rc reserve_disk_free(const char *dir, uint64_t *out, struct err *err);
/* Let DIR/reserve take so many bytes, blocks and all; what is there already is kept.
 * RC_UNAVAILABLE: there is not that much room; nothing is left of it then. */
MUST_USE enum rc reserve_make(const char *dir, uint64_t bytes, struct err *err);
/* Give it back; one that is not there is fine. */
MUST_USE enum rc reserve_release(const char *dir, struct err *err);
/* What it holds now; 0: it is given back. */
uint64_t reserve_bytes(const char *dir);

#endif
