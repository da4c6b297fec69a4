#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base.h"
#include "base/str.h"

/*
 * bench_load_bare: what libmicrohttpd does with nothing around it: its own epoll thread, one
 * JSON answer to everything. Prints its port; ends when its standard input does.
 */

static const char body[] = "{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"type\":\"incident\","
			   "\"version\":3,\"state\":\"open\",\"unit\":\"north\"}";

static enum MHD_Result
answer(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
       const char *version, const char *data, size_t *bytes, void **state)
{
	static int begun;
	struct MHD_Response *response;
	enum MHD_Result queued;
	union {
		const char *p;
		void *q;
	} text = {.p = body};

	(void)ctx;
	(void)url;
	(void)method;
	(void)version;
	(void)data;
	if (*state == NULL || *bytes > 0) {
		*state = &begun;
		*bytes = 0;
		return MHD_YES;
	}
	response = MHD_create_response_from_buffer(sizeof body - 1, text.q, MHD_RESPMEM_MUST_COPY);
	must(response != NULL);
	must(MHD_add_response_header(response, "Content-Type", "application/json") == MHD_YES);
	queued = MHD_queue_response(c, 200, response);
	MHD_destroy_response(response);
	return queued;
}

int
main(void)
{
	struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, 0,
						NULL, NULL, answer, NULL, MHD_OPTION_END);
	const union MHD_DaemonInfo *info;
	char sink;

	must(d != NULL);
	info = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT);
	must(info != NULL);
	(void)printf("%u\n", info->port);
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &sink, 1) > 0)
		;
	MHD_stop_daemon(d);
	return 0;
}
