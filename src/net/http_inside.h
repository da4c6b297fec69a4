#ifndef NET_HTTP_INSIDE_H
#define NET_HTTP_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include <microhttpd.h>

#include "net/body_room.h"
#include "net/drain.h"
#include "net/http.h"
#include "net/http_stream.h"
#include "net/listen.h"

/*
 * What the files of the server share; nobody outside net includes it.
 *
 * All calls into libmicrohttpd that touch a connection happen on the epoll thread. Other
 * threads make responses (which are independent objects), put what they did on server->done
 * and wake the epoll thread, which resumes the connections: so a group of replies costs one
 * wake-up, and no lock of the library is ever contended.
 */
struct conn;

struct request {
	struct http_request open; /* first: what the handler sees */
	struct http_server *server;
	struct conn *conn; /* NULL once the server gave up on it; under server->lock */
	struct arena *arena;
	char *raw_target; /* from the request line, before it is checked */
	uintptr_t raw_at; /* where it stood in the library's buffer */
	enum request_phase { REQUEST_HEAD, REQUEST_BODY, REQUEST_PARKED } phase;
	size_t body_max, body_cap, over_bytes;
	size_t body_ends; /* as announced, or body_max */
	struct err *over; /* the limit that the body went over, or NULL */
	struct body_owner owner;
	bool is_large;	 /* the owner is known */
	bool is_chunked; /* the last of its connection, for where it ends is not sure */
	char *body;
	bool handing; /* the handler has it now: no need to wake anybody; under server->lock */
	struct MHD_Response *answer; /* under server->lock until taken */
	int answer_status;
	struct http_stream *stream;
	struct request *next_done;
};

struct conn {
	struct conn *next, *prev;
	struct http_server *server;
	struct MHD_Connection *mhd;
	int fd;
	struct peer peer;
	bool tls;
	bool has_client_key;
	unsigned char client_key[32];
	bool abort;	  /* end it instead of answering */
	bool drain_input; /* see net/drain.h */
	bool fresh;	  /* has not had a request yet */
	enum conn_state { CONN_WAITING, CONN_READING, CONN_PARKED, CONN_ANSWERING } state;
	int64_t deadline_ms; /* while WAITING or READING; cut when it passes */
	int64_t since_ms;    /* connected, or its last answer went out */
	bool ended;	     /* the client's end had come at the last sweep, within a body */
	bool cut;	     /* told to end; still counted until the library has let go of it */
	struct request *request;
	struct http_stream *stream; /* the answer now going out, if it is one */
};

/* A listening socket and the daemon that serves what it accepts. */
struct way {
	int fd;
	bool tls, deaf; /* deaf: out of descriptors, asked again at the next sweep */
	struct MHD_Daemon *daemon;
	int epoll_fd;
};

#define WAYS_MAX 2
/* Daemons whose certificate was replaced, until their last connection ends. */
#define RETIRED_MAX 4

struct http_server {
	struct http_options options; /* defaults filled in, pointers dropped */
	http_handler *handler;
	void *ctx;
	uint16_t port;
	char *socket_path;
	struct way ways[WAYS_MAX];
	unsigned way_count;
	struct way retired[RETIRED_MAX]; /* the epoll thread's */
	unsigned retired_count;
	int epoll_fd, wake_fd;
	pthread_t thread;
	atomic_uint refs; /* the opener, streams, requests given up */
	atomic_uint conn_count;
	atomic_bool ask_again; /* who is connected may not be let in any more */
	struct body_room bodies;

	/* The epoll thread's alone. */
	struct conn *conns;
	struct conn **by_fd;
	size_t by_fd_count;
	struct drain drain;
	int64_t next_sweep_ms;

	pthread_mutex_t lock;	     /* guards what follows, and request->conn */
	struct MHD_Daemon *tls_next; /* with another certificate, to be taken up */
	struct request *done, **done_end;
	bool done_woken; /* the epoll thread was woken for what is done */
	struct http_stream *stirred;
	bool closing;
	int64_t close_deadline_ms;
};

/* Before a handshake: its client must show a key that the options let in. http_mutual.c. */
void mutual_begin(struct conn *c);
/* It was let in, and would not be now. */
bool mutual_is_over(const struct conn *c);

void server_unref(struct http_server *s);
/* Wake the epoll thread. */
void server_wake(struct http_server *s);
/* Put an answer before the epoll thread; takes the request and the response. */
void request_answer(struct request *r, int status, struct MHD_Response *response,
		    struct http_stream *stream);
void request_free(struct request *r);
void request_body_drop(struct request *r);
/* False when the header cannot be sent. */
bool header_add(struct MHD_Response *response, struct str name, struct str value);
struct MHD_Response *problem_response(struct arena *a, const struct err *err, int status);
/* Content type, extra and default headers; false when one cannot be sent. */
bool response_headers(struct MHD_Response *response, struct str content_type, struct pairs extra);

struct MHD_Daemon *daemon_start(struct http_server *s, const struct http_options *o, bool tls);
/* On the epoll thread: take up a new certificate; run and end the daemons of former ones. */
void tls_turn(struct http_server *s);
bool retired_run(struct http_server *s);
void retired_sweep(struct http_server *s, bool all);

/* What the library calls, on the epoll thread. */
void *on_request_line(void *ctx, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result on_request(void *ctx, struct MHD_Connection *mhd, const char *url,
			   const char *method, const char *version, const char *data,
			   size_t *data_bytes, void **state);
void on_completed(void *ctx, struct MHD_Connection *mhd, void **state,
		  enum MHD_RequestTerminationCode why);
void on_connection(void *ctx, struct MHD_Connection *mhd, void **socket_context,
		   enum MHD_ConnectionNotificationCode what);
/* Forget a connection; its descriptor is the library's. */
void conn_end(struct conn *c);

/* Streams, on the epoll thread. */
void stream_attach(struct http_stream *s, struct conn *conn);
void stream_detach(struct http_stream *s);
void stream_heartbeat(struct http_stream *s, int64_t now_ms);
/* Resume, or cut, those that had something happen. */
void streams_turn(struct http_server *s);

#endif
