#ifndef NODE_DEMO_H
#define NODE_DEMO_H

#include "serve/feature.h"

/* demo: liaison demo run: the main job on invented data, by the commands a person would type. */
extern const struct feature demo_feature;

#endif
