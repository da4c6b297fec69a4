#ifndef LINK_INCIDENTS_INCIDENTS_H
#define LINK_INCIDENTS_INCIDENTS_H

#include "serve/feature.h"

/* incidents: files of incidents into proposals of cases, without a node (run.h). */
extern const struct feature incidents_feature;

#endif
