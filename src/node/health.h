#ifndef NODE_HEALTH_H
#define NODE_HEALTH_H

#include "serve/feature.h"

/*
 * health: what a load balancer, a supervisor and whoever runs the node may know of its state:
 * GET /healthz says ok or degraded to anybody and nothing else; GET /metrics has counts in
 * Prometheus' text form, none of which tells of a row.
 */
extern const struct feature health_feature;

#endif
