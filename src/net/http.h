#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/rc.h"
#include "net/pair.h"

/*
 * http: the node's HTTP/1.1 server. One epoll thread reads and writes all connections; a
 * complete request parks its connection and goes to the handler, and any thread answers it
 * later with http_reply. (http_pool.h: workers to run handlers; http_stream.h: event streams.)
 *
 * The edge answers by itself, as RFC 9457 problem+json: 400 for a method it does not know, a
 * target or header that is not UTF-8 or holds control characters, dot segments, an encoded
 * slash, a doubled Host or Content-Length, Content-Length beside Transfer-Encoding; 413, 431
 * for what is over a limit; 503 when bodies in memory are over their total or their client's share.
 * What is malformed below HTTP's grammar gets the bare 4xx of libmicrohttpd, and the connection
 * ends. (A NUL in a header's value ends the value there: the library does not show what follows.)
 * Each answer carries X-Content-Type-Options: nosniff, Referrer-Policy: no-referrer,
 * Cache-Control: no-store and Content-Security-Policy: default-src 'none';
 * frame-ancestors 'none', Cross-Origin-Resource-Policy: same-origin, unless the response names
 * such a header itself; by TLS also Strict-Transport-Security (RFC 6797), for a year.
 */
struct http_server;

/*
 * One request, valid from the handler's call until its one reply. Text is UTF-8 without
 * control characters; the body is as it came.
 */
struct http_request {
	struct str method; /* GET HEAD POST PUT PATCH DELETE OPTIONS */
	struct str path;   /* decoded, starts with '/', no dot segments, no empty ones but a last */
	struct str target; /* as it came, with the query */
	struct pairs query; /* decoded */
	struct pairs headers;
	struct str body;
	struct str peer_address; /* "127.0.0.1", "::1"; "" on the Unix socket */
	int64_t peer_uid;	 /* the client's user (SO_PEERCRED) on the Unix socket, or -1 */
	bool tls;
	/* Of a listener with client_key: the client's Ed25519 key, which the handshake proved. */
	const unsigned char *client_key;
	int64_t received_us; /* monotonic_us() when it was complete */
	void *handler_data;  /* the handler's, NULL at first */
};

/*
 * Called on the epoll thread for each complete request: it must not block; it queues the
 * request for another thread (http_pool_put) or replies at once.
 */
typedef void http_handler(void *ctx, struct http_request *request);
/*
 * Called on the epoll thread after it has handed on all that had come; must not block. Gives in
 * how many milliseconds at most it wants to be called again, or -1: when something comes.
 */
typedef int http_turned(void *ctx);
/* Bytes a body may have on this route, on the epoll thread before the body is read. */
typedef size_t http_body_max(void *ctx, struct str method, struct str path);
/* Whose share of memory a body over 64 KiB counts in. */
struct http_body_sender {
	struct str client; /* an address; as it comes: the peer's */
	bool known; /* a credential that was good lately: strangers have half of the memory */
};
/*
 * On the epoll thread, before such a body is read; must not block. head: all but the body. What
 * it returns other than RC_OK is the answer. On the Unix socket *sender is not looked at.
 */
typedef enum rc http_body_sender_find(void *ctx, const struct http_request *head,
				      struct http_body_sender *sender, struct err *err);

/*
 * Is whoever has this Ed25519 key (32 bytes) let in? On the epoll thread, within the handshake, so
 * it must not block. False ends the handshake: nothing that the client says is read.
 */
typedef bool http_client_key(void *ctx, const unsigned char key[32]);

/* Zero anywhere takes the default in brackets. */
struct http_options {
	const char *address;	 /* "127.0.0.1", "::1"; NULL: no TCP. No names, only addresses */
	uint16_t port;		 /* 0: a free one, see http_port */
	const char *socket_path; /* Unix socket, made with mode 0600; a stale one is replaced */
	bool has_socket_group;	 /* mode 0660 and this group instead */
	unsigned socket_group;
	const char *tls_certificate_pem, *tls_key_pem; /* texts, both or neither; for TCP only */
	/* [anybody] With TLS: clients show a certificate with an Ed25519 key that this lets in, by
	 * TLS 1.3 alone (mutual TLS). No authority is asked; the key is what counts. */
	http_client_key *client_key;
	http_body_max *body_max;	    /* [body_bytes_max for every route] */
	http_body_sender_find *body_sender; /* [the peer, not known] */
	http_turned *turned;		    /* [nobody] */
	size_t body_bytes_max;		    /* [64 MiB] no route may have more */
	/* Bodies of all requests at once, over 64 KiB, by TCP; the Unix socket has as much again.
	 */
	size_t body_bytes_total_max; /* [256 MiB] */
	size_t body_bytes_share_max; /* [a quarter of it, body_bytes_max at least] of one client */
	size_t body_bytes_small_max; /* [64 KiB for each connection] of all up to 64 KiB */
	size_t header_bytes_max;     /* [8 KiB] request line and headers */
	int idle_timeout_ms;	     /* [30 s] of a kept-alive connection; of a stalled reader */
	int request_timeout_ms;	     /* [15 s] from connecting, or the request line, to complete */
	unsigned connection_max;     /* [2,000] */
	unsigned connection_per_address_max; /* [connection_max]; Unix clients count by user */
	size_t stream_bytes_max; /* [256 KiB] waiting on one event stream before it is cut */
	int heartbeat_ms;	 /* [15 s] between comments on a quiet event stream */
};

/*
 * Listen and start. Without TLS, address must be loopback. *out is the caller's; end it
 * with http_close. RC_INVALID: options; RC_UNAVAILABLE: the address is taken.
 */
MUST_USE enum rc http_open(const struct http_options *options, http_handler *handler, void *ctx,
			   struct http_server **out, struct err *err);
/*
 * Another certificate and key (texts), for connections that come from now on; any thread.
 * RC_INVALID: they cannot be read or do not belong together, or there is no TLS; what was stays.
 */
MUST_USE enum rc http_renew(struct http_server *s, const char *certificate_pem, const char *key_pem,
			    struct err *err);
/*
 * Those let in by client_key are asked for once more, within a second or so: whoever it does not
 * let in any more is cut, whatever they are at. Any thread.
 */
void http_ask_again(struct http_server *s);
/* The TCP port listened on, or 0. */
uint16_t http_port(const struct http_server *s);
/* Connections open now; for metrics. */
unsigned http_connections(const struct http_server *s);
/*
 * Stop accepting, wait up to deadline_ms for the replies still owed, end all connections.
 * Requests not answered by then stay valid, and their replies go nowhere. NULL does nothing.
 */
void http_close(struct http_server *s, int deadline_ms);

struct http_response {
	int status;
	struct str content_type; /* [application/json] when there is a body */
	struct pairs headers;	 /* a default of the same name is left out */
	/* Copied, unless body_free is set: then borrowed until called, and not of the request. */
	struct str body;
	void (*body_free)(void *body_free_ctx);
	void *body_free_ctx;
	bool from_fd; /* the body is body_fd from 0, body_fd_bytes long; closed here */
	int body_fd;
	uint64_t body_fd_bytes;
};

/*
 * Answer, once, from any thread; the request is gone afterwards. When the client went away
 * the reply goes nowhere. HEAD gets the headers alone. A header that cannot be sent (line
 * breaks, control bytes) makes the answer a 500, with a line in the log.
 */
void http_reply(struct http_request *request, const struct http_response *response);

/*
 * Has the client of this request, which is not answered yet, closed its end? Who only said that
 * it sends no more counts as gone too. Any thread.
 */
bool http_has_gone(const struct http_request *request);

/*
 * Whoever answers many requests in a row says so: between the two, on one thread, the epoll
 * thread is woken once for some tens of answers and not for whichever it finds first. It may
 * send them before that. In between nothing is waited for.
 */
void http_replies_begin(void);
void http_replies_end(void);

#endif
