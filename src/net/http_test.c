#include "base/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "net/test_site.h"

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
		/* All on one connection, where the pool's memory was used before; one ends it. */
		if (i != 2) {
			say(fd, shapes[i]);
			assert_int_equal(status_of(hear(arena, fd, false)), 200);
		}
	}
	(void)close(fd);
	site_close(s);
	arena_free(arena);
}

/* Else somebody before us who sees another end of it takes the next request for a part of it. */
static void
nothing_is_read_behind_a_chunked_body(void **state)
{
	static const char *const bodies[] = {
	    "3\r\nabc\r\n0\r\n\r\n",
	    "3\nabc\r\n0\r\n\r\n",
	    "3;a=b\nabc\r\n0\r\n\r\n",
	    "3\r\nabc\n0\r\n\r\n",
	    "3\r\nabc\r\n0\n\n",
	    "3\r\nabc\r\n0\r\nX-A: b\n\n",
	    "3\r\nabc\r\n0;a\nX-A: b\r\n\r\n",
	};
	struct arena *arena = arena_new(0);
	struct site *s = site_open((struct http_options){0});

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		int fd = dial(s);
		struct str answer;

		say(fd, str_fmt(arena,
				"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
				"%sGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
				bodies[i])
			    .p);
		answer = hear(arena, fd, false);
		assert_true(has(answer, "Connection: close"));
		assert_true(status_of(answer) == 400 || has(answer, "body=abc "));
		assert_int_equal(hear(arena, fd, false).n, 0);
		(void)close(fd);
	}
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
	site_close(s);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_is_decoded_and_answered_from_another_thread),
	    cmocka_unit_test(kept_alive_and_pipelined_requests_are_answered_in_order),
	    cmocka_unit_test(head_has_the_header_of_get_and_no_body),
	    cmocka_unit_test(what_is_not_plain_http_is_refused),
	    cmocka_unit_test(heads_of_every_shape_are_read),
	    cmocka_unit_test(nothing_is_read_behind_a_chunked_body),
	    cmocka_unit_test(however_many_parameters_there_are_the_answer_is_a_problem),
	    cmocka_unit_test(the_unix_socket_is_private_and_tells_who_calls),
	    cmocka_unit_test(plain_http_beyond_this_machine_is_refused),
	    cmocka_unit_test(a_header_that_cannot_be_sent_becomes_500),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
