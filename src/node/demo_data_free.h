#ifndef NODE_DEMO_DATA_FREE_H
#define NODE_DEMO_DATA_FREE_H

#include "base/map.h"
#include "base/rc.h"
#include "node/demo_data_name.h"

struct demo_options;

/*
 * demo_free: sees that no two people of the demo share a full name, and that none is on a
 * list of real names the caller holds (demo_options.taken).
 */
struct demo_free {
	struct arena *arena;
	const struct demo_options *options;
	struct map used;
};

void demo_free_init(struct demo_free *f, struct arena *a, const struct demo_options *options);
/* What a resembling name has in common with the one it resembles. */
enum demo_likeness { DEMO_NEAR_BOTH, DEMO_SAME_FAMILY, DEMO_SAME_GIVEN, DEMO_LIKENESS_COUNT };

/*
 * Draw until the name is free in all scripts, both orders and all the spellings it may be
 * changed into. RC_CONFLICT: none is.
 */
MUST_USE enum rc demo_free_name(struct demo_free *f, struct demo_random *r, struct demo_name *out,
				struct err *err);
/* The same for a name that resembles another. */
MUST_USE enum rc demo_free_near(struct demo_free *f, struct demo_random *r,
				const struct demo_name *like, enum demo_likeness likeness,
				struct demo_name *out, struct err *err);
/* The story's own name, in the scripts it has; it cannot be drawn again. RC_CONFLICT: taken. */
MUST_USE enum rc demo_free_story(struct demo_free *f, const struct demo_name *n, struct err *err);

#endif
