#include "base/test.h"

#include <sys/un.h>

#include "net/http_inside.h"
#include "net/test_site.h"

/*
 * Whoever goes away in the middle of a body gives back the room that it had: else a few who come
 * and go take all of it for good, and nobody else can send anything.
 */

static const size_t mib = (size_t)1 << 20;

struct taken {
	size_t small, large, strangers, local;
	bool shares;
};

static struct taken
taken(const struct site *s)
{
	struct body_room *r = &s->server->bodies;
	struct taken t;

	assert_int_equal(pthread_mutex_lock(&r->lock), 0);
	t = (struct taken){r->small, r->large, r->strangers, r->local, r->shares != NULL};
	assert_int_equal(pthread_mutex_unlock(&r->lock), 0);
	return t;
}

/* Until so many bytes of room are taken in all; a small wait is no assertion. */
static void
wait_for_room(const struct site *s, size_t least, size_t most)
{
	struct taken t = {0};

	for (int i = 0; i < 20000; i++) {
		t = taken(s);
		if (t.small + t.large + t.local >= least && t.small + t.large + t.local <= most &&
		    (most > 0 || (!t.shares && t.strangers == 0)))
			return;
		(void)usleep(1000);
	}
	fail_msg("room taken: %zu small, %zu large, %zu of strangers, %zu local, shares %d",
		 t.small, t.large, t.strangers, t.local, t.shares);
}

static int
dial_unix(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct timeval wait = {.tv_sec = 10};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof at.sun_path);
	memcpy(at.sun_path, path, strlen(path) + 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
	return fd;
}

static void
send_all(int fd, const char *bytes, size_t n)
{
	for (size_t sent = 0; sent < n;) {
		ssize_t more = send(fd, bytes + sent, n - sent, MSG_NOSIGNAL);

		assert_true(more > 0);
		sent += (size_t)more;
	}
}

enum leaving { WAY_FIN, WAY_HALF, WAY_RST, WAY_SILENCE, WAYS };

struct case_of {
	const char *name;
	const char *head; /* with %zu: a length that is never reached */
	size_t sent;	  /* of it */
	bool is_local;
};

static const struct case_of cases[] = {
    {"a small body", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", 900, false},
    {"a small body in chunks",
     "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n384\r\n", 800, false},
    {"a large body", "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n",
     (size_t)2 << 20, false},
    {"a large body in chunks",
     "POST /big HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n400000\r\n",
     (size_t)2 << 20, false},
    {"the second body of a connection",
     "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
     "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n",
     (size_t)2 << 20, false},
    {"a large body on the Unix socket",
     "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n", (size_t)2 << 20, true},
};

static void
vanish(int fd, enum leaving way)
{
	const struct linger hard = {.l_onoff = 1, .l_linger = 0};

	switch (way) {
	case WAY_RST:
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
		(void)close(fd);
		return;
	case WAY_HALF: assert_int_equal(shutdown(fd, SHUT_WR), 0); return;
	case WAY_SILENCE: return;
	case WAY_FIN:
	case WAYS: (void)close(fd); return;
	}
}

/* As much as there is in all, taken whole and answered. */
static void
all_of_it_can_be_had(const struct site *s, const char *bytes)
{
	struct arena *a = arena_new(0);
	int fds[2] = {dial(s), dial(s)};

	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		say(fds[i], "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n");
		send_all(fds[i], bytes, 4 * mib - 1);
	}
	wait_for_room(s, 8 * mib, 8 * mib);
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		send_all(fds[i], bytes, 1);
		assert_int_equal(status_of(hear(a, fds[i], true)), 200);
		(void)close(fds[i]);
	}
	wait_for_room(s, 0, 0);
	arena_free(a);
}

static enum rc
known_sender(void *ctx, const struct http_request *head, struct http_body_sender *sender,
	     struct err *err)
{
	(void)ctx;
	(void)head;
	(void)err;
	sender->known = true;
	return RC_OK;
}

static void
vanish_each_way(const struct case_of *c, enum leaving way)
{
	char folder[] = "/tmp/liaison-vanished-XXXXXX", path[64];
	const struct http_options options = {.address = "127.0.0.1",
					     .socket_path = path,
					     .body_bytes_max = 8 * mib,
					     .body_bytes_total_max = 8 * mib,
					     .body_bytes_share_max = 8 * mib,
					     .request_timeout_ms =
						 way == WAY_SILENCE ? 1500 : 60000,
					     .idle_timeout_ms = 60000,
					     .body_sender = known_sender};
	char *bytes = heap_zeroed(4 * mib);
	struct site *s;
	int fds[3];

	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/socket", folder);
	s = site_open(options);
	/* One of those who are waited for takes long enough. */
	for (size_t i = 0; i < (way == WAY_SILENCE ? 1 : COUNT_OF(fds)); i++) {
		fds[i] = c->is_local ? dial_unix(path) : dial(s);
		say(fds[i], c->head);
		send_all(fds[i], bytes, c->sent);
		/* One alone in its turn, so that large ones have room. */
		wait_for_room(s, c->sent, SIZE_MAX);
		vanish(fds[i], way);
		wait_for_room(s, 0, 0);
		if (way == WAY_HALF || way == WAY_SILENCE)
			(void)close(fds[i]);
	}
	if (way != WAY_SILENCE)
		all_of_it_can_be_had(s, bytes);
	site_close(s);
	(void)unlink(path);
	assert_int_equal(rmdir(folder), 0);
	free(bytes);
}

static void
vanishing(enum leaving way)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		print_message("%s\n", cases[i].name);
		vanish_each_way(&cases[i], way);
	}
}

static void
who_closes_in_the_middle_of_a_body_gives_its_room_back(void **state)
{
	(void)state;
	vanishing(WAY_FIN);
}

static void
who_says_no_more_gives_it_back(void **state)
{
	(void)state;
	vanishing(WAY_HALF);
}

static void
who_resets_the_connection_gives_it_back(void **state)
{
	(void)state;
	vanishing(WAY_RST);
}

static void
who_falls_silent_gives_it_back_at_the_deadline(void **state)
{
	(void)state;
	vanishing(WAY_SILENCE);
}

/* More than there is, one after the other: each could only begin if those before gave back. */
static void
hundred_who_vanish_keep_nobody_out(void **state)
{
	struct site *s = site_open((struct http_options){.body_bytes_max = 8 * mib,
							 .body_bytes_total_max = 8 * mib,
							 .body_bytes_share_max = 8 * mib,
							 .body_sender = known_sender});
	char *bytes = heap_zeroed(4 * mib);

	(void)state;
	for (int i = 0; i < 100; i++) {
		int fd = dial(s);

		say(fd, "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n");
		send_all(fd, bytes, (size_t)i * 4096 + 100);
		vanish(fd, i % 2 == 0 ? WAY_RST : WAY_FIN);
	}
	wait_for_room(s, 0, 0);
	all_of_it_can_be_had(s, bytes);
	site_close(s);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_closes_in_the_middle_of_a_body_gives_its_room_back),
	    cmocka_unit_test(who_says_no_more_gives_it_back),
	    cmocka_unit_test(who_resets_the_connection_gives_it_back),
	    cmocka_unit_test(who_falls_silent_gives_it_back_at_the_deadline),
	    cmocka_unit_test(hundred_who_vanish_keep_nobody_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
