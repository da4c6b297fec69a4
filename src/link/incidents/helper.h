#ifndef LINK_INCIDENTS_HELPER_H
#define LINK_INCIDENTS_HELPER_H

#include "link/incidents/cases.h"

/*
 * helper: identifiers that look like a helper's (a hotline, a shelter, a lawyer, a hospital), which
 * nobody registered: mentioned by far more incidents than others of their kind, and either spread
 * so that no case has much of it, or all that holds its case together. They are taken out of all
 * evidence, as registered ones are. When in doubt a number is a helper's: a missed tie is looked
 * for again, a helper drawn into a case is exposed. Returns how many were found; cases are to be
 * tallied anew.
 */
size_t helpers_guess(struct cases *c);
/* Which forms speak for no helper any more; after value.is_helper was set. */
void helpers_leave(struct incident_table *t);

#endif
