#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

/*
 * abuse_clients KIND PORT N: N connections to 127.0.0.1:PORT that mean no good, until killed;
 * what the server ends is opened again. Prints "ready" when each was open once, and a line with
 * what became of them each second.
 *	half   connect; every other one sends half a request line
 *	head   a byte of endless headers each 200 ms
 *	body   a large body is announced, and comes a byte each 200 ms
 *	hold   the largest body there is, from 127.0.0.2, by a token that nobody gave, but its last
 *byte bare   the same without a token deaf   whole requests, whose answers nobody reads
 */
enum {
	AGAIN_MAX = 400, /* connections made anew in one turn */
	HELD_BYTES = 16777216
};

struct client {
	int fd;
	bool greeted;
	size_t sent; /* of a body that is held */
};

static const char *kind;
static struct sockaddr_in at;
static unsigned long ended, made;

static bool
is_kind(const char *k)
{
	return strcmp(kind, k) == 0;
}

static bool
holds(void)
{
	return is_kind("hold") || is_kind("bare");
}

static int
connect_one(void)
{
	const struct sockaddr_in other = {.sin_family = AF_INET,
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1)};
	const struct linger gone = {.l_onoff = 1}; /* no TIME_WAIT left behind */
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &gone, sizeof gone);
	if (holds() && bind(fd, (const struct sockaddr *)&other, sizeof other) != 0) {
		(void)close(fd);
		return -1;
	}
	if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0 || errno == EINPROGRESS)
		return fd;
	(void)close(fd);
	return -1;
}

static const char *
greeting(size_t i)
{
	if (is_kind("half"))
		return i % 2 == 0 ? "GET /api/v1/rec" : "";
	if (is_kind("head"))
		return "GET / HTTP/1.1\r\nHost: x\r\nX-Drip: ";
	if (is_kind("hold"))
		return "PUT /api/v1/imports/01a20866-0000-7000-8000-000000000001/parts/0 "
		       "HTTP/1.1\r\n"
		       "Host: x\r\nAuthorization: Bearer nobody\r\nContent-Length: "
		       "16777216\r\n\r\n";
	if (is_kind("bare"))
		return "PUT /api/v1/imports/01a20866-0000-7000-8000-000000000001/parts/0 "
		       "HTTP/1.1\r\n"
		       "Host: x\r\nContent-Length: 16777216\r\n\r\n";
	if (is_kind("body"))
		return "POST /api/v1/records/person HTTP/1.1\r\nHost: x\r\n"
		       "Authorization: Bearer nobody\r\n"
		       "Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n{";
	return "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
}

/* All but the last byte, as fast as it is taken. */
static bool
hold_on(struct client *c)
{
	static const char bytes[65536];

	while (c->sent < HELD_BYTES - 1) {
		size_t left = HELD_BYTES - 1 - c->sent;
		ssize_t n = send(c->fd, bytes, left < sizeof bytes ? left : sizeof bytes,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN;
		c->sent += (size_t)n;
	}
	return true;
}

static void
drop(struct client *c)
{
	(void)close(c->fd);
	c->fd = -1;
	ended++;
}

static void
tend(struct client *c, size_t i, short events)
{
	char byte;
	const char *text = greeting(i);

	if ((events & (POLLERR | POLLHUP)) != 0) {
		drop(c);
		return;
	}
	if ((events & POLLOUT) != 0 && !c->greeted) {
		c->greeted = true;
		if (text[0] != '\0' && send(c->fd, text, strlen(text), MSG_NOSIGNAL) < 0)
			drop(c);
	} else if (c->greeted && holds() && !hold_on(c)) {
		drop(c);
		return;
	} else if ((is_kind("head") || is_kind("body")) &&
		   send(c->fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		drop(c);
		return;
	}
	if (c->fd >= 0 && !is_kind("deaf") && recv(c->fd, &byte, 1, MSG_DONTWAIT) == 0)
		drop(c);
}

static unsigned
turn(struct client *clients, struct pollfd *polls, size_t n)
{
	unsigned again = 0, open_now = 0;

	for (size_t i = 0; i < n; i++) {
		if (clients[i].fd < 0 && again < AGAIN_MAX) {
			again++;
			clients[i] = (struct client){.fd = connect_one()};
			made += clients[i].fd >= 0;
		}
		polls[i] = (struct pollfd){.fd = clients[i].fd,
					   .events = clients[i].greeted ? POLLIN : POLLOUT};
	}
	(void)poll(polls, n, 0);
	for (size_t i = 0; i < n; i++)
		if (clients[i].fd >= 0)
			tend(&clients[i], i, polls[i].revents);
	for (size_t i = 0; i < n; i++)
		open_now += clients[i].fd >= 0;
	return open_now;
}

int
main(int argc, char **argv)
{
	const struct timespec rest = {.tv_nsec = 200000000};
	struct rlimit files;
	struct client *clients;
	struct pollfd *polls;
	bool ready = false;
	size_t n;

	must(argc == 4);
	/* Not longer than the story. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	kind = argv[1];
	at = (struct sockaddr_in){.sin_family = AF_INET,
				  .sin_port = htons((uint16_t)atoi(argv[2])),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	n = (size_t)atoi(argv[3]);
	must(getrlimit(RLIMIT_NOFILE, &files) == 0);
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur < n + 16) {
		(void)fprintf(stderr, "%zu descriptors are needed, %llu may be open\n", n + 16,
			      (unsigned long long)files.rlim_cur);
		return 77;
	}
	clients = calloc(n, sizeof *clients);
	polls = calloc(n, sizeof *polls);
	must(clients != NULL && polls != NULL);
	for (size_t i = 0; i < n; i++)
		clients[i].fd = -1;
	for (unsigned long k = 0;; k++) {
		unsigned open_now = turn(clients, polls, n);
		unsigned held = 0;

		for (size_t i = 0; i < n; i++)
			held += clients[i].fd >= 0 && clients[i].sent == HELD_BYTES - 1;
		if (!ready && made >= n && (!is_kind("hold") || held > 0)) {
			ready = true;
			(void)puts("ready");
		}
		if (k % 5 == 0)
			(void)printf("%u open, %u held, %lu made, %lu ended\n", open_now, held,
				     made, ended);
		(void)fflush(stdout);
		(void)nanosleep(&rest, NULL);
	}
}
