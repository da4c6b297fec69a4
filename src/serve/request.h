#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H

#include <jansson.h>

#include "net/pair.h"
#include "record/record.h"
#include "seal/keys.h"
#include "serve/feature.h"

struct serve;
struct user;
struct caller;
struct call;
struct credential;

/* request: what a handler gets. All of it lives until the reply has left. */
struct request {
	struct serve *serve;
	struct arena *arena;
	const struct route *route;
	struct door door;	 /* open; actor, purpose, legal basis, case and reason are set */
	const struct user *user; /* NULL on an open route without sign-in */
	const struct caller *caller;
	struct call *call;		     /* that it came with */
	const struct credential *credential; /* what the user came in with */
	struct pairs path;		     /* {name} segments */
	struct pairs query, headers;
	json_t *json;	  /* the body, held by the door; NULL when there was none */
	struct str body;  /* the bytes, for ROUTE_RAW */
	int64_t if_match; /* version from If-Match or "version" in the query; 0: not given */
	struct str lang;  /* "en", "ar": from Accept-Language, else the node's */
	/* Of a ROUTE_DRAFTS on a worker: what it drafts waits here for its key, which is asked for
	 * with those of the requests that came together, before write is called. Else NULL. */
	struct record_wraps *wraps;
};

/* reply: what it gives. A status of 0 means 200, or 204 when nothing is set. */
struct reply {
	int status;
	json_t *json;		       /* a reference that the reply takes over */
	struct str content_type, body; /* instead of json; in the request's arena */
	struct str file;	       /* instead of both: a file that is sent and then removed */
	struct pairs headers;
	int64_t etag; /* a record's version; 0: none */
	struct str location;
	struct stream_handler *stream; /* set: the answer is an event stream (serve/events.h) */
	/*
	 * Of a ROUTE_DRAFTS: what stores the draft, on the writer thread with a changing door.
	 * The answer is made before, so it can only fail or keep to it.
	 */
	enum rc (*write)(struct request *rq, void *draft, struct err *err);
	void *draft;
	/* Of a changing route that succeeds: what follows in the world once it is durable. */
	void (*durable)(struct serve *s);
	/*
	 * Of a reading that waits for the key of one record: opened is called with the outcome,
	 * still within the same look, and makes the answer. The keys of the requests that came
	 * together are asked for with one message.
	 */
	enum rc (*opened)(struct request *rq, struct reply *reply, const struct key_open *key,
			  struct err *err);
	struct key_open key; /* what to ask; the data key never lies here */
	void *opening;
};

/* The path's segment; must be in the route's path. */
struct str request_path(const struct request *rq, const char *name);
/* RC_ABSENT when it is no id: to look up nonsense looks like absence. */
MUST_USE enum rc request_id(const struct request *rq, const char *name, struct id *out,
			    struct err *err);
/* A query parameter, or STR_NONE. */
struct str request_query(const struct request *rq, const char *name);
/* A number in a range, standard when absent. */
MUST_USE enum rc request_number(const struct request *rq, const char *name, int64_t standard,
				int64_t min, int64_t max, int64_t *out, struct err *err);
/* RC_VERSION_MISSING when there was no If-Match. */
MUST_USE enum rc request_version(const struct request *rq, int64_t *out, struct err *err);
/* A member of the JSON body that must be text; RC_INVALID names it. */
MUST_USE enum rc request_text(const struct request *rq, const char *name, struct str *out,
			      struct err *err);

#endif
