#ifndef NODE_IMPORT_REFRESH_H
#define NODE_IMPORT_REFRESH_H

#include "node/import_inside.h"

/*
 * import_refresh: a newer release of a watch list goes into the list that is here. An entry is
 * known again by the number that its publisher gave it, and one without a number by all it
 * says: one that says the same is left alone, one that says something else gets a new version,
 * and what the release no longer has is counted and told, for delisting is a person's
 * decision. So is listing anew: an entry that is delisted here stays so.
 */
struct refresh;

/*
 * Read what the list holds, as the node, whatever the job's user may see of it: nothing but
 * counts and ids comes of it. *out NULL: the list is empty.
 */
MUST_USE enum rc refresh_open(struct import *im, const struct record_type *listing, struct id list,
			      struct refresh **out, struct err *err);

/* An entry of the release, checked and canonical. *known: it is here, and is dealt with. */
MUST_USE enum rc refresh_take(struct refresh *r, struct arena *a, json_t *fields, bool *known,
			      struct err *err);
/* The same for an entry that this job dealt with before it was cut off. */
void refresh_pass(struct refresh *r, struct arena *a, json_t *fields);

/* The release is read to its end: add to the result what became of the list. */
void refresh_result(const struct refresh *r, int64_t added, json_t *result);

#endif
