#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"

/*
 * bench_ground_start PROGRAM NODE [OPTIONS...]: run `PROGRAM node serve --node NODE OPTIONS` and
 * ask it for its status over its Unix socket until it answers 200. Prints the milliseconds from
 * before fork(2) to that answer, and the CPU time it took for itself in them; then ends it.
 */
static bool
answers(const char *socket_path)
{
	static const char request[] =
	    "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char answer[64] = "";
	bool good = false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && strlen(socket_path) < sizeof at.sun_path);
	memcpy(at.sun_path, socket_path, strlen(socket_path));
	if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
	    send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0 &&
	    recv(fd, answer, sizeof answer - 1, 0) > 0)
		good = strncmp(answer, "HTTP/1.1 200", 12) == 0;
	(void)close(fd);
	return good;
}

static double
cpu_ms(pid_t pid)
{
	struct timespec t = {0};
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return -1;
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new(0);
	char *socket_path, **args;
	int64_t start, now;
	int status, quiet;
	double cpu;
	pid_t pid;

	if (argc < 3) {
		(void)fputs("bench_ground_start PROGRAM NODE [OPTIONS...]\n", stderr);
		return 2;
	}
	socket_path = str_z(a, str_fmt(a, "%s/liaison.sock", argv[2]));
	args = NEW_N(a, char *, (size_t)argc + 8);
	args[0] = argv[1];
	args[1] = str_z(a, STR("node"));
	args[2] = str_z(a, STR("serve"));
	args[3] = str_z(a, STR("--node"));
	for (int i = 2; i < argc; i++)
		args[i + 2] = argv[i];
	(void)unlink(socket_path);
	start = monotonic_us();
	if ((pid = fork()) == 0) {
		quiet = open("/dev/null", O_WRONLY);
		(void)dup2(quiet, STDOUT_FILENO);
		(void)execv(args[0], args);
		_exit(127);
	}
	must(pid > 0);
	do {
		(void)usleep(500);
		now = monotonic_us();
		if (now - start > 30000000 || waitpid(pid, &status, WNOHANG) != 0) {
			(void)fputs("the node did not answer\n", stderr);
			(void)kill(pid, SIGKILL);
			return 1;
		}
	} while (!answers(socket_path));
	now = monotonic_us();
	cpu = cpu_ms(pid);
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, &status, 0);
	(void)printf("%.1f %.1f\n", (double)(now - start) / 1e3, cpu);
	arena_free(a);
	return 0;
}
