#ifndef PROTECT_CONSENT_CONCERNED_H
#define PROTECT_CONSENT_CONCERNED_H

#include "record/look.h"

/* concerned: the person whom a record of protection is for, under all their records here. */
struct concerned {
	struct ids ids;	      /* survivor and person records of one person */
	bool may_be_minor;    /* under 18, or reasons to believe so are recorded (rule 4) */
	struct look_list own; /* the records themselves */
};

/* No ids: the record names nobody. */
MUST_USE enum rc concerned_of(struct door *d, const struct record *r, struct concerned *out,
			      struct err *err);

#endif
