#ifndef OVERSEE_RETENTION_HOLD_END_H
#define OVERSEE_RETENTION_HOLD_END_H

#include "serve/serve.h"

/*
 * hold_end: the node lifts the holds whose day has passed, each in a change of its own, and mends
 * what holds make of what they name. One that fails (a body that does not open, a state that
 * forbids it) stays as it is, so that it keeps its records, and stops none of the others: *failed
 * counts these. a: for as long as it runs.
 */
MUST_USE enum rc holds_end(struct serve *s, struct arena *a, int64_t *failed, struct err *err);

#endif
