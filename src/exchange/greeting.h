#ifndef EXCHANGE_GREETING_H
#define EXCHANGE_GREETING_H

#include "exchange/hello.h"
#include "exchange/peer.h"

/* greeting: saying and hearing a hello (hello.h), in a door. */
struct greeting {
	struct hello hello;
	int64_t protocol;	  /* that both speak */
	struct str_list features; /* that both have */
	unsigned changes;	  /* bits of descriptor_changes: what it says anew */
};

/* To a peer that may talk; the answer where challenge is that of its question. */
MUST_USE enum rc greeting_say(struct door *d, const struct peer *p,
			      const unsigned char challenge[HELLO_CHALLENGE_BYTES],
			      struct str *text, struct err *err);
/* What it said, on a connection that its pinned TLS key opened. challenge NULL: it asks. As
 * hello_parse, hello_check and hello_protocol. */
MUST_USE enum rc greeting_hear(struct door *d, const struct peer *p, struct str text,
			       const unsigned char *challenge, struct greeting *out,
			       struct err *err);
/*
 * In a changing door, logged: what it says anew is taken (peer_renew), and another root, place or
 * name blocks it; p is as it stands then. RC_CONFLICT: what it says is older, or revoked.
 */
MUST_USE enum rc greeting_take(struct door *d, struct peer *p, const struct greeting *g,
			       struct err *err);

#endif
