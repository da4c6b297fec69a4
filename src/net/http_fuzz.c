#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "net/http.h"
#include "net/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
/* Threads of the server allocate while an input runs, which is no leak of the input's. */
const char *__asan_default_options(void);

#define BODY_MAX 2048
#define BYTES_MAX 32768

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* Whatever bytes came: what the handler is given keeps the promises of http.h. */
static void
handle(void *ctx, struct http_request *r)
{
	(void)ctx;
	must(r->path.n > 0 && r->path.p[0] == '/' && text_is_plain(r->path, false));
	must(str_find(r->path, STR("/../")) < 0 && r->body.n <= BODY_MAX);
	must(r->peer_uid == (int64_t)getuid() && r->peer_address.n == 0 && !r->tls);
	for (size_t i = 0; i < r->query.n; i++)
		must(utf8_is_valid(r->query.at[i].name) && utf8_is_valid(r->query.at[i].value));
	for (size_t i = 0; i < r->headers.n; i++) {
		must(r->headers.at[i].name.n > 0 && utf8_is_valid(r->headers.at[i].value));
		must(str_chr(r->headers.at[i].value, '\n') < 0);
	}
	http_reply(r, &(struct http_response){
			  .status = 200, .content_type = STR("text/plain"), .body = r->body});
}

static char path[64];

static void
clean_up(void)
{
	(void)unlink(path);
}

static const char *
server_path(void)
{
	struct http_options options = {.socket_path = path,
				       .body_bytes_max = BODY_MAX,
				       .header_bytes_max = 2048,
				       .request_timeout_ms = 300};
	struct http_server *server;

	if (path[0] == '\0') {
		(void)snprintf(path, sizeof path, "/tmp/liaison-http-fuzz-%d", (int)getpid());
		must(http_open(&options, handle, NULL, &server, NULL) == RC_OK);
		(void)atexit(clean_up);
	}
	return path;
}

static int
connect_to(const char *to)
{
	const struct timeval wait = {.tv_sec = 8};
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", to);
	must(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0);
	return fd;
}

/* The bytes on one connection of the real server; each answer begins as HTTP does. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	int fd = connect_to(server_path());
	char answer[4096];
	size_t have = 0;
	ssize_t got;

	if (n > BYTES_MAX)
		n = BYTES_MAX;
	if (n > 0)
		(void)!send(fd, p, n, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	while ((got = recv(fd, answer + have, sizeof answer - have, 0)) > 0) {
		if (have < 9)
			have += (size_t)got;
		must(have < 9 || memcmp(answer, "HTTP/1.", 7) == 0);
	}
	/* The end, or a reset where bytes were left unread; never silence. */
	must(got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK));
	(void)close(fd);
	return 0;
}
