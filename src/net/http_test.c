#include "base/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

static void
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

static unsigned
seen(struct site *s)
{
	unsigned n;

	assert_int_equal(pthread_mutex_lock(&s->lock), 0);
	n = s->seen;
	assert_int_equal(pthread_mutex_unlock(&s->lock), 0);
	return n;
}

static void
reply_text(struct http_request *r, int status, struct str body)
{
	http_reply(r, &(struct http_response){
			  .status = status, .content_type = STR("text/plain"), .body = body});
}

static void
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

static void
work(void *ctx, unsigned worker, struct http_request *r)
{
	struct site *s = ctx;
	static const struct pair bad = {STR_INIT("X-Bad"), STR_INIT("a\r\nSet-Cookie: b")};
	static const struct pair own = {STR_INIT("cache-control"), STR_INIT("max-age=60")};
	struct err err;

	assert_true(worker < 4);
	if (str_eq_z(r->path, "/hold")) {
		keep(s, r, NULL);
	} else if (str_eq_z(r->path, "/events")) {
		keep(s, NULL, http_reply_stream(r, (struct pairs){0}));
	} else if (str_eq_z(r->path, "/bad-header")) {
		http_reply(r, &(struct http_response){.status = 200, .headers = {&bad, 1}});
	} else if (str_eq_z(r->path, "/own-header")) {
		http_reply(r, &(struct http_response){.status = 200, .headers = {&own, 1}});
	} else if (str_eq_z(r->path, "/problem")) {
		(void)fail(&err, RC_CONFLICT, "state", "this \"case\" is closed");
		http_reply_problem(r, &err);
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

static void
queue(void *ctx, struct http_request *r)
{
	struct site *s = ctx;

	(void)http_pool_put(s->pool, r);
}

static void
queue_later(void *ctx, struct http_request *r)
{
	struct site *s = ctx;

	(void)http_pool_put_later(s->pool, r);
}

static int
turned(void *ctx)
{
	struct site *s = ctx;

	return http_pool_stir(s->pool);
}

static size_t
body_max(void *ctx, struct str method, struct str path)
{
	(void)ctx;
	if (!str_eq_z(method, "POST"))
		return 0;
	return str_eq_z(path, "/big") ? (size_t)8 << 20 : 1000;
}

static struct site *
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

static void
site_close(struct site *s)
{
	http_close(s->server, 2000);
	http_pool_close(s->pool);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static int
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

static int
dial_unix(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* One whole answer (by its Content-Length), or all until the end if there is none. */
static struct str
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

static int
status_of(struct str answer)
{
	return answer.n > 12 ? atoi(answer.p + 9) : 0;
}

static bool
has(struct str answer, const char *text)
{
	return str_find(answer, str_from(text)) >= 0;
}

/* True when the other end closes within wait_ms. */
static bool
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

static struct str
once(const struct site *s, struct arena *a, const char *text)
{
	int fd = dial(s);
	struct str answer;

	say(fd, text);
	answer = hear(a, fd, str_starts(str_from(text), STR("HEAD")));
	(void)close(fd);
	return answer;
}

static void
a_request_is_decoded_and_answered_from_another_thread(void **state)
{
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	struct str answer;

	(void)state;
	answer = ONCE(s, "POST /a%20b?q=%C3%A9 HTTP/1.1\r\nHost: x\r\nX-TEST: v\r\n"
			 "Content-Length: 5\r\n\r\nhello");
	assert_int_equal(status_of(answer), 200);
	assert_true(has(answer, "POST /a b q=\xc3\xa9 h=v body=hello uid=-1 peer=127.0.0.1 tls=0"));
	assert_true(has(answer, "X-Content-Type-Options: nosniff\r\n"));
	assert_true(has(answer, "Referrer-Policy: no-referrer\r\n"));
	assert_true(has(answer, "Cache-Control: no-store\r\n"));
	assert_true(has(answer, "Content-Security-Policy: default-src 'none'"));
	assert_false(has(answer, "Server:"));
	answer = ONCE(s, "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
			 "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	assert_true(has(answer, "body=abcde"));
	answer = ONCE(s, "GET /own-header HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_true(has(answer, "cache-control: max-age=60"));
	assert_false(has(answer, "no-store"));
	site_close(s);
	arena_free(arena);
}

static void
kept_alive_and_pipelined_requests_are_answered_in_order(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	int fd = dial(s);

	(void)state;
	for (int i = 0; i < 20; i++) {
		say(fd, "GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_true(has(hear(a, fd, false), "GET /again"));
	}
	say(fd, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n"
		"POST /three HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
	assert_true(has(hear(a, fd, false), "slow"));
	assert_true(has(hear(a, fd, false), "GET /two"));
	assert_true(has(hear(a, fd, false), "POST /three q=- h=- body=hi"));
	(void)close(fd);
	site_close(s);
	arena_free(a);
}

static void
head_has_the_header_of_get_and_no_body(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	struct str answer;
	int fd = dial(s);

	(void)state;
	say(fd, "HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n");
	answer = hear(a, fd, true);
	assert_int_equal(status_of(answer), 200);
	assert_false(has(answer, "Content-Length: 0\r\n"));
	/* A body would now be taken for the next answer. */
	say(fd, "GET /next HTTP/1.1\r\nHost: x\r\n\r\n");
	answer = hear(a, fd, false);
	assert_true(str_starts(answer, STR("HTTP/1.1 200")));
	assert_true(has(answer, "GET /next"));
	(void)close(fd);
	site_close(s);
	arena_free(a);
}

static void
what_is_not_plain_http_is_refused(void **state)
{
	static const struct {
		const char *text;
		int status;
		bool ours;
	} cases[] = {
	    /* clang-format off */
		{ "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, true },
		{ "GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400, true },
		{ "GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n", 400, true },
		{ "GET /?q=%0a HTTP/1.1\r\nHost: x\r\n\r\n", 400, true },
		{ "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, true },
		{ "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 400, true },
		{ "get / HTTP/1.1\r\nHost: x\r\n\r\n", 400, true },
		{ "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nLiaison-Purpose: a\r\nX-A: a\r\nLiaison-purpose: b\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nIf-Match: 1\r\nIf-Match: 1\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nX-A: \xff\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\x01z\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nX(A): a\r\n\r\n", 400, true },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, true },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, true },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400, true },
		{ "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\nHost: x\n\n", 400, true },
		{ "GET / HTTP/1.1\nHost: x\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\nX-A: a\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nX-A:\nX-B:\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\n\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\n\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\rX-A: a\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\n\rX-A: a\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n\tb: c\r\nX-C: d\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\nHost: x\r\nX-A:\r\n b\r\n\r\n", 400, true },
		{ "GET / HTTP/1.1\r\n Host: x\r\nHost: x\r\n\r\n", 400, false },
		{ "POST / HTTP/1.1\nHost: x\nContent-Length: 2\n\nab", 400, true },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, false },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n", 400, false },
		{ "GET / HTTP/1.1\r\n\r\n", 400, false },
	    /* clang-format on */
	};
	static const struct str nuls[] = {
	    STR_INIT("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n"),
	    STR_INIT("GET /a?\0b HTTP/1.1\r\nHost: x\r\n\r\n"),
	    STR_INIT("GET / HTTP/1.1\r\nHost: x\r\nX\0A: z\r\n\r\n"),
	    STR_INIT("GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0z\r\n\r\n"),
	    STR_INIT("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\n\0\0"),
	    STR_INIT("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\n\n\0\0\0\0"),
	};
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){0});

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str answer = ONCE(s, cases[i].text);

		if (status_of(answer) != cases[i].status)
			print_error("case %zu: %s -> %.*s\n", i, cases[i].text, STR_ARG(answer));
		assert_int_equal(status_of(answer), cases[i].status);
		if (!cases[i].ours)
			continue;
		assert_true(has(answer, "Content-Type: application/problem+json"));
		assert_true(has(answer, "\"status\":400"));
	}
	assert_int_equal(seen(s), 0);
	for (size_t i = 0; i < COUNT_OF(nuls); i++) {
		int fd = dial(s);

		assert_int_equal(send(fd, nuls[i].p, nuls[i].n, 0), (ssize_t)nuls[i].n);
		assert_int_equal(status_of(hear(arena, fd, false)), 400);
		(void)close(fd);
	}
	assert_int_equal(seen(s), 0);
	site_close(s);
	arena_free(arena);
}

static void
a_body_over_the_routes_limit_gets_413(void **state)
{
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	size_t n = (size_t)4 << 20;
	char *big = heap_zeroed(n);
	struct str answer;
	int fd;

	(void)state;
	/* Announced: refused before the body. */
	answer = ONCE(s, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
	assert_int_equal(status_of(answer), 413);
	assert_true(has(answer, "application/problem+json"));
	answer = ONCE(s, "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na");
	assert_int_equal(status_of(answer), 413);
	/* Sent although nobody wants it: the answer is still read. */
	fd = dial(s);
	memset(big, 'a', n);
	say(fd, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n");
	(void)!send(fd, big, n, MSG_NOSIGNAL);
	assert_int_equal(status_of(hear(arena, fd, false)), 413);
	(void)close(fd);
	/* In chunks, so that it is seen only on the way. */
	fd = dial(s);
	say(fd, "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n");
	assert_int_equal(send(fd, big, 2048, MSG_NOSIGNAL), 2048);
	say(fd, "\r\n0\r\n\r\n");
	assert_int_equal(status_of(hear(arena, fd, false)), 413);
	(void)close(fd);
	/* Within its limit a large one is taken whole. */
	fd = dial(s);
	say(fd, "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n");
	for (size_t sent = 0; sent < n;) {
		ssize_t more = send(fd, big + sent, n - sent, MSG_NOSIGNAL);

		assert_true(more > 0);
		sent += (size_t)more;
	}
	answer = hear(arena, fd, true);
	assert_int_equal(status_of(answer), 200);
	(void)close(fd);
	free(big);
	site_close(s);
	arena_free(arena);
}

static void
bodies_together_over_their_total_get_503(void **state)
{
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){.body_bytes_total_max = 600});
	struct str answer;

	(void)state;
	answer = ONCE(s, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 700\r\n\r\n");
	assert_int_equal(status_of(answer), 503);
	assert_true(has(answer, "Retry-After: 1\r\n"));
	site_close(s);
	arena_free(arena);
}

static void
a_header_bomb_gets_431_and_the_server_lives(void **state)
{
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){.header_bytes_max = 4096});
	static const size_t sizes[] = {3000, 6000, 100000};
	static const int wanted[] = {200, 431, 0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		char *text = heap_zeroed(sizes[i] + 200);
		int fd = dial(s), status, n;

		n = snprintf(text, sizes[i] + 200,
			     "GET /x HTTP/1.1\r\nHost: x\r\nX-A: %0*d\r\n\r\n", (int)sizes[i], 1);
		(void)!send(fd, text, (size_t)n, MSG_NOSIGNAL);
		status = status_of(hear(arena, fd, false));
		/* Far over, the library refuses by itself, or the connection is gone. */
		if (wanted[i] != 0)
			assert_int_equal(status, wanted[i]);
		else
			assert_true(status == 0 || (status >= 400 && status < 500));
		(void)close(fd);
		free(text);
	}
	assert_int_equal(status_of(ONCE(s, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
	site_close(s);
	arena_free(arena);
}

static void
heads_of_every_shape_are_read(void **state)
{
	static const char *const shapes[] = {
	    "GET /x HTTP/1.1\r\nHost: x\r\n\r\n",
	    "\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n",
	    "GET /x HTTP/1.0\r\n\r\n",
	    "GET /x?q=1 HTTP/1.1\r\nHost:x\r\nX-A: \r\nX-B:\r\nX-C: \t a \r\n\r\n",
	    "GET /x?a&b=c&q=%20 HTTP/1.1\r\nCookie: a=b; c=\"d\"\r\nHost: x\r\n\r\n",
	    "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
	};
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	int fd = dial(s);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		const char *c = shapes[i];
		int one = dial(s);

		if (status_of(ONCE(s, shapes[i])) != 200)
			fail_msg("shape %zu is refused\n", i);
		/* Byte by byte, so that the library's buffer fills in every way. */
		for (; *c != '\0'; c++)
			assert_int_equal(send(one, c, 1, MSG_NOSIGNAL), 1);
		assert_int_equal(status_of(hear(arena, one, false)), 200);
		(void)close(one);
		/* All on one connection, where the pool's memory was used before. */
		if (i != 2) {
			say(fd, shapes[i]);
			assert_int_equal(status_of(hear(arena, fd, false)), 200);
		}
	}
	(void)close(fd);
	site_close(s);
	arena_free(arena);
}

static void
however_many_parameters_there_are_the_answer_is_a_problem(void **state)
{
	static const size_t counts[] = {129,   1000,  4000,  8000,  11000, 11900,
					11950, 12000, 12050, 12100, 12150, 12200};
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){0});

	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		struct buf b;
		struct str answer;
		int fd = dial(s);

		buf_init(&b, arena);
		buf_add_z(&b, "GET /x?a");
		for (size_t k = 1; k < counts[i]; k++)
			buf_add_z(&b, "&a");
		buf_add_z(&b, " HTTP/1.1\r\nHost: x\r\n\r\n");
		(void)!send(fd, b.p, b.n, MSG_NOSIGNAL);
		answer = hear(arena, fd, false);
		if (!has(answer, "application/problem+json") || status_of(answer) < 400)
			fail_msg("%zu: %.*s\n", counts[i], STR_ARG(answer));
		(void)close(fd);
	}
	site_close(s);
	arena_free(arena);
}

/* Drip one byte each 40 ms; true if the server cut within wait_ms. */
static bool
drip_is_cut(int fd, const char *text, int wait_ms)
{
	int64_t until = monotonic_ms() + wait_ms;

	for (size_t i = 0; monotonic_ms() < until; i = text[i + 1] != '\0' ? i + 1 : i) {
		if (send(fd, text + i, 1, MSG_NOSIGNAL) != 1 || ends_within(fd, 40))
			return true;
	}
	return false;
}

static void
a_slow_drip_is_cut_wherever_it_drips(void **state)
{
	static const char *const drips[] = {
	    "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "GET / HTTP/1.1\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct arena *arena = arena_new(0);
	struct site *s =
	    site_open((struct http_options){.request_timeout_ms = 500, .idle_timeout_ms = 1000});
	int fd;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(drips); i++) {
		fd = dial(s);
		assert_true(drip_is_cut(fd, drips[i], 3000));
		(void)close(fd);
	}
	/* In the body, of the second request of a kept connection. */
	fd = dial(s);
	say(fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(status_of(hear(arena, fd, false)), 200);
	say(fd, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n");
	assert_true(drip_is_cut(fd, "aa", 3000));
	(void)close(fd);
	/* Silence, at the start and between requests. */
	fd = dial(s);
	assert_true(ends_within(fd, 3000));
	(void)close(fd);
	fd = dial(s);
	say(fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(status_of(hear(arena, fd, false)), 200);
	assert_true(ends_within(fd, 4000));
	(void)close(fd);
	site_close(s);
	arena_free(arena);
}

static void
a_parked_request_is_not_cut(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s =
	    site_open((struct http_options){.request_timeout_ms = 200, .idle_timeout_ms = 200});
	int fd = dial(s);

	(void)state;
	say(fd, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
	(void)usleep(1500000);
	assert_int_equal(seen(s), 1);
	reply_text(s->held, 200, STR("at last"));
	assert_true(has(hear(a, fd, false), "at last"));
	(void)close(fd);
	site_close(s);
	arena_free(a);
}

static void
a_client_that_vanished_while_parked_does_no_harm(void **state)
{
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){0});

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		int fd = dial(s);
		struct linger now = {.l_onoff = 1};

		say(fd, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
		while (seen(s) <= i)
			(void)usleep(1000);
		/* Half of them by reset. */
		if (i % 2 == 0)
			(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		(void)close(fd);
		reply_text(s->held, 200, STR("nobody hears"));
	}
	assert_int_equal(status_of(ONCE(s, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
	site_close(s);
	arena_free(arena);
}

static void
connections_are_limited_in_all_and_per_address(void **state)
{
	static const struct http_options limits[] = {
	    {.connection_max = 20}, {.connection_max = 100, .connection_per_address_max = 20}};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t k = 0; k < COUNT_OF(limits); k++) {
		struct site *s = site_open(limits[k]);
		struct http_stream *streams[20];
		int fds[20], extra;

		/* Each has an answer going out, so none gives way. */
		for (unsigned i = 0; i < COUNT_OF(fds); i++) {
			fds[i] = dial(s);
			say(fds[i], "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
			while (seen(s) <= i)
				(void)usleep(1000);
			streams[i] = s->stream;
		}
		assert_int_equal(http_connections(s->server), 20);
		extra = dial(s);
		assert_true(ends_within(extra, 2000));
		(void)close(extra);
		(void)close(fds[0]);
		while (http_connections(s->server) == 20)
			(void)usleep(1000);
		fds[0] = dial(s);
		say(fds[0], "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_int_equal(status_of(hear(a, fds[0], false)), 200);
		for (size_t i = 0; i < COUNT_OF(fds); i++) {
			http_stream_close(streams[i]);
			(void)close(fds[i]);
		}
		site_close(s);
	}
	arena_free(a);
}

static void
when_all_places_are_taken_who_asked_for_nothing_makes_room(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){.connection_max = 20});
	int held = dial(s), fds[100], honest;

	(void)state;
	/* Somebody who waits for an answer keeps their place, whoever comes. */
	say(held, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
	while (seen(s) == 0)
		(void)usleep(1000);
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		fds[i] = dial(s);
		if (i % 2 == 0)
			say(fds[i], "GET /half HTTP/1.1\r\nHos");
		if (i % 25 != 24)
			continue;
		honest = dial(s);
		say(honest, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_int_equal(status_of(hear(a, honest, false)), 200);
		(void)close(honest);
	}
	assert_true(http_connections(s->server) <= 20 + 256);
	/* The first of those that said nothing were told to go. */
	assert_true(ends_within(fds[0], 2000) && ends_within(fds[1], 2000));
	reply_text(s->held, 200, STR("held"));
	assert_int_equal(status_of(hear(a, held, false)), 200);
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		(void)close(fds[i]);
	(void)close(held);
	site_close(s);
	arena_free(a);
}

static void
many_connections_are_served_at_once(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	static int fds[400];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = dial(s);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT_OF(fds); i++)
			say(fds[i],
			    str_fmt(a, "GET /%zu/%d HTTP/1.1\r\nHost: x\r\n\r\n", i, round).p);
		for (size_t i = 0; i < COUNT_OF(fds); i++)
			assert_true(
			    has(hear(a, fds[i], false), str_fmt(a, "GET /%zu/%d q", i, round).p));
		arena_reset(a);
	}
	assert_int_equal(http_connections(s->server), COUNT_OF(fds));
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		(void)close(fds[i]);
	site_close(s);
	arena_free(a);
}

static void
the_unix_socket_is_private_and_tells_who_calls(void **state)
{
	struct arena *a = arena_new(0);
	struct str path = str_fmt(a, "/tmp/liaison-http-test-%d.sock", (int)getpid());
	struct http_options o = {.socket_path = path.p, .address = "::1"};
	struct site *s;
	struct stat st;
	struct http_server *second;
	struct err err;
	int fd;

	(void)state;
	/* A stale socket is replaced, a socket in use is not, a file never. */
	for (int round = 0; round < 2; round++) {
		s = site_open(o);
		assert_int_equal(stat(path.p, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		fd = dial_unix(path.p);
		say(fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_true(
		    has(hear(a, fd, false), str_fmt(a, "uid=%d peer= tls=0", (int)getuid()).p));
		(void)close(fd);
		assert_int_equal(http_open(&(struct http_options){.socket_path = path.p}, queue, s,
					   &second, &err),
				 RC_UNAVAILABLE);
		site_close(s);
		assert_int_not_equal(stat(path.p, &st), 0);
		if (round == 0) {
			struct sockaddr_un at = {.sun_family = AF_UNIX};

			memcpy(at.sun_path, path.p, path.n);
			fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
			assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
			(void)close(fd);
		}
	}
	/* A group that is named may use it too, and the node still hears which account it is. */
	o.has_socket_group = true;
	o.socket_group = (unsigned)getgid();
	s = site_open(o);
	assert_int_equal(stat(path.p, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(st.st_gid, getgid());
	site_close(s);
	(void)close(creat(path.p, 0600));
	assert_int_equal(
	    http_open(&(struct http_options){.socket_path = path.p}, queue, NULL, &second, &err),
	    RC_INVALID);
	(void)unlink(path.p);
	arena_free(a);
}

static void
plain_http_beyond_this_machine_is_refused(void **state)
{
	static const char *const addresses[] = {"0.0.0.0",   "192.0.2.1",    "::", "2001:db8::1",
						"localhost", "127.0.0.1:80", ""};
	struct http_server *server;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(addresses); i++)
		assert_int_equal(http_open(&(struct http_options){.address = addresses[i]}, queue,
					   NULL, &server, &err),
				 RC_INVALID);
	assert_int_equal(
	    http_open(&(struct http_options){.address = "0.0.0.0"}, queue, NULL, &server, &err),
	    RC_INVALID);
	assert_non_null(strstr(err.text, "TLS certificate"));
	assert_int_equal(http_open(&(struct http_options){0}, queue, NULL, &server, &err),
			 RC_INVALID);
	assert_int_equal(
	    http_open(&(struct http_options){.address = "127.0.0.1", .tls_certificate_pem = "x"},
		      queue, NULL, &server, &err),
	    RC_INVALID);
	assert_int_equal(http_open(&(struct http_options){.address = "127.0.0.1",
							  .tls_certificate_pem = "x",
							  .tls_key_pem = "y"},
				   queue, NULL, &server, &err),
			 RC_INVALID);
	assert_string_equal(err.key, "tls");
}

static void
a_header_that_cannot_be_sent_becomes_500(void **state)
{
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	struct str answer = ONCE(s, "GET /bad-header HTTP/1.1\r\nHost: x\r\n\r\n");

	(void)state;
	assert_int_equal(status_of(answer), 500);
	assert_false(has(answer, "Set-Cookie"));
	answer = ONCE(s, "GET /problem HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(status_of(answer), 409);
	assert_true(has(answer, "\"type\":\"urn:liaison:problem:conflict\""));
	assert_true(has(answer, "\"detail\":\"this \\\"case\\\" is closed\""));
	assert_true(has(answer, "\"key\":\"state\""));
	site_close(s);
	arena_free(arena);
}

static void
a_full_queue_answers_503(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = heap_zeroed(sizeof *s);
	int fds[12], busy = 0;

	(void)state;
	assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
	assert_int_equal(http_pool_open(1, 2, work, NULL, s, &s->pool, NULL), RC_OK);
	assert_int_equal(
	    http_open(&(struct http_options){.address = "127.0.0.1"}, queue, s, &s->server, NULL),
	    RC_OK);
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		fds[i] = dial(s);
		say(fds[i], "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		struct str answer = hear(a, fds[i], false);

		assert_true(status_of(answer) == 200 || status_of(answer) == 503);
		assert_int_equal(has(answer, "Retry-After: 1\r\n"), status_of(answer) == 503);
		busy += status_of(answer) == 503;
		(void)close(fds[i]);
	}
	assert_true(busy > 0 && busy < 12);
	site_close(s);
	arena_free(a);
}

/* One worker takes what comes together; who waits behind it for long gets another. */
static void
a_slow_request_does_not_hold_up_those_behind_it(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = heap_zeroed(sizeof *s);
	int fds[4];

	(void)state;
	assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
	assert_int_equal(pthread_cond_init(&s->came, NULL), 0);
	assert_int_equal(http_pool_open(4, 100, work, NULL, s, &s->pool, NULL), RC_OK);
	assert_int_equal(http_open(&(struct http_options){.address = "127.0.0.1", .turned = turned},
				   queue_later, s, &s->server, NULL),
			 RC_OK);
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		fds[i] = dial(s);
		/* Three workers wait for what the fourth does. */
		say(fds[i], i < 3 ? "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"
				  : "GET /release HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		assert_int_equal(status_of(hear(a, fds[i], false)), 200);
		(void)close(fds[i]);
	}
	site_close(s);
	arena_free(a);
}

static unsigned rests, worked_since;

static void
work_and_count(void *ctx, unsigned worker, struct http_request *r)
{
	(void)ctx;
	(void)worker;
	worked_since++;
	reply_text(r, 200, STR("done"));
}

static void
rest_and_count(void *ctx, unsigned worker)
{
	(void)ctx;
	(void)worker;
	rests += worked_since > 0;
	worked_since = 0;
}

/* What a worker keeps from request to request it lets go of before it sleeps, and at the end. */
static void
a_worker_rests_before_it_sleeps(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = heap_zeroed(sizeof *s);

	(void)state;
	rests = worked_since = 0;
	assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
	assert_int_equal(http_pool_open(1, 100, work_and_count, rest_and_count, s, &s->pool, NULL),
			 RC_OK);
	assert_int_equal(
	    http_open(&(struct http_options){.address = "127.0.0.1"}, queue, s, &s->server, NULL),
	    RC_OK);
	for (int i = 0; i < 3; i++) {
		int fd = dial(s);

		say(fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_int_equal(status_of(hear(a, fd, false)), 200);
		(void)close(fd);
	}
	site_close(s);
	assert_true(rests >= 1);
	assert_int_equal(worked_since, 0);
	arena_free(a);
}

static void
closing_waits_for_what_is_owed_and_gives_up_at_the_deadline(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	struct http_request *held;
	int slow = dial(s), stuck = dial(s), idle = dial(s);
	int64_t start;

	(void)state;
	say(stuck, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
	while (seen(s) == 0)
		(void)usleep(1000);
	held = s->held;
	say(slow, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
	(void)usleep(20000);
	start = monotonic_ms();
	http_close(s->server, 300);
	assert_true(monotonic_ms() - start < 1500);
	assert_true(has(hear(a, slow, false), "slow"));
	assert_true(ends_within(stuck, 100));
	assert_true(ends_within(idle, 100));
	/* The request outlives the server. */
	assert_true(str_eq_z(held->path, "/hold"));
	reply_text(held, 200, STR("nobody hears"));
	http_pool_close(s->pool);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
	(void)close(slow);
	(void)close(stuck);
	(void)close(idle);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_is_decoded_and_answered_from_another_thread),
	    cmocka_unit_test(kept_alive_and_pipelined_requests_are_answered_in_order),
	    cmocka_unit_test(head_has_the_header_of_get_and_no_body),
	    cmocka_unit_test(what_is_not_plain_http_is_refused),
	    cmocka_unit_test(a_body_over_the_routes_limit_gets_413),
	    cmocka_unit_test(bodies_together_over_their_total_get_503),
	    cmocka_unit_test(a_header_bomb_gets_431_and_the_server_lives),
	    cmocka_unit_test(heads_of_every_shape_are_read),
	    cmocka_unit_test(however_many_parameters_there_are_the_answer_is_a_problem),
	    cmocka_unit_test(a_slow_drip_is_cut_wherever_it_drips),
	    cmocka_unit_test(a_parked_request_is_not_cut),
	    cmocka_unit_test(a_client_that_vanished_while_parked_does_no_harm),
	    cmocka_unit_test(connections_are_limited_in_all_and_per_address),
	    cmocka_unit_test(when_all_places_are_taken_who_asked_for_nothing_makes_room),
	    cmocka_unit_test(many_connections_are_served_at_once),
	    cmocka_unit_test(the_unix_socket_is_private_and_tells_who_calls),
	    cmocka_unit_test(plain_http_beyond_this_machine_is_refused),
	    cmocka_unit_test(a_header_that_cannot_be_sent_becomes_500),
	    cmocka_unit_test(a_full_queue_answers_503),
	    cmocka_unit_test(a_slow_request_does_not_hold_up_those_behind_it),
	    cmocka_unit_test(a_worker_rests_before_it_sleeps),
	    cmocka_unit_test(closing_waits_for_what_is_owed_and_gives_up_at_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
