#include "load/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"

#define ANSWER_BYTES_MAX ((size_t)16 << 20)
/* Latencies as 32 steps within each power of two. */
#define STEPS 32
#define BUCKETS (32 * STEPS)

struct link {
	int fd;
	unsigned number;
	struct arena *arena;
	struct str request;
	size_t sent;
	uint64_t n;
	int64_t start_us;
	char *in;
	size_t in_bytes, in_cap;
	bool idle;
};

struct run {
	const struct load_options *o;
	struct load_result *out;
	struct link *links;
	unsigned busy;
	int epoll_fd;
	uint64_t next, *latency;
	int64_t end_us;
	bool drained;
};

static unsigned
bucket(uint64_t us)
{
	unsigned power = 0;

	while (us >> power >= STEPS)
		power++;
	return power == 0 ? (unsigned)us : power * (STEPS / 2) + (unsigned)(us >> power);
}

static uint32_t
bucket_us(unsigned b)
{
	unsigned power = b < STEPS ? 0 : (b - STEPS / 2) / (STEPS / 2);

	return power == 0 ? b : (uint32_t)((uint64_t)(b - power * (STEPS / 2)) << power);
}

static uint32_t
percentile(const struct run *r, double part)
{
	uint64_t sum = 0, wanted = (uint64_t)((double)r->out->answers * part);

	for (unsigned b = 0; b < BUCKETS; b++) {
		sum += r->latency[b];
		if (sum > wanted)
			return bucket_us(b);
	}
	return r->out->max_us;
}

static double
cpu_seconds(clockid_t id)
{
	struct timespec t;

	must(clock_gettime(id, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
process_seconds(int pid)
{
	clockid_t id;

	if (pid == 0 || clock_getcpuclockid(pid, &id) != 0)
		return 0;
	return cpu_seconds(id);
}

static int
dial(const struct load_options *o)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(o->port)};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	bool local = o->socket_path != NULL;
	int fd, on = 1;

	if (local)
		(void)snprintf(un.sun_path, sizeof un.sun_path, "%s", o->socket_path);
	else if (inet_pton(AF_INET, o->address, &v4.sin_addr) != 1)
		return -1;
	fd = socket(local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, local ? (struct sockaddr *)&un : (struct sockaddr *)&v4,
		    local ? sizeof un : sizeof v4) != 0) {
		(void)close(fd);
		return -1;
	}
	if (!local)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static bool
link_open(struct run *r, struct link *l)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = l};

	l->fd = dial(r->o);
	l->in_bytes = 0;
	return l->fd >= 0 && epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, l->fd, &e) == 0;
}

static void
link_wants(struct run *r, struct link *l, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = l};

	must(epoll_ctl(r->epoll_fd, EPOLL_CTL_MOD, l->fd, &e) == 0);
}

/* False when the connection is broken. */
static bool
link_send(struct run *r, struct link *l)
{
	bool waited = l->sent > 0;

	while (l->sent < l->request.n) {
		ssize_t n = send(l->fd, l->request.p + l->sent, l->request.n - l->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			link_wants(r, l, EPOLLIN | EPOLLOUT);
			return true;
		}
		if (n < 0)
			return false;
		l->sent += (size_t)n;
	}
	if (waited)
		link_wants(r, l, EPOLLIN);
	return true;
}

static bool
link_next(struct run *r, struct link *l)
{
	const struct load_options *o = r->o;
	struct buf b;

	arena_reset(l->arena);
	buf_init(&b, l->arena);
	if (!r->drained && ((o->requests > 0 && r->next >= o->requests) ||
			    (r->end_us > 0 && monotonic_us() >= r->end_us) ||
			    !o->next(o->ctx, l->number, r->next, &b)))
		r->drained = true;
	if (r->drained) {
		l->idle = true;
		r->busy--;
		return true;
	}
	l->n = r->next++;
	l->request = buf_str(&b);
	l->sent = 0;
	l->start_us = monotonic_us();
	return link_send(r, l);
}

/* Bytes of the whole answer in hand, 0 when it is not whole yet, -1 when it is none. */
static ssize_t
answer_bytes(const struct link *l, int *status, struct str *body)
{
	struct str in = {l->in, l->in_bytes}, line, head;
	ptrdiff_t end = str_find(in, STR("\r\n\r\n"));
	int64_t length = 0, code = 0;

	if (end < 0)
		return in.n > 65536 ? -1 : 0;
	head = str_sub(in, 0, (size_t)end);
	line = str_cut(&head, '\n');
	if (!str_starts(line, STR("HTTP/1.1 ")) || !str_to_i64(str_sub(line, 9, 12), &code) ||
	    code < 100 || code > 599)
		return -1;
	while (head.p != NULL) {
		struct str value = str_cut(&head, '\n');
		struct str name = str_cut(&value, ':');

		if (str_eq_ascii_case(name, STR("Transfer-Encoding")))
			return -1;
		if (str_eq_ascii_case(name, STR("Content-Length")) &&
		    !str_to_i64(str_trim(value), &length))
			return -1;
	}
	if (length < 0 || (uint64_t)length > ANSWER_BYTES_MAX)
		return -1;
	if (in.n < (size_t)end + 4 + (size_t)length)
		return 0;
	*status = (int)code;
	*body = str_sub(in, (size_t)end + 4, (size_t)end + 4 + (size_t)length);
	return (ssize_t)((size_t)end + 4 + (size_t)length);
}

static void
count(struct run *r, struct link *l, int status, struct str body)
{
	uint64_t us = (uint64_t)(monotonic_us() - l->start_us);

	r->out->answers++;
	r->out->status[status]++;
	r->latency[bucket(us)]++;
	if (us > r->out->max_us)
		r->out->max_us = (uint32_t)us;
	if (r->o->answer != NULL)
		r->o->answer(r->o->ctx, l->number, l->n, status, body);
}

static bool
link_receive(struct run *r, struct link *l)
{
	ssize_t n;
	int status = 0;
	struct str body;

	if (l->in_cap - l->in_bytes < 4096) {
		l->in_cap = l->in_cap > 0 ? l->in_cap * 2 : 16384;
		l->in = heap_grow(l->in, l->in_cap);
	}
	n = recv(l->fd, l->in + l->in_bytes, l->in_cap - l->in_bytes, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return false;
	l->in_bytes += (size_t)n;
	n = answer_bytes(l, &status, &body);
	if (n <= 0)
		return n == 0;
	count(r, l, status, body);
	/* One request at a time: more bytes than one answer are a mistake of the server's. */
	if ((size_t)n != l->in_bytes)
		return false;
	l->in_bytes = 0;
	return link_next(r, l);
}

static void
link_again(struct run *r, struct link *l)
{
	r->out->broken++;
	(void)close(l->fd);
	if (link_open(r, l) && link_next(r, l))
		return;
	/* The server is gone: this connection stays out of the run. */
	l->idle = true;
	r->busy--;
}

static void
go(struct run *r)
{
	struct epoll_event events[128];

	for (unsigned i = 0; i < r->o->connections; i++) {
		r->busy++;
		if (!link_next(r, &r->links[i]))
			link_again(r, &r->links[i]);
	}
	while (r->busy > 0) {
		int n = epoll_wait(r->epoll_fd, events, COUNT_OF(events), 30000);

		if (n == 0)
			break;
		for (int i = 0; i < n; i++) {
			struct link *l = events[i].data.ptr;
			bool ok = true;

			if (l->idle)
				link_wants(r, l, 0);
			else if ((events[i].events & EPOLLOUT) != 0)
				ok = link_send(r, l);
			if (ok && !l->idle && (events[i].events & ~(uint32_t)EPOLLOUT) != 0)
				ok = link_receive(r, l);
			if (!ok)
				link_again(r, l);
		}
	}
}

static void
links_close(struct run *r, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (r->links[i].fd >= 0)
			(void)close(r->links[i].fd);
		arena_free(r->links[i].arena);
		free(r->links[i].in);
	}
	free(r->links);
	free(r->latency);
	(void)close(r->epoll_fd);
}

/* With its children: a node's keys lie in a process of their own, and work for each request. */
static double
family_seconds(int pid)
{
	double seconds = process_seconds(pid);
	char path[64];
	FILE *f;
	int child;

	(void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	if (pid == 0 || (f = fopen(path, "re")) == NULL)
		return seconds;
	while (fscanf(f, "%d", &child) == 1)
		seconds += process_seconds(child);
	(void)fclose(f);
	return seconds;
}

enum rc
load_run(const struct load_options *o, struct load_result *out, struct err *err)
{
	struct run r = {.o = o, .out = out};
	int64_t start_us;
	double client, server;

	must(o->connections > 0 && (o->requests > 0 || o->duration_ms > 0));
	*out = (struct load_result){0};
	r.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	must(r.epoll_fd >= 0);
	r.links = heap_zeroed(o->connections * sizeof(struct link));
	r.latency = heap_zeroed(BUCKETS * sizeof(uint64_t));
	for (unsigned i = 0; i < o->connections; i++) {
		r.links[i] = (struct link){.number = i, .arena = arena_new(0)};
		if (!link_open(&r, &r.links[i])) {
			links_close(&r, i + 1);
			return fail(err, RC_UNAVAILABLE, "", "cannot open connection %u", i);
		}
	}
	client = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
	server = family_seconds(o->server_pid);
	start_us = monotonic_us();
	r.end_us = o->duration_ms > 0 ? start_us + o->duration_ms * 1000 : 0;
	go(&r);
	out->seconds = (double)(monotonic_us() - start_us) / 1e6;
	out->client_cpu_seconds = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - client;
	out->server_cpu_seconds = family_seconds(o->server_pid) - server;
	out->p50_us = percentile(&r, 0.50);
	out->p90_us = percentile(&r, 0.90);
	out->p99_us = percentile(&r, 0.99);
	links_close(&r, o->connections);
	return RC_OK;
}

void
load_print(const char *name, const struct load_result *r)
{
	double n = r->answers > 0 ? (double)r->answers : 1;

	(void)printf("%-24s %9.0f requests/s  p50 %6u us  p90 %6u us  p99 %6u us  max %6u us  ",
		     name, (double)r->answers / r->seconds, r->p50_us, r->p90_us, r->p99_us,
		     r->max_us);
	for (size_t i = 0; i < COUNT_OF(r->status); i++) {
		if (r->status[i] > 0)
			(void)printf("%zu:%llu ", i, (unsigned long long)r->status[i]);
	}
	(void)printf("broken:%llu  client %.1f us", (unsigned long long)r->broken,
		     r->client_cpu_seconds * 1e6 / n);
	if (r->server_cpu_seconds > 0)
		(void)printf("  server %.1f us CPU a request", r->server_cpu_seconds * 1e6 / n);
	(void)printf("\n");
	(void)fflush(stdout);
}
