#include "node/explain.h"
#include "serve/api.h"

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/explain/{id}", "explain", NULL, NULL,
	  "{id: id; type: record_type; why: [text]; moves: [{to: text; for_you: bool; two_people: bool; roles: [role]; gates: [text]}]}" },
	{ "POST", "/api/v1/unguard/{id}", "unguard", NULL, NULL, "record", 0, API_VERSION | API_ETAG | API_REASON },
	{ .method = NULL },
    /* clang-format on */
};

const struct api explain_api = {rows, NULL};
