#ifndef SEAL_CHECKPOINT_H
#define SEAL_CHECKPOINT_H

#include "base/buf.h"
#include "base/rc.h"
#include "seal/hash.h"

/*
 * checkpoint: the text of a signed tree head (c2sp.org/tlog-checkpoint): origin, size, root,
 * and extension lines, which we keep and never write.
 */
struct checkpoint {
	struct str origin;
	uint64_t size;
	struct hash root;
	struct str extensions; /* whole lines, or empty */
};

/* text is a note's text. Strict: one form for each checkpoint. RC_INVALID with the line. */
MUST_USE enum rc checkpoint_parse(struct arena *a, struct str text, struct checkpoint *out,
				  struct err *err);
void checkpoint_format(struct buf *out, const struct checkpoint *c);

#endif
