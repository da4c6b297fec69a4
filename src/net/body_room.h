#ifndef NET_BODY_ROOM_H
#define NET_BODY_ROOM_H

#include <pthread.h>

#include "base/base.h"
#include "net/cidr.h"
#include "net/listen.h"

/*
 * body_room: what the bodies of all requests may take in memory, so that nobody takes it all.
 * Those of up to BODY_SMALL_BYTES (sign-ins, nearly all records) have room of their own, of
 * which every connection there may be gets its part. The larger share the rest: one client has
 * share_max of it, those who have not shown that the node knows them half of it, and clients of
 * the Unix socket as much again, which nobody from outside takes from them. Any thread. Inside
 * net only.
 */
#define BODY_SMALL_BYTES ((size_t)64 << 10)

/* Whose body it is. All zero: not known yet, good for a small one. */
struct body_owner {
	unsigned char
	    client[CLIENT_BYTES]; /* a user of the Unix socket, or as address_client says */
	bool local;		  /* of the Unix socket */
	bool known;		  /* who asks has shown a credential that was good lately */
};
void body_owner_local(struct body_owner *o, int64_t uid);
/* Those whose address cannot be read count as one. */
void body_owner_remote(struct body_owner *o, struct str address, bool known);

struct body_share;
struct body_room {
	pthread_mutex_t lock;
	size_t small_max, large_max, share_max; /* bytes */
	size_t small, large, strangers, local;	/* taken; strangers is a part of large */
	struct body_share *shares;		/* clients with a large body now */
};

void body_room_open(struct body_room *r, size_t small_max, size_t large_max, size_t share_max);
void body_room_close(struct body_room *r);
/* Whether a body that has `from` bytes may have `to` (more), as things stand; takes nothing. */
bool body_room_has(struct body_room *r, const struct body_owner *o, size_t from, size_t to);
/* The same, and takes them: a small body that grows large gives its small room back. */
bool body_room_take(struct body_room *r, const struct body_owner *o, size_t from, size_t to);
/* All that a body has. */
void body_room_give(struct body_room *r, const struct body_owner *o, size_t bytes);

#endif
