#ifndef SERVE_ROUTE_H
#define SERVE_ROUTE_H

#include "net/pair.h"
#include "serve/feature.h"

/*
 * The route of a method and path over all features; segments go to *segments, in the arena.
 * *method_known: some route has this path with another method.
 */
const struct route *route_find(struct arena *a, const struct feature *const *features,
			       struct str method, struct str path, struct pairs *segments,
			       bool *path_known);

#endif
