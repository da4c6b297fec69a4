#include "load/load.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/arena.h"

/*
 * bench_ground_client PORT SECONDS CONNECTIONS PID NAME (write | read | get PATH | sign-in):
 * audited writes, audited reads of records written just before, one page of a list, or
 * signing in, on a running node (process PID). Whoever asks shows the token in LIAISON_TOKEN or
 * the session's cookie in LIAISON_COOKIE (reads alone); signs in with LIAISON_SIGN_IN, a JSON
 * object. Prints one line of CSV that begins with NAME; writes a commit are the node's own count
 * (/api/v1/status):
 * NAME,answers,seconds,a_second,p50_us,p99_us,writes_a_commit,server_us,client_us,not_ok
 */

#define READ_RECORDS 2000

struct ground {
	const char *token, *cookie, *path, *sign_in;
	struct str ids[READ_RECORDS];
	size_t id_count;
	struct arena *arena;
	long long groups, writes; /* as /api/v1/status told last */
};

static const char *const given[] = {"Ana",    "Olena", "Mohammed", "Nguyen", "Blessing",
				    "Dmitri", "Mei",   "Josefina", "Tariq",  "Adaeze"};
static const char *const family[] = {"Reis",	 "Kovalenko", "Rahimi",	 "Thi Lan", "Okafor",
				     "Petrenko", "Chen",      "Alvarez", "Haddad",  "Eze"};

static void
add_head(struct buf *out, const struct ground *g, const char *method, const char *path,
	 struct str rest)
{
	/* What is read goes by the session; the counts are the operator's to see. */
	bool shows_cookie =
	    g->cookie != NULL && strcmp(method, "GET") == 0 && strcmp(path, "/api/v1/status") != 0;

	buf_addf(out,
		 "%s %s%.*s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n"
		 "Liaison-Purpose: investigation\r\n",
		 method, path, STR_ARG(rest),
		 shows_cookie ? "Cookie: __Host-liaison=" : "Authorization: Bearer ",
		 shows_cookie ? g->cookie : g->token);
}

/* An invented person as an officer takes them down, with two exact identifiers. */
static bool
next_write(void *ctx, unsigned connection, uint64_t n, struct buf *out)
{
	unsigned long long k = n;
	char body[1024];
	int bytes;

	(void)connection;
	bytes = snprintf(
	    body, sizeof body,
	    "{\"fields\":{\"name\":\"%s %s\",\"also_called\":[\"%s\"],"
	    "\"birth_date\":\"19%02llu-%02llu-%02llu\",\"citizenship\":[\"UA\"],"
	    "\"documents\":[{\"kind\":\"passport\",\"value\":\"P%08llu\"}],"
	    "\"mobile_phone\":\"+38067%07llu\",\"gender\":\"Feminine\","
	    "\"position\":\"seasonal worker in a packing house\",\"may_be_minor\":\"no\"}}",
	    given[k % COUNT_OF(given)], family[k / 10 % COUNT_OF(family)],
	    given[k / 3 % COUNT_OF(given)], 60 + k % 40, 1 + k % 12, 1 + k % 28, k % 100000000,
	    k % 10000000);
	must(bytes > 0 && (size_t)bytes < sizeof body);
	add_head(out, ctx, "POST", "/api/v1/records/person", STR_NONE);
	buf_addf(out, "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", bytes,
		 body);
	return true;
}

static bool
next_read(void *ctx, unsigned connection, uint64_t n, struct buf *out)
{
	const struct ground *g = ctx;

	(void)connection;
	add_head(out, g, "GET", "/api/v1/records/person/", g->ids[n * 7919 % g->id_count]);
	buf_add(out, STR("\r\n"));
	return true;
}

static bool
next_path(void *ctx, unsigned connection, uint64_t n, struct buf *out)
{
	const struct ground *g = ctx;

	(void)connection;
	(void)n;
	add_head(out, g, "GET", g->path, STR_NONE);
	buf_add(out, STR("\r\n"));
	return true;
}

static bool
next_sign_in(void *ctx, unsigned connection, uint64_t n, struct buf *out)
{
	const struct ground *g = ctx;

	(void)connection;
	(void)n;
	buf_addf(out,
		 "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n"
		 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		 strlen(g->sign_in), g->sign_in);
	return true;
}

static bool
next_status(void *ctx, unsigned connection, uint64_t n, struct buf *out)
{
	(void)connection;
	(void)n;
	add_head(out, ctx, "GET", "/api/v1/status", STR_NONE);
	buf_add(out, STR("\r\n"));
	return true;
}

static void
keep_id(void *ctx, unsigned connection, uint64_t n, int status, struct str body)
{
	struct ground *g = ctx;
	json_t *o = json_loadb(body.p, body.n, 0, NULL);
	const char *id = json_string_value(json_object_get(o, "id"));

	(void)connection;
	(void)n;
	if (status == 201 && id != NULL && g->id_count < READ_RECORDS)
		g->ids[g->id_count++] = str_copy(g->arena, str_from(id));
	json_decref(o);
}

static void
keep_counts(void *ctx, unsigned connection, uint64_t n, int status, struct str body)
{
	struct ground *g = ctx;
	json_t *o = json_loadb(body.p, body.n, 0, NULL);

	(void)connection;
	(void)n;
	if (status != 200 ||
	    json_unpack(o, "{s:I, s:I}", "groups", &g->groups, "writes", &g->writes) != 0) {
		(void)fprintf(stderr, "the node's status is not to be had: %d\n", status);
		exit(1);
	}
	json_decref(o);
}

static struct load_result
run(struct load_options o)
{
	struct load_result r;
	struct err err;

	if (load_run(&o, &r, &err) == RC_OK && r.answers > 0)
		return r;
	(void)fprintf(stderr, "%s\n", r.answers > 0 ? err.text : "the node did not answer");
	exit(1);
}

int
main(int argc, char **argv)
{
	static struct ground g;
	struct load_options o = {.address = "127.0.0.1", .ctx = &g}, status;
	struct load_result r;
	long long groups, writes;
	int good = 200;
	bool gets;

	g.token = getenv("LIAISON_TOKEN");
	g.cookie = getenv("LIAISON_COOKIE");
	g.sign_in = getenv("LIAISON_SIGN_IN");
	gets = argc == 8 && strcmp(argv[6], "get") == 0;
	if ((argc != 7 && !gets) || g.token == NULL) {
		(void)fprintf(stderr, "bench_ground_client PORT SECONDS CONNECTIONS PID NAME "
				      "(write | read | get PATH | sign-in), with LIAISON_TOKEN\n");
		return 2;
	}
	g.arena = arena_new(0);
	o.port = (uint16_t)strtoul(argv[1], NULL, 10);
	o.server_pid = (int)strtol(argv[4], NULL, 10);
	status = o;
	status.connections = 1;
	status.requests = 1;
	status.next = next_status;
	status.answer = keep_counts;
	o.connections = (unsigned)strtoul(argv[3], NULL, 10);
	o.next = next_write;
	if (gets) {
		g.path = argv[7];
		o.next = next_path;
	} else if (strcmp(argv[6], "sign-in") == 0 && g.sign_in != NULL) {
		/* Each stretches a password, and what one user may ask for is limited. */
		o.next = next_sign_in;
		o.requests = 3;
		good = 201;
	} else if (strcmp(argv[6], "read") != 0) {
		good = 201;
	} else {
		o.requests = READ_RECORDS;
		o.answer = keep_id;
		(void)run(o);
		o.requests = 0;
		o.answer = NULL;
		o.next = next_read;
		if (g.id_count == 0)
			return 1;
	}
	o.duration_ms = (int64_t)(strtod(argv[2], NULL) * 1000);
	(void)run(status);
	groups = g.groups;
	writes = g.writes;
	r = run(o);
	(void)run(status);
	(void)printf(
	    "%s,%llu,%.3f,%.0f,%u,%u,%.1f,%.1f,%.1f,%llu\n", argv[5], (unsigned long long)r.answers,
	    r.seconds, (double)r.answers / r.seconds, r.p50_us, r.p99_us,
	    (double)(g.writes - writes) / (double)(g.groups > groups ? g.groups - groups : 1),
	    r.server_cpu_seconds * 1e6 / (double)r.answers,
	    r.client_cpu_seconds * 1e6 / (double)r.answers,
	    (unsigned long long)(r.answers - r.status[good] + r.broken));
	arena_free(g.arena);
	return 0;
}
