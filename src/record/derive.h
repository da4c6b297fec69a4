#ifndef RECORD_DERIVE_H
#define RECORD_DERIVE_H

#include "record/row.h"

/*
 * derive: what a record takes over from what it says, and from the records it is made of. It is
 * never handled more openly than its sources (fields marked `derived`), nor guarded less, also
 * when a source is tightened later; and a type marked `guard_minors` guards whoever is or may be
 * under 18 (rights, rules 1 and 4). Tightening only: nothing here ever loosens.
 */
struct derived {
	struct handling handling;
	enum guard guard;
	/* Sources stored in this transaction, which need not be opened; NULL: none. */
	const struct record_batch *batch;
};

/* Under 18 at now_ms? A month or year alone counts by the latest day it may mean. */
bool born_under_18(struct str birth_date, int64_t now_ms);

/* The guard that the fields themselves ask for, GUARD_NONE or GUARD_MINOR. */
enum guard derive_guard(const struct record_type *type, json_t *fields, int64_t now_ms);

/* Is it made of other records at all? */
bool derive_has_sources(const struct record_type *type, json_t *fields);

/* *d as it is, met with what fields and sources ask for. A source that is gone asks nothing. */
MUST_USE enum rc derive_meet(struct door *d, const struct record_type *type, json_t *fields,
			     struct derived *out, struct err *err);

/*
 * How much one change may pass on: all of it stands in the change's own transaction, so that
 * nothing is left more open than its source for a moment, and everybody's changes wait meanwhile.
 * What is over that is refused whole, with what to do: what is made of it is tightened first, in
 * parts, for what is as strict already is only looked at.
 */
#define PASSED_LOOKED_MAX 8000 /* about eight values share an index token */
#define PASSED_CHANGED_MAX 1000
struct passing {
	size_t looked, changed;
};

/*
 * Everything made of this record is as strict as it is now, and what is made of that in turn.
 * RC_CONFLICT: more than the above.
 */
MUST_USE enum rc derive_pass_on(struct door *d, const struct record_row *row,
				struct handling handling, struct err *err);

/* At least so strict, by the node; nothing happens to what is as strict already. */
MUST_USE enum rc record_tighten(struct door *d, struct id id, struct handling handling,
				enum guard guard, struct err *err);

#endif
