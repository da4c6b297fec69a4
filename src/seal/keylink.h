#ifndef SEAL_KEYLINK_H
#define SEAL_KEYLINK_H

#include <stdbool.h>

#include "base/rc.h"
#include "base/str.h"

/*
 * keylink: a node's end of the line to its key process; inside seal/ only. Threads that ask at
 * the same time are sent together: whoever finds the line free takes what all others brought,
 * in one write, and reads all replies; so a request costs a round trip shared by many.
 */
struct keylink;

/* The socket becomes the link's. */
struct keylink *keylink_new(int fd);
/* NULL does nothing. */
void keylink_free(struct keylink *l);

/*
 * On whichever thread has the line, once for each reply, in order; the body is borrowed and is
 * wiped after. rc: as the key process said, RC_UNAVAILABLE when it is gone.
 */
typedef void keylink_reply_fn(void *ctx, unsigned n, enum rc rc, struct str body,
			      const struct err *err);

/* Send so many whole requests and wait until every one is answered. */
void keylink_call(struct keylink *l, struct str requests, unsigned n, keylink_reply_fn *fn,
		  void *ctx);
/* One request, in two parts, whose reply nobody waits for; it is copied. What the reply says of
 * flags is noted. */
void keylink_post(struct keylink *l, struct str head, struct str rest);

/* The flags of the reply read last (enum keywire_flag). */
unsigned keylink_flags(struct keylink *l);
/* The process is gone, or did not speak properly; nothing is answered any more. */
bool keylink_is_lost(struct keylink *l);

#endif
