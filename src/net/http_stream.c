#include "net/http_stream.h"

#include <stdlib.h>
#include <sys/socket.h>

#include <microhttpd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "net/http_inside.h"

#define KEEP_BYTES 4096

struct http_stream {
	struct http_server *server;
	atomic_uint refs; /* the holder, the response, a place in server->stirred */
	pthread_mutex_t lock;
	struct conn *conn; /* the epoll thread's; NULL when there is none */
	char *p;	   /* waiting bytes are p[from..from + n) */
	size_t from, n, cap;
	bool waiting; /* the connection is suspended until there is something to send */
	bool stirred, closed, gone, cut;
	int64_t sent_ms;
	struct http_stream *next_stirred; /* under server->lock */
};

static void
stream_unref(struct http_stream *s)
{
	if (atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	(void)pthread_mutex_destroy(&s->lock);
	server_unref(s->server);
	free(s->p);
	free(s);
}

static void
lock(struct http_stream *s)
{
	must(pthread_mutex_lock(&s->lock) == 0);
}

static void
unlock(struct http_stream *s)
{
	must(pthread_mutex_unlock(&s->lock) == 0);
}

static char *
room(struct http_stream *s, size_t n)
{
	if (s->from > 0 && s->from + s->n + n > s->cap) {
		memmove(s->p, s->p + s->from, s->n);
		s->from = 0;
	}
	if (s->n + n > s->cap) {
		s->cap = s->cap * 2 > s->n + n ? s->cap * 2 : s->n + n;
		s->p = heap_grow(s->p, s->cap);
	}
	s->n += n;
	return s->p + s->from + s->n - n;
}

static void
add(struct http_stream *s, struct str text)
{
	if (text.n > 0)
		memcpy(room(s, text.n), text.p, text.n);
}

/* Under the stream's lock: let the epoll thread look at it. */
static void
stir(struct http_stream *s)
{
	struct http_server *server = s->server;
	bool first;

	if (s->stirred || s->conn == NULL)
		return;
	s->stirred = true;
	atomic_fetch_add(&s->refs, 1);
	must(pthread_mutex_lock(&server->lock) == 0);
	first = server->stirred == NULL;
	s->next_stirred = server->stirred;
	server->stirred = s;
	must(pthread_mutex_unlock(&server->lock) == 0);
	if (first)
		server_wake(server);
}

/* libmicrohttpd wants bytes to send; on the epoll thread. */
static ssize_t
read_waiting(void *arg, uint64_t pos, char *out, size_t max)
{
	struct http_stream *s = arg;
	size_t n;

	(void)pos;
	lock(s);
	n = s->n < max ? s->n : max;
	if (s->cut) {
		unlock(s);
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	if (n > 0) {
		memcpy(out, s->p + s->from, n);
		s->from += n;
		s->n -= n;
		s->sent_ms = monotonic_ms();
	} else if (s->closed || s->conn == NULL || s->conn->abort) {
		unlock(s);
		return MHD_CONTENT_READER_END_OF_STREAM;
	} else {
		s->waiting = true;
		MHD_suspend_connection(s->conn->mhd);
	}
	if (s->n == 0) {
		s->from = 0;
		if (s->cap > KEEP_BYTES) {
			free(s->p);
			s->p = NULL;
			s->cap = 0;
		}
	}
	unlock(s);
	return (ssize_t)n;
}

static void
response_freed(void *arg)
{
	struct http_stream *s = arg;

	lock(s);
	s->gone = true;
	s->conn = NULL;
	unlock(s);
	stream_unref(s);
}

struct http_stream *
http_reply_stream(struct http_request *request, struct pairs extra)
{
	struct request *r = (struct request *)request;
	struct http_stream *s = heap_zeroed(sizeof *s);
	struct MHD_Response *response;

	s->server = r->server;
	atomic_fetch_add(&s->server->refs, 1);
	atomic_init(&s->refs, 2);
	must(pthread_mutex_init(&s->lock, NULL) == 0);
	s->sent_ms = monotonic_ms();
	/* Something to send at once, or the header would wait for the first event. */
	add(s, STR("retry: 2000\n\n"));
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, read_waiting, s,
						     response_freed);
	must(response != NULL);
	must(response_headers(response, STR("text/event-stream"), extra));
	request_answer(r, 200, response, s);
	return s;
}

static void
add_field(struct http_stream *s, struct str name, struct str value)
{
	add(s, name);
	add(s, STR(": "));
	add(s, value);
	add(s, STR("\n"));
}

enum rc
http_stream_send(struct http_stream *s, struct str id, struct str event, struct str data)
{
	enum rc rc = RC_OK;

	must(str_chr(id, '\n') < 0 && str_chr(id, '\r') < 0);
	must(str_chr(event, '\n') < 0 && str_chr(event, '\r') < 0);
	lock(s);
	must(!s->closed);
	if (s->gone || s->cut) {
		unlock(s);
		return RC_STOPPED;
	}
	if (id.n > 0)
		add_field(s, STR("id"), id);
	if (event.n > 0)
		add_field(s, STR("event"), event);
	do {
		struct str line = str_cut(&data, '\n');

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		/* A lone CR ends a line too (WHATWG HTML 9.2.5): none may come from data. */
		while (str_chr(line, '\r') >= 0)
			add_field(s, STR("data"), str_cut(&line, '\r'));
		add_field(s, STR("data"), line);
	} while (data.p != NULL);
	add(s, STR("\n"));
	if (s->n > s->server->options.stream_bytes_max) {
		s->cut = true;
		rc = RC_STOPPED;
	}
	stir(s);
	unlock(s);
	return rc;
}

bool
http_stream_is_open(struct http_stream *s)
{
	bool open;

	lock(s);
	open = !s->gone && !s->cut;
	unlock(s);
	return open;
}

void
http_stream_close(struct http_stream *s)
{
	if (s == NULL)
		return;
	lock(s);
	s->closed = true;
	stir(s);
	unlock(s);
	stream_unref(s);
}

void
stream_attach(struct http_stream *s, struct conn *conn)
{
	lock(s);
	s->conn = conn;
	unlock(s);
}

void
stream_detach(struct http_stream *s)
{
	lock(s);
	s->gone = true;
	s->conn = NULL;
	unlock(s);
}

static void
resume(struct http_stream *s)
{
	if (!s->waiting)
		return;
	s->waiting = false;
	MHD_resume_connection(s->conn->mhd);
}

void
stream_heartbeat(struct http_stream *s, int64_t now_ms)
{
	lock(s);
	if (s->waiting && s->conn != NULL &&
	    (s->conn->abort || now_ms - s->sent_ms >= s->server->options.heartbeat_ms)) {
		add(s, STR(":\n\n"));
		resume(s);
	}
	unlock(s);
}

void
streams_turn(struct http_server *server)
{
	struct http_stream *s, *next;

	must(pthread_mutex_lock(&server->lock) == 0);
	s = server->stirred;
	server->stirred = NULL;
	must(pthread_mutex_unlock(&server->lock) == 0);
	for (; s != NULL; s = next) {
		next = s->next_stirred;
		lock(s);
		s->stirred = false;
		if (s->conn != NULL) {
			if (s->cut)
				(void)shutdown(s->conn->fd, SHUT_RDWR);
			resume(s);
		}
		unlock(s);
		stream_unref(s);
	}
}
