#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "net/http.h"
#include "net/http_pool.h"

/*
 * bench_load_echo [pool]: our server with the answer of bench_load_bare, given on the epoll
 * thread, or by 8 workers. Prints its port; ends when its standard input does.
 */

static void
answer(void *ctx, struct http_request *r)
{
	static const struct str body =
	    STR_INIT("{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"type\":\"incident\","
		     "\"version\":3,\"state\":\"open\",\"unit\":\"north\"}");

	(void)ctx;
	http_reply(r, &(struct http_response){.status = 200, .body = body});
}

static void
work(void *ctx, unsigned worker, struct http_request *r)
{
	(void)worker;
	answer(ctx, r);
}

static void
queue(void *ctx, struct http_request *r)
{
	http_pool_put(ctx, r);
}

int
main(int argc, char **argv)
{
	bool pooled = argc > 1 && strcmp(argv[1], "pool") == 0;
	struct http_pool *pool = NULL;
	struct http_server *server;
	struct err err;
	char sink;

	if ((pooled && http_pool_open(0, 0, work, NULL, NULL, &pool, &err) != RC_OK) ||
	    http_open(&(struct http_options){.address = "127.0.0.1"}, pooled ? queue : answer, pool,
		      &server, &err) != RC_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	(void)printf("%u\n", http_port(server));
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &sink, 1) > 0)
		;
	http_close(server, 1000);
	http_pool_close(pool);
	return 0;
}
