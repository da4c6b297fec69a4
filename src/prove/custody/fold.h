#ifndef PROVE_CUSTODY_FOLD_H
#define PROVE_CUSTODY_FOLD_H

#include <stdbool.h>

#include "base/id.h"
#include "base/str.h"

/*
 * fold: an exhibit's chain of custody as a pure function over its links (rule 11; ISO/IEC
 * 27037). A link is what one signed custody event says.
 */
struct custody_link {
	struct id id, from, to;	 /* zero: nobody of this node */
	struct str outside;	 /* the other party, when they have no account */
	int64_t at_ms, until_ms; /* until 0: a moment */
	bool explains;		 /* it explains a gap that came before it */
	struct str sha256;	 /* or empty */
};

enum custody_fault {
	CUSTODY_WHOLE,
	CUSTODY_EMPTY,	/* no event at all */
	CUSTODY_HOLDER, /* who gives it is not who had it */
	CUSTODY_TIME,	/* it begins before the one before ended */
	CUSTODY_HASH,	/* another hash than before; no explanation mends that */
};

struct custody_state {
	enum custody_fault fault; /* the first that no later event explains */
	size_t at;		  /* the link at which it shows */
	struct id holder;	  /* after the last; zero: somebody outside, or unknown */
	int64_t gaps_explained;
};

/* Sorted by time, then id, in place. */
void custody_sort(struct custody_link *links, size_t n);
struct custody_state custody_fold(const struct custody_link *links, size_t n);
const char *custody_fault_text(enum custody_fault fault);

#endif
