#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H

#include "net/http.h"
#include "serve/serve.h"

/*
 * listen: the node's HTTP: its Unix socket and, when address is given, TCP.
 * Workers (one reading connection each) run what comes; answers leave when they are durable.
 */
struct arena;
struct http_stream;
struct listen;

struct listen_options {
	const char *address;   /* NULL: the Unix socket alone */
	uint16_t port;	       /* 0: a free one */
	bool has_socket_group; /* whose accounts may use the Unix socket besides its owner */
	unsigned socket_group;
	const char *tls_certificate_pem, *tls_key_pem;
	unsigned workers;
};

MUST_USE enum rc listen_open(struct serve *s, const struct listen_options *options,
			     struct listen **out, struct err *err);
/* The Unix socket of process `number` in a folder: liaison.sock, liaison-2.sock and so on. */
struct str listen_socket(struct arena *a, const char *dir, int number);
/* Another certificate and key, as http_renew(). */
MUST_USE enum rc listen_renew(struct listen *l, const char *certificate_pem, const char *key_pem,
			      struct err *err);
uint16_t listen_port(const struct listen *l);
/* Takes no more, answers what it has, ends. NULL does nothing. */
void listen_close(struct listen *l);

/* An event stream as a route's answer: open is called once, with the stream it then owns. */
struct stream_handler {
	void (*open)(void *ctx, struct http_stream *stream);
	void *ctx;
};

#endif
