#include "base/test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "net/events.h"
#include "net/http.h"
#include "net/http_stream.h"

/* Each request becomes a stream, kept here. */
struct site {
	struct http_server *server;
	pthread_mutex_t lock;
	struct http_stream *at[1024];
	unsigned n;
};

static void
open_stream(void *ctx, struct http_request *r)
{
	struct site *s = ctx;
	struct http_stream *stream = http_reply_stream(r, (struct pairs){0});

	assert_int_equal(pthread_mutex_lock(&s->lock), 0);
	s->at[s->n++] = stream;
	assert_int_equal(pthread_mutex_unlock(&s->lock), 0);
}

static struct site *
site_open(struct http_options o)
{
	struct site *s = heap_zeroed(sizeof *s);
	struct err err = {0};

	assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
	o.address = "127.0.0.1";
	assert_int_equal(http_open(&o, open_stream, s, &s->server, &err), RC_OK);
	return s;
}

static void
site_close(struct site *s)
{
	http_close(s->server, 1000);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static unsigned
streams(struct site *s)
{
	unsigned n;

	assert_int_equal(pthread_mutex_lock(&s->lock), 0);
	n = s->n;
	assert_int_equal(pthread_mutex_unlock(&s->lock), 0);
	return n;
}

static int
subscribe(struct site *s)
{
	static const char text[] = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(http_port(s->server))};
	struct timeval wait = {.tv_sec = 10};
	unsigned before = streams(s);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
	assert_int_equal(send(fd, text, sizeof text - 1, MSG_NOSIGNAL), sizeof text - 1);
	while (streams(s) == before)
		(void)usleep(200);
	return fd;
}

static struct str
hear_until(struct arena *a, int fd, const char *text)
{
	struct buf b;
	char c;

	buf_init(&b, a);
	while (recv(fd, &c, 1, 0) == 1) {
		buf_add_byte(&b, c);
		if (text != NULL && str_ends(buf_str(&b), str_from(text)))
			break;
	}
	return buf_str(&b);
}

static void
events_arrive_at_once_and_in_order(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	int fd = subscribe(s);
	struct str text;
	int64_t start = monotonic_ms();

	(void)state;
	text = hear_until(a, fd, "retry: 2000\n\n");
	assert_true(str_starts(text, STR("HTTP/1.1 200")));
	assert_true(str_find(text, STR("Content-Type: text/event-stream\r\n")) > 0);
	assert_true(str_find(text, STR("nosniff")) > 0);
	assert_int_equal(http_stream_send(s->at[0], STR("1"), STR("progress"), STR("{\"done\":1}")),
			 RC_OK);
	text = hear_until(a, fd, "\n\n");
	assert_true(str_find(text, STR("id: 1\nevent: progress\ndata: {\"done\":1}\n\n")) >= 0);
	assert_int_equal(
	    http_stream_send(s->at[0], STR_NONE, STR_NONE, STR("a\r\nevent: no\rid: x\nb")), RC_OK);
	text = hear_until(a, fd, "\n\n");
	assert_true(str_find(text, STR("data: a\ndata: event: no\ndata: id: x\ndata: b\n\n")) >= 0);
	assert_true(monotonic_ms() - start < 1000);
	assert_true(http_stream_is_open(s->at[0]));
	/* What was sent before the close arrives before the end. */
	assert_int_equal(http_stream_send(s->at[0], STR("9"), STR_NONE, STR("last")), RC_OK);
	http_stream_close(s->at[0]);
	text = hear_until(a, fd, NULL);
	assert_true(str_find(text, STR("data: last\n\n")) >= 0);
	(void)close(fd);
	site_close(s);
	arena_free(a);
}

static void
a_quiet_stream_beats_and_a_vanished_client_is_seen(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){
	    .heartbeat_ms = 200, .idle_timeout_ms = 1000, .request_timeout_ms = 300});
	int fd = subscribe(s);
	int64_t until;

	(void)state;
	(void)hear_until(a, fd, "retry: 2000\n\n");
	for (int i = 0; i < 10; i++)
		(void)hear_until(a, fd, ":\n\n");
	assert_true(http_stream_is_open(s->at[0]));
	(void)close(fd);
	until = monotonic_ms() + 5000;
	while (http_stream_is_open(s->at[0]) && monotonic_ms() < until)
		(void)usleep(1000);
	assert_false(http_stream_is_open(s->at[0]));
	assert_int_equal(http_stream_send(s->at[0], STR_NONE, STR_NONE, STR("x")), RC_STOPPED);
	http_stream_close(s->at[0]);
	site_close(s);
	arena_free(a);
}

static void
a_client_that_does_not_read_is_cut(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){.stream_bytes_max = 65536});
	int fd = subscribe(s);
	char *data = heap_zeroed(4096);
	enum rc rc = RC_OK;
	int64_t until = monotonic_ms() + 5000;

	(void)state;
	memset(data, 'x', 4096);
	for (int i = 0; rc == RC_OK && i < 100000; i++)
		rc = http_stream_send(s->at[0], STR_NONE, STR_NONE, (struct str){data, 4096});
	assert_int_equal(rc, RC_STOPPED);
	assert_false(http_stream_is_open(s->at[0]));
	while (http_connections(s->server) > 0 && monotonic_ms() < until)
		(void)usleep(1000);
	assert_int_equal(http_connections(s->server), 0);
	http_stream_close(s->at[0]);
	(void)close(fd);
	free(data);
	site_close(s);
	arena_free(a);
}

static void
closing_the_server_ends_streams_cleanly(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	int fd = subscribe(s);
	struct http_stream *stream = s->at[0];

	(void)state;
	(void)hear_until(a, fd, "retry: 2000\n\n");
	site_close(s);
	/* The last chunk of the chunked coding: an end, not a break. */
	assert_true(str_ends(hear_until(a, fd, NULL), STR("0\r\n\r\n")));
	assert_false(http_stream_is_open(stream));
	assert_int_equal(http_stream_send(stream, STR_NONE, STR_NONE, STR("x")), RC_STOPPED);
	http_stream_close(stream);
	(void)close(fd);
	arena_free(a);
}

static void *
publish(void *arg)
{
	struct site *s = arg;

	for (int round = 0; round < 10; round++) {
		for (unsigned i = 0; i < s->n; i++)
			assert_int_equal(
			    http_stream_send(s->at[i], STR_NONE, STR("tick"), STR("0123456789")),
			    RC_OK);
	}
	for (unsigned i = 0; i < s->n; i++)
		http_stream_close(s->at[i]);
	return NULL;
}

static void
many_streams_each_get_all_events(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){0});
	static int fds[300];
	pthread_t thread;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = subscribe(s);
	assert_int_equal(pthread_create(&thread, NULL, publish, s), 0);
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		struct str text = hear_until(a, fds[i], NULL);
		int ticks = 0;
		ptrdiff_t at;

		for (; (at = str_find(text, STR("event: tick\n"))) >= 0; ticks++)
			text = str_sub(text, (size_t)at + 12, text.n);
		assert_int_equal(ticks, 10);
		(void)close(fds[i]);
		arena_reset(a);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	site_close(s);
	arena_free(a);
}

struct heard {
	struct buf text;
	int left;
};

static bool
note(void *ctx, struct str id, struct str event, struct str data)
{
	struct heard *h = ctx;

	buf_addf(&h->text, "[%.*s|%.*s|%.*s]", STR_ARG(id), STR_ARG(event), STR_ARG(data));
	return --h->left > 0;
}

static void
event_text_is_read_as_the_standard_says(void **state)
{
	static const struct {
		struct str text;
		const char *heard;
	} cases[] = {
	    /* clang-format off */
		{ STR_INIT("data: a\n\n"),                          "[||a]" },
		{ STR_INIT("data:a\r\n\r\ndata: b\r\r"),            "[||a][||b]" },
		{ STR_INIT("\xef\xbb\xbf" "data: a\n\n"),           "[||a]" },
		{ STR_INIT("id: 1\nevent: e\ndata: a\ndata:  b\n\ndata\n\n"), "[1|e|a\n b][1||]" },
		{ STR_INIT(": comment\n\nevent: x\n\ndata: a\n\n"), "[||a]" },
		{ STR_INIT("id: 1\0\ndata: a\n\n"),                 "[||a]" },
		{ STR_INIT("other: x\ndata: a\n\n"),                "[||a]" },
		{ STR_INIT("data: never ended"),                    "" },
	    /* clang-format on */
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct events e = {0};
		struct heard h = {.left = 100};

		buf_init(&h.text, a);
		for (size_t k = 0; k < cases[i].text.n; k++)
			assert_int_equal(
			    events_feed(&e, str_sub(cases[i].text, k, k + 1), note, &h),
			    EVENTS_GO_ON);
		assert_true(str_eq_z(buf_str(&h.text), cases[i].heard));
		events_done(&e);
	}
	arena_free(a);
}

static void
an_endless_event_is_refused(void **state)
{
	struct events e = {0};
	struct heard h = {.left = 100};
	static char line[70000];
	enum events_end end = EVENTS_GO_ON;

	(void)state;
	memset(line, 'x', sizeof line);
	memcpy(line, "data:", 5);
	line[sizeof line - 1] = '\n';
	for (int i = 0; i < 100 && end == EVENTS_GO_ON; i++)
		end = events_feed(&e, (struct str){line, sizeof line}, note, &h);
	assert_int_equal(end, EVENTS_TOO_LARGE);
	events_done(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(events_arrive_at_once_and_in_order),
	    cmocka_unit_test(a_quiet_stream_beats_and_a_vanished_client_is_seen),
	    cmocka_unit_test(a_client_that_does_not_read_is_cut),
	    cmocka_unit_test(closing_the_server_ends_streams_cleanly),
	    cmocka_unit_test(many_streams_each_get_all_events),
	    cmocka_unit_test(event_text_is_read_as_the_standard_says),
	    cmocka_unit_test(an_endless_event_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
