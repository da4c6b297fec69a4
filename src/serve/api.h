#ifndef SERVE_API_H
#define SERVE_API_H

#include <stdint.h>

#include <jansson.h>

#include "base/str.h"

/*
 * api: what a route takes and gives, as rows of tables beside the route's own row (a file
 * x_api.c beside x.c). The OpenAPI document is made of these, of the routes' rows and of the
 * model; a test refuses a route without its row here, and real answers are held against it.
 *
 * A shape is written as
 *
 *	{id: id; login: text(1..60); roles: [role]; name?: text; state: 'open'|'shut'}
 *
 * that is: an object's members (one that may be absent has `?`), [list], 'literal', a|b, and
 * names: text, integer, number, bool, json (anything) with bounds where they have any, or one
 * of the document's schemas: id, time, role, purpose, record, fields, ..., and the shapes of the
 * features. `# words` after a member, up to the `;`, say what it is. `...` as the last member
 * lets others stand beside those named.
 */

/* A shape with a name, for others to use. */
struct api_shape {
	const char *name, *shape;
	const char *text; /* one sentence */
};

enum api_flags {
	API_VERSION = 1 << 0, /* a change names the version it saw: If-Match; 409, 412, 428 */
	API_REASON = 1 << 1,  /* Liaison-Reason is used beyond the log */
	API_ETAG = 1 << 2,    /* the answer carries ETag */
	API_BODY_MAY = 1 << 3 /* the body may be left out */
};

struct api_route {
	const char *method, *path; /* as the route's row has them */
	const char *id;		   /* its name for programs: "list_users" */
	const char *query;	   /* members of an object, without braces; or NULL */
	const char *body;	   /* a shape, or a media type ("text/plain"); or NULL */
	const char *answer;	   /* likewise; NULL: no content, 204 */
	int status;		   /* 0: 200, or 204 */
	uint32_t flags;
	uint32_t also;	 /* bits of enum rc that it may answer beside those of every route */
	int status_also; /* a second good answer of the same shape, or 0 */
};

/* Both end with a NULL name. */
struct api {
	const struct api_route *routes;
	const struct api_shape *shapes;
};

struct feature;

/* The row of a route's method and path among the features'; NULL: there is none. */
const struct api_route *api_find(const struct feature *const *features, const char *method,
				 const char *path);

/* The JSON Schema of a shape; a new reference. A shape that cannot be read is our mistake. */
json_t *shape_schema(struct str shape);
/* Is it a media type rather than a shape? */
bool shape_is_media(const char *shape);

#endif
