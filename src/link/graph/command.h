#ifndef LINK_GRAPH_COMMAND_H
#define LINK_GRAPH_COMMAND_H

#include "serve/feature.h"

/* graph: files of who is tied to whom, asked without a node (`liaison link graph`). */
extern const struct feature graph_feature;

#endif
