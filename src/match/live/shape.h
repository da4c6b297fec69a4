#ifndef MATCH_LIVE_SHAPE_H
#define MATCH_LIVE_SHAPE_H

#include "serve/feature.h"

/*
 * shape: the node's own lists in the shapes that clients of others speak, so that they work
 * unchanged: POST /match/{dataset} as yente (OpenSanctions) has it, and /reconcile/{dataset} as the
 * Reconciliation Service API 0.2 (W3C community group; OpenRefine). {dataset} is `default`, or the
 * id of a watch list. For analysts and supervisors alone: these shapes have no word for a second
 * check, and an empty list would say that there is none.
 */
extern const struct feature match_shape_feature;
extern const struct api match_shape_api;

#endif
