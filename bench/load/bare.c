#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/str.h"

/*
 * bench_load_bare [FILE]: what libmicrohttpd does with nothing around it: its own epoll thread,
 * one JSON answer to everything: a small one with one header, or what FILE holds, as curl -i
 * writes it (headers, an empty line, the body). Prints its port; ends when its standard input
 * does.
 */

static const char small[] =
    "{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"type\":\"incident\","
    "\"version\":3,\"state\":\"open\",\"unit\":\"north\"}";

#define HEADERS_MAX 32
static struct {
	char *name, *value;
} headers[HEADERS_MAX];
static size_t header_count, body_bytes;
static char *body;

/* The library writes these itself. */
static bool
is_ours(const char *name)
{
	static const char *const its[] = {"Date", "Connection", "Content-Length"};

	for (size_t i = 0; i < COUNT_OF(its); i++)
		if (strcasecmp(name, its[i]) == 0)
			return false;
	return true;
}

static void
read_answer(const char *path)
{
	static char line[4096];
	FILE *f = fopen(path, "r");

	must(f != NULL);
	while (fgets(line, sizeof line, f) != NULL) {
		char *colon = strchr(line, ':');

		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '\0')
			break;
		if (colon == NULL || strncmp(line, "HTTP/", 5) == 0)
			continue;
		*colon = '\0';
		if (!is_ours(line))
			continue;
		must(header_count < HEADERS_MAX);
		headers[header_count].name = strdup(line);
		headers[header_count++].value = strdup(colon + 1 + strspn(colon + 1, " "));
	}
	body = malloc(1 << 20);
	must(body != NULL);
	body_bytes = fread(body, 1, 1 << 20, f);
	(void)fclose(f);
}

static enum MHD_Result
answer(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
       const char *version, const char *data, size_t *bytes, void **state)
{
	static int begun;
	struct MHD_Response *response;
	enum MHD_Result queued;
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
	response = MHD_create_response_from_buffer(body_bytes, body, MHD_RESPMEM_MUST_COPY);
	must(response != NULL);
	for (size_t i = 0; i < header_count; i++)
		must(MHD_add_response_header(response, headers[i].name, headers[i].value) ==
		     MHD_YES);
	queued = MHD_queue_response(c, 200, response);
	MHD_destroy_response(response);
	return queued;
}

int
main(int argc, char **argv)
{
	static char type[] = "Content-Type", json[] = "application/json";
	struct MHD_Daemon *d;
	const union MHD_DaemonInfo *info;
	char sink;

	if (argc > 1) {
		read_answer(argv[1]);
	} else {
		body = strdup(small);
		body_bytes = sizeof small - 1;
		headers[header_count].name = type;
		headers[header_count++].value = json;
	}
	d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, 0, NULL, NULL, answer,
			     NULL, MHD_OPTION_END);

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
