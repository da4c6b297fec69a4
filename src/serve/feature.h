#ifndef SERVE_FEATURE_H
#define SERVE_FEATURE_H

#include "model/role.h"
#include "record/door.h"
#include "store/migrate.h"

struct serve;
struct api;
struct cli;
struct job_run;
struct reply;
struct request;

/*
 * feature: one folder of the house, as rows of tables. The row carries the policy: whoever
 * reads the tables sees all that the node exposes, to whom and for what. The server checks
 * the route's roles and purposes first; record/ then decides about each row.
 */
#define ROLES_ANY BIT(ROLE_COUNT)	/* anybody signed in */
#define ROLES_NOBODY 0u			/* with ROUTE_OPEN: no sign-in at all */
#define PURPOSES_ANY BIT(PURPOSE_COUNT) /* none need be given here; records still ask */

enum route_flags {
	ROUTE_READS = 0,
	ROUTE_WRITES = 1 << 0, /* runs whole on the writer thread, in a savepoint of the group */
	ROUTE_OPEN = 1 << 1,   /* without sign-in: health, problem pages; no body over 64 KiB */
	ROUTE_RAW = 1 << 2,    /* the body is bytes for the handler; else JSON or nothing */
	/* With ROUTE_WRITES: handle runs on a worker, and reply->write has what is left to do. */
	ROUTE_DRAFTS = 1 << 3,
	/* handle stretches a password: few at once, in threads of their own (serve/lane.h) */
	ROUTE_HASHES = 1 << 4,
	/* handle takes long: the same, and each user has so much of it (429 beyond) */
	ROUTE_HEAVY = 1 << 5,
	ROUTE_TOKEN_PURPOSE = 1 << 10, /* where no purpose is said, a token for one alone says it */
	ROUTE_PERSON = 1 << 6,	       /* never with a token, whatever its purposes and scope */
	ROUTE_FULL_DISK = 1 << 9,      /* with ROUTE_WRITES: also while the disk is full */
	ROUTE_QUARANTINE = 1 << 8, /* answered by a node in quarantine too (serve/quarantine.h) */
};

/*
 * A handler reads top to bottom: parse the input, load, decide, reply. What it returns other
 * than RC_OK becomes an RFC 9457 problem, and its changes are rolled back.
 */
typedef enum rc route_handler(struct request *rq, struct reply *reply, struct err *err);

struct route {
	const char *method;
	const char *path; /* "/api/v1/records/{type}/{id}": {name} takes one segment, a last
			     {name...} all */
	uint32_t roles, purposes, flags;
	size_t body_bytes_max; /* 0: no body */
	route_handler *handle;
	const char *text; /* one sentence */
};

/* An option of a command: "--limit N". */
struct option {
	const char *name;     /* "limit" */
	const char *argument; /* "N", or NULL for a switch */
	const char *text;
	bool repeats;
};

/*
 * liaison NOUN VERB ...: data on standard output, the rest on standard error (ux.md, Command
 * line). Most commands call a route of the node through cli_call, running or stopped alike.
 */
struct command {
	const char *noun, *verb;
	const char *arguments;	      /* "TYPE ID", "[FILE...]", "" */
	const struct option *options; /* ends with a NULL name; NULL: none of its own */
	enum rc (*run)(struct cli *cli, struct err *err);
	const char *text;    /* one sentence */
	const char *details; /* paragraphs for the man page, parted by a blank line; or NULL */
};

/* Long work: a row in the database, progress, stop, resume; safe to run twice. */
struct job_kind {
	const char *name;
	enum rc (*run)(struct job_run *run, struct err *err);
	const char *text;
};

enum setting_kind { SETTING_TEXT, SETTING_NUMBER, SETTING_DAYS, SETTING_SWITCH };
struct setting {
	const char *name;
	enum setting_kind kind;
	const char *standard; /* what holds when the file says nothing */
	int64_t min, max;
	const char *text;
};

/* What a running node does by itself now and then (serve/timer.h). */
struct timer {
	const char *name;
	const char *every; /* the setting with the seconds between two runs; 0: never */
	/* On the writer thread, in a savepoint, with a changing door of the node's own; or NULL: */
	enum rc (*run)(struct door *d, struct err *err);
	const char *text;
	/* on the timers' own thread, for what does something once a write of its own is durable. */
	enum rc (*run_outside)(struct serve *s, struct err *err);
};

struct feature {
	const char *name;
	const struct route *routes; /* each table ends with a NULL; NULL: none */
	const struct command *commands;
	const struct job_kind *jobs;
	const struct setting *settings;
	const struct timer *timers;
	const struct gate *gates;
	const struct reaction *reactions;
	struct migration_set migrations;
	const struct api *api; /* what its routes take and give: serve/api.h */
};

#endif
