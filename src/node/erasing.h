#ifndef NODE_ERASING_H
#define NODE_ERASING_H

#include "serve/feature.h"

/* erasing: the job that finishes an early erasing (record/erase.h). */
extern const struct feature erasing_feature;

#endif
