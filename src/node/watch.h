#ifndef NODE_WATCH_H
#define NODE_WATCH_H

#include <stdint.h>

struct serve;

/*
 * watch: what a node that serves looks at by itself, on the thread that waits for its end: a few
 * times a second, so each look is short.
 */
struct watch {
	int64_t since_ms; /* monotonic: when it began to serve */
	int64_t looked_ms;
	int64_t retention_day;
};

/* What fails is logged and tried again later. */
void watch_tick(struct watch *w, struct serve *s);

#endif
