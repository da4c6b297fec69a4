#ifndef PROTECT_CATEGORY_CATEGORY_H
#define PROTECT_CATEGORY_CATEGORY_H

#include "serve/feature.h"

/*
 * category: rules 5 and 6. Who has a part in something is categorised before it is used;
 * nobody ever marked VICTIM, PRESUMED or UNDETERMINED is listed before a review outside the
 * case team, and marking somebody so suspends their listings in the same transaction.
 */
extern const struct feature category_feature;

#endif
