#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/rc.h"

/*
 * listen: the server's sockets and who is at their other end. Inside net only.
 */

/*
 * A listening, non-blocking socket on a numeric address. *port is what it got.
 * RC_INVALID: not an address, or not loopback though loopback_only; RC_UNAVAILABLE: taken.
 */
MUST_USE enum rc listen_tcp(const char *address, uint16_t wanted_port, bool loopback_only, int *fd,
			    uint16_t *port, struct err *err);
/*
 * A listening, non-blocking Unix socket with mode 0600, or 0660 and that group (-1: none). A socket
 * file nobody listens on is replaced. RC_INVALID: path too long, or something else stands there;
 * RC_UNAVAILABLE: somebody listens there, or the folder does not take it.
 */
MUST_USE enum rc listen_unix(const char *path, int64_t group, int *fd, struct err *err);

/* The other end of a connection. */
struct peer {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage storage;
	} at;
	socklen_t at_bytes;
	char text[INET6_ADDRSTRLEN]; /* "" on a Unix socket */
	int64_t uid;		     /* -1 on TCP */
};

/* Take one waiting connection, non-blocking; -1 with errno when there is none. */
int listen_accept(int fd, struct peer *peer);
/* Whether a limit per address counts both as one. */
bool peer_same(const struct peer *a, const struct peer *b);

#endif
