#ifndef LINK_INCIDENTS_EXPLAIN_H
#define LINK_INCIDENTS_EXPLAIN_H

#include "base/buf.h"
#include "link/incidents/cases.h"

/*
 * explain: all cases as one JSON object. Each case with its route, what ties it together (how
 * many of its incidents have it, how many others do, and the base rate), the hubs it shares
 * with others, which count for less, and each of its incidents with what speaks for it and
 * against it in bits. "base_rate": the part of all incidents that stand in any case. Helpers
 * appear nowhere in it.
 */
void cases_explain(struct arena *a, const struct cases *c, struct buf *out);

#endif
