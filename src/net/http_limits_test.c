#include "base/test.h"

#include "net/http_inside.h"
#include "net/test_site.h"

/* Who asks for much, slowly, or not at all: limits and deadlines. */

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
	struct site *s = site_open((struct http_options){.body_bytes_small_max = 600});
	struct str answer;

	(void)state;
	answer = ONCE(s, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 700\r\n\r\n");
	assert_int_equal(status_of(answer), 503);
	assert_true(has(answer, "Retry-After: 1\r\n"));
	site_close(s);
	arena_free(arena);
}

/* A large body of which one byte is held back. */
static int
hold_body(const struct site *s, struct arena *a, const char *head, size_t n)
{
	char *bytes = heap_zeroed(n);
	int fd = dial(s);

	say(fd,
	    str_fmt(a, "POST /big HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n", head, n)
		.p);
	for (size_t sent = 0; sent < n - 1;) {
		ssize_t more = send(fd, bytes + sent, n - 1 - sent, MSG_NOSIGNAL);

		if (more <= 0)
			break;
		sent += (size_t)more;
	}
	free(bytes);
	return fd;
}

/* Until all large bodies together take so much. */
static void
wait_for_bodies(const struct site *s, size_t bytes)
{
	struct body_room *r = &s->server->bodies;
	size_t now = 0;

	for (int i = 0; i < 10000; i++) {
		assert_int_equal(pthread_mutex_lock(&r->lock), 0);
		now = r->large;
		assert_int_equal(pthread_mutex_unlock(&r->lock), 0);
		if (now == bytes)
			return;
		(void)usleep(1000);
	}
	fail_msg("%zu bytes of large bodies and not %zu", now, bytes);
}

/* X-Client is whom it counts for; without one: 401. */
static enum rc
sender_of(void *ctx, const struct http_request *head, struct http_body_sender *sender,
	  struct err *err)
{
	struct str yes;

	(void)ctx;
	if (!header_find(head->headers, "X-Client", &sender->client))
		return fail(err, RC_UNAUTHENTICATED, "", "sign in");
	sender->known = header_find(head->headers, "X-Known", &yes);
	return RC_OK;
}

static void
bodies_held_back_by_one_client_keep_nobody_else_out(void **state)
{
	static const size_t mib = (size_t)1 << 20;
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){.body_bytes_max = 2 * mib,
							 .body_bytes_total_max = 8 * mib,
							 .request_timeout_ms = 60000,
							 .body_sender = sender_of});
	static const char one[] = "X-Client: 192.0.2.1\r\n", two[] = "X-Client: 192.0.2.2\r\n",
			  three[] = "X-Client: 192.0.2.3\r\n",
			  known[] = "X-Client: 192.0.2.3\r\nX-Known: yes\r\n";
	int held[4], fd;
	struct str answer;

	(void)state;
	/* A share is 2 MiB, and all strangers have 4. */
	held[0] = hold_body(s, a, one, mib);
	held[1] = hold_body(s, a, one, mib);
	wait_for_bodies(s, 2 * mib);
	fd = hold_body(s, a, one, mib);
	assert_int_equal(status_of(hear(a, fd, false)), 503);
	(void)close(fd);
	held[2] = hold_body(s, a, two, 2 * mib);
	wait_for_bodies(s, 4 * mib);
	fd = hold_body(s, a, three, mib);
	assert_int_equal(status_of(hear(a, fd, false)), 503);
	(void)close(fd);
	held[3] = hold_body(s, a, known, 2 * mib);
	wait_for_bodies(s, 6 * mib);
	answer = once(s, a, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
	assert_int_equal(status_of(answer), 200);
	assert_true(has(answer, "body=hello"));
	/* Who is answered gives back. */
	say(held[2], "x");
	assert_int_equal(status_of(hear(a, held[2], true)), 200);
	(void)close(held[2]);
	wait_for_bodies(s, 4 * mib);
	held[2] = hold_body(s, a, two, mib);
	wait_for_bodies(s, 5 * mib);
	for (size_t i = 0; i < COUNT_OF(held); i++) {
		say(held[i], "x");
		assert_int_equal(status_of(hear(a, held[i], true)), 200);
		(void)close(held[i]);
	}
	wait_for_bodies(s, 0);
	site_close(s);
	arena_free(a);
}

static void
a_large_body_is_not_read_before_its_sender_is_looked_at(void **state)
{
	static const size_t n = 70000;
	struct arena *a = arena_new(0);
	struct site *s = site_open((struct http_options){.body_sender = sender_of});
	char *bytes = heap_zeroed(n);
	struct str answer;
	int fd;

	(void)state;
	answer = once(s, a, "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n");
	assert_int_equal(status_of(answer), 401);
	assert_true(has(answer, "WWW-Authenticate: Bearer\r\n"));
	/* In chunks: once it is larger than a small one. */
	for (int with = 0; with < 2; with++) {
		fd = dial(s);
		say(fd, "POST /big HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n");
		say(fd, with ? "X-Client: 192.0.2.1\r\n\r\n11170\r\n" : "\r\n11170\r\n");
		for (size_t sent = 0; sent < n;) {
			ssize_t more = send(fd, bytes + sent, n - sent, MSG_NOSIGNAL);

			assert_true(more > 0);
			sent += (size_t)more;
		}
		say(fd, "\r\n0\r\n\r\n");
		assert_int_equal(status_of(hear(a, fd, true)), with ? 200 : 401);
		(void)close(fd);
	}
	free(bytes);
	site_close(s);
	arena_free(a);
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
wait_until_gone(const struct http_request *held)
{
	for (int i = 0; i < 10000 && !http_has_gone(held); i++)
		(void)usleep(1000);
	assert_true(http_has_gone(held));
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
		assert_false(http_has_gone(s->held));
		/* Half of them by reset. */
		if (i % 2 == 0)
			(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		/* A third say only that they send no more, and are taken for gone like the others.
		 */
		if (i % 3 == 0)
			(void)shutdown(fd, SHUT_WR);
		else
			(void)close(fd);
		wait_until_gone(s->held);
		reply_text(s->held, 200, STR("nobody hears"));
		if (i % 3 == 0)
			(void)close(fd);
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
	    cmocka_unit_test(a_body_over_the_routes_limit_gets_413),
	    cmocka_unit_test(bodies_together_over_their_total_get_503),
	    cmocka_unit_test(bodies_held_back_by_one_client_keep_nobody_else_out),
	    cmocka_unit_test(a_large_body_is_not_read_before_its_sender_is_looked_at),
	    cmocka_unit_test(a_header_bomb_gets_431_and_the_server_lives),
	    cmocka_unit_test(a_slow_drip_is_cut_wherever_it_drips),
	    cmocka_unit_test(a_parked_request_is_not_cut),
	    cmocka_unit_test(a_client_that_vanished_while_parked_does_no_harm),
	    cmocka_unit_test(connections_are_limited_in_all_and_per_address),
	    cmocka_unit_test(when_all_places_are_taken_who_asked_for_nothing_makes_room),
	    cmocka_unit_test(many_connections_are_served_at_once),
	    cmocka_unit_test(closing_waits_for_what_is_owed_and_gives_up_at_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
