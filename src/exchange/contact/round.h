#ifndef EXCHANGE_CONTACT_ROUND_H
#define EXCHANGE_CONTACT_ROUND_H

#include "base/rc.h"

/*
 * round: a running node says hello to its peers by itself: to each once an hour, and to all as soon
 * as it says something new of itself. Whoever is not reached is tried again after 5 s, and
 * after twice as long each time, up to an hour, a half more or less by chance, so that a node that
 * comes back is not called by all at once.
 */
struct serve;

#define ROUND_HOUR_MS INT64_C(3600000)

/* A timer's run_outside (serve/timer.h). A peer that is not reached is no failure of it. */
MUST_USE enum rc contact_round(struct serve *s, struct err *err);
/* How long to wait after so many failures in a row; chance: any number. */
int64_t contact_wait_ms(unsigned failures, uint32_t chance);

#endif
