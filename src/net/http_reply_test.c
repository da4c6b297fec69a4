#include "net/http_inside.h"

#include <sched.h>

#include "net/test_site.h"

#define CLIENTS 72

/* Requests that wait for the test to answer them. */
struct parked {
	pthread_mutex_t lock;
	pthread_cond_t came;
	struct http_request *at[CLIENTS];
	unsigned n;
	struct http_server *server;
	int fds[CLIENTS];
};

static void
park(void *ctx, struct http_request *r)
{
	struct parked *p = ctx;

	assert_int_equal(pthread_mutex_lock(&p->lock), 0);
	p->at[p->n++] = r;
	assert_int_equal(pthread_cond_signal(&p->came), 0);
	assert_int_equal(pthread_mutex_unlock(&p->lock), 0);
}

static struct parked *
parked_open(void)
{
	struct parked *p = heap_zeroed(sizeof *p);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct err err;

	assert_int_equal(pthread_mutex_init(&p->lock, NULL), 0);
	assert_int_equal(pthread_cond_init(&p->came, NULL), 0);
	assert_int_equal(
	    http_open(&(struct http_options){.address = "127.0.0.1"}, park, p, &p->server, &err),
	    RC_OK);
	at.sin_port = htons(http_port(p->server));
	for (unsigned i = 0; i < CLIENTS; i++) {
		p->fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(p->fds[i], (struct sockaddr *)&at, sizeof at), 0);
		say(p->fds[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	}
	assert_int_equal(pthread_mutex_lock(&p->lock), 0);
	while (p->n < CLIENTS)
		assert_int_equal(pthread_cond_wait(&p->came, &p->lock), 0);
	assert_int_equal(pthread_mutex_unlock(&p->lock), 0);
	return p;
}

static void
parked_free(struct parked *p)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		(void)close(p->fds[i]);
	(void)pthread_cond_destroy(&p->came);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

static bool
is_woken(struct parked *p)
{
	bool woken;

	assert_int_equal(pthread_mutex_lock(&p->server->lock), 0);
	woken = p->server->done_woken;
	assert_int_equal(pthread_mutex_unlock(&p->server->lock), 0);
	return woken;
}

/* The epoll thread has the last one in its hands for a moment: then its answer wakes nobody. */
static bool
is_handed(struct parked *p)
{
	bool handing;

	assert_int_equal(pthread_mutex_lock(&p->server->lock), 0);
	handing = ((struct request *)p->at[p->n - 1])->handing;
	assert_int_equal(pthread_mutex_unlock(&p->server->lock), 0);
	return !handing;
}

/* Woken for what is done, or it was taken. */
static bool
is_on_its_way(struct parked *p)
{
	bool is;

	assert_int_equal(pthread_mutex_lock(&p->server->lock), 0);
	is = p->server->done == NULL || p->server->done_woken;
	assert_int_equal(pthread_mutex_unlock(&p->server->lock), 0);
	return is;
}

static void
answer_next(struct parked *p)
{
	reply_text(p->at[--p->n], 200, STR("yes"));
}

static void *
answer_two(void *arg)
{
	answer_next(arg);
	assert_true(is_on_its_way(arg));
	http_replies_begin();
	answer_next(arg);
	http_replies_end();
	return NULL;
}

static void
answers_in_a_row_wake_once_and_nobody_else_waits_for_them(void **state)
{
	struct parked *p = parked_open();
	struct arena *a = arena_new(0);
	pthread_t other;

	(void)state;
	while (!is_handed(p))
		(void)sched_yield();
	http_replies_begin();
	answer_next(p);
	answer_next(p);
	assert_false(is_woken(p));
	assert_int_equal(pthread_create(&other, NULL, answer_two, p), 0);
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_true(is_on_its_way(p));
	/* Neither do the first of many wait for the last. */
	while (p->n > 0 && CLIENTS - p->n < 66)
		answer_next(p);
	assert_true(is_on_its_way(p));
	while (p->n > 0)
		answer_next(p);
	http_replies_end();
	assert_true(is_on_its_way(p));
	for (unsigned i = 0; i < CLIENTS; i++)
		assert_true(str_starts(hear(a, p->fds[i], false), STR("HTTP/1.1 200")));
	/* What follows is answered as ever. */
	say(p->fds[0], "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(pthread_mutex_lock(&p->lock), 0);
	while (p->n == 0)
		assert_int_equal(pthread_cond_wait(&p->came, &p->lock), 0);
	assert_int_equal(pthread_mutex_unlock(&p->lock), 0);
	answer_next(p);
	assert_true(is_on_its_way(p));
	assert_true(str_starts(hear(a, p->fds[0], false), STR("HTTP/1.1 200")));
	http_close(p->server, 1000);
	parked_free(p);
	arena_free(a);
}

static void
a_row_may_end_after_its_server(void **state)
{
	struct parked *p = parked_open();

	(void)state;
	http_replies_begin();
	while (p->n > 0)
		answer_next(p);
	http_close(p->server, 1000);
	http_replies_end();
	parked_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_in_a_row_wake_once_and_nobody_else_waits_for_them),
	    cmocka_unit_test(a_row_may_end_after_its_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
