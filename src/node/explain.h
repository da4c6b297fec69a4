#ifndef NODE_EXPLAIN_H
#define NODE_EXPLAIN_H

#include "serve/feature.h"

/* explain: why somebody may do with a record what they may; and the lifting of a guard. */
extern const struct feature explain_feature;
extern const struct api explain_api;

#endif
