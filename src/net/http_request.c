#include "net/http_inside.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "net/http_lines.h"
#include "net/problem.h"
#include "net/target.h"

#define BODY_WIPED_MAX 8192
#define REQUEST_ARENA_MAX ((size_t)1 << 20)
/* What is read past a limit of the body, so that the client hears 413 before the end. */
#define OVER_BYTES_MAX ((size_t)1 << 20)

static struct request *
request_new(struct conn *c)
{
	struct request *r = heap_zeroed(sizeof *r);

	r->arena = arena_new(REQUEST_ARENA_MAX);
	r->server = c->server;
	r->conn = c;
	return r;
}

void
request_body_drop(struct request *r)
{
	body_room_give(&r->server->bodies, &r->owner, r->body_cap);
	/* A short one may have been a password. */
	if (r->body != NULL && r->body_cap <= BODY_WIPED_MAX)
		explicit_bzero(r->body, r->body_cap);
	free(r->body);
	r->body = NULL;
	r->body_cap = 0;
}

void
request_free(struct request *r)
{
	if (r == NULL)
		return;
	request_body_drop(r);
	if (r->answer != NULL)
		MHD_destroy_response(r->answer);
	arena_free(r->arena);
	free(r);
}

/* Make it as new, for the next request of the same connection. */
static void
request_reset(struct request *r)
{
	struct arena *arena = r->arena;
	struct conn *c = r->conn;

	request_body_drop(r);
	if (r->answer != NULL)
		MHD_destroy_response(r->answer);
	arena_reset(arena);
	*r = (struct request){.arena = arena, .conn = c, .server = c->server};
}

static struct conn *
conn_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

/*
 * The library would take the parameters apart too, into memory of the connection, of which a
 * few hundred leave nothing for an answer. Nobody reads them there (net/target.c reads our
 * copy), so it is shown none: the line is its own buffer's, and it writes there itself next.
 */
static void
hide_query(const char *uri)
{
	const char *at = strchr(uri, '?');
	union {
		const char *p;
		char *q;
	} query = {.p = at};

	if (at != NULL && at[1] != '\0')
		query.q[1] = '\0';
}

/* The request line is read: the clock of this request runs. */
void *
on_request_line(void *ctx, const char *uri, struct MHD_Connection *mhd)
{
	struct conn *c = conn_of(mhd);
	size_t n = strlen(uri);

	(void)ctx;
	must(c != NULL);
	if (c->request == NULL)
		c->request = request_new(c);
	else
		request_reset(c->request);
	/* A header cannot outgrow the connection's memory, so neither can this. */
	c->request->raw_target = arena_bytes(c->request->arena, n + 1);
	memcpy(c->request->raw_target, uri, n + 1);
	c->request->raw_at = (uintptr_t)uri;
	hide_query(uri);
	c->state = CONN_READING;
	if (!c->fresh)
		c->deadline_ms = monotonic_ms() + c->server->options.request_timeout_ms;
	c->fresh = false;
	return c->request;
}

struct headers_read {
	struct arena *arena;
	struct pair *at;
	size_t n, max;
	unsigned hosts, lengths, encodings;
	bool twice;
	bool bad, coding_unknown;
};

static bool
is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL)))
			return false;
	}
	return s.n > 0;
}

/*
 * Headers that say who asks, what for and of which version: of two, another program on the way
 * might have looked at the one and we at the other.
 */
static bool
decides(struct str name)
{
	return str_eq_ascii_case(name, STR("Authorization")) ||
	       str_eq_ascii_case(name, STR("If-Match")) || str_eq_ascii_case(name, STR("Cookie")) ||
	       str_eq_ascii_case(name, STR("Origin")) ||
	       str_eq_ascii_case(name, STR("Sec-Fetch-Site")) ||
	       (name.n > 8 && str_eq_ascii_case(str_sub(name, 0, 8), STR("Liaison-")));
}

static bool
stands_before(const struct headers_read *h, struct str name)
{
	for (size_t i = 0; i < h->n; i++)
		if (str_eq_ascii_case(h->at[i].name, name))
			return true;
	return false;
}

static enum MHD_Result
on_header(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_bytes,
	  const char *value, size_t value_bytes)
{
	struct headers_read *h = ctx;
	struct pair *pair = &h->at[h->n];

	(void)kind;
	must(h->n < h->max);
	*pair = (struct pair){{name, name_bytes}, {value, value != NULL ? value_bytes : 0}};
	h->twice = h->twice || (decides(pair->name) && stands_before(h, pair->name));
	h->n++;
	if (!is_token(pair->name) || !text_is_plain(pair->value, true))
		h->bad = true;
	h->hosts += str_eq_ascii_case(pair->name, STR("Host"));
	h->lengths += str_eq_ascii_case(pair->name, STR("Content-Length"));
	if (str_eq_ascii_case(pair->name, STR("Transfer-Encoding"))) {
		h->encodings++;
		h->coding_unknown |= !str_eq_ascii_case(pair->value, STR("chunked"));
	}
	return MHD_YES;
}

static enum rc
headers_check(const struct headers_read *h, const char *version, struct err *err)
{
	if (h->bad)
		return fail(err, RC_USAGE, "", "a header is not UTF-8 or holds control characters");
	if (h->hosts > 1)
		return fail(err, RC_USAGE, "Host", "the header Host stands there twice");
	if (h->twice)
		return fail(err, RC_USAGE, "header",
			    "a header that says who asks, and what for, stands there twice");
	if (h->lengths > 1)
		return fail(err, RC_USAGE, "Content-Length",
			    "the header Content-Length stands there twice");
	if (h->encodings > 1 || h->coding_unknown)
		return fail(err, RC_USAGE, "Transfer-Encoding",
			    "no transfer coding but chunked is read here");
	if (h->encodings == 1 && (h->lengths == 1 || strcmp(version, "HTTP/1.1") != 0))
		return fail(err, RC_USAGE, "Transfer-Encoding",
			    "a length and a transfer coding do not go together");
	return RC_OK;
}

static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

static enum rc
method_check(const char *method, struct str *out, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		if (strcmp(method, methods[i]) == 0) {
			*out = str_from(methods[i]);
			return RC_OK;
		}
	}
	return fail(err, RC_USAGE, "", "no such HTTP method is known here");
}

static enum rc
no_room(struct err *err)
{
	return fail(err, RC_UNAVAILABLE, "", "too many bodies are in memory; try again later");
}

/* Before the first byte over BODY_SMALL_BYTES: whose it is. */
static enum rc
large_begins(struct request *r, struct err *err)
{
	struct http_body_sender sender = {.client = r->open.peer_address};
	const struct http_server *s = r->server;
	enum rc rc;

	if (r->is_large)
		return RC_OK;
	if (s->options.body_sender != NULL &&
	    (rc = s->options.body_sender(s->ctx, &r->open, &sender, err)) != RC_OK)
		return rc;
	r->is_large = true;
	if (r->open.peer_uid >= 0)
		body_owner_local(&r->owner, r->open.peer_uid);
	else
		body_owner_remote(&r->owner, sender.client, sender.known);
	return RC_OK;
}

static enum rc
body_announced(struct request *r, struct http_server *s, struct err *err)
{
	struct str text;
	int64_t bytes = 0;
	enum rc rc;

	r->body_max = s->options.body_bytes_max;
	/* Who announces no body sends none (RFC 9112 s. 6.3), so nothing need be looked up. */
	if (s->options.body_max != NULL &&
	    (header_find(r->open.headers, "Content-Length", &text) ||
	     header_find(r->open.headers, "Transfer-Encoding", &text))) {
		size_t max = s->options.body_max(s->ctx, r->open.method, r->open.path);

		if (max < r->body_max)
			r->body_max = max;
	}
	if (header_find(r->open.headers, "Content-Length", &text) &&
	    (!str_to_i64(text, &bytes) || bytes < 0))
		return fail(err, RC_USAGE, "Content-Length", "the length is no number");
	r->body_ends = bytes > 0 && (uint64_t)bytes < r->body_max ? (size_t)bytes : r->body_max;
	if ((uint64_t)bytes > r->body_max)
		return fail(err, RC_TOO_LARGE, "",
			    "the body is larger than this address takes (%zu bytes)", r->body_max);
	if ((uint64_t)bytes > BODY_SMALL_BYTES && (rc = large_begins(r, err)) != RC_OK)
		return rc;
	return body_room_has(&s->bodies, &r->owner, 0, (size_t)bytes) ? RC_OK : no_room(err);
}

static size_t
head_bytes(const struct conn *c)
{
	const union MHD_ConnectionInfo *size =
	    MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	must(size != NULL);
	return size->header_size;
}

/*
 * The library hands the target on as a C string, so that a NUL byte would hide what follows it.
 * The version stands behind the target in the same buffer: a gap longer than the target and
 * one space shows it.
 */
static bool
target_is_whole(const struct request *r, const char *version)
{
	uintptr_t at = (uintptr_t)version;

	if (at <= r->raw_at || at - r->raw_at > 2 * r->server->options.header_bytes_max + 8192)
		return true;
	return at - r->raw_at == strlen(r->raw_target) + 1;
}

/* All that can be said before the body is read. */
static enum rc
head_read(struct request *r, const char *method, const char *version, struct err *err)
{
	struct conn *c = r->conn;
	struct http_request *open = &r->open;
	struct headers_read h = {.arena = r->arena};
	int count = MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, NULL, NULL);
	struct target target;
	enum rc rc;

	h.max = count > 0 ? (size_t)count : 0;
	h.at = NEW_N(r->arena, struct pair, h.max + 1);
	(void)MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, on_header, &h);
	open->headers = (struct pairs){h.at, h.n};
	open->target = str_from(r->raw_target);
	open->peer_address = str_from(c->peer.text);
	open->peer_uid = c->peer.uid;
	open->tls = c->tls;
	open->client_key = c->has_client_key ? c->client_key : NULL;
	if (!target_is_whole(r, version))
		return fail(err, RC_USAGE, "", "the address holds a NUL or a space");
	if (!http_lines_are_whole(method, version, open->headers, head_bytes(c)))
		return fail(err, RC_USAGE, "",
			    "a line of the request's head does not end with CR LF, or goes on in "
			    "the next");
	r->is_chunked = h.encodings > 0;
	if ((rc = headers_check(&h, version, err)) != RC_OK ||
	    (rc = method_check(method, &open->method, err)) != RC_OK ||
	    (rc = target_parse(r->arena, open->target, &target, err)) != RC_OK)
		return rc;
	open->path = target.path;
	open->query = target.query;
	return body_announced(r, c->server, err);
}

static enum MHD_Result
refuse(struct request *r, const struct err *err, int status)
{
	struct MHD_Response *made = problem_response(r->arena, err, status);
	enum MHD_Result queued;

	r->conn->state = CONN_ANSWERING;
	r->conn->drain_input = true;
	if (status == 503)
		must(header_add(made, STR("Retry-After"), STR("1")));
	if (status == 401)
		must(header_add(made, STR("WWW-Authenticate"), STR("Bearer")));
	/* What the client meant by the bytes that follow is uncertain. */
	must(header_add(made, STR("Connection"), STR("close")));
	queued = MHD_queue_response(r->conn->mhd, (unsigned)status, made);
	MHD_destroy_response(made);
	return queued;
}

/* To a client that may send faster than it reads; what does not fit at once is let go. */
static void
send_now(struct conn *c, struct str text)
{
	const union MHD_ConnectionInfo *info =
	    c->tls ? MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION) : NULL;

	if (info != NULL)
		(void)gnutls_record_send(info->tls_session, text.p, text.n);
	else if (!c->tls)
		(void)send(c->fd, text.p, text.n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/*
 * A head over our limit may have taken all memory that the library gives the connection, and
 * then it has none for an answer's head: so this one goes out without it, and is the last.
 */
static enum MHD_Result
refuse_large(struct request *r, const struct err *err)
{
	struct str body = problem_format(r->arena, err, 431);

	send_now(r->conn, str_fmt(r->arena,
				  "HTTP/1.1 431 Request Header Fields Too Large\r\n"
				  "Connection: close\r\nContent-Type: " PROBLEM_TYPE "\r\n"
				  "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
				  "Content-Length: %zu\r\n\r\n%.*s",
				  body.n, STR_ARG(body)));
	r->conn->drain_input = true;
	return MHD_NO;
}

/* Room for n more bytes of body; RC_UNAVAILABLE when bodies together would take too much. */
static enum rc
body_grow(struct request *r, size_t n, struct err *err)
{
	size_t cap = r->body_cap > 0 ? r->body_cap * 2 : 4096;
	enum rc rc;

	if (r->open.body.n + n <= r->body_cap)
		return RC_OK;
	if (cap < r->open.body.n + n)
		cap = r->open.body.n + n;
	if (cap > r->body_ends)
		cap = r->body_ends;
	if (cap > BODY_SMALL_BYTES && (rc = large_begins(r, err)) != RC_OK)
		return rc;
	if (!body_room_take(&r->server->bodies, &r->owner, r->body_cap, cap))
		return no_room(err);
	r->body = heap_grow(r->body, cap);
	r->body_cap = cap;
	return RC_OK;
}

/* No more of it is kept; what came is let go at once. */
static void
over(struct request *r, const struct err *err)
{
	r->over = NEW(r->arena, struct err);
	*r->over = *err;
	request_body_drop(r);
	r->open.body = STR_NONE;
}

/* Keep the piece, or, once a limit is passed, drop it; MHD_NO ends the connection. */
static enum MHD_Result
body_arrives(struct request *r, const char *p, size_t n)
{
	struct err err;

	if (r->over == NULL && n > r->body_max - r->open.body.n) {
		(void)fail(&err, RC_TOO_LARGE, "",
			   "the body is larger than this address takes (%zu bytes)", r->body_max);
		over(r, &err);
	}
	if (r->over == NULL && body_grow(r, n, &err) != RC_OK)
		over(r, &err);
	if (r->over != NULL) {
		r->over_bytes += n;
		return r->over_bytes <= OVER_BYTES_MAX ? MHD_YES : MHD_NO;
	}
	memcpy(r->body + r->open.body.n, p, n);
	r->open.body = (struct str){r->body, r->open.body.n + n};
	return MHD_YES;
}

static enum MHD_Result
answer(struct request *r)
{
	enum MHD_Result queued;

	r->conn->state = CONN_ANSWERING;
	r->conn->drain_input = r->conn->drain_input || r->is_chunked;
	r->conn->stream = r->stream;
	if (r->stream != NULL)
		stream_attach(r->stream, r->conn);
	queued = MHD_queue_response(r->conn->mhd, (unsigned)r->answer_status, r->answer);
	if (queued != MHD_YES && r->stream != NULL) {
		stream_detach(r->stream);
		r->conn->stream = NULL;
	}
	MHD_destroy_response(r->answer);
	r->answer = NULL;
	return queued;
}

static enum MHD_Result
complete(struct request *r)
{
	struct conn *c = r->conn;
	struct http_server *s = c->server;
	bool answered;

	if (r->over != NULL)
		return refuse(r, r->over, rc_http_status(r->over->rc));
	r->phase = REQUEST_PARKED;
	r->open.received_us = monotonic_us();
	r->handing = true;
	c->state = CONN_PARKED;
	s->handler(s->ctx, &r->open);
	must(pthread_mutex_lock(&s->lock) == 0);
	r->handing = false;
	answered = r->answer != NULL;
	must(pthread_mutex_unlock(&s->lock) == 0);
	if (answered)
		return answer(r);
	MHD_suspend_connection(c->mhd);
	return MHD_YES;
}

/* The library calls this at the end of the header, for pieces of body, at the end, on resume. */
enum MHD_Result
on_request(void *ctx, struct MHD_Connection *mhd, const char *url, const char *method,
	   const char *version, const char *data, size_t *data_bytes, void **state)
{
	struct conn *c = conn_of(mhd);
	struct request *r = c->request;
	struct err err;
	enum rc rc;

	(void)ctx;
	(void)url;
	(void)state;
	if (c->abort || r == NULL)
		return MHD_NO;
	switch (r->phase) {
	case REQUEST_HEAD:
		r->phase = REQUEST_BODY;
		if (head_bytes(c) > c->server->options.header_bytes_max) {
			(void)fail(&err, RC_TOO_LARGE, "", "the request's head is over %zu bytes",
				   c->server->options.header_bytes_max);
			return refuse_large(r, &err);
		}
		if ((rc = head_read(r, method, version, &err)) == RC_OK)
			return MHD_YES;
		return refuse(r, &err, rc_http_status(rc));
	case REQUEST_BODY:
		if (*data_bytes > 0) {
			size_t n = *data_bytes;

			*data_bytes = 0;
			return body_arrives(r, data, n);
		}
		return complete(r);
	case REQUEST_PARKED: break;
	}
	return r->answer != NULL ? answer(r) : MHD_YES;
}

/* An answer is out, or the client went. */
void
on_completed(void *ctx, struct MHD_Connection *mhd, void **state,
	     enum MHD_RequestTerminationCode why)
{
	struct conn *c = conn_of(mhd);

	(void)ctx;
	(void)state;
	(void)why;
	if (c == NULL)
		return;
	if (c->stream != NULL)
		stream_detach(c->stream);
	c->stream = NULL;
	c->state = CONN_WAITING;
	c->since_ms = monotonic_ms();
	c->deadline_ms = c->since_ms + c->server->options.idle_timeout_ms;
}

void
conn_end(struct conn *c)
{
	struct http_server *s = c->server;

	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	s->by_fd[c->fd] = NULL;
	atomic_fetch_sub(&s->conn_count, 1);
	request_free(c->request);
	free(c);
}

void
on_connection(void *ctx, struct MHD_Connection *mhd, void **socket_context,
	      enum MHD_ConnectionNotificationCode what)
{
	struct http_server *s = ctx;
	struct conn *c;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
		    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

		must(info != NULL && (size_t)info->connect_fd < s->by_fd_count);
		c = s->by_fd[info->connect_fd];
		must(c != NULL);
		c->mhd = mhd;
		*socket_context = c;
		if (c->tls && s->options.client_key != NULL)
			mutual_begin(c);
		return;
	}
	c = *socket_context;
	*socket_context = NULL;
	if (c == NULL)
		return;
	if (c->drain_input) {
		int copy = dup(c->fd);

		if (copy >= 0)
			drain_add(&s->drain, copy, monotonic_ms());
	}
	conn_end(c);
}
