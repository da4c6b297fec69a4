#ifndef NODE_FEATURES_H
#define NODE_FEATURES_H

#include "serve/feature.h"

/* All features of the node; ends with NULL. */
extern const struct feature *const liaison_features[];

#endif
