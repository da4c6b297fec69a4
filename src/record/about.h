#ifndef RECORD_ABOUT_H
#define RECORD_ABOUT_H

#include "record/record.h"

/*
 * about: all that the node holds about one person, for the answer to their own request (LED
 * art. 14, GDPR art. 15). The right reaches records of every purpose, so types that are not
 * open for PURPOSE_SUBJECT_RIGHTS are gathered too; roles, unit, guard and handling decide as
 * ever about each row. Masked fields stay closed. One leaf, AUDIT_EXPORT, names all records.
 */
struct about {
	VEC(struct record *) items;
	/*
	 * Units that hold more, which this actor may not know of: they answer for their part. Not
	 * for what is said of the actor: that is absent here too, and for the overseer to answer.
	 */
	VEC(struct id) ask_units;
	/* That do not open, and may be about the person by what the index says: left out. Of those
	 * that this actor may know of. */
	size_t damaged;
};
#define ABOUT_MAX 5000

/*
 * persons: records of the person; what refers to them, and to a survivor's record of theirs, is
 * gathered with them. RC_CONFLICT: over ABOUT_MAX. The access must be for the person's rights.
 */
MUST_USE enum rc record_about(struct door *d, const struct id *persons, size_t n, struct about *out,
			      struct err *err);

#endif
