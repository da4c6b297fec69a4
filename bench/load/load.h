#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include "base/buf.h"
#include "base/rc.h"

/*
 * load: a load generator in one thread: N kept-alive connections, each with one request under
 * way. It is small enough to run beside what it measures; its own CPU time is told apart.
 */

/* Write the whole request number n (0 and up, over all connections); false: no more of them. */
typedef bool load_next(void *ctx, unsigned connection, uint64_t n, struct buf *out);
/* Each whole answer, if wanted: body holds until the call returns. */
typedef void load_answer(void *ctx, unsigned connection, uint64_t n, int status, struct str body);

struct load_options {
	const char *address; /* "127.0.0.1", with port; or */
	uint16_t port;
	const char *socket_path;
	unsigned connections; /* 1 and up */
	uint64_t requests;    /* stop after so many, 0: no end */
	int64_t duration_ms;  /* stop after so long, 0: no end; one of both must be set */
	load_next *next;
	load_answer *answer; /* or NULL */
	void *ctx;
	int server_pid; /* whose CPU time to count, or 0 */
};

struct load_result {
	uint64_t answers;
	uint64_t status[600]; /* how many of each */
	uint64_t broken;      /* connections that ended, or answers that were none */
	double seconds;
	double client_cpu_seconds, server_cpu_seconds;
	uint32_t p50_us, p90_us, p99_us, max_us; /* within 3 % */
};

/* RC_UNAVAILABLE: no connection. A broken connection is opened again and counted. */
MUST_USE enum rc load_run(const struct load_options *o, struct load_result *out, struct err *err);
/* One line of name, rate, latency, statuses and CPU for people. */
void load_print(const char *name, const struct load_result *r);

/*
 * load_template: a request as a file: "METHOD /target", header lines, an empty line, the body.
 * In it %d is the request's number plus first, %c the connection, %h 16 random hexadecimal
 * digits, %% a percent sign. Host and Content-Length are added.
 */
struct load_template {
	struct str head, body;
	uint64_t first;
	uint64_t random; /* any seed */
	struct arena *arena;
};

MUST_USE enum rc load_template_parse(struct arena *a, struct str text, struct load_template *out,
				     struct err *err);
/* As load_options.next, with a struct load_template as ctx. */
bool load_template_next(void *ctx, unsigned connection, uint64_t n, struct buf *out);

#endif
