#ifndef MATCH_LINKAGE_DUPLICATES_H
#define MATCH_LINKAGE_DUPLICATES_H

#include "serve/feature.h"

/*
 * duplicates: people and organisations of the node that may stand in it twice, proposed as `match`
 * records for a person to confirm or reject (rule 9). Nothing is merged: both records stay as
 * they are, and what was confirmed is undone by one move. Whoever was ever a victim, presumed or
 * undetermined is in no proposal (rule 5).
 */
extern const struct feature duplicates_feature;
extern const struct api duplicates_api;

#endif
