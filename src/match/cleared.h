#ifndef MATCH_CLEARED_H
#define MATCH_CLEARED_H

#include "record/door.h"

/*
 * cleared: whom people decided not to be the listed one. A decision about a person of ours and a
 * listing (an alert decided "not the same", a rejected match) holds for a set time, for people and
 * what is known of them change; one about a document and a listing holds for good (rights.md,
 * Cases, "false hit at a border"). Nobody is cleared by a name: the next one who bears it may be
 * the listed one. Who decided is in the decision's record, for those who may read that.
 */
struct cleared {
	bool holds;
	bool was;	    /* one was decided, and its time is over */
	int64_t at_ms;	    /* of the decision */
	int64_t until_ms;   /* 0: it does not end */
	struct id decision; /* an alert or match */
};

/*
 * days: how long it holds. Looked up as a gate does it: no leaf tells of it. Of several the newest.
 */
MUST_USE enum rc cleared_person(struct door *d, struct id person, struct id listing, int64_t days,
				struct cleared *out, struct err *err);
/* document: as text/ident.h has it; empty: none. Alerts of events (match/stream) alone. */
MUST_USE enum rc cleared_document(struct door *d, struct str document, struct id listing,
				  struct cleared *out, struct err *err);

/* The setting that says how long, and what it is unless set. */
#define CLEARED_SETTING "cleared_pair_days"
#define CLEARED_DAYS "365"

#endif
