#include "seal/keylink.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/arena.h"
#include "seal/keywire.h"
#include "seal/secret.h"

#define SENT_AT_ONCE 64
/* Replies hold data keys, so they lie in secret memory; the longest is a list of what is owed. */
#define REPLY_BYTES_MAX ((size_t)256 << 10)

struct call {
	struct call *next;
	struct str requests;
	unsigned n, answered;
	keylink_reply_fn *fn; /* NULL: posted; it is freed when answered */
	void *ctx;
	bool done, must_lead;
	pthread_cond_t woken;
	size_t room; /* of one that was posted: bytes behind this struct */
};

/* A group's leaves are so many bytes; room for them is kept from one posting to the next. */
#define SPARE_BYTES_MIN ((size_t)32 << 10)
#define SPARE_BYTES_MAX ((size_t)128 << 10)

struct call_list {
	struct call *first, **end;
};

struct keylink {
	int fd;
	pthread_mutex_t lock; /* guards what follows */
	bool is_led;
	struct call_list waiting;
	struct call *spare;

	/* Of the thread that has the line. */
	struct call_list sent;
	unsigned char *in; /* secret memory; what is there and not yet taken is [at, n) */
	size_t in_at, in_n;

	_Atomic unsigned flags;
	_Atomic bool lost;
};

static void
list_init(struct call_list *l)
{
	l->first = NULL;
	l->end = &l->first;
}

static void
list_add(struct call_list *l, struct call *c)
{
	c->next = NULL;
	*l->end = c;
	l->end = &c->next;
}

static struct call *
list_take(struct call_list *l)
{
	struct call *c = l->first;

	if (c != NULL && (l->first = c->next) == NULL)
		l->end = &l->first;
	return c;
}

struct keylink *
keylink_new(int fd)
{
	struct keylink *l = heap_zeroed(sizeof *l);

	l->fd = fd;
	must(pthread_mutex_init(&l->lock, NULL) == 0);
	list_init(&l->waiting);
	list_init(&l->sent);
	l->in = secret_new(REPLY_BYTES_MAX);
	return l;
}

void
keylink_free(struct keylink *l)
{
	struct call *c;

	if (l == NULL)
		return;
	/* Nobody waits any more; what was posted last may still be unanswered. */
	while ((c = list_take(&l->sent)) != NULL || (c = list_take(&l->waiting)) != NULL)
		free(c);
	free(l->spare);
	(void)close(l->fd);
	secret_free(l->in);
	(void)pthread_mutex_destroy(&l->lock);
	free(l);
}

unsigned
keylink_flags(struct keylink *l)
{
	return atomic_load(&l->flags);
}

bool
keylink_is_lost(struct keylink *l)
{
	return atomic_load(&l->lost);
}

/* All of it, in as few writes as may be; false: the line is dead. */
static bool
send_all(struct keylink *l, struct iovec *v, size_t n)
{
	while (n > 0) {
		struct msghdr m = {.msg_iov = v, .msg_iovlen = n};
		ssize_t sent = sendmsg(l->fd, &m, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		for (; n > 0 && (size_t)sent >= v->iov_len; v++, n--)
			sent -= (ssize_t)v->iov_len;
		if (n > 0) {
			v->iov_base = (char *)v->iov_base + sent;
			v->iov_len -= (size_t)sent;
		}
	}
	return true;
}

/* Give a call its next reply; true: it was its last. */
static bool
answer(struct call *c, enum rc rc, struct str body, const struct err *err)
{
	if (c->fn != NULL)
		c->fn(c->ctx, c->answered, rc, body, err);
	return ++c->answered == c->n;
}

/* One that was posted is over. */
static void
let_go(struct keylink *l, struct call *c)
{
	must(pthread_mutex_lock(&l->lock) == 0);
	if (l->spare == NULL && c->room <= SPARE_BYTES_MAX) {
		l->spare = c;
		c = NULL;
	}
	must(pthread_mutex_unlock(&l->lock) == 0);
	free(c);
}

/* Room for one that is to be posted; only the room is filled in. */
static struct call *
take_room(struct keylink *l, size_t bytes)
{
	size_t room = bytes > SPARE_BYTES_MIN ? bytes : SPARE_BYTES_MIN;
	struct call *c = NULL;

	must(pthread_mutex_lock(&l->lock) == 0);
	if (l->spare != NULL && l->spare->room >= bytes) {
		c = l->spare;
		l->spare = NULL;
	}
	must(pthread_mutex_unlock(&l->lock) == 0);
	if (c != NULL)
		room = c->room;
	else if ((c = heap_bytes(sizeof *c + room)) == NULL)
		out_of_memory();
	*c = (struct call){.room = room};
	return c;
}

static void
finish(struct keylink *l, struct call *c)
{
	if (c->fn == NULL) {
		let_go(l, c);
		return;
	}
	must(pthread_mutex_lock(&l->lock) == 0);
	c->done = true;
	must(pthread_cond_signal(&c->woken) == 0);
	must(pthread_mutex_unlock(&l->lock) == 0);
}

static void
lose(struct keylink *l)
{
	struct err err;
	struct call *c;
	enum rc rc = fail(&err, RC_UNAVAILABLE, "keys",
			  "the key process has ended, so nothing can be opened or written; start "
			  "the node again");

	atomic_store(&l->lost, true);
	while ((c = list_take(&l->sent)) != NULL) {
		while (!answer(c, rc, STR_NONE, &err))
			;
		finish(l, c);
	}
}

/* The reply that stands ready goes to the first of those sent. False: none does; *bad: never. */
static bool
take_reply(struct keylink *l, bool *bad)
{
	struct call *c = l->sent.first;
	struct str inside, body;
	struct err err;
	unsigned flags;
	long took =
	    keywire_frame((struct str){(char *)l->in + l->in_at, l->in_n - l->in_at}, &inside);
	enum rc rc;

	*bad = took < 0;
	if (took <= 0)
		return false;
	rc = keywire_reply(inside, &flags, &body, &err);
	atomic_store(&l->flags, flags);
	if (answer(c, rc, body, &err)) {
		(void)list_take(&l->sent);
		finish(l, c);
	}
	secret_wipe(l->in + l->in_at, (size_t)took);
	l->in_at += (size_t)took;
	return true;
}

static bool
read_more(struct keylink *l)
{
	ssize_t got;

	memmove(l->in, l->in + l->in_at, l->in_n - l->in_at);
	l->in_n -= l->in_at;
	l->in_at = 0;
	if (l->in_n == REPLY_BYTES_MAX)
		return false;
	do
		got = recv(l->fd, l->in + l->in_n, REPLY_BYTES_MAX - l->in_n, 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	l->in_n += (size_t)got;
	return true;
}

/* Read until one's own replies are there, and what stands ready behind them. */
static bool
read_replies(struct keylink *l, const struct call *own)
{
	bool bad = false;

	while (l->sent.first != NULL) {
		if (take_reply(l, &bad))
			continue;
		if (bad)
			return false;
		if (own->done)
			return true;
		if (!read_more(l))
			return false;
	}
	return true;
}

/* One who waits, of those sent first; what was posted waits for nothing. */
static struct call *
find_heir(struct keylink *l)
{
	struct call *c;

	for (c = l->sent.first; c != NULL; c = c->next)
		if (c->fn != NULL)
			return c;
	for (c = l->waiting.first; c != NULL; c = c->next)
		if (c->fn != NULL)
			return c;
	return NULL;
}

/*
 * With the line in hand: send what waits, read replies, and give the line to one who still
 * waits as soon as one's own call is answered. own NULL: what is sent need not be waited for;
 * its reply is read with the next.
 */
static void
lead(struct keylink *l, const struct call *own)
{
	for (;;) {
		struct iovec v[SENT_AT_ONCE];
		struct call *c, *heir = NULL;
		size_t n = 0;

		must(pthread_mutex_lock(&l->lock) == 0);
		if ((own == NULL || own->done) && (heir = find_heir(l)) != NULL) {
			heir->must_lead = true;
			must(pthread_cond_signal(&heir->woken) == 0);
		}
		while (heir == NULL && n < SENT_AT_ONCE && (c = list_take(&l->waiting)) != NULL) {
			if (c->requests.n > 0)
				v[n++] =
				    (struct iovec){(void *)(uintptr_t)c->requests.p, c->requests.n};
			list_add(&l->sent, c);
		}
		if (n == 0 && heir == NULL && (own == NULL || own->done))
			l->is_led = false;
		must(pthread_mutex_unlock(&l->lock) == 0);
		if (n == 0 && (own == NULL || own->done))
			return;
		if (atomic_load(&l->lost) || (n > 0 && !send_all(l, v, n)) ||
		    (own != NULL && !read_replies(l, own)))
			lose(l);
	}
}

void
keylink_call(struct keylink *l, struct str requests, unsigned n, keylink_reply_fn *fn, void *ctx)
{
	struct call c = {.requests = requests, .n = n, .fn = fn, .ctx = ctx};
	bool leads;

	must(n > 0);
	must(pthread_cond_init(&c.woken, NULL) == 0);
	must(pthread_mutex_lock(&l->lock) == 0);
	list_add(&l->waiting, &c);
	leads = !l->is_led;
	l->is_led = true;
	while (!leads && !c.done) {
		must(pthread_cond_wait(&c.woken, &l->lock) == 0);
		leads = c.must_lead;
	}
	must(pthread_mutex_unlock(&l->lock) == 0);
	if (leads)
		lead(l, &c);
	(void)pthread_cond_destroy(&c.woken);
}

void
keylink_post(struct keylink *l, struct str head, struct str rest)
{
	struct call *c = take_room(l, head.n + rest.n);
	bool leads;

	c->requests = (struct str){(char *)(c + 1), head.n + rest.n};
	c->n = 1;
	memcpy(c + 1, head.p, head.n);
	if (rest.n > 0)
		memcpy((char *)(c + 1) + head.n, rest.p, rest.n);
	must(pthread_mutex_lock(&l->lock) == 0);
	list_add(&l->waiting, c);
	leads = !l->is_led;
	l->is_led = true;
	must(pthread_mutex_unlock(&l->lock) == 0);
	if (leads)
		lead(l, NULL);
}
