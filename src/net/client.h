#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include <stdio.h>

#include "base/rc.h"
#include "net/pair.h"

/*
 * client: HTTP requests to one node, over its Unix socket or a URL. One connection, kept
 * alive. No redirects, no proxies from the environment, no .netrc, no protocol but HTTP.
 * Not shared between threads.
 */
struct client;

/* Zero takes the default in brackets. */
struct client_options {
	const char *socket_path; /* the node's Unix socket, or NULL */
	const char *url; /* else "http://127.0.0.1:8080", "https://localhost:8443": no path */
	/*
	 * Mutual TLS 1.3: this client's certificate and key (texts), and the Ed25519 key (32 bytes)
	 * that the server must have. All three or none; names and authorities then count for
	 * nothing.
	 */
	const char *certificate_pem, *key_pem;
	const unsigned char *server_key;
	const char *ca_pem;	   /* text of the certificates to trust [the machine's] */
	int connect_timeout_ms;	   /* [5 s] */
	int timeout_ms;		   /* [60 s] for a whole answer; a streamed one: without any byte */
	size_t response_bytes_max; /* [64 MiB] in memory */
};

/* RC_INVALID: the options; plain http goes to loopback addresses only. */
MUST_USE enum rc client_open(const struct client_options *options, struct client **out,
			     struct err *err);
/* NULL does nothing. */
void client_close(struct client *c);
/*
 * From now on answers may take as long as they take: a server that ends, or a machine that goes,
 * is noticed by the connection (TCP keep-alive). told hears about once a second how many
 * seconds the present one took; NULL: nobody.
 */
typedef void client_told(void *ctx, long seconds);
void client_wait(struct client *c, client_told *told, void *ctx);

/* Bytes of an answer's body as they come; false ends the transfer (RC_STOPPED). */
typedef bool client_sink(void *ctx, struct str bytes);
/* One server-sent event; false ends the stream (RC_OK). */
typedef bool client_on_event(void *ctx, struct str id, struct str event, struct str data);

struct client_request {
	const char *method;   /* [GET] */
	struct str target;    /* path and query, encoded */
	struct pairs headers; /* may hold no line break: RC_INVALID */
	struct str content_type;
	struct str body;
	FILE *upload; /* the body instead, from its place now; upload_bytes long */
	uint64_t upload_bytes;
	/* For an answer with status 2xx only; any other lands in response->body. */
	client_sink *sink;
	client_on_event *on_event;
	void *ctx; /* for sink and on_event */
};

struct client_response {
	int status;
	struct pairs headers;
	struct str content_type;
	struct str body;
};

/*
 * Send and wait for the answer, whose text lives in the arena. Any status is RC_OK: the
 * caller looks at it. RC_UNAVAILABLE: no connection or time ran out; RC_TOO_LARGE: over
 * response_bytes_max; RC_STOPPED: sink said so.
 */
MUST_USE enum rc client_send(struct client *c, struct arena *a,
			     const struct client_request *request, struct client_response *response,
			     struct err *err);

#endif
