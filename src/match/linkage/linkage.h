#ifndef MATCH_LINKAGE_LINKAGE_H
#define MATCH_LINKAGE_LINKAGE_H

#include "serve/feature.h"

/*
 * linkage: files of people set against each other, or against themselves, without a node
 * (run.h).
 */
extern const struct feature linkage_feature;

#endif
