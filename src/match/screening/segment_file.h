#ifndef MATCH_SCREENING_SEGMENT_FILE_H
#define MATCH_SCREENING_SEGMENT_FILE_H

#include "match/screening/segment.h"

/*
 * segment_file: a segment of a public list in a file, mapped read-only. Never of the node's own
 * records: those stay in memory. Nothing of a file is used before all of it was checked: the
 * hashes of its head and of each part (SHA-256, against damage, not against forgers), every place
 * and number in it. So a file that comes from an enemy can give wrong names, but not lead outside
 * of it. It must not be written to while it is mapped: replace it by rename, as segment_save does.
 */

/* The file's first bytes are those of a segment, damaged or not. */
bool segment_is_file(const char *path);

/* Written beside, made durable, then renamed into place. RC_UNAVAILABLE: it cannot be written. */
MUST_USE enum rc segment_save(const struct segment *s, const char *path, struct err *err);

/*
 * End with segment_free. RC_ABSENT: it cannot be opened. RC_INVALID: another version, made by
 * another normaliser, cut off or damaged; the text says which, and that the index is to be made
 * again.
 */
MUST_USE enum rc segment_load(const char *path, struct segment *out, struct err *err);

/*
 * The same of bytes in memory, which must outlive *out; name: for err; normaliser: ours. They
 * begin at a multiple of SEGMENT_ALIGN.
 */
MUST_USE enum rc segment_read(const void *memory, size_t bytes, const char *name,
			      uint32_t normaliser, struct segment *out, struct err *err);

/*
 * Make the hashes right for what is there, as a forger would; for tests. False: parts are not
 * where they may be.
 */
MUST_USE bool segment_sign(void *memory, size_t bytes);

/*
 * What this program makes of a few names in many scripts, as a number: a file made by a program
 * that cuts or spells names otherwise would be searched in vain.
 */
MUST_USE enum rc segment_normaliser(uint32_t *out, struct err *err);

#endif
