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
	json_t *fields;	   /* the door holds it */
};
struct record_versions {
	struct record_version *at;
	size_t n, cap;
};

/*
 * All versions of the record that follows *after in order of id, oldest first; *after becomes
 * it. owners: users among whom the owner of a keyed row is looked for. RC_ABSENT: no more.
 */
MUST_USE enum rc record_whole_next(struct door *d, const struct id *owners, size_t owner_count,
				   struct id *after, struct record_versions *out, struct err *err);

/*
 * Write a version back under its own id, times and state, sealed anew, with a leaf of its own.
 * Versions of a record come oldest first, one after the other; last: its references are
 * indexed. RC_CONFLICT: this version, or another record of this id, is there already.
 */
MUST_USE enum rc record_whole_restore(struct door *d, const struct record_version *v, bool last,
				      struct err *err);

/* RC_CONFLICT unless the node holds nothing but what `node init` makes. */
MUST_USE enum rc record_whole_check_empty(struct door *d, struct err *err);

#endif
