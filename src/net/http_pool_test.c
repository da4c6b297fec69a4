#include "base/test.h"

#include "net/test_site.h"

/* The pool of workers behind a server: its queue, who waits for whom, who rests. */

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

static unsigned last_worker, changes;

static void
work_and_say_who(void *ctx, unsigned worker, struct http_request *r)
{
	(void)ctx;
	changes += worker != last_worker;
	last_worker = worker;
	reply_text(r, 200, STR("done"));
}

/* What it keeps is warm; the others are there for when it is busy for long. */
static void
the_worker_that_rested_last_works_next(void **state)
{
	struct arena *a = arena_new(0);
	struct site *s = heap_zeroed(sizeof *s);
	int fd;

	(void)state;
	changes = 0;
	assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
	assert_int_equal(http_pool_open(4, 100, work_and_say_who, NULL, s, &s->pool, NULL), RC_OK);
	assert_int_equal(http_open(&(struct http_options){.address = "127.0.0.1", .turned = turned},
				   queue_later, s, &s->server, NULL),
			 RC_OK);
	fd = dial(s);
	for (int i = 0; i < 40; i++) {
		say(fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
		assert_int_equal(status_of(hear(a, fd, false)), 200);
	}
	(void)close(fd);
	site_close(s);
	/* In turns it would be each time; a busy machine makes another one join in now and then. */
	assert_true(changes < 30);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_full_queue_answers_503),
	    cmocka_unit_test(a_slow_request_does_not_hold_up_those_behind_it),
	    cmocka_unit_test(the_worker_that_rested_last_works_next),
	    cmocka_unit_test(a_worker_rests_before_it_sleeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
