#ifndef MATCH_STREAM_ROUTE_H
#define MATCH_STREAM_ROUTE_H

#include "serve/feature.h"

/*
 * route: POST /api/v1/match/stream (events in, alerts out), the event stream of alerts, and why one
 * was raised. The first line is told that a second check is needed, and nothing else.
 */
extern const struct feature stream_route_feature;
extern const struct api stream_route_api;

#endif
