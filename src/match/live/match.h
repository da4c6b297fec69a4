#ifndef MATCH_LIVE_MATCH_H
#define MATCH_LIVE_MATCH_H

#include "serve/feature.h"

/*
 * match: one person asked about against the node's own lists (POST /api/v1/match), its figures, and
 * what keeps a witness out of them.
 */
extern const struct feature match_live_feature;
extern const struct api match_live_api;

#endif
