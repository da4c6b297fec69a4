#ifndef LINK_INCIDENTS_FACILITATOR_H
#define LINK_INCIDENTS_FACILITATOR_H

#include "link/incidents/cases.h"

/*
 * facilitator: identifiers that several cases use so much more than others do that they tie them
 * together: phones, plates, accounts and documents, no names (others have them) and no places. What
 * is spread over all incidents alike - a hotel, a bank - ties nothing. Helpers never come in. bits:
 * how much likelier the use by the second case, the third ... is than by chance at the rate of all
 * other incidents. A lead, never evidence.
 */
struct facilitator {
	uint32_t value;
	uint32_t cases; /* that use it beyond chance */
	double bits;
};
struct facilitators {
	struct facilitator *at;
	size_t n, cap;
};

/* The strongest first; those of no bits are left out. */
void facilitators_find(struct arena *a, const struct cases *c, struct facilitators *out);

#endif
