#ifndef EXCHANGE_PEER_INSIDE_H
#define EXCHANGE_PEER_INSIDE_H

#include "exchange/peer.h"
#include "store/db.h"

/* peer_inside: what peer.c (reading) and peer_change.c share. */
struct str peer_aad(struct door *d, struct id id);
/* Over the whole row. */
struct str peer_mac(struct door *d, const struct peer *p);
bool peer_key_eq(const unsigned char a[SIGN_PUBLIC_BYTES],
		 const unsigned char b[SIGN_PUBLIC_BYTES]);
/* Was its root, identity or TLS key revoked? */
enum rc peer_is_revoked(struct door *d, const struct descriptor *x, bool *is, struct err *err);
/* A pair's secret: bucket, wrapped key and body stand in the columns from at on. */
enum rc peer_secret_open(struct door *d, const struct sql *sql, const struct bind *binds, size_t n,
			 int at, struct str aad, unsigned char out[PAIR_SECRET_BYTES],
			 struct err *err);

#endif
