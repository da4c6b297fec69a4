#ifndef SERVE_ROUTE_H
#define SERVE_ROUTE_H

#include "net/pair.h"
#include "serve/feature.h"

/*
 * The routes of all features as a tree of their segments, made once: each request looks its own
 * up. In the arena, not changed afterwards, and for all threads. Not more than 8 {name}s a path.
 */
struct route_table *route_table_new(struct arena *a, const struct feature *const *features);

/*
 * The route of a method and path. Of several that fit, the one with the fewest {name}s, and of
 * these the one that stands first; segments, where they are wanted (not NULL), go to *segments,
 * in the arena. *path_known: some route has this path, be it with another method.
 */
const struct route *route_find(const struct route_table *t, struct arena *a, struct str method,
			       struct str path, struct pairs *segments, bool *path_known);

#endif
