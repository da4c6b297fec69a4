#ifndef MATCH_STREAM_RECORD_H
#define MATCH_STREAM_RECORD_H

#include <stdio.h>

#include "base/map.h"
#include "match/stream/rule.h"

/*
 * record: what came of each rule while it ran, the measured side of its proportionality: how many
 * events it looked at, how many it flagged, and what people decided of those.
 */
struct rule_record {
	int64_t screened, hits;	       /* in this run */
	int64_t confirmed, false_hits; /* as decided, of alerts handed back */
	bool expired;		       /* at some time in this run: it did not run then */
};

/* The whole run. */
struct stream_record {
	int64_t events[EVENT_KINDS]; /* screened */
	int64_t skipped;	     /* lines that are no event */
	int64_t partly;		     /* events of which something could not be used */
	int64_t alerts, listing_alerts;
	int64_t undecided_lines; /* of the decisions, that could not be read */
	struct rule_record *rules;
};

/*
 * Alerts as `match stream` wrote them, each with the member "decision" ("confirmed" or "false")
 * that a person gave it: counted by rule, and the pairs of document and listing that were decided
 * to be two people put into cleared. Lines that cannot be read are told on diag and counted.
 */
MUST_USE enum rc record_decisions(struct arena *a, const char *path, const struct rules *rules,
				  struct stream_record *record, struct map *cleared, FILE *diag,
				  struct err *err);

/* For people, or as one line of JSON. */
void record_tell(const struct stream_record *record, const struct rules *rules, bool json,
		 FILE *diag);

#endif
