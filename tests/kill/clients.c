#include "load/load.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/arena.h"

/*
 * kill_clients write PORT FILE ROUND: 64 clients create people and change each second one, one
 * in 32 of them erases each second one, until the node is gone; what was acknowledged is in
 * FILE, one "ID TEXT" a line, before the client goes on. kill_clients check PORT FILE: each of
 * them must be there with that text, or with that of the change which was under way, and what
 * was erased must be gone, and no more than may have been under erasing; exit 1 names those that
 * are not so. ROUND is a word of its own for each FILE that is checked at once.
 * The token is in LIAISON_TOKEN.
 */

enum { CLIENTS = 64, ERASES_EACH = 32 };
enum does { CREATES, CHANGES, ERASES };

static const char *const suffix[] = {
    [CREATES] = "", [CHANGES] = ", changed", [ERASES] = ", erased"};

/* A text is "round 3 write 17", and ", changed" once it was; of those that are to be erased it
 * is "round 3 write 17, to go", and ", erased" once they were. */
struct client {
	char id[37];
	char text[64];
	enum does does; /* the request under way, the latter two about what was created last */
};

struct kill_run {
	const char *token, *round;
	int fd;
	struct client client[CLIENTS];
	uint64_t acknowledged, changed, erased, refused;
	/* check */
	struct str rest;
	char expected[CLIENTS][2][64];
	char round_seen[32];
	uint64_t present, missing;
	uint64_t gone, gone_told, rounds;
};

static void
add_head(struct buf *out, const struct kill_run *r, const char *method, const char *rest)
{
	buf_addf(out,
		 "%s /api/v1/records/person%s HTTP/1.1\r\nHost: localhost\r\n"
		 "Authorization: Bearer %s\r\nLiaison-Purpose: investigation\r\n",
		 method, rest, r->token);
}

static bool
next_write(void *ctx, unsigned connection, uint64_t n, struct buf *out)
{
	struct kill_run *r = ctx;
	struct client *c = &r->client[connection];
	char body[512], path[64];
	int bytes;

	c->does = CREATES;
	if (c->id[0] != '\0' && n % 2 == 1)
		c->does = connection % ERASES_EACH == 0 ? ERASES : CHANGES;
	(void)snprintf(path, sizeof path, "/%s", c->id);
	if (c->does == ERASES) {
		add_head(out, r, "DELETE", path);
		buf_add_z(out, "Liaison-Reason: a mistake\r\nIf-Match: \"1\"\r\n\r\n");
		return true;
	}
	if (c->does == CHANGES) {
		add_head(out, r, "PATCH", path);
		buf_add_z(out, "If-Match: \"1\"\r\n");
		bytes = snprintf(body, sizeof body, "{\"position\":\"%s, changed\"}", c->text);
	} else {
		add_head(out, r, "POST", "");
		(void)snprintf(c->text, sizeof c->text, "round %s write %llu%s", r->round,
			       (unsigned long long)n,
			       connection % ERASES_EACH == 0 ? ", to go" : "");
		bytes = snprintf(body, sizeof body,
				 "{\"fields\":{\"name\":\"Kateryna Bondar\",\"position\":\"%s\","
				 "\"mobile_phone\":\"+38067%07llu\"}}",
				 c->text, (unsigned long long)n % 10000000);
	}
	must(bytes > 0 && (size_t)bytes < sizeof body);
	buf_addf(out, "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", bytes,
		 body);
	return true;
}

/* One write(2) of a whole line, so that what is in the file is what was acknowledged. */
static void
note(struct kill_run *r, const struct client *c)
{
	char line[160];
	int n = snprintf(line, sizeof line, "%s %s%s\n", c->id, c->text, suffix[c->does]);

	must(n > 0 && write(r->fd, line, (size_t)n) == n);
	r->acknowledged++;
	r->changed += c->does == CHANGES;
	r->erased += c->does == ERASES;
}

static void
keep(void *ctx, unsigned connection, uint64_t n, int status, struct str body)
{
	struct kill_run *r = ctx;
	struct client *c = &r->client[connection];
	json_t *o = json_loadb(body.p, body.n, 0, NULL);
	const char *id = json_string_value(json_object_get(o, "id"));

	(void)n;
	if (c->does == ERASES && status / 100 == 2) {
		note(r, c);
		c->id[0] = '\0';
	} else if ((status == 201 || (status == 200 && c->does == CHANGES)) && id != NULL &&
		   strlen(id) == 36) {
		(void)snprintf(c->id, sizeof c->id, "%s", id);
		note(r, c);
		if (c->does == CHANGES)
			c->id[0] = '\0';
	} else {
		if (r->refused == 0)
			(void)fprintf(stderr, "refused: %d %.*s\n", status, STR_ARG(body));
		r->refused++;
		c->id[0] = '\0';
	}
	json_decref(o);
}

static void
count_round(struct kill_run *r, struct str text)
{
	char round[32];

	(void)str_cut(&text, ' ');
	(void)snprintf(round, sizeof round, "%.*s", STR_ARG(str_cut(&text, ' ')));
	if (strcmp(round, r->round_seen) != 0) {
		r->rounds++;
		(void)snprintf(r->round_seen, sizeof r->round_seen, "%s", round);
	}
}

/* A record created may have been changed since: both texts are what was acknowledged. */
static bool
next_read(void *ctx, unsigned connection, uint64_t n, struct buf *out)
{
	struct kill_run *r = ctx;
	struct str line, id;
	char path[64];

	(void)n;
	line = str_cut(&r->rest, '\n');
	if (line.n < 38)
		return false;
	id = str_cut(&line, ' ');
	count_round(r, line);
	(void)snprintf(r->expected[connection][0], 64, "%.*s", STR_ARG(line));
	(void)snprintf(r->expected[connection][1], 64, "%.*s, changed", STR_ARG(line));
	(void)snprintf(path, sizeof path, "/%.*s?reveal=position", STR_ARG(id));
	add_head(out, r, "GET", path);
	buf_add_z(out, "Liaison-Reason: after the kill\r\n\r\n");
	return true;
}

static bool
is_rightly_gone(struct kill_run *r, struct str text)
{
	bool is_told = str_ends(text, STR(", erased"));
	bool was_to_go = str_ends(text, STR(", to go"));

	r->gone_told += is_told;
	r->gone += was_to_go;
	return is_told || was_to_go;
}

static void
compare(void *ctx, unsigned connection, uint64_t n, int status, struct str body)
{
	struct kill_run *r = ctx;
	json_t *o = json_loadb(body.p, body.n, 0, NULL);
	const char *text =
	    json_string_value(json_object_get(json_object_get(o, "fields"), "position"));

	(void)n;
	if (status == 200
		? text != NULL && (strcmp(text, r->expected[connection][0]) == 0 ||
				   strcmp(text, r->expected[connection][1]) == 0)
		: status == 404 && is_rightly_gone(r, str_from(r->expected[connection][0]))) {
		r->present++;
	} else {
		r->missing++;
		(void)fprintf(stderr, "acknowledged but not there: \"%s\": %d %s\n",
			      r->expected[connection][0], status, text != NULL ? text : "");
	}
	json_decref(o);
}

static struct str
file_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t cap = 1 << 20, n = 0;
	char *p = heap_grow(NULL, cap);
	ssize_t got;

	must(fd >= 0);
	while ((got = read(fd, p + n, cap - n)) > 0)
		if ((n += (size_t)got) == cap)
			p = heap_grow(p, cap *= 2);
	(void)close(fd);
	return (struct str){p, n};
}

int
main(int argc, char **argv)
{
	static struct kill_run r;
	struct load_options o = {
	    .address = "127.0.0.1", .connections = CLIENTS, .ctx = &r, .duration_ms = 600000};
	struct load_result result;
	struct err err;
	enum rc rc;
	struct str all = STR_NONE;
	bool checks = argc == 4 && strcmp(argv[1], "check") == 0;

	r.token = getenv("LIAISON_TOKEN");
	if (r.token == NULL || (!checks && (argc != 5 || strcmp(argv[1], "write") != 0)))
		return 2;
	o.port = (uint16_t)strtoul(argv[2], NULL, 10);
	if (checks) {
		r.rest = all = file_read(argv[3]);
		o.next = next_read;
		o.answer = compare;
	} else {
		r.fd = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		must(r.fd >= 0);
		r.round = argv[4];
		o.next = next_write;
		o.answer = keep;
	}
	rc = load_run(&o, &result, &err);
	free((void *)(uintptr_t)all.p);
	if (rc != RC_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	if (r.gone > r.gone_told + r.rounds * (CLIENTS / ERASES_EACH)) {
		(void)fprintf(stderr, "%llu are gone, and %llu were erased\n",
			      (unsigned long long)r.gone, (unsigned long long)r.gone_told);
		r.missing++;
	}
	if (checks)
		(void)printf("%llu\n", (unsigned long long)r.present);
	else
		(void)printf(
		    "%llu acknowledged, %llu of them changes, %llu erasings, %llu refused\n",
		    (unsigned long long)r.acknowledged, (unsigned long long)r.changed,
		    (unsigned long long)r.erased, (unsigned long long)r.refused);
	return r.missing > 0 || r.refused > 0 || (checks && result.broken > 0) ? 1 : 0;
}
