#include "net/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

static bool
address_parse(const char *text, uint16_t port, struct peer *out)
{
	*out = (struct peer){.uid = -1};
	if (inet_pton(AF_INET, text, &out->at.v4.sin_addr) == 1) {
		out->at.v4.sin_family = AF_INET;
		out->at.v4.sin_port = htons(port);
		out->at_bytes = sizeof out->at.v4;
		return true;
	}
	if (inet_pton(AF_INET6, text, &out->at.v6.sin6_addr) == 1) {
		out->at.v6.sin6_family = AF_INET6;
		out->at.v6.sin6_port = htons(port);
		out->at_bytes = sizeof out->at.v6;
		return true;
	}
	return false;
}

static bool
is_loopback(const struct peer *p)
{
	if (p->at.any.sa_family == AF_INET)
		return ntohl(p->at.v4.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&p->at.v6.sin6_addr);
}

static enum rc
bind_failed(int fd, const char *where, struct err *err)
{
	enum rc rc = errno == EADDRINUSE
			 ? fail(err, RC_CONFLICT, "listen",
				"another program listens on %s; stop it, or choose another "
				"(--port, or the setting `port`; 0 takes a free one)",
				where)
			 : fail(err, RC_FAILED, "listen", "cannot listen on %s: %s", where,
				strerrordesc_np(errno));

	if (fd >= 0)
		(void)close(fd);
	return rc;
}

enum rc
listen_tcp(const char *address, uint16_t wanted_port, bool loopback_only, int *out, uint16_t *port,
	   struct err *err)
{
	struct peer p;
	int fd, on = 1;

	if (!address_parse(address, wanted_port, &p))
		return fail(err, RC_INVALID, "listen", "%.64s is not an IP address", address);
	if (loopback_only && !is_loopback(&p))
		return fail(err, RC_INVALID, "listen",
			    "%.64s is not a loopback address: plain HTTP is for this machine only; "
			    "to be reached from others, give a TLS certificate and its key, or put "
			    "a TLS proxy in front",
			    address);
	fd = socket(p.at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
	    (p.at.any.sa_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
	    bind(fd, &p.at.any, p.at_bytes) != 0 || listen(fd, BACKLOG) != 0 ||
	    getsockname(fd, &p.at.any, &p.at_bytes) != 0) {
		char where[96];

		(void)snprintf(where, sizeof where, "%.64s, port %u", address,
			       (unsigned)wanted_port);
		return bind_failed(fd, where, err);
	}
	*port = ntohs(p.at.any.sa_family == AF_INET ? p.at.v4.sin_port : p.at.v6.sin6_port);
	*out = fd;
	return RC_OK;
}

/* Remove the socket of a node that is no more; leave anything else alone. */
static enum rc
clear_stale(const struct sockaddr_un *at, struct err *err)
{
	struct stat st;
	int fd, answered;

	if (lstat(at->sun_path, &st) != 0)
		return RC_OK;
	if (!S_ISSOCK(st.st_mode))
		return fail(err, RC_INVALID, "socket", "%.200s is there and is not a socket",
			    at->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return bind_failed(fd, at->sun_path, err);
	answered =
	    connect(fd, (const struct sockaddr *)at, sizeof *at) == 0 || errno != ECONNREFUSED;
	(void)close(fd);
	if (answered)
		return fail(err, RC_UNAVAILABLE, "socket", "another process listens on %.200s",
			    at->sun_path);
	(void)unlink(at->sun_path);
	return RC_OK;
}

enum rc
listen_unix(const char *path, int64_t group, int *out, struct err *err)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	enum rc rc;
	int fd;

	if (n == 0 || n >= sizeof at.sun_path)
		return fail(err, RC_INVALID, "socket", "the socket's path must have 1 to %zu bytes",
			    sizeof at.sun_path - 1);
	memcpy(at.sun_path, path, n);
	if ((rc = clear_stale(&at, err)) != RC_OK)
		return rc;
	/* Nobody can connect before listen(2), so that chmod comes in time. The group first, or
	 * the mode would open it to another one. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
	    (group >= 0 && chown(path, (uid_t)-1, (gid_t)group) != 0) ||
	    chmod(path, group >= 0 ? 0660 : 0600) != 0 || listen(fd, BACKLOG) != 0)
		return bind_failed(fd, path, err);
	*out = fd;
	return RC_OK;
}

int
listen_accept(int listener, struct peer *peer)
{
	struct ucred who;
	socklen_t who_bytes = sizeof who;
	int fd, on = 1;

	*peer = (struct peer){.uid = -1, .at_bytes = sizeof peer->at};
	fd = accept4(listener, &peer->at.any, &peer->at_bytes, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return -1;
	if (peer->at.any.sa_family == AF_UNIX) {
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_bytes) == 0)
			peer->uid = (int64_t)who.uid;
	} else {
		const void *from = peer->at.any.sa_family == AF_INET
				       ? (const void *)&peer->at.v4.sin_addr
				       : (const void *)&peer->at.v6.sin6_addr;

		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		(void)inet_ntop(peer->at.any.sa_family, from, peer->text, sizeof peer->text);
	}
	return fd;
}

bool
peer_same(const struct peer *a, const struct peer *b)
{
	return a->uid == b->uid && str_eq_z(str_from(a->text), b->text);
}
