#include "load/load.h"

#include <libgen.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

/*
 * bench_load_compare [seconds] [connections]: our server beside bare libmicrohttpd, in turns
 * within one run, so that both meet the same load of the machine. Medians of five rounds.
 */

#define ROUNDS 5

struct side {
	const char *name, *program, *argument;
	int pid, in;
	uint16_t port;
	double rate[ROUNDS], cpu_us[ROUNDS];
};

static void
start(struct arena *a, const char *folder, struct side *s)
{
	struct str path = str_fmt(a, "%s/%s", folder, s->program);
	int in[2], out[2];
	char text[16] = {0};

	must(pipe(in) == 0 && pipe(out) == 0);
	s->pid = fork();
	must(s->pid >= 0);
	if (s->pid == 0) {
		(void)dup2(in[0], STDIN_FILENO);
		(void)dup2(out[1], STDOUT_FILENO);
		for (int fd = 3; fd < 64; fd++)
			(void)close(fd);
		(void)execl(path.p, path.p, s->argument, (char *)NULL);
		_exit(127);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	s->in = in[1];
	if (read(out[0], text, sizeof text - 1) <= 0) {
		(void)fprintf(stderr, "build it first: %s\n", s->program);
		exit(1);
	}
	s->port = (uint16_t)strtoul(text, NULL, 10);
	(void)close(out[0]);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *at)
{
	qsort(at, ROUNDS, sizeof *at, by_size);
	return at[ROUNDS / 2];
}

int
main(int argc, char **argv)
{
	struct side sides[] = {
	    {.name = "bare libmicrohttpd", .program = "bench_load_bare"},
	    {.name = "ours, epoll thread", .program = "bench_load_echo", .argument = "here"},
	    {.name = "ours, 8 workers", .program = "bench_load_echo", .argument = "pool"},
	};
	struct arena *a = arena_new(0);
	struct load_template t;
	struct err err;
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 2;
	unsigned connections = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 64;

	must(load_template_parse(a, STR("GET /api/v1/incident/%h\nAuthorization: Bearer %h\n"), &t,
				 &err) == RC_OK);
	for (size_t i = 0; i < COUNT_OF(sides); i++)
		start(a, dirname(str_z(a, str_from(argv[0]))), &sides[i]);
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < COUNT_OF(sides); i++) {
			struct load_result r;
			struct load_options o = {.address = "127.0.0.1",
						 .port = sides[i].port,
						 .connections = connections,
						 .duration_ms = (int64_t)(seconds * 1000),
						 .next = load_template_next,
						 .ctx = &t,
						 .server_pid = sides[i].pid};

			if (load_run(&o, &r, &err) != RC_OK) {
				(void)fprintf(stderr, "%s\n", err.text);
				return 1;
			}
			load_print(sides[i].name, &r);
			sides[i].rate[round] = (double)r.answers / r.seconds;
			sides[i].cpu_us[round] = r.server_cpu_seconds * 1e6 / (double)r.answers;
		}
	}
	(void)printf("\nmedians of %d rounds, %u kept-alive connections\n", ROUNDS, connections);
	for (size_t i = 0; i < COUNT_OF(sides); i++) {
		double rate = median(sides[i].rate);

		(void)printf("%-24s %9.0f requests/s  %5.1f us CPU a request  ratio %.2f\n",
			     sides[i].name, rate, median(sides[i].cpu_us),
			     rate / sides[0].rate[ROUNDS / 2]);
		(void)close(sides[i].in);
		(void)waitpid(sides[i].pid, NULL, 0);
	}
	return 0;
}
