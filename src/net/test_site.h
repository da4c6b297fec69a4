#ifndef NET_TEST_SITE_H
#define NET_TEST_SITE_H

/*
 * test_site: a server with a small pool behind it, spoken to over real sockets. What its worker
 * does is named by the path.
 */

#include "base/test.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "net/http.h"
#include "net/http_pool.h"
#include "net/http_stream.h"

/*
 * A server with a small pool behind it, spoken to over real sockets. What its worker does is
 * named by the path.
 */
struct site {
	struct http_server *server;
	pthread_cond_t came; /* somebody asked for /release */
	bool released;
	struct http_pool *pool;
	pthread_mutex_t lock;
	struct http_request *held;  /* by /hold, until the test replies */
	struct http_stream *stream; /* by /events */
	unsigned seen;
};

static inline void
keep(struct site *s, struct http_request *held, struct http_stream *stream)
{
	assert_int_equal(pthread_mutex_lock(&s->lock), 0);
	if (held != NULL)
		s->held = held;
	if (stream != NULL)
		s->stream = stream;
	s->seen++;
	assert_int_equal(pthread_mutex_unlock(&s->lock), 0);
}

static inline unsigned
seen(struct site *s)
{
	unsigned n;

	assert_int_equal(pthread_mutex_lock(&s->lock), 0);
	n = s->seen;
	assert_int_equal(pthread_mutex_unlock(&s->lock), 0);
	return n;
}

static inline void
reply_text(struct http_request *r, int status, struct str body)
{
	http_reply(r, &(struct http_response){
			  .status = status, .content_type = STR("text/plain"), .body = body});
}

static inline void
echo(struct http_request *r)
{
	struct arena *a = arena_new(0);
	struct str q = STR("-"), h = STR("-");
	struct str text;

	(void)query_find(r->query, "q", &q);
	(void)header_find(r->headers, "x-Test", &h);
	text = str_fmt(a, "%.*s %.*s q=%.*s h=%.*s body=%.*s uid=%lld peer=%.*s tls=%d",
		       STR_ARG(r->method), STR_ARG(r->path), STR_ARG(q), STR_ARG(h),
		       STR_ARG(r->body), (long long)r->peer_uid, STR_ARG(r->peer_address), r->tls);
	reply_text(r, 200, text);
	arena_free(a);
}

static inline void
work(void *ctx, unsigned worker, struct http_request *r)
{
	struct site *s = ctx;
	static const struct pair bad = {STR_INIT("X-Bad"), STR_INIT("a\r\nSet-Cookie: b")};
	static const struct pair own = {STR_INIT("cache-control"), STR_INIT("max-age=60")};

	assert_true(worker < 4);
	if (str_eq_z(r->path, "/hold")) {
		keep(s, r, NULL);
	} else if (str_eq_z(r->path, "/events")) {
		keep(s, NULL, http_reply_stream(r, (struct pairs){0}));
	} else if (str_eq_z(r->path, "/bad-header")) {
		http_reply(r, &(struct http_response){.status = 200, .headers = {&bad, 1}});
	} else if (str_eq_z(r->path, "/own-header")) {
		http_reply(r, &(struct http_response){.status = 200, .headers = {&own, 1}});
	} else if (str_eq_z(r->path, "/wait") || str_eq_z(r->path, "/release")) {
		assert_int_equal(pthread_mutex_lock(&s->lock), 0);
		s->released |= str_eq_z(r->path, "/release");
		assert_int_equal(pthread_cond_broadcast(&s->came), 0);
		while (!s->released)
			assert_int_equal(pthread_cond_wait(&s->came, &s->lock), 0);
		assert_int_equal(pthread_mutex_unlock(&s->lock), 0);
		reply_text(r, 200, STR("released"));
	} else if (str_eq_z(r->path, "/slow")) {
		(void)usleep(50000);
		reply_text(r, 200, STR("slow"));
	} else {
		echo(r);
	}
}

static inline void
queue(void *ctx, struct http_request *r)
{
	struct site *s = ctx;

	(void)http_pool_put(s->pool, r);
}

static inline size_t
body_max(void *ctx, struct str method, struct str path)
{
	(void)ctx;
	if (!str_eq_z(method, "POST"))
		return 0;
	return str_eq_z(path, "/big") ? (size_t)8 << 20 : 1000;
}

static inline struct site *
site_open(struct http_options o)
{
	struct site *s = heap_zeroed(sizeof *s);
	struct err err = {0};

	assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
	assert_int_equal(http_pool_open(4, 4096, work, NULL, s, &s->pool, &err), RC_OK);
	if (o.address == NULL && o.socket_path == NULL)
		o.address = "127.0.0.1";
	o.body_max = body_max;
	if (http_open(&o, queue, s, &s->server, &err) != RC_OK)
		fail_msg("%s", err.text);
	return s;
}

static inline void
site_close(struct site *s)
{
	http_close(s->server, 2000);
	http_pool_close(s->pool);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static inline int
dial(const struct site *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(http_port(s->server))};
	struct timeval wait = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
	return fd;
}

static inline void
say(int fd, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* One whole answer (by its Content-Length), or all until the end if there is none. */
static inline struct str
hear(struct arena *a, int fd, bool head_only)
{
	struct buf b;
	ptrdiff_t end = -1, at;
	size_t want = SIZE_MAX;
	char c;

	buf_init(&b, a);
	while (b.n < want && recv(fd, &c, 1, 0) == 1) {
		buf_add_byte(&b, c);
		if (end >= 0 || !str_ends(buf_str(&b), STR("\r\n\r\n")))
			continue;
		end = (ptrdiff_t)b.n;
		at = str_find(buf_str(&b), STR("Content-Length: "));
		if (at >= 0)
			want = b.n + (head_only ? 0 : strtoul(b.p + at + 16, NULL, 10));
	}
	return buf_str(&b);
}

static inline int
status_of(struct str answer)
{
	return answer.n > 12 ? atoi(answer.p + 9) : 0;
}

static inline bool
has(struct str answer, const char *text)
{
	return str_find(answer, str_from(text)) >= 0;
}

/* True when the other end closes within wait_ms. */
static inline bool
ends_within(int fd, int wait_ms)
{
	int64_t until = monotonic_ms() + wait_ms;
	char sink[4096];

	while (monotonic_ms() < until) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		if (poll(&p, 1, (int)(until - monotonic_ms())) > 0 &&
		    recv(fd, sink, sizeof sink, 0) <= 0)
			return true;
	}
	return false;
}

#define ONCE(site, text) once((site), (arena), (text))

static inline struct str
once(const struct site *s, struct arena *a, const char *text)
{
	int fd = dial(s);
	struct str answer;

	say(fd, text);
	answer = hear(a, fd, str_starts(str_from(text), STR("HEAD")));
	(void)close(fd);
	return answer;
}

#endif
