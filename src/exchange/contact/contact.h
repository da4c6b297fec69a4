#ifndef EXCHANGE_CONTACT_CONTACT_H
#define EXCHANGE_CONTACT_CONTACT_H

#include "net/certificate.h"
#include "serve/feature.h"

/* contact: nodes talk to each other: the listener for peers, and the call of one. */
extern const struct feature contact_feature;

struct door_node;
struct peer;

/* What this node shows in a handshake, either side of it: its TLS key as it is now. Wipe it with
 * contact_certificate_done. RC_ABSENT: it takes no part in exchange yet. */
MUST_USE enum rc contact_certificate(struct arena *a, const struct door_node *node,
				     struct certificate *out, struct err *err);
void contact_certificate_done(struct certificate *c);

/* The one thing that can be asked of a listener for peers yet. */
#define CONTACT_HELLO "/peer/1/hello"

/*
 * Send a hello to the first of the peer's endpoints that is reached, and bring its answer, which
 * is not believed yet. The server there has the peer's pinned TLS key, or is told nothing.
 * RC_UNAVAILABLE: not reached; RC_CONFLICT: it refused, or its name leads to addresses near by.
 */
MUST_USE enum rc contact_ask(struct arena *a, const struct door_node *node, const struct peer *p,
			     struct str hello, struct str *answer, struct err *err);

#endif
