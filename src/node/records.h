#ifndef NODE_RECORDS_H
#define NODE_RECORDS_H

#include "serve/feature.h"

/* records: the generic routes to records of every type. */
extern const struct feature records_feature;

#endif
