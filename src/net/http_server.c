#include "net/http_inside.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#define SWEEP_MS 100
#define ACCEPT_BATCH 64
#define CUT_MAX 256 /* connections that were told to end, beside those that live */

static void
lock(struct http_server *s)
{
	must(pthread_mutex_lock(&s->lock) == 0);
}

static void
unlock(struct http_server *s)
{
	must(pthread_mutex_unlock(&s->lock) == 0);
}

void
server_wake(struct http_server *s)
{
	uint64_t one = 1;

	must(write(s->wake_fd, &one, sizeof one) == sizeof one);
}

void
server_unref(struct http_server *s)
{
	if (atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	(void)close(s->wake_fd);
	body_room_close(&s->bodies);
	(void)pthread_mutex_destroy(&s->lock);
	free(s->by_fd);
	free(s);
}

/* Connections */

/* No request of its own is being answered. */
static bool
may_give_way(const struct conn *c)
{
	return (c->state == CONN_WAITING || c->state == CONN_READING) && c->mhd != NULL && !c->cut;
}

static void
conn_cut(struct conn *c)
{
	c->cut = true;
	c->deadline_ms = INT64_MAX;
	(void)shutdown(c->fd, SHUT_RDWR);
}

/*
 * When all places are taken, who came long ago and asked for nothing whole makes room: else a
 * few thousand connections that say nothing shut everybody out. Whoever holds half of all makes
 * room for themselves alone. An honest client has said what it wants long before its turn.
 */
static bool
make_room(struct http_server *s, const struct peer *peer)
{
	unsigned held = 0, alive = 0, own = 0;
	struct conn *oldest = NULL, *own_oldest = NULL;

	for (struct conn *c = s->conns; c != NULL; c = c->next) {
		bool same = peer_same(&c->peer, peer);

		held++;
		alive += !c->cut;
		own += same && !c->cut;
		if (!may_give_way(c))
			continue;
		if (oldest == NULL || c->since_ms <= oldest->since_ms)
			oldest = c;
		if (same && (own_oldest == NULL || c->since_ms <= own_oldest->since_ms))
			own_oldest = c;
	}
	if (own >= s->options.connection_per_address_max || own >= s->options.connection_max / 2) {
		oldest = own_oldest;
		held += CUT_MAX / 2; /* the rest of what may be ending is for others */
	}
	if (held >= s->options.connection_max + CUT_MAX)
		return false;
	if (own < s->options.connection_per_address_max && alive < s->options.connection_max)
		return true;
	if (oldest == NULL)
		return false;
	conn_cut(oldest);
	return true;
}

/* Without a limit for each address, nothing is counted until all places are taken. */
static bool
has_room(struct http_server *s, const struct peer *peer)
{
	if (atomic_load(&s->conn_count) < s->options.connection_max &&
	    s->options.connection_per_address_max >= s->options.connection_max)
		return true;
	return make_room(s, peer);
}

static void
conn_begin(struct http_server *s, const struct way *way, int fd, const struct peer *peer)
{
	struct conn *c = heap_zeroed(sizeof *c);

	if ((size_t)fd >= s->by_fd_count) {
		size_t n = (size_t)fd * 2 + 64;

		s->by_fd = heap_grow(s->by_fd, n * sizeof(struct conn *));
		memset(s->by_fd + s->by_fd_count, 0, (n - s->by_fd_count) * sizeof(struct conn *));
		s->by_fd_count = n;
	}
	*c = (struct conn){.server = s, .fd = fd, .peer = *peer, .tls = way->tls, .fresh = true};
	c->since_ms = monotonic_ms();
	c->deadline_ms = c->since_ms + s->options.request_timeout_ms;
	c->next = s->conns;
	if (c->next != NULL)
		c->next->prev = c;
	s->conns = c;
	s->by_fd[fd] = c;
	atomic_fetch_add(&s->conn_count, 1);
	/* On failure the library has closed the descriptor, and may have said so. */
	if (MHD_add_connection(way->daemon, fd, &peer->at.any, peer->at_bytes) != MHD_YES &&
	    s->by_fd[fd] == c)
		conn_end(c);
}

static void
way_listen(struct http_server *s, struct way *way, bool on)
{
	struct epoll_event e = {.events = on ? EPOLLIN : 0, .data.ptr = way};

	way->deaf = !on;
	(void)epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, way->fd, &e);
}

static void
accept_some(struct http_server *s, struct way *way)
{
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		struct peer peer;
		int fd = listen_accept(way->fd, &peer);

		if (fd >= 0 && !has_room(s, &peer)) {
			(void)close(fd);
		} else if (fd >= 0) {
			conn_begin(s, way, fd, &peer);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			   errno == ENOBUFS) {
			log_warn("http: out of descriptors or memory for a new connection");
			way_listen(s, way, false);
			return;
		} else if (errno == EAGAIN) {
			return;
		}
	}
}

/* Resume all that were answered since the last turn. */
static void
answers_turn(struct http_server *s)
{
	struct request *r, *next;

	lock(s);
	r = s->done;
	s->done = NULL;
	s->done_end = &s->done;
	s->done_woken = false;
	unlock(s);
	for (; r != NULL; r = next) {
		next = r->next_done;
		r->next_done = NULL;
		MHD_resume_connection(r->conn->mhd);
	}
}

/*
 * Whoever closed in the middle of a body: all that came was read, and nothing more will. The
 * library does not hear of it when the end came together with the last bytes (its epoll is
 * edge-triggered, and a short read is taken for the end of what there is), and the room would
 * stay taken until the deadline. Seen at two sweeps: what TLS has read ahead is taken in between.
 */
static bool
ended_within_body(struct conn *c)
{
	char byte;
	bool ended = c->state == CONN_READING && !c->cut && c->request->body_cap > 0 &&
		     recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
	bool again = ended && c->ended;

	c->ended = ended;
	return again;
}

static void
sweep(struct http_server *s, int64_t now)
{
	bool again = atomic_exchange(&s->ask_again, false);

	s->next_sweep_ms = now + SWEEP_MS;
	for (struct conn *c = s->conns; c != NULL; c = c->next) {
		bool timed = c->state == CONN_WAITING || c->state == CONN_READING;

		if (c->mhd != NULL && ((timed && now >= c->deadline_ms) || ended_within_body(c) ||
				       (again && !c->cut && mutual_is_over(c))))
			conn_cut(c);
		if (c->stream != NULL)
			stream_heartbeat(c->stream, now);
	}
	for (unsigned i = 0; i < s->way_count; i++) {
		if (s->ways[i].deaf)
			way_listen(s, &s->ways[i], true);
	}
	retired_sweep(s, false);
}

/* Whether a daemon has something left that no descriptor will announce. */
static bool
daemons_run(struct http_server *s)
{
	bool more = false;

	for (unsigned i = 0; i < s->way_count; i++) {
		MHD_UNSIGNED_LONG_LONG ms;

		(void)MHD_run(s->ways[i].daemon);
		if (MHD_get_timeout(s->ways[i].daemon, &ms) == MHD_YES && ms == 0)
			more = true;
	}
	return retired_run(s) || more;
}

static void
turn(struct http_server *s, bool more, int again_ms)
{
	struct epoll_event events[8];
	int idle = s->drain.n > 0 ? 10 : s->conns != NULL ? SWEEP_MS : -1;
	int timeout = more ? 0 : again_ms >= 0 && (idle < 0 || again_ms < idle) ? again_ms : idle;
	int n = epoll_wait(s->epoll_fd, events, COUNT_OF(events), timeout);
	uint64_t count;

	must(n >= 0 || errno == EINTR);
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == s)
			(void)!read(s->wake_fd, &count, sizeof count);
		else if (events[i].data.ptr != NULL)
			accept_some(s, events[i].data.ptr);
	}
	answers_turn(s);
	streams_turn(s);
}

/* Closing */

/* The handler may still hold the request; it keeps what it needs to be answered into the void. */
static void
give_up(struct conn *c)
{
	struct http_server *s = c->server;
	struct request *r = c->request;
	bool parked;

	lock(s);
	parked = c->state == CONN_PARKED && r->answer == NULL;
	if (parked) {
		r->conn = NULL;
		c->request = NULL;
		atomic_fetch_add(&s->refs, 1);
	}
	unlock(s);
	c->abort = true;
	if (parked)
		MHD_resume_connection(c->mhd);
}

static unsigned
owed(const struct http_server *s)
{
	unsigned n = 0;

	for (const struct conn *c = s->conns; c != NULL; c = c->next)
		n += c->state == CONN_PARKED || c->state == CONN_READING ||
		     (c->state == CONN_ANSWERING && c->stream == NULL);
	return n;
}

static void
run_once(struct http_server *s, int timeout_ms)
{
	struct epoll_event events[8];
	uint64_t count;
	int n = epoll_wait(s->epoll_fd, events, COUNT_OF(events), timeout_ms);

	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == s)
			(void)!read(s->wake_fd, &count, sizeof count);
	}
	answers_turn(s);
	streams_turn(s);
	(void)daemons_run(s);
	if (s->options.turned != NULL)
		(void)s->options.turned(s->ctx);
}

static void
wind_up(struct http_server *s)
{
	int64_t last;

	for (unsigned i = 0; i < s->way_count; i++) {
		(void)epoll_ctl(s->epoll_fd, EPOLL_CTL_DEL, s->ways[i].fd, NULL);
		(void)close(s->ways[i].fd);
	}
	while (owed(s) > 0 && monotonic_ms() < s->close_deadline_ms) {
		run_once(s, 10);
		if (monotonic_ms() >= s->next_sweep_ms)
			sweep(s, monotonic_ms());
	}
	for (struct conn *c = s->conns; c != NULL; c = c->next)
		give_up(c);
	/* Streams end cleanly; everybody else sees the connection close. */
	sweep(s, monotonic_ms());
	last = monotonic_ms() + 500;
	while (s->conns != NULL && monotonic_ms() < last) {
		run_once(s, 10);
		for (struct conn *c = s->conns; c != NULL; c = c->next) {
			if (c->stream == NULL)
				(void)shutdown(c->fd, SHUT_RDWR);
		}
	}
	for (struct conn *c = s->conns; c != NULL; c = c->next)
		(void)shutdown(c->fd, SHUT_RDWR);
	while (s->conns != NULL && monotonic_ms() < last + 500)
		run_once(s, 10);
	drain_close_all(&s->drain);
}

static void *
loop(void *arg)
{
	struct http_server *s = arg;
	bool more = false, closing = false;
	int again_ms = -1;

	while (!closing) {
		int64_t now;

		turn(s, more, again_ms);
		tls_turn(s);
		more = daemons_run(s);
		if (s->options.turned != NULL)
			again_ms = s->options.turned(s->ctx);
		now = monotonic_ms();
		if (s->drain.n > 0)
			drain_turn(&s->drain, now);
		if (now >= s->next_sweep_ms)
			sweep(s, now);
		lock(s);
		closing = s->closing;
		unlock(s);
	}
	wind_up(s);
	return NULL;
}

/* Opening */

static void
defaults_fill(struct http_options *o)
{
#define DEFAULT(field, value) o->field = o->field > 0 ? o->field : (value)
	DEFAULT(body_bytes_max, (size_t)64 << 20);
	DEFAULT(body_bytes_total_max, (size_t)256 << 20);
	DEFAULT(header_bytes_max, (size_t)8 << 10);
	DEFAULT(idle_timeout_ms, 30000);
	DEFAULT(request_timeout_ms, 15000);
	DEFAULT(body_bytes_share_max, o->body_bytes_total_max / 4 > o->body_bytes_max
					  ? o->body_bytes_total_max / 4
					  : o->body_bytes_max);
	DEFAULT(connection_max, 2000);
	DEFAULT(body_bytes_small_max, (o->connection_max + CUT_MAX) * BODY_SMALL_BYTES);
	DEFAULT(connection_per_address_max, o->connection_max);
	DEFAULT(stream_bytes_max, (size_t)256 << 10);
	DEFAULT(heartbeat_ms, 15000);
#undef DEFAULT
}

static enum rc
options_check(const struct http_options *o, struct err *err)
{
	if (o->address == NULL && o->socket_path == NULL)
		return fail(err, RC_INVALID, "listen",
			    "there is neither an address nor a socket to listen on");
	if ((o->tls_certificate_pem == NULL) != (o->tls_key_pem == NULL))
		return fail(err, RC_INVALID, "tls",
			    "a TLS certificate and its key go together: one is missing");
	if (o->tls_certificate_pem != NULL && o->address == NULL)
		return fail(err, RC_INVALID, "tls", "TLS is for an address; there is none");
	return RC_OK;
}

/* A node that may have 2,000 connections needs their descriptors. */
static void
descriptors_want(unsigned connections)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)connections + CUT_MAX + 256;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
		log_warn("http: the limit of open files (%llu) is below what %u connections need",
			 (unsigned long long)limit.rlim_cur, connections);
}

struct MHD_Daemon *
daemon_start(struct http_server *s, const struct http_options *o, bool tls)
{
	unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
			 MHD_USE_TURBO | (tls ? (unsigned)MHD_USE_TLS : 0);
	unsigned stall_s = ((unsigned)o->idle_timeout_ms + 999) / 1000;
	/* Room for the request's head twice, its parsed form and an answer's head. */
	size_t memory = o->header_bytes_max * 2 + 8192;
	union {
		const char *p;
		void *q;
	} key = {.p = o->tls_key_pem}, certificate = {.p = o->tls_certificate_pem};
	const struct MHD_OptionItem tls_options[] = {
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, key.q},
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, certificate.q},
	    {MHD_OPTION_HTTPS_PRIORITIES, 0,
	     (void *)(uintptr_t) "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
	    {MHD_OPTION_END, 0, NULL},
	};
	const struct MHD_OptionItem mutual_options[] = {
	    tls_options[0],
	    tls_options[1],
	    {MHD_OPTION_HTTPS_PRIORITIES, 0,
	     (void *)(uintptr_t) "SECURE128:-VERS-ALL:+VERS-TLS1.3:%NO_TICKETS"},
	    {MHD_OPTION_END, 0, NULL},
	};
	const struct MHD_OptionItem no_options[] = {{MHD_OPTION_END, 0, NULL}};

	return MHD_start_daemon(
	    flags, 0, NULL, NULL, on_request, s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
	    MHD_OPTION_CONNECTION_LIMIT, o->connection_max + CUT_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    stall_s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, s, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, s,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY,
	    !tls		    ? no_options
	    : o->client_key != NULL ? mutual_options
				    : tls_options,
	    MHD_OPTION_END);
}

/* Takes the listening socket. */
static enum rc
way_open(struct http_server *s, const struct http_options *o, int fd, bool tls, struct err *err)
{
	struct way *way = &s->ways[s->way_count];
	struct epoll_event accepts = {.events = EPOLLIN, .data.ptr = way};
	struct epoll_event runs = {.events = EPOLLIN, .data.ptr = NULL};
	const union MHD_DaemonInfo *info;

	*way = (struct way){.fd = fd, .tls = tls};
	way->daemon = daemon_start(s, o, tls);
	if (way->daemon == NULL) {
		(void)close(fd);
		return tls ? fail(err, RC_INVALID, "tls",
				  "the TLS certificate and key cannot be read or do not belong "
				  "together")
			   : fail(err, RC_FAILED, "", "the HTTP library does not start");
	}
	s->way_count++;
	info = MHD_get_daemon_info(way->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	must(info != NULL);
	way->epoll_fd = info->listen_fd;
	must(epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &accepts) == 0);
	must(epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, way->epoll_fd, &runs) == 0);
	return RC_OK;
}

static enum rc
ways_open(struct http_server *s, const struct http_options *o, struct err *err)
{
	bool tls = o->tls_certificate_pem != NULL;
	enum rc rc;
	int fd;

	if (o->address != NULL) {
		if ((rc = listen_tcp(o->address, o->port, !tls, &fd, &s->port, err)) != RC_OK ||
		    (rc = way_open(s, o, fd, tls, err)) != RC_OK)
			return rc;
	}
	if (o->socket_path != NULL) {
		if ((rc = listen_unix(o->socket_path,
				      o->has_socket_group ? (int64_t)o->socket_group : -1, &fd,
				      err)) != RC_OK ||
		    (rc = way_open(s, o, fd, false, err)) != RC_OK)
			return rc;
		s->socket_path = strdup(o->socket_path);
		if (s->socket_path == NULL)
			out_of_memory();
	}
	return RC_OK;
}

static int
thread_start(struct http_server *s)
{
	sigset_t all, before;
	int failed;

	(void)sigfillset(&all);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	failed = pthread_create(&s->thread, NULL, loop, s);
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	if (failed == 0)
		(void)pthread_setname_np(s->thread, "http");
	return failed;
}

/* What is left when the epoll thread is not there (any more). */
static void
server_end(struct http_server *s, bool listening)
{
	for (unsigned i = 0; i < s->way_count; i++) {
		if (listening)
			(void)close(s->ways[i].fd);
		MHD_stop_daemon(s->ways[i].daemon);
	}
	retired_sweep(s, true);
	if (s->tls_next != NULL)
		MHD_stop_daemon(s->tls_next);
	if (s->socket_path != NULL)
		(void)unlink(s->socket_path);
	free(s->socket_path);
	s->socket_path = NULL;
	(void)close(s->epoll_fd);
	server_unref(s);
}

enum rc
http_open(const struct http_options *options, http_handler *handler, void *ctx,
	  struct http_server **out, struct err *err)
{
	struct epoll_event wakes = {.events = EPOLLIN};
	struct http_server *s;
	struct http_options o = *options;
	enum rc rc;

	defaults_fill(&o);
	if ((rc = options_check(&o, err)) != RC_OK)
		return rc;
	s = heap_zeroed(sizeof *s);
	s->options = o;
	s->handler = handler;
	s->ctx = ctx;
	s->done_end = &s->done;
	atomic_init(&s->refs, 1);
	must(pthread_mutex_init(&s->lock, NULL) == 0);
	body_room_open(&s->bodies, o.body_bytes_small_max, o.body_bytes_total_max,
		       o.body_bytes_share_max);
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(s->epoll_fd >= 0 && s->wake_fd >= 0);
	wakes.data.ptr = s;
	must(epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, s->wake_fd, &wakes) == 0);
	descriptors_want(o.connection_max);
	rc = ways_open(s, &o, err);
	/* The caller's texts (a private key among them) are not ours to keep. */
	s->options.address = s->options.socket_path = NULL;
	s->options.tls_certificate_pem = s->options.tls_key_pem = NULL;
	if (rc == RC_OK && thread_start(s) != 0)
		rc = fail(err, RC_FAILED, "", "cannot start a thread");
	if (rc != RC_OK) {
		server_end(s, true);
		return rc;
	}
	*out = s;
	return RC_OK;
}

uint16_t
http_port(const struct http_server *s)
{
	return s->port;
}

unsigned
http_connections(const struct http_server *s)
{
	return atomic_load(&s->conn_count);
}

void
http_close(struct http_server *s, int deadline_ms)
{
	if (s == NULL)
		return;
	lock(s);
	must(!s->closing);
	s->close_deadline_ms = monotonic_ms() + deadline_ms;
	s->closing = true;
	unlock(s);
	server_wake(s);
	must(pthread_join(s->thread, NULL) == 0);
	server_end(s, false);
}
