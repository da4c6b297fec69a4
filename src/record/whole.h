#ifndef RECORD_WHOLE_H
#define RECORD_WHOLE_H

#include "record/record.h"

/*
 * whole: a node's records as they are, all versions with their plain columns, for moving a
 * node. For administrators who give a reason; RC_DENIED to all others. The caller logs it.
 */
struct record_version {
	struct id id;
	const struct record_type *type;
	int64_t type_version, version;
	struct id unit;
	struct id owner; /* zero: nobody of those given to record_whole_next */
	int64_t guard, tlp;
	bool judicial_ok, onward_ok;
	struct str state;
	int64_t flags, due_ms, created_ms, updated_ms;
	struct str bucket; /* retention class and month of its birth */
	bool erased;	   /* fields is NULL; only the last version is told */
	bool last;	   /* of its record's versions; set by record_whole_read alone */
	json_t *fields;	   /* the door holds it; of record_whole_read: the caller's reference */
};
struct record_versions {
	struct record_version *at;
	size_t n, cap;
	bool damaged; /* one of them does not open: n is 0, since an import takes no gap */
};

/*
 * All versions of the record that follows *after in order of id, oldest first; *after becomes
 * it. owners: users among whom the owner of a keyed row is looked for. RC_ABSENT: no more.
 */
MUST_USE enum rc record_whole_next(struct door *d, const struct id *owners, size_t owner_count,
				   struct id *after, struct record_versions *out, struct err *err);

/*
 * A line of an export of everything, as somebody gave it: nothing in it is believed. It has the
 * members that the export writes, of their kinds and within their ranges (times 2000 to 9999,
 * versions to 2^31 - 1, known flags alone, the bucket that its type and birth give it); fields
 * that the model's check passes, or the flag that it is erased and none. A version of an older
 * type may miss what the type requires today. before: the line before it, NULL at the first;
 * ids go up, and a record's versions from 1 on without a gap, to its last. RC_INVALID: err->key
 * names the member; RC_CONFLICT: this model does not know its type, or not yet this version of
 * it. Texts are borrowed from the line; out->fields is a new reference, the caller's, on RC_OK.
 */
MUST_USE enum rc record_whole_read(struct arena *a, const struct model *m, json_t *line,
				   const struct record_version *before, struct record_version *out,
				   struct err *err);

/*
 * Write a version back under its own id, times and state, sealed anew, with a leaf of its own.
 * v is one that record_whole_read gave; its record's references are indexed with the last.
 * RC_CONFLICT: this version, or another record of this id, is there already.
 */
MUST_USE enum rc record_whole_restore(struct door *d, const struct record_version *v,
				      struct err *err);

/*
 * How many versions were written through people's doors since leaf *from, a restored one among
 * them; *from becomes the log's end. What the node did by itself is not counted. In a changing
 * door: it sees the leaves of its own transaction too.
 */
MUST_USE enum rc record_whole_changes(struct door *d, int64_t *from, int64_t *n, struct err *err);

/* RC_CONFLICT unless the node holds nothing but what `node init` makes. */
MUST_USE enum rc record_whole_check_empty(struct door *d, struct err *err);

#endif
