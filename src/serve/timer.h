#ifndef SERVE_TIMER_H
#define SERVE_TIMER_H

#include "serve/serve.h"

/*
 * timer: what a running node does by itself now and then: the rows `timers` of the features, on
 * one thread, through the writer with a door of the node's own, or (run_outside) beside it. A row
 * that fails is told in the node's own messages and runs again when its time comes.
 */
struct timer_runner;

/* Intervals are those of the settings at this moment. */
MUST_USE enum rc timer_runner_open(struct serve *s, struct timer_runner **out, struct err *err);
/* Ends after the row that is running. NULL does nothing. */
void timer_runner_close(struct timer_runner *r);

#endif
