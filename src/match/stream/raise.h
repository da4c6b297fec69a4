#ifndef MATCH_STREAM_RAISE_H
#define MATCH_STREAM_RAISE_H

#include "match/listed.h"
#include "match/stream/event.h"
#include "match/stream/standing.h"
#include "serve/serve.h"

/*
 * raise: the records of alerts that an event gives, made by the node in one transaction with the
 * note that they were made: an event and a listing raise one alert, whatever is sent again. What
 * people decided to be two (alert_false) does not come up again with the same document and listing.
 * An event and a rule raise one alert likewise, if the rule may still run in that transaction.
 */
enum raised_as {
	RAISED_NEW,
	RAISED_KNOWN,	/* by an earlier sending of this event */
	RAISED_CLEARED, /* decided to be somebody else, with this document */
	RAISED_NOT	/* the listing counts no longer, or the rule may not run */
};

struct raised {
	/* given */
	long line;
	const struct event *event;
	const struct event_party *party; /* with the hit */
	struct listed_hit hit;
	const struct standing_rule *rule; /* NULL: the list by itself */
	bool has_hit;			  /* else the rule asked for no listing */
	/* what came of it */
	enum raised_as as;
	struct id alert;
	bool known; /* the asker may know of the alert */
};

struct raising {
	const struct actor *actor; /* who sent the events: alerts are of their unit */
	const struct access *access;
	struct raised *at;
	size_t n;
	const struct standing_rules *rules; /* their events are counted */
	enum purpose purpose;
};

/* serve_write_fn: a changing door of the node's own. ctx: struct raising. */
MUST_USE enum rc raise_alerts(struct door *d, void *ctx, struct err *err);

/* Reaction: somebody decided that an alert was false. */
MUST_USE enum rc raise_cleared(struct door *d, const struct record *alert, struct err *err);

#endif
