#include "base/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "net/client.h"
#include "net/http.h"
#include "net/http_stream.h"

static size_t
body_max(void *ctx, struct str method, struct str path)
{
	(void)ctx;
	(void)method;
	return str_eq_z(path, "/small") ? 10 : (size_t)32 << 20;
}

static void *
send_events(void *arg)
{
	struct http_stream *s = arg;

	for (int i = 0; i < 100; i++) {
		if (http_stream_send(s, STR("7"), STR("progress"), STR("one\ntwo")) != RC_OK)
			break;
		(void)usleep(1000);
	}
	http_stream_close(s);
	return NULL;
}

static void
handle(void *ctx, struct http_request *r)
{
	static const struct pair moved = {STR_INIT("Location"), STR_INIT("/elsewhere")};
	struct arena *a = arena_new(0);
	struct str test = STR("-"), type = STR("-"), q = STR("-");
	struct http_response answer = {.status = 200, .content_type = STR("text/plain")};
	pthread_t thread;

	(void)ctx;
	(void)header_find(r->headers, "X-Test", &test);
	(void)header_find(r->headers, "Content-Type", &type);
	(void)query_find(r->query, "q", &q);
	if (str_eq_z(r->path, "/late")) {
		(void)usleep(500000);
		answer.body = STR("at last");
		http_reply(r, &answer);
	} else if (str_eq_z(r->path, "/large")) {
		answer.body.n = (size_t)3 << 20;
		answer.body.p = heap_zeroed(answer.body.n);
		answer.body_free = free;
		answer.body_free_ctx = (void *)(uintptr_t)answer.body.p;
		http_reply(r, &answer);
	} else if (str_eq_z(r->path, "/moved")) {
		answer.status = 302;
		answer.headers = (struct pairs){&moved, 1};
		http_reply(r, &answer);
	} else if (str_eq_z(r->path, "/never")) {
		*(struct http_request **)ctx = r;
	} else if (str_eq_z(r->path, "/events")) {
		struct http_stream *s = http_reply_stream(r, (struct pairs){0});

		assert_int_equal(pthread_create(&thread, NULL, send_events, s), 0);
		assert_int_equal(pthread_detach(thread), 0);
	} else if (str_eq_z(r->path, "/file")) {
		FILE *f = tmpfile();

		assert_non_null(f);
		assert_true(fputs("from a file", f) >= 0 && fflush(f) == 0);
		answer.from_fd = true;
		answer.body_fd = dup(fileno(f));
		answer.body_fd_bytes = 11;
		(void)fclose(f);
		http_reply(r, &answer);
	} else {
		answer.body =
		    str_fmt(a, "%.*s %.*s q=%.*s test=%.*s type=%.*s bytes=%zu uid=%lld tls=%d",
			    STR_ARG(r->method), STR_ARG(r->path), STR_ARG(q), STR_ARG(test),
			    STR_ARG(type), r->body.n, (long long)r->peer_uid, r->tls);
		http_reply(r, &answer);
	}
	arena_free(a);
}

struct setting {
	struct arena *arena;
	struct http_server *server;
	struct client *client;
	struct http_request *unanswered;
};

static struct setting *
setting_open(struct http_options o, struct client_options c)
{
	struct setting *s = heap_zeroed(sizeof *s);
	struct err err = {0};

	s->arena = arena_new(0);
	o.body_max = body_max;
	if (http_open(&o, handle, &s->unanswered, &s->server, &err) != RC_OK)
		fail_msg("%s", err.text);
	if (o.address != NULL && c.url == NULL)
		c.url = str_fmt(s->arena, "http://127.0.0.1:%d", http_port(s->server)).p;
	if (client_open(&c, &s->client, &err) != RC_OK)
		fail_msg("%s", err.text);
	return s;
}

static void
setting_close(struct setting *s)
{
	client_close(s->client);
	http_close(s->server, 100);
	if (s->unanswered != NULL)
		http_reply(s->unanswered, &(struct http_response){.status = 204});
	arena_free(s->arena);
	free(s);
}

static const struct http_options loopback = {.address = "127.0.0.1"};

static void
a_request_goes_out_whole_over_tcp_and_socket(void **state)
{
	static const struct pair test = {STR_INIT("X-Test"), STR_INIT("v")};
	char path[64];

	(void)state;
	(void)snprintf(path, sizeof path, "/tmp/liaison-client-test-%d.sock", (int)getpid());
	for (int i = 0; i < 2; i++) {
		struct setting *s =
		    i == 0 ? setting_open(loopback, (struct client_options){0})
			   : setting_open((struct http_options){.socket_path = path},
					  (struct client_options){.socket_path = path});
		struct client_request request = {
		    .method = "PUT",
		    .target = STR("/x%20y?q=a%20b%26%C3%A9"),
		    .headers = {&test, 1},
		    .content_type = STR("text/csv"),
		    .body = STR("hello"),
		};
		struct client_response answer;
		struct str wanted = str_fmt(
		    s->arena, "PUT /x y q=a b&\xc3\xa9 test=v type=text/csv bytes=5 uid=%d tls=0",
		    i == 0 ? -1 : (int)getuid());

		for (int again = 0; again < 3; again++) {
			assert_int_equal(client_send(s->client, s->arena, &request, &answer, NULL),
					 RC_OK);
			assert_int_equal(answer.status, 200);
			assert_true(str_eq(answer.body, wanted));
			assert_true(str_eq_z(answer.content_type, "text/plain"));
		}
		assert_int_equal(http_connections(s->server), 1);
		setting_close(s);
	}
}

static void
methods_without_a_body_work(void **state)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "DELETE"};
	struct setting *s = setting_open(loopback, (struct client_options){0});
	struct client_response answer;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		struct client_request request = {.method = methods[i], .target = STR("/x")};

		assert_int_equal(client_send(s->client, s->arena, &request, &answer, NULL), RC_OK);
		assert_int_equal(answer.status, 200);
		if (i == 1)
			assert_int_equal(answer.body.n, 0);
		else
			assert_true(str_starts(answer.body, str_from(methods[i])));
	}
	setting_close(s);
}

static void
no_redirect_is_followed_and_no_proxy_asked(void **state)
{
	struct setting *s = setting_open(loopback, (struct client_options){0});
	struct client_request request = {.target = STR("/moved")};
	struct client_response answer;
	struct str value;

	(void)state;
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, NULL), RC_OK);
	assert_int_equal(answer.status, 302);
	assert_true(header_find(answer.headers, "location", &value));
	assert_true(str_eq_z(value, "/elsewhere"));
	(void)unsetenv("http_proxy");
	(void)unsetenv("ALL_PROXY");
	setting_close(s);
}

static bool
count_bytes(void *ctx, struct str bytes)
{
	*(size_t *)ctx += bytes.n;
	return true;
}

static bool
stop_at_once(void *ctx, struct str bytes)
{
	(void)ctx;
	(void)bytes;
	return false;
}

static void
large_answers_are_bounded_or_streamed(void **state)
{
	struct setting *s =
	    setting_open(loopback, (struct client_options){.response_bytes_max = 1 << 20});
	size_t bytes = 0;
	struct client_request request = {.target = STR("/large")};
	struct client_response answer;
	struct err err;

	(void)state;
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_TOO_LARGE);
	request.sink = count_bytes;
	request.ctx = &bytes;
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_OK);
	assert_int_equal(bytes, 3 << 20);
	request.sink = stop_at_once;
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_STOPPED);
	request = (struct client_request){.target = STR("/file")};
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_OK);
	assert_true(str_eq_z(answer.body, "from a file"));
	setting_close(s);
}

static void
a_file_is_uploaded_from_its_place(void **state)
{
	struct setting *s = setting_open(loopback, (struct client_options){0});
	FILE *f = tmpfile();
	static char block[1 << 16];
	struct client_request request = {.method = "POST", .target = STR("/x"), .upload = f};
	struct client_response answer;
	struct err err;

	(void)state;
	assert_non_null(f);
	for (int i = 0; i < 64; i++)
		assert_int_equal(fwrite(block, 1, sizeof block, f), sizeof block);
	assert_int_equal(fseek(f, 96, SEEK_SET), 0);
	request.upload_bytes = 64 * sizeof block - 96;
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_OK);
	assert_true(str_find(answer.body, STR("bytes=4194208 ")) > 0);
	/* Too large for the route: the refusal is heard. */
	rewind(f);
	request.target = STR("/small");
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_OK);
	assert_int_equal(answer.status, 413);
	/* Shorter than said. */
	rewind(f);
	request.target = STR("/x");
	request.upload_bytes = 65 * sizeof block;
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_FAILED);
	(void)fclose(f);
	setting_close(s);
}

struct heard {
	int n, wanted;
	bool good;
};

static bool
on_event(void *ctx, struct str id, struct str event, struct str data)
{
	struct heard *h = ctx;

	h->good = h->good && str_eq_z(id, "7") && str_eq_z(event, "progress") &&
		  str_eq_z(data, "one\ntwo");
	return ++h->n < h->wanted;
}

static void
events_are_heard_until_enough_or_the_end(void **state)
{
	static const int wanted[] = {3, 1000}, heard[] = {3, 100};
	struct setting *s = setting_open(loopback, (struct client_options){0});
	struct client_response answer;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		struct heard h = {.wanted = wanted[i], .good = true};
		struct client_request request = {
		    .target = STR("/events"), .on_event = on_event, .ctx = &h};

		assert_int_equal(client_send(s->client, s->arena, &request, &answer, NULL), RC_OK);
		assert_int_equal(h.n, heard[i]);
		assert_true(h.good);
	}
	/* Let the sender of the stream we left see that. */
	(void)usleep(200000);
	setting_close(s);
}

static void
no_answer_in_time_is_unavailable(void **state)
{
	struct setting *s = setting_open(loopback, (struct client_options){.timeout_ms = 200});
	struct client_request request = {.target = STR("/never")};
	struct client_response answer;
	struct client *nobody;
	int64_t start = monotonic_ms();
	struct err err;

	(void)state;
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_UNAVAILABLE);
	assert_true(monotonic_ms() - start < 2000);
	assert_int_equal(
	    client_open(&(struct client_options){.socket_path = "/tmp/liaison-no-such"}, &nobody,
			&err),
	    RC_OK);
	assert_int_equal(client_send(nobody, s->arena, &request, &answer, &err), RC_UNAVAILABLE);
	client_close(nobody);
	setting_close(s);
}

static void
count_told(void *ctx, long seconds)
{
	int *n = ctx;

	assert_true(seconds >= 0 && seconds < 60);
	++*n;
}

static void
who_waits_hears_that_it_goes_on_and_gets_the_answer(void **state)
{
	struct setting *s = setting_open(loopback, (struct client_options){.timeout_ms = 100});
	struct client_request request = {.target = STR("/late")};
	struct client_response answer;
	int told = 0;
	struct err err;

	(void)state;
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_UNAVAILABLE);
	client_wait(s->client, count_told, &told);
	assert_int_equal(client_send(s->client, s->arena, &request, &answer, &err), RC_OK);
	assert_int_equal(answer.status, 200);
	assert_true(str_eq_z(answer.body, "at last"));
	assert_true(told > 0);
	setting_close(s);
}

static void
bad_addresses_and_requests_are_refused(void **state)
{
	static const char *const urls[] = {"http://192.0.2.1:80",
					   "http://example.org",
					   "http://127.0.0.1.example.org",
					   "ftp://127.0.0.1",
					   "file:///etc/passwd",
					   "http://u:p@127.0.0.1",
					   "",
					   "https://host/path",
					   "https://host/?q"};
	static const struct pair crlf = {STR_INIT("X-A"), STR_INIT("a\r\nX-B: b")};
	struct setting *s = setting_open(loopback, (struct client_options){0});
	struct client *c;
	struct client_response answer;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		if (client_open(&(struct client_options){.url = urls[i]}, &c, &err) != RC_INVALID)
			fail_msg("taken: %s", urls[i]);
	}
	assert_int_equal(client_open(&(struct client_options){0}, &c, &err), RC_INVALID);
	assert_int_equal(client_send(s->client, s->arena,
				     &(struct client_request){.target = STR("/a b")}, &answer,
				     &err),
			 RC_INVALID);
	assert_int_equal(client_send(s->client, s->arena,
				     &(struct client_request){.target = STR("@host/")}, &answer,
				     &err),
			 RC_INVALID);
	assert_int_equal(
	    client_send(s->client, s->arena,
			&(struct client_request){.target = STR("/"), .headers = {&crlf, 1}},
			&answer, &err),
	    RC_INVALID);
	setting_close(s);
}

static char *
file_text(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = arena_zeroed(a, 65536);

	assert_non_null(f);
	assert_true(fread(text, 1, 65535, f) > 0);
	(void)fclose(f);
	return text;
}

static void
tls_is_spoken_and_a_stranger_not_trusted(void **state)
{
	struct arena *a = arena_new(0);
	struct str dir = str_fmt(a, "/tmp/liaison-tls-test-%d", (int)getpid());
	struct client_request request = {.target = STR("/x")};
	struct client_response answer;
	struct client *plain;
	char *certificate, *key;
	struct setting *s;
	struct err err;
	int made;

	(void)state;
	made =
	    system(str_fmt(a,
			   "mkdir -p %s && cd %s && openssl req -x509 -newkey ec -pkeyopt "
			   "ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 "
			   "-subj /CN=localhost -addext subjectAltName=DNS:localhost "
			   ">/dev/null 2>&1",
			   dir.p, dir.p)
		       .p);
	if (made != 0) {
		print_message("skipped: the openssl program is not there\n");
		skip();
	}
	certificate = file_text(a, str_fmt(a, "%s/cert.pem", dir.p).p);
	key = file_text(a, str_fmt(a, "%s/key.pem", dir.p).p);
	made = system(str_fmt(a, "rm -r %s", dir.p).p);
	assert_int_equal(made, 0);
	/* With TLS, any address of the machine may listen. */
	s = setting_open((struct http_options){.address = "0.0.0.0",
					       .tls_certificate_pem = certificate,
					       .tls_key_pem = key,
					       .request_timeout_ms = 10000},
			 (struct client_options){.url = "https://localhost:1"});
	for (int trusted = 0; trusted < 2; trusted++) {
		struct client *c;
		struct str url = str_fmt(a, "https://localhost:%d", http_port(s->server));

		assert_int_equal(
		    client_open(&(struct client_options){.url = url.p,
							 .ca_pem = trusted ? certificate : NULL},
				&c, &err),
		    RC_OK);
		for (int again = 0; again < 3; again++) {
			enum rc rc = client_send(c, a, &request, &answer, &err);

			assert_int_equal(rc, trusted ? RC_OK : RC_UNAVAILABLE);
			if (trusted)
				assert_true(str_find(answer.body, STR("tls=1")) > 0);
		}
		client_close(c);
	}
	/* Plain HTTP on the TLS port, and a handshake that never comes, end the connection. */
	assert_int_equal(client_open(
			     &(struct client_options){
				 .url = str_fmt(a, "http://127.0.0.1:%d", http_port(s->server)).p},
			     &plain, &err),
			 RC_OK);
	assert_int_equal(client_send(plain, a, &request, &answer, &err), RC_UNAVAILABLE);
	client_close(plain);
	setting_close(s);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_goes_out_whole_over_tcp_and_socket),
	    cmocka_unit_test(methods_without_a_body_work),
	    cmocka_unit_test(no_redirect_is_followed_and_no_proxy_asked),
	    cmocka_unit_test(large_answers_are_bounded_or_streamed),
	    cmocka_unit_test(a_file_is_uploaded_from_its_place),
	    cmocka_unit_test(events_are_heard_until_enough_or_the_end),
	    cmocka_unit_test(no_answer_in_time_is_unavailable),
	    cmocka_unit_test(who_waits_hears_that_it_goes_on_and_gets_the_answer),
	    cmocka_unit_test(bad_addresses_and_requests_are_refused),
	    cmocka_unit_test(tls_is_spoken_and_a_stranger_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
