#ifndef SEAL_ERASED_H
#define SEAL_ERASED_H

#include "base/rc.h"
#include "base/str.h"

struct arena;
struct keys;

/*
 * erased: a small file beside the key file that remembers what was erased, so that a backup
 * made before does not bring it back: MACs under the index key, which say nothing without the
 * key file. Grows by 40 bytes an erased record, or by 40 for a whole bucket. Form:
 *
 *	17 "liaison erased 1\n", then entries: u64 (big-endian) ms of the erasing, 32 MAC
 *
 * There is one a folder, as there is one key file and one log (keys.state knows no other).
 * Several processes of a node add to it, one at a time by its lock. An entry that a crash cut
 * short counts as not written: the erasing that wanted it is done again.
 */
enum erased_kind { ERASED_RECORD, ERASED_BUCKET };

/* Add those that are not there yet; durable when RC_OK. values: ids' 16 bytes, buckets' names. */
MUST_USE enum rc erased_add(const char *path, struct keys *keys, int64_t at_ms,
			    enum erased_kind kind, const struct str *values, size_t n,
			    struct err *err);

struct erased_list {
	struct keys *keys;
	const unsigned char *macs; /* sorted, 32 bytes each */
	size_t n;
	int64_t last_ms; /* of the newest entry; 0: none */
};
/* In the arena. A file that is not there holds nothing. RC_INTEGRITY: it is another file. */
MUST_USE enum rc erased_load(struct arena *a, const char *path, struct keys *keys,
			     struct erased_list *out, struct err *err);
bool erased_has(const struct erased_list *list, enum erased_kind kind, struct str value);

#endif
