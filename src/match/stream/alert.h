#ifndef MATCH_STREAM_ALERT_H
#define MATCH_STREAM_ALERT_H

#include "base/buf.h"
#include "base/map.h"
#include "match/engine.h"
#include "match/stream/event.h"
#include "match/stream/rule.h"

/*
 * alert: what an event gives: who in it may stand in a list, which rules hold, and the lines that
 * say so. Pure but for the worker's scratch memory; any number of threads with a worker each.
 */
#define ALERT_HITS_MAX 5 /* of one party */
#define ALERT_CLEARED_MAX 11

/* Somebody in the event beside an entry of the list. */
struct alert_hit {
	size_t party; /* of the event */
	struct screen_hit hit;
};
struct alert_hits {
	struct alert_hit *at;
	size_t n, cap;
	double best;  /* score of the first; 0: nobody */
	bool unnamed; /* a name in it says nothing (match/screening/said.h) */
};

struct alert_list {
	const struct screen_index *index; /* NULL: there is none */
	double min_score;
	const struct map *cleared; /* alert_cleared_key() of what people decided; or NULL */
};

/* What the screener asks about one party; views into it. */
struct screen_query alert_query(const struct event_party *party);

/*
 * Who of the event stands in the list, from the score on that a listing or a rule asks for. What
 * was decided to be somebody else does not come up again with the same document.
 */
void alert_screen(struct arena *a, struct screen_worker *w, const struct alert_list *list,
		  const struct rules *rules, const struct event *e, struct alert_hits *out);

/* The key of a cleared pair: document and listing. Empty: there is no document. */
struct str alert_cleared_key(struct arena *a, struct str document, struct str listing);

/*
 * Append the lines of an event, each an alert: one for each listing that somebody may be (the
 * likeliest party), one for each rule that holds and runs. *hit[i] is set for rule i. Returns how
 * many lines.
 */
size_t alert_lines(struct arena *a, struct screen_worker *w, const struct alert_list *list,
		   const struct rules *rules, const struct event *e, const struct alert_hits *hits,
		   long line, int64_t now_ms, bool *hit, struct buf *out);

#endif
