#ifndef PROTECT_CATEGORY_PEOPLE_H
#define PROTECT_CATEGORY_PEOPLE_H

#include "record/look.h"

/* people: whom a record is about, and what was ever recorded of their part in things. */

/* Whom the record itself acts on or names: not the victims of a charge. Each once. */
MUST_USE enum rc people_named(struct door *d, const struct record *r, struct ids *out,
			      struct err *err);
/* These, and everybody with a part in its incidents and cases. *all: false when there are more
 * than are looked at (look_holders_some). */
MUST_USE enum rc people_involved(struct door *d, const struct record *r, struct ids *out, bool *all,
				 struct err *err);

/*
 * A person's history, folded over all versions of all their involvements and more. Of whom there
 * are more than are looked at is marked and not cleared: nobody's flood of records keeps a mark
 * away.
 */
struct person_history {
	struct id unit;	  /* of their record; zero: it is gone */
	bool categorised; /* has an involvement with category, and fact or assessment */
	bool accused;	  /* stands as SUSPECT or CONVICTED somewhere now */
	bool marked; /* is or was VICTIM, PRESUMED or UNDETERMINED, or is helped as a survivor */
	int64_t marked_ms; /* when last so marked */
	bool cleared;	   /* a non-punishment review closed after that */
};
MUST_USE enum rc person_history(struct door *d, struct id person, struct person_history *out,
				struct err *err);

#endif
