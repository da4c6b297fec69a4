#ifndef OVERSEE_RETENTION_RETENTION_H
#define OVERSEE_RETENTION_RETENTION_H

#include "serve/feature.h"

/* retention: how long records are kept, what holds them, and their erasing (rights, rule 12). */
extern const struct feature retention_feature;

struct serve;

/*
 * Called by `node serve` now and then: once a day, some minutes after start, adds the job that
 * looks at what is kept (setting retention_propose). *last_day: the caller's, 0 at first.
 */
MUST_USE enum rc retention_tick(struct serve *s, int64_t up_ms, int64_t *last_day, struct err *err);

#endif
