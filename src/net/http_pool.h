#ifndef NET_HTTP_POOL_H
#define NET_HTTP_POOL_H

#include <stdbool.h>

#include "base/rc.h"

/*
 * http_pool: own workers that run requests straight down. Worker numbers go from 0 to
 * workers - 1, so that each may hold its own database connection and arena.
 */
struct http_pool;
struct http_request;

/* Runs on worker's thread; must see to it that the request is replied to, now or later. */
typedef void http_work(void *ctx, unsigned worker, struct http_request *request);
/* Runs on worker's thread when nothing waits for it: what it kept from request to request, it
 * lets go of. And a second time some seconds later, when still nothing came. */
typedef void http_rest(void *ctx, unsigned worker);

/* workers 0: 8; queue_max 0: 1,024 requests; rest may be NULL. *out is the caller's; end it with
 * http_pool_close. */
MUST_USE enum rc http_pool_open(unsigned workers, unsigned queue_max, http_work *work,
				http_rest *rest, void *ctx, struct http_pool **out,
				struct err *err);
/* Queue the request; when the queue is full or closing it is answered 503 with Retry-After, and
 * false comes back. */
bool http_pool_put(struct http_pool *p, struct http_request *request);
/*
 * The same without waking anybody: what comes together is begun together, by as few workers as
 * do. http_pool_stir must follow, and again within as many milliseconds as it says (-1: after
 * the next put): whoever waits behind slow requests gets a worker of their own then.
 */
bool http_pool_put_later(struct http_pool *p, struct http_request *request);
int http_pool_stir(struct http_pool *p);
/*
 * Answer what waits with 503, let each worker end its request, join them. Call it after
 * http_close, which waits for the workers' replies. NULL does nothing.
 */
void http_pool_close(struct http_pool *p);

#endif
