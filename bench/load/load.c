#include "load/load.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

/* bench_load_load: load on a running server, with requests made from a template file. */

static int
usage(void)
{
	(void)fprintf(stderr,
		      "bench_load_load [-c connections] [-t seconds] [-n requests] [-p server "
		      "pid] [-f first number] (ADDRESS:PORT | SOCKET) TEMPLATE\n");
	return 2;
}

static struct str
file_read(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "re");
	char *p = arena_bytes(a, 1 << 20);
	size_t n = 0;

	if (f != NULL) {
		n = fread(p, 1, 1 << 20, f);
		(void)fclose(f);
	}
	return (struct str){p, n};
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new(0);
	struct load_options o = {.connections = 64, .next = load_template_next};
	struct load_result result;
	struct load_template t;
	struct err err;
	uint64_t first = 0;
	struct str where, address;
	int64_t port = 0;
	int c;

	while ((c = getopt(argc, argv, "c:t:n:p:f:")) != -1) {
		switch (c) {
		case 'c': o.connections = (unsigned)strtoul(optarg, NULL, 10); break;
		case 't': o.duration_ms = (int64_t)(strtod(optarg, NULL) * 1000); break;
		case 'n': o.requests = strtoull(optarg, NULL, 10); break;
		case 'p': o.server_pid = (int)strtol(optarg, NULL, 10); break;
		case 'f': first = strtoull(optarg, NULL, 10); break;
		default: return usage();
		}
	}
	if (argc - optind != 2 || o.connections == 0)
		return usage();
	if (o.requests == 0 && o.duration_ms == 0)
		o.duration_ms = 5000;
	where = str_from(argv[optind]);
	if (where.n > 0 && where.p[0] != '/') {
		address = str_cut(&where, ':');
		if (!str_to_i64(where, &port) || port < 1 || port > 65535)
			return usage();
		o.address = str_z(a, address);
		o.port = (uint16_t)port;
	} else {
		o.socket_path = argv[optind];
	}
	if (load_template_parse(a, file_read(a, argv[optind + 1]), &t, &err) != RC_OK) {
		(void)fprintf(stderr, "%s: %s\n", argv[optind + 1], err.text);
		return 2;
	}
	t.first = first;
	o.ctx = &t;
	if (load_run(&o, &result, &err) != RC_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		return rc_exit_code(err.rc);
	}
	load_print(argv[optind], &result);
	return 0;
}
