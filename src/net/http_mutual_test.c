#include "net/test_site.h"

#include <stdatomic.h>

#include "net/certificate.h"
#include "net/client.h"
#include "seal/sign.h"

/* Which clients get past the handshake, over real sockets. */
struct side {
	unsigned char seed[32], public[32];
	struct certificate made;
};

static struct arena *arena;
static struct side server, friend, stranger;
static atomic_uint asked, handled;
static atomic_bool no_friend;

static bool
is_friend(void *ctx, const unsigned char key[32])
{
	(void)ctx;
	atomic_fetch_add(&asked, 1);
	return !atomic_load(&no_friend) && memcmp(key, friend.public, 32) == 0;
}

static void
answer(void *ctx, struct http_request *r)
{
	(void)ctx;
	atomic_fetch_add(&handled, 1);
	assert_non_null(r->client_key);
	assert_memory_equal(r->client_key, friend.public, 32);
	http_reply(r, &(struct http_response){.status = 200, .body = STR("{}")});
}

static void
make(struct side *s, unsigned char number)
{
	const struct str host = STR("node.liaison");
	const struct certificate_options o = {
	    .hosts = &host, .host_count = 1, .now_ms = clock_now(&clock_system), .days = 2};
	unsigned char secret[SIGN_SECRET_BYTES];
	struct err err = {.text = ""};

	memset(s->seed, number, sizeof s->seed);
	sign_pair(s->seed, s->public, secret);
	if (certificate_of_key(arena, &o, s->seed, s->public, &s->made, &err) != RC_OK)
		fail_msg("%s", err.text);
}

static enum rc
ask_as(uint16_t port, const struct side *who, const unsigned char *pin, int *status)
{
	struct client_response response = {.status = 0};
	struct client_options o = {.url = str_fmt(arena, "https://127.0.0.1:%u", port).p,
				   .connect_timeout_ms = 20000};
	struct err err = {.text = ""};
	struct client *c;
	enum rc rc;

	if (who != NULL) {
		o.certificate_pem = who->made.certificate_pem.p;
		o.key_pem = who->made.key_pem.p;
		o.server_key = pin;
	}
	assert_int_equal(client_open(&o, &c, &err), RC_OK);
	rc = client_send(c, arena, &(struct client_request){.target = STR("/x")}, &response, &err);
	client_close(c);
	*status = response.status;
	return rc;
}

static void
who_is_not_pinned_fails_in_the_handshake_on_either_side(void **state)
{
	struct http_options o = {.address = "127.0.0.1", .client_key = is_friend};
	struct certificate other;
	struct http_server *s;
	struct err err = {.text = ""};
	struct side p256 = {.seed = {0}};
	const struct str host = STR("node.liaison");
	int status;

	(void)state;
	make(&server, 1);
	make(&friend, 2);
	make(&stranger, 3);
	o.tls_certificate_pem = server.made.certificate_pem.p;
	o.tls_key_pem = server.made.key_pem.p;
	if (http_open(&o, answer, NULL, &s, &err) != RC_OK)
		fail_msg("%s", err.text);
	assert_int_equal(ask_as(http_port(s), &friend, server.public, &status), RC_OK);
	assert_int_equal(status, 200);
	assert_int_equal(atomic_load(&handled), 1);

	assert_int_equal(ask_as(http_port(s), &stranger, server.public, &status), RC_UNAVAILABLE);
	assert_int_equal(atomic_load(&asked), 2);
	/* Without a certificate, and with one of another kind of key, nobody is even asked. */
	assert_int_equal(ask_as(http_port(s), NULL, NULL, &status), RC_UNAVAILABLE);
	assert_int_equal(
	    certificate_make(
		arena,
		&(struct certificate_options){
		    .hosts = &host, .host_count = 1, .now_ms = clock_now(&clock_system), .days = 2},
		&other, &err),
	    RC_OK);
	p256.made = other;
	assert_int_equal(ask_as(http_port(s), &p256, server.public, &status), RC_UNAVAILABLE);
	assert_int_equal(atomic_load(&asked), 2);
	/* A server that is not the one that was pinned is told nothing. */
	assert_int_equal(ask_as(http_port(s), &friend, stranger.public, &status), RC_UNAVAILABLE);
	assert_int_equal(atomic_load(&handled), 1);
	assert_int_equal(ask_as(http_port(s), &friend, server.public, &status), RC_OK);
	http_close(s, 1000);
}

/* The client's own library would connect anew, and is refused then. */
static void
who_is_let_in_no_more_is_cut_from_an_open_connection(void **state)
{
	struct client_response response = {.status = 0};
	struct http_options o = {.address = "127.0.0.1", .client_key = is_friend};
	struct client_options options = {.connect_timeout_ms = 20000};
	struct http_server *s;
	struct err err = {.text = ""};
	struct client *c;
	int64_t until;

	(void)state;
	make(&server, 1);
	make(&friend, 2);
	o.tls_certificate_pem = server.made.certificate_pem.p;
	o.tls_key_pem = server.made.key_pem.p;
	if (http_open(&o, answer, NULL, &s, &err) != RC_OK)
		fail_msg("%s", err.text);
	options.url = str_fmt(arena, "https://127.0.0.1:%u", http_port(s)).p;
	options.certificate_pem = friend.made.certificate_pem.p;
	options.key_pem = friend.made.key_pem.p;
	options.server_key = server.public;
	assert_int_equal(client_open(&options, &c, &err), RC_OK);
	for (int i = 0; i < 2; i++)
		assert_int_equal(client_send(c, arena,
					     &(struct client_request){.target = STR("/x")},
					     &response, &err),
				 RC_OK);
	/* Asked again while it is let in, it stays. */
	http_ask_again(s);
	until = monotonic_ms() + 500;
	while (monotonic_ms() < until) {
		assert_int_equal(http_connections(s), 1);
		(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	atomic_store(&no_friend, true);
	assert_int_equal(http_connections(s), 1);
	http_ask_again(s);
	until = monotonic_ms() + 20000;
	while (http_connections(s) > 0 && monotonic_ms() < until)
		(void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	assert_int_equal(http_connections(s), 0);
	assert_int_equal(
	    client_send(c, arena, &(struct client_request){.target = STR("/x")}, &response, &err),
	    RC_UNAVAILABLE);
	client_close(c);
	http_close(s, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_is_not_pinned_fails_in_the_handshake_on_either_side),
	    cmocka_unit_test(who_is_let_in_no_more_is_cut_from_an_open_connection),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
