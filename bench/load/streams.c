#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "net/http.h"
#include "net/http_stream.h"

/*
 * bench_load_streams [count]: memory and CPU of many open event streams in one process (the
 * clients' descriptors included), and of one event sent to all of them.
 */

static struct http_stream **streams;
static _Atomic unsigned stream_count;

static void
keep(void *ctx, struct http_request *r)
{
	(void)ctx;
	streams[stream_count] = http_reply_stream(r, (struct pairs){0});
	stream_count++;
}

static long
resident_kib(void)
{
	long pages = 0, all = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	must(f != NULL && fscanf(f, "%ld %ld", &all, &pages) == 2);
	(void)fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static double
cpu_ms(void)
{
	struct rusage u;

	must(getrusage(RUSAGE_SELF, &u) == 0);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static int
subscribe(uint16_t port)
{
	static const char text[] = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
	must(send(fd, text, sizeof text - 1, MSG_NOSIGNAL) == sizeof text - 1);
	return fd;
}

static void
hear(int fd, const char *wanted)
{
	char text[1024];
	size_t n = 0;

	do {
		ssize_t more = recv(fd, text + n, sizeof text - 1 - n, 0);

		must(more > 0);
		n += (size_t)more;
		text[n] = '\0';
	} while (strstr(text, wanted) == NULL);
}

int
main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;
	int *fds = heap_zeroed(count * sizeof(int));
	struct rlimit limit;
	struct http_server *server;
	struct err err;
	long before;
	double cpu;
	int64_t start;

	must(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = limit.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	streams = heap_zeroed(count * sizeof(struct http_stream *));
	if (http_open(&(struct http_options){.address = "127.0.0.1", .connection_max = count + 10},
		      keep, NULL, &server, &err) != RC_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	before = resident_kib();
	for (unsigned i = 0; i < count; i++) {
		fds[i] = subscribe(http_port(server));
		hear(fds[i], "retry:");
	}
	(void)printf("%u streams: %.1f MiB more resident\n", count,
		     (double)(resident_kib() - before) / 1024);
	cpu = cpu_ms();
	(void)sleep(5);
	(void)printf("quiet: %.2f ms CPU a second\n", (cpu_ms() - cpu) / 5);
	cpu = cpu_ms();
	start = monotonic_us();
	for (unsigned i = 0; i < count; i++)
		must(http_stream_send(streams[i], STR("1"), STR("hit"), STR("{\"n\":1}")) == RC_OK);
	for (unsigned i = 0; i < count; i++)
		hear(fds[i], "data: {\"n\":1}");
	(void)printf("one event to all: %.1f ms, %.1f ms CPU (both ends)\n",
		     (double)(monotonic_us() - start) / 1e3, cpu_ms() - cpu);
	for (unsigned i = 0; i < count; i++)
		http_stream_close(streams[i]);
	http_close(server, 1000);
	return 0;
}
