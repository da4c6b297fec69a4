#ifndef EXCHANGE_CONTACT_LISTENER_H
#define EXCHANGE_CONTACT_LISTENER_H

#include "base/rc.h"

/*
 * listener: where pinned peers reach this node, at an address and port of its own (settings
 * peer_address, peer_port): mutual TLS 1.3. Who is let into the handshake stands in memory, is
 * looked up anew every few seconds, and is looked up again for each request, in its transaction.
 * Whoever is not let in any more is cut. Of several processes of a node the first one listens.
 */
struct serve;
struct peer_listener;

/* RC_INVALID: the settings; RC_UNAVAILABLE: the address is taken. Without a peer_address, or an
 * identity yet, nothing listens. */
MUST_USE enum rc peer_listener_open(struct serve *s, struct peer_listener **out, struct err *err);
/* For whoever keeps the node running, a few times a second: looks every PEERS_LOOK_MS. What fails
 * is told in the node's messages, and lets nobody in. */
#define PEERS_LOOK_MS 5000
void peer_listener_tick(struct peer_listener *l);
/* 0: it does not listen. */
uint16_t peer_listener_port(const struct peer_listener *l);
/* NULL does nothing. */
void peer_listener_close(struct peer_listener *l);

#endif
