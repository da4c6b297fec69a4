#include "exchange/contact/listener.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/vec.h"
#include "exchange/contact/answer.h"
#include "exchange/contact/contact.h"
#include "exchange/hello.h"
#include "exchange/peer.h"
#include "net/http.h"
#include "net/http_pool.h"
#include "net/problem.h"
#include "seal/keys_exchange.h"
#include "serve/budget.h"
#include "serve/config.h"
#include "serve/serve.h"

#define WORKERS 2
#define QUEUE_MAX 64
#define CONNECTIONS_MAX 200
#define CONNECTIONS_PER_ADDRESS_MAX 20
#define HELLOS_FULL 20	  /* of one peer at once */
#define HELLOS_PER_S 0.05 /* and three a minute after that */
#define CERTIFICATE_MS INT64_C(86400000)

struct key {
	unsigned char b[SIGN_PUBLIC_BYTES];
};
struct key_list {
	struct key *at;
	size_t n, cap;
};

struct peer_listener {
	struct serve *serve;
	struct arena *arena;
	struct http_server *http; /* NULL: no identity yet, or not wanted */
	struct http_pool *pool;
	struct budget *hellos;
	const char *address; /* NULL: not wanted */
	uint16_t port;
	int64_t looked_ms, certified_ms;
	unsigned char tls[SIGN_PUBLIC_BYTES]; /* that the certificate shows */
	atomic_uint refused;
	pthread_mutex_t lock; /* guards what follows */
	struct arena *let_arena;
	struct key_list let_in;
};

/* On the epoll thread, within a handshake. */
static bool
is_let_in(void *ctx, const unsigned char key[SIGN_PUBLIC_BYTES])
{
	struct peer_listener *l = ctx;
	bool is = false;

	must(pthread_mutex_lock(&l->lock) == 0);
	for (size_t i = 0; i < l->let_in.n && !is; i++)
		is = memcmp(l->let_in.at[i].b, key, SIGN_PUBLIC_BYTES) == 0;
	must(pthread_mutex_unlock(&l->lock) == 0);
	if (!is)
		atomic_fetch_add(&l->refused, 1);
	return is;
}

static enum rc
answer(struct peer_listener *l, struct arena *a, struct http_request *r, struct str *out,
       struct err *err)
{
	struct str key = {(const char *)r->client_key, SIGN_PUBLIC_BYTES};

	must(r->client_key != NULL);
	if (!str_eq_z(r->method, "POST") || !str_eq_z(r->path, CONTACT_HELLO))
		return fail(err, RC_ABSENT, "", "there is nothing of this name here");
	if (!budget_take(l->hellos, key, 1, 1, monotonic_ms(), NULL))
		return fail(err, RC_BUSY, "", "too many hellos: come again later");
	return contact_answer(l->serve, a, r->client_key, r->body, out, err);
}

/* Whoever is refused says it on a new connection, where they are asked who they are again. */
static void
work(void *ctx, unsigned worker, struct http_request *r)
{
	static const struct pair closes[] = {{STR("Connection"), STR("close")}};
	struct arena *a = arena_new(0);
	struct http_response response = {.status = 200,
					 .content_type = STR("text/plain; charset=utf-8")};
	struct err err = {.rc = RC_OK};
	enum rc rc = answer(ctx, a, r, &response.body, &err);

	(void)worker;
	if (rc != RC_OK) {
		response.status = rc_http_status(rc);
		response.content_type = STR(PROBLEM_TYPE);
		response.body = problem_format(a, &err, response.status);
		response.headers = (struct pairs){closes, COUNT_OF(closes)};
	}
	http_reply(r, &response);
	arena_free(a);
}

static void
arrive(void *ctx, struct http_request *r)
{
	struct peer_listener *l = ctx;

	(void)http_pool_put(l->pool, r);
}

struct look {
	struct arena *arena;
	struct key_list keys;
};

static enum rc
look(struct door *d, void *ctx, struct err *err)
{
	struct look *look = ctx;
	struct peer_list all;
	enum rc rc = peer_list(d, &all, err);

	for (size_t i = 0; i < all.n && rc == RC_OK; i++)
		if (peer_may_talk(d, &all.at[i], NULL) == RC_OK)
			memcpy(VEC_ADD(look->arena, &look->keys)->b, all.at[i].is.tls,
			       SIGN_PUBLIC_BYTES);
	return rc;
}

/* What cannot be looked up lets nobody in. */
static enum rc
take_peers(struct peer_listener *l, struct err *err)
{
	struct look found = {.arena = arena_new(0)};
	enum rc rc = serve_write(l->serve, NULL, NULL, look, &found, err);
	struct arena *before;

	if (rc != RC_OK)
		found.keys.n = 0;
	must(pthread_mutex_lock(&l->lock) == 0);
	before = l->let_arena;
	l->let_arena = found.arena;
	l->let_in = found.keys;
	must(pthread_mutex_unlock(&l->lock) == 0);
	arena_free(before);
	return rc;
}

static enum rc
listen_with(struct peer_listener *l, const struct certificate *own, struct err *err)
{
	const struct http_options o = {.address = l->address,
				       .port = l->port,
				       .tls_certificate_pem = own->certificate_pem.p,
				       .tls_key_pem = own->key_pem.p,
				       .client_key = is_let_in,
				       .body_bytes_max = HELLO_BYTES_MAX,
				       .header_bytes_max = 4096,
				       .idle_timeout_ms = 20000,
				       .request_timeout_ms = 10000,
				       .connection_max = CONNECTIONS_MAX,
				       .connection_per_address_max = CONNECTIONS_PER_ADDRESS_MAX};

	return l->http == NULL ? http_open(&o, arrive, l, &l->http, err)
			       : http_renew(l->http, own->certificate_pem.p, own->key_pem.p, err);
}

/* With the TLS key as it is now, once there is one; another certificate of it each day. */
static enum rc
take_certificate(struct peer_listener *l, struct err *err)
{
	const struct door_node *node = serve_door_node(l->serve);
	struct exchange_public public;
	struct certificate own;
	struct arena *a;
	enum rc rc = keys_exchange_public(node->keys, false, &public, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	if (l->http != NULL && memcmp(l->tls, public.tls, sizeof l->tls) == 0 &&
	    monotonic_ms() - l->certified_ms < CERTIFICATE_MS)
		return RC_OK;
	a = arena_new(0);
	if ((rc = contact_certificate(a, node, &own, err)) == RC_OK) {
		rc = listen_with(l, &own, err);
		contact_certificate_done(&own);
	}
	arena_free(a);
	if (rc == RC_OK) {
		memcpy(l->tls, public.tls, sizeof l->tls);
		l->certified_ms = monotonic_ms();
	}
	return rc;
}

static enum rc
look_again(struct peer_listener *l, struct err *err)
{
	unsigned refused = atomic_exchange(&l->refused, 0);
	enum rc rc;

	l->looked_ms = monotonic_ms();
	if (refused > 0)
		log_info("peers: a key that may not talk now was refused %u times", refused);
	rc = take_peers(l, err);
	if (l->http != NULL)
		http_ask_again(l->http);
	return rc == RC_OK ? take_certificate(l, err) : rc;
}

enum rc
peer_listener_open(struct serve *s, struct peer_listener **out, struct err *err)
{
	const struct config *c = serve_config(s);
	struct peer_listener *l = heap_zeroed(sizeof *l);
	struct str address = config_text(c, "peer_address");
	enum rc rc = RC_OK;

	l->serve = s;
	l->arena = arena_new(0);
	l->let_arena = arena_new(0);
	l->port = (uint16_t)config_number(c, "peer_port");
	l->hellos = budget_new(HELLOS_FULL, HELLOS_PER_S);
	must(pthread_mutex_init(&l->lock, NULL) == 0);
	if (address.n > 0 && serve_number(s) == 1) {
		l->address = str_z(l->arena, address);
		if ((rc = http_pool_open(WORKERS, QUEUE_MAX, work, NULL, l, &l->pool, err)) ==
		    RC_OK)
			rc = look_again(l, err);
	}
	if (rc != RC_OK) {
		peer_listener_close(l);
		return rc;
	}
	*out = l;
	return RC_OK;
}

void
peer_listener_tick(struct peer_listener *l)
{
	struct err err = {.rc = RC_OK};

	if (l->address != NULL && monotonic_ms() - l->looked_ms >= PEERS_LOOK_MS &&
	    look_again(l, &err) != RC_OK)
		log_warn("peers: %s", err.text);
}

uint16_t
peer_listener_port(const struct peer_listener *l)
{
	return l->http != NULL ? http_port(l->http) : 0;
}

void
peer_listener_close(struct peer_listener *l)
{
	if (l == NULL)
		return;
	if (l->http != NULL)
		http_close(l->http, 5000);
	if (l->pool != NULL)
		http_pool_close(l->pool);
	budget_free(l->hellos);
	(void)pthread_mutex_destroy(&l->lock);
	arena_free(l->let_arena);
	arena_free(l->arena);
	free(l);
}
