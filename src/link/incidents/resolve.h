#ifndef LINK_INCIDENTS_RESOLVE_H
#define LINK_INCIDENTS_RESOLVE_H

#include "link/incidents/table.h"

/*
 * resolve: spellings to values. A national number is the whole one that ends with it; a masked
 * text is each that it covers; a rare spelling one edit from a more frequent one is that; a name's
 * rare word one letter from a far more frequent one is that, run-together names are parted, and
 * "F. Ionescu" is each F. Ionescu there is. What stays ambiguous stays so: the form may be several
 * values, and only their sum is evidence.
 * Helpers, told or guessed by their shape (many times as many incidents as others of their
 * kind, spread over all of the time), are values of no evidence.
 */
#define FORM_MAY_MAX 48
void incident_resolve(struct incident_table *t);

#endif
