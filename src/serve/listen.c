#include "serve/listen.h"

#include "base/arena.h"
#include "net/cidr.h"
#include "net/http_pool.h"
#include "net/http_stream.h"
#include "serve/inside.h"
#include "serve/origin.h"

struct listen {
	struct serve *serve;
	struct http_server *http;
	struct http_pool *pool;
	struct arena *arena;
};

/* A call that came by HTTP, for as long as its request is open. */
struct http_call {
	struct call call; /* first: done gets it back */
	struct http_request *request;
};

static void
call_done(struct call *call)
{
	struct http_call *h = (struct http_call *)call;

	if (call->stream != NULL) {
		struct stream_handler *s = call->stream;

		s->open(s->ctx, http_reply_stream(h->request, call->answer_headers));
	} else {
		http_reply(h->request,
			   &(struct http_response){.status = call->status,
						   .content_type = call->content_type,
						   .headers = call->answer_headers,
						   .body = call->answer,
						   .from_fd = call->from_fd,
						   .body_fd = call->answer_fd,
						   .body_fd_bytes = call->answer_fd_bytes});
	}
	call_free(call);
	free(h);
}

static bool
is_waited_for(struct call *call, const char *unit, int64_t done, int64_t all)
{
	(void)unit;
	(void)done;
	(void)all;
	return !http_has_gone(((struct http_call *)call)->request);
}

/* The peer, or whom a proxy of ours says it asks for. */
static struct str
client_of(const struct listen *l, const struct http_request *request)
{
	struct str trusted = l->serve->rules.trusted_proxy;

	/* The last one: a proxy that does not add to the client's own writes one behind it. */
	for (size_t i = trusted.n > 0 ? request->headers.n : 0; i-- > 0;)
		if (str_eq_ascii_case(request->headers.at[i].name, STR("X-Forwarded-For")))
			return forwarded_client(trusted, request->peer_address,
						request->headers.at[i].value);
	return request->peer_address;
}

static struct str
bearer_of(const struct http_request *request)
{
	struct str v;

	if (header_find(request->headers, "Authorization", &v) && str_starts(v, STR("Bearer ")))
		return str_trim(str_sub(v, 7, v.n));
	/* As clients of screening services send theirs (match/live/shape.h). */
	if (header_find(request->headers, "Authorization", &v) && str_starts(v, STR("ApiKey ")))
		return str_trim(str_sub(v, 7, v.n));
	return STR_NONE;
}

/* So many that were expected are there. */
static void
went_on(struct listen *l, unsigned calls)
{
	if (calls > 0)
		writer_expect(serve_writer(l->serve), -(int)calls);
}

static void
work(void *ctx, unsigned worker, struct http_request *request)
{
	struct listen *l = ctx;
	struct http_call *h = heap_zeroed(sizeof *h);
	struct str v;

	h->request = request;
	h->call = (struct call){
	    .caller = {.uid = request->peer_uid, .address = client_of(l, request)},
	    .method = request->method,
	    .path = request->path,
	    .query = request->query,
	    .headers = request->headers,
	    .body = request->body,
	    .received_us = request->received_us,
	    .goes_on = is_waited_for,
	    .done = call_done,
	};
	h->call.caller.token = bearer_of(request);
	h->call.caller.has_session =
	    cookie_find(request->headers, SESSION_COOKIE, &h->call.caller.session);
	if (header_find(request->headers, "Liaison-User", &v))
		h->call.caller.login = str_trim(v);
	went_on(l, serve_submit(l->serve, worker, &h->call));
}

static void
rest(void *ctx, unsigned worker)
{
	struct listen *l = ctx;

	went_on(l, serve_rest(l->serve, worker));
}

/* On the epoll thread: only queue. */
static void
arrive(void *ctx, struct http_request *request)
{
	struct listen *l = ctx;

	writer_expect(serve_writer(l->serve), 1);
	if (!http_pool_put_later(l->pool, request))
		writer_expect(serve_writer(l->serve), -1);
}

static int
turned(void *ctx)
{
	struct listen *l = ctx;

	return http_pool_stir(l->pool);
}

static size_t
body_max(void *ctx, struct str method, struct str path)
{
	struct listen *l = ctx;

	return serve_body_max(l->serve, method, path);
}

/*
 * A large body, which no open route takes: not without a token or session. Whether it is good is
 * said when all is there; here, on the epoll thread, only whether it was good before.
 */
static enum rc
body_sender(void *ctx, const struct http_request *head, struct http_body_sender *sender,
	    struct err *err)
{
	const struct listen *l = ctx;
	struct str token = bearer_of(head), session;

	if (head->peer_uid >= 0)
		return RC_OK;
	if (!cookie_find(head->headers, SESSION_COOKIE, &session))
		session = STR_NONE;
	if (token.n == 0 && session.n == 0)
		return fail(err, RC_UNAUTHENTICATED, "",
			    "sign in, or send a token (Authorization: Bearer ...)");
	sender->client = client_of(l, head);
	sender->known = known_has(&l->serve->known, token.n > 0 ? token : session);
	return RC_OK;
}

struct str
listen_socket(struct arena *a, const char *dir, int number)
{
	return number == 1 ? str_fmt(a, "%s/liaison.sock", dir)
			   : str_fmt(a, "%s/liaison-%d.sock", dir, number);
}

enum rc
listen_open(struct serve *s, const struct listen_options *o, struct listen **out, struct err *err)
{
	struct listen *l = heap_zeroed(sizeof *l);
	struct http_options http = {.address = o->address,
				    .port = o->port,
				    .has_socket_group = o->has_socket_group,
				    .socket_group = o->socket_group,
				    .tls_certificate_pem = o->tls_certificate_pem,
				    .tls_key_pem = o->tls_key_pem,
				    .body_max = body_max,
				    .body_sender = body_sender,
				    .turned = turned};
	enum rc rc;

	l->serve = s;
	l->arena = arena_new(0);
	http.socket_path = listen_socket(l->arena, serve_dir(s), serve_number(s)).p;
	if ((rc = serve_lanes_open(s, err)) != RC_OK ||
	    (rc = http_pool_open(o->workers, 0, work, rest, l, &l->pool, err)) != RC_OK ||
	    (rc = http_open(&http, arrive, l, &l->http, err)) != RC_OK) {
		listen_close(l);
		return rc;
	}
	*out = l;
	return RC_OK;
}

enum rc
listen_renew(struct listen *l, const char *certificate_pem, const char *key_pem, struct err *err)
{
	return http_renew(l->http, certificate_pem, key_pem, err);
}

uint16_t
listen_port(const struct listen *l)
{
	return http_port(l->http);
}

void
listen_close(struct listen *l)
{
	if (l == NULL)
		return;
	serve_ending(l->serve);
	http_close(l->http, 10000);
	serve_lanes_close(l->serve);
	http_pool_close(l->pool);
	arena_free(l->arena);
	free(l);
}
