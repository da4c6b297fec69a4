#include "audit/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "audit/keeper_sandbox.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "seal/keywire.h"
#include "seal/secret.h"

#define CONNECTIONS 16
/* Requests and replies with keys fit; what is longer, leaves of the log, is no secret. */
#define SECRET_BYTES ((size_t)128 << 10)
/* Replies that somebody does not read: nothing more is read of theirs until they do. */
#define UNREAD_MAX ((size_t)1 << 20)

struct connection {
	int fd; /* -1: free */
	bool greeted;
	unsigned char *in, *secret_in; /* in: secret_in, or longer on the heap */
	size_t in_n, in_cap;
	struct buf out;
	unsigned char *secret_out;
	struct arena *arena; /* of replies longer than that */
	size_t sent;
};

struct loop {
	struct keeper *keeper;
	const struct keeper_options *options;
	int listening; /* -1: none */
	struct connection connections[CONNECTIONS];
	size_t n;
	/* Two had said hello at one time, ever: what one knows of keys another may have changed,
	 * also one that is gone again. */
	bool shared;
};

static volatile sig_atomic_t told_to_end;

static void
on_signal(int number)
{
	(void)number;
	told_to_end = 1;
}

static void
start_out(struct connection *c)
{
	arena_reset(c->arena);
	c->out = (struct buf){.arena = c->arena, .p = (char *)c->secret_out, .cap = SECRET_BYTES};
	c->sent = 0;
}

static void
connection_open(struct loop *l, int fd)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &l->connections[i];

		if (c->fd >= 0)
			continue;
		*c = (struct connection){
		    .fd = fd, .in_cap = SECRET_BYTES, .arena = arena_new((size_t)16 << 20)};
		c->in = c->secret_in = secret_new(SECRET_BYTES);
		c->secret_out = secret_new(SECRET_BYTES);
		start_out(c);
		l->n++;
		return;
	}
	(void)close(fd);
}

static void
connection_close(struct loop *l, struct connection *c)
{
	(void)close(c->fd);
	if (c->in != c->secret_in)
		free(c->in);
	secret_free(c->secret_in);
	secret_free(c->secret_out);
	arena_free(c->arena);
	c->fd = -1;
	l->n--;
	/* What whoever is gone has opened and not logged is kept, whatever comes. */
	keeper_save(l->keeper);
}

/* Room for the frame that has begun; false: longer than may be. */
static bool
make_room(struct connection *c)
{
	struct keywire_reader r = {.rest = {(char *)c->in, c->in_n}};
	size_t need = (size_t)keywire_take_be(&r, 4) + 4;
	unsigned char *longer;

	if (r.bad || need <= c->in_cap)
		return true;
	if (need > KEYWIRE_BYTES_MAX + 4)
		return false;
	longer = heap_zeroed(need);
	memcpy(longer, c->in, c->in_n);
	secret_wipe(c->in, c->in_n);
	if (c->in != c->secret_in)
		free(c->in);
	c->in = longer;
	c->in_cap = need;
	return true;
}

/* What was answered goes; back to the usual memory when the rest fits. */
static void
forget(struct connection *c, size_t done)
{
	memmove(c->in, c->in + done, c->in_n - done);
	secret_wipe(c->in + c->in_n - done, done);
	c->in_n -= done;
	if (c->in == c->secret_in || c->in_n > SECRET_BYTES)
		return;
	memcpy(c->secret_in, c->in, c->in_n);
	free(c->in);
	c->in = c->secret_in;
	c->in_cap = SECRET_BYTES;
}

static bool
are_two_greeted(const struct loop *l)
{
	size_t greeted = 0;

	for (size_t i = 0; i < CONNECTIONS; i++)
		greeted += l->connections[i].fd >= 0 && l->connections[i].greeted;
	return greeted > 1;
}

/* What is not read is waited for until it was: no more is answered before. */
static bool
has_room(const struct connection *c)
{
	return c->out.n < UNREAD_MAX;
}

static bool
has_whole(const struct connection *c)
{
	struct str inside;

	return keywire_frame((struct str){(char *)c->in, c->in_n}, &inside) > 0;
}

/* False: it broke the rules. */
static bool
answer_all(struct loop *l, struct connection *c)
{
	int64_t now = monotonic_ms();
	struct str inside;
	size_t done = 0;
	long took = 0;

	while (has_room(c) &&
	       (took = keywire_frame((struct str){(char *)c->in + done, c->in_n - done}, &inside)) >
		   0) {
		bool was_greeted = c->greeted;

		keeper_answer(l->keeper, inside, now, &c->greeted, l->shared, &c->out);
		if (c->greeted && !was_greeted)
			l->shared = l->shared || are_two_greeted(l);
		done += (size_t)took;
	}
	if (done > 0)
		forget(c, done);
	return took >= 0 && make_room(c);
}

static bool
send_out(struct connection *c)
{
	while (c->sent < c->out.n) {
		ssize_t n = send(c->fd, c->out.p + c->sent, c->out.n - c->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		if (n <= 0)
			return false;
		c->sent += (size_t)n;
	}
	if (c->out.n > 0) {
		secret_wipe(c->out.p, c->out.n);
		start_out(c);
	}
	return true;
}

static bool
read_in(struct connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_n, c->in_cap - c->in_n, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->in_n += (size_t)n;
	return n > 0;
}

/* False: it is to be closed. */
static bool
answer_some(struct loop *l, struct connection *c)
{
	bool goes_on = answer_all(l, c);

	if (!keeper_commit(l->keeper)) {
		log_error("keys.state cannot be written: what was opened could be forgotten, so "
			  "no key is given");
		return false;
	}
	/* The last replies are sent also to who is just going. */
	return send_out(c) && goes_on;
}

static void
serve_one(struct loop *l, struct connection *c, short events)
{
	bool ended = false, goes_on = true;

	/* What is read while something whole waits had no room. */
	if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && has_room(c) && !has_whole(c))
		ended = !read_in(c);
	else if ((events & (POLLHUP | POLLERR)) != 0)
		ended = true;
	do {
		goes_on = answer_some(l, c);
	} while (goes_on && has_room(c) && has_whole(c));
	if (!goes_on || ended)
		connection_close(l, c);
}

static void
accept_one(struct loop *l)
{
	struct ucred peer;
	socklen_t n = sizeof peer;
	int fd = accept4(l->listening, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0 || peer.uid != geteuid()) {
		log_warn("another account asked for keys: refused");
		(void)close(fd);
		return;
	}
	connection_open(l, fd);
}

/* Nobody to answer any more: who starts now starts a process of their own. */
static bool
is_at_end(const struct loop *l)
{
	return told_to_end || (l->options->from >= 0 && l->n == 0);
}

static void
run(struct loop *l)
{
	bool ticks = false;

	while (!is_at_end(l)) {
		struct pollfd p[CONNECTIONS + 1];
		struct connection *of[CONNECTIONS + 1];
		nfds_t n = 0;

		if (l->listening >= 0)
			p[n++] = (struct pollfd){.fd = l->listening, .events = POLLIN};
		for (size_t i = 0; i < CONNECTIONS; i++) {
			struct connection *c = &l->connections[i];

			if (c->fd < 0)
				continue;
			of[n] = c;
			p[n] = (struct pollfd){.fd = c->fd};
			if (has_room(c))
				p[n].events |= POLLIN;
			if (c->sent < c->out.n)
				p[n].events |= POLLOUT;
			n++;
		}
		if (poll(p, n, ticks ? 1000 : -1) < 0)
			continue;
		for (nfds_t i = 0; i < n; i++) {
			if (p[i].revents == 0)
				continue;
			if (l->listening >= 0 && i == 0)
				accept_one(l);
			else
				serve_one(l, of[i], p[i].revents);
		}
		ticks = keeper_tick(l->keeper, monotonic_ms());
	}
}

/* Where others of the same node's folder find it; without, the node that started it has it. */
static int
listen_at(const char *dir)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = -1;

	if ((size_t)snprintf(at.sun_path, sizeof at.sun_path, "%s/keys.sock", dir) >=
	    sizeof at.sun_path)
		return -1;
	/* The process that has keys.state has the socket too; what lies there is of one before. */
	(void)unlink(at.sun_path);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || chmod(at.sun_path, 0600) != 0 ||
	    listen(fd, CONNECTIONS) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static void
catch_signals(bool was_started_by_node)
{
	struct sigaction ends = {.sa_handler = on_signal}, ignored = {.sa_handler = SIG_IGN};

	/* It ends with its node: systemd and a terminal tell both at once. */
	(void)sigaction(SIGTERM, was_started_by_node ? &ignored : &ends, NULL);
	(void)sigaction(SIGINT, was_started_by_node ? &ignored : &ends, NULL);
	(void)sigaction(SIGHUP, &ignored, NULL);
	(void)sigaction(SIGPIPE, &ignored, NULL);
}

enum rc
keeper_run(const struct keeper_options *options, struct err *err)
{
	struct loop l = {.options = options, .listening = -1};
	enum rc rc;

	(void)umask(077);
	for (size_t i = 0; i < CONNECTIONS; i++)
		l.connections[i].fd = -1;
	keeper_sandbox_early();
	seal_ready();
	catch_signals(options->from >= 0);
	l.keeper = keeper_new(options);
	if ((rc = keeper_take_folder(l.keeper, err)) == RC_OK) {
		l.listening = listen_at(options->dir);
		rc = keeper_sandbox_enter(options->dir, err);
	}
	if (rc == RC_OK) {
		if (options->from >= 0)
			connection_open(&l, options->from);
		run(&l);
		keeper_save(l.keeper);
	}
	keeper_free(l.keeper);
	return rc;
}
