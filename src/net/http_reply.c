#include "net/http_inside.h"

#include <poll.h>
#include <stdlib.h>

#include <microhttpd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/problem.h"
#include "net/target.h"

/* So many answers are worth a switch of threads before the last of them is made. */
#define REPLIES_A_WAKE 64

/* Of a thread that answers many in a row; the server is referred to while n > 0. */
static _Thread_local struct {
	bool on;
	unsigned n;
	struct http_server *server;
} in_a_row;

void
http_replies_begin(void)
{
	in_a_row.on = true;
}

/* Wake the epoll thread, unless it took all of them by itself. */
static void
wake_for_row(void)
{
	struct http_server *s = in_a_row.server;
	bool wake;

	if (in_a_row.n == 0)
		return;
	in_a_row.n = 0;
	must(pthread_mutex_lock(&s->lock) == 0);
	wake = s->done != NULL && !s->done_woken;
	s->done_woken = s->done_woken || wake;
	must(pthread_mutex_unlock(&s->lock) == 0);
	if (wake)
		server_wake(s);
	server_unref(s);
}

void
http_replies_end(void)
{
	wake_for_row();
	in_a_row.on = false;
}

/* Under the lock, with an answer done: whether it is for this one to wake the epoll thread. */
static bool
wakes_now(struct http_server *s)
{
	bool waits = in_a_row.on && (in_a_row.n == 0 || in_a_row.server == s);

	if (waits && in_a_row.n++ == 0) {
		in_a_row.server = s;
		atomic_fetch_add(&s->refs, 1);
	}
	if (waits || s->done_woken)
		return false;
	s->done_woken = true;
	return true;
}

void
request_answer(struct request *r, int status, struct MHD_Response *response,
	       struct http_stream *stream)
{
	struct http_server *s = r->server;
	bool wake = false, given_up;

	request_body_drop(r);
	if (r->open.tls)
		(void)header_add(response, STR("Strict-Transport-Security"),
				 STR("max-age=31536000"));
	/*
	 * The library takes a lone LF in the frame of a chunked body, also behind an extension,
	 * and nobody else can look at it: whatever follows such a body is not read.
	 */
	if (r->is_chunked)
		must(header_add(response, STR("Connection"), STR("close")));
	must(pthread_mutex_lock(&s->lock) == 0);
	must(r->answer == NULL && r->phase == REQUEST_PARKED);
	r->answer = response;
	r->answer_status = status;
	r->stream = stream;
	given_up = r->conn == NULL;
	if (!given_up && !r->handing) {
		*s->done_end = r;
		s->done_end = &r->next_done;
		wake = wakes_now(s);
	}
	must(pthread_mutex_unlock(&s->lock) == 0);
	if (wake)
		server_wake(s);
	else if (in_a_row.n == REPLIES_A_WAKE)
		wake_for_row();
	if (given_up) {
		request_free(r);
		server_unref(s);
	}
}

static const struct pair defaults[] = {
    {STR_INIT("X-Content-Type-Options"), STR_INIT("nosniff")},
    {STR_INIT("Referrer-Policy"), STR_INIT("no-referrer")},
    {STR_INIT("Cache-Control"), STR_INIT("no-store")},
    {STR_INIT("Content-Security-Policy"), STR_INIT("default-src 'none'; frame-ancestors 'none'")},
    {STR_INIT("Cross-Origin-Resource-Policy"), STR_INIT("same-origin")},
};

bool
header_add(struct MHD_Response *response, struct str name, struct str value)
{
	char small[1024], *z = small;
	bool ok;

	/* The library wants NUL at the ends of both. */
	if (name.n + value.n + 2 > sizeof small)
		z = heap_zeroed(name.n + value.n + 2);
	memcpy(z, name.p, name.n);
	z[name.n] = '\0';
	memcpy(z + name.n + 1, value.p, value.n);
	z[name.n + 1 + value.n] = '\0';
	ok = text_is_plain(name, false) && text_is_plain(value, false) &&
	     MHD_add_response_header(response, z, z + name.n + 1) == MHD_YES;
	if (z != small)
		free(z);
	return ok;
}

bool
response_headers(struct MHD_Response *response, struct str content_type, struct pairs extra)
{
	struct str found;

	for (size_t i = 0; i < COUNT_OF(defaults); i++) {
		/* Ours are plain, and end with NUL. */
		if (!header_find(extra, defaults[i].name.p, &found) &&
		    MHD_add_response_header(response, defaults[i].name.p, defaults[i].value.p) !=
			MHD_YES)
			return false;
	}
	if (content_type.n > 0 && !header_add(response, STR("Content-Type"), content_type))
		return false;
	for (size_t i = 0; i < extra.n; i++) {
		if (extra.at[i].value.n > 0 &&
		    !header_add(response, extra.at[i].name, extra.at[i].value))
			return false;
	}
	return true;
}

/* A copy that is overwritten when it was sent: the library would only let go of its own. */
static struct MHD_Response *
copied(struct str body)
{
	char *copy = heap_bytes(body.n > 0 ? body.n : 1);

	must(copy != NULL);
	if (body.n > 0)
		memcpy(copy, body.p, body.n);
	return MHD_create_response_from_buffer_with_free_callback(body.n, copy, heap_free_wiped);
}

static struct MHD_Response *
response_new(const struct http_response *from)
{
	struct MHD_Response *made;
	/* The library's buffers are not const, and are not written to. */
	union {
		const char *p;
		void *q;
	} body = {.p = from->body.p};

	if (from->from_fd)
		made = MHD_create_response_from_fd64(from->body_fd_bytes, from->body_fd);
	else if (from->body_free != NULL)
		made = MHD_create_response_from_buffer_with_free_callback_cls(
		    from->body.n, body.q, from->body_free, from->body_free_ctx);
	else
		made = copied(from->body);
	must(made != NULL);
	return made;
}

struct MHD_Response *
problem_response(struct arena *a, const struct err *err, int status)
{
	struct str text = problem_format(a, err, status);
	struct MHD_Response *made = response_new(&(struct http_response){.body = text});

	must(response_headers(made, STR(PROBLEM_TYPE), (struct pairs){0}));
	return made;
}

bool
http_has_gone(const struct http_request *request)
{
	const struct request *r = (const struct request *)request;
	struct http_server *s = r->server;
	struct pollfd p = {.fd = -1, .events = POLLRDHUP};
	bool gone;

	/* The connection, and with it the descriptor, stays while the lock is held. */
	must(pthread_mutex_lock(&s->lock) == 0);
	if (r->conn != NULL)
		p.fd = r->conn->fd;
	gone =
	    p.fd < 0 || (poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0);
	must(pthread_mutex_unlock(&s->lock) == 0);
	return gone;
}

void
http_reply(struct http_request *request, const struct http_response *response)
{
	struct request *r = (struct request *)request;
	struct MHD_Response *made = response_new(response);
	bool has_body = response->body.n > 0 || response->from_fd;
	struct str type = response->content_type;
	int status = response->status;
	struct err err;

	must(status >= 200 && status <= 599);
	if (has_body && type.n == 0)
		type = STR("application/json");
	if (!response_headers(made, type, response->headers)) {
		log_error("http: an answer's header holds what no header may; sent 500 instead");
		MHD_destroy_response(made);
		status = 500;
		(void)fail(&err, RC_FAILED, "", "the answer could not be written");
		made = problem_response(r->arena, &err, status);
	}
	request_answer(r, status, made, NULL);
}
