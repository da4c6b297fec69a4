#ifndef NET_EVENTS_H
#define NET_EVENTS_H

#include "base/str.h"

/*
 * events: reads the text of an event stream (WHATWG HTML section 9.2.6) as it comes in pieces
 * of any size. Inside net only. Start from {0}; end with events_done.
 */
struct events {
	struct text {
		char *p;
		size_t n, cap;
	} line, id, event, data;
	bool after_cr, started, has_data;
};

#define EVENT_BYTES_MAX ((size_t)1 << 20)

/* One event; the views hold until the call returns. False stops the reading. */
typedef bool events_on(void *ctx, struct str id, struct str event, struct str data);

enum events_end { EVENTS_GO_ON, EVENTS_STOPPED, EVENTS_TOO_LARGE };

/* EVENTS_TOO_LARGE: a line or an event is over EVENT_BYTES_MAX. */
MUST_USE enum events_end events_feed(struct events *e, struct str bytes, events_on *on, void *ctx);
void events_done(struct events *e);

#endif
