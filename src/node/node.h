#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "serve/feature.h"

/* node: settings of the node itself; liaison node init, serve, status, settings, routes. */
extern const struct feature node_feature;
/* Rows of the floors below, for their migrations. */
extern const struct feature audit_log_feature, record_store_feature, serve_feature;

#endif
