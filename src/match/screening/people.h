#ifndef MATCH_SCREENING_PEOPLE_H
#define MATCH_SCREENING_PEOPLE_H

#include "serve/feature.h"

/*
 * people: the suspects among the node's own people, screened against its own watch lists.
 * Whoever was ever a victim, presumed or undetermined in any involvement is not asked about
 * (rights.md, rule 5). A hit is an alert for a person to look at, with its explanation.
 */
extern const struct feature match_people_feature;
extern const struct api match_people_api;

#endif
