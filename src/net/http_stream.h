#ifndef NET_HTTP_STREAM_H
#define NET_HTTP_STREAM_H

#include "base/rc.h"
#include "net/pair.h"

/*
 * http_stream: the answer to one request as server-sent events (text/event-stream, WHATWG
 * HTML "Server-sent events"). A comment goes out each heartbeat, so that a vanished client
 * is seen. The holder may call from any thread, one at a time per stream.
 */
struct http_stream;
struct http_request;

/*
 * Answer with 200 and keep the answer open; the request is gone afterwards. extra headers as
 * in http_response. The stream is the caller's; end it with http_stream_close.
 */
struct http_stream *http_reply_stream(struct http_request *request, struct pairs extra);
/*
 * Send one event. id and event may be empty and must hold no line break; data may hold
 * several lines. RC_STOPPED: the client is gone, or was cut because it reads too slowly
 * (stream_bytes_max); only http_stream_close is left to do.
 */
MUST_USE enum rc http_stream_send(struct http_stream *s, struct str id, struct str event,
				  struct str data);
/* False once the client is gone or cut. */
bool http_stream_is_open(struct http_stream *s);
/* Send what waits, then end the answer. NULL does nothing. */
void http_stream_close(struct http_stream *s);

#endif
