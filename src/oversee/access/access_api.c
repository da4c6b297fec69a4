#include "oversee/access/access.h"
#include "serve/api.h"

static const struct api_route rows[] = {
    /* clang-format off */
	{ "POST", "/api/v1/break-glass/{id}", "break_glass", NULL,
	  "{reveal?: [text] # names of masked fields}", "record_members", 0, API_ETAG | API_REASON | API_BODY_MAY },
	{ "GET",  "/api/v1/oversee/outbox", "list_outbox",
	  "limit?: integer(1..200) # standard 50; cursor?: id # as `next` of the page before gave it", NULL,
	  "{items: [{id: id; kind: text; at: time; sent: bool; message: json # without content}]; next?: id}" },
	{ .method = NULL },
    /* clang-format on */
};

const struct api access_api = {rows, NULL};
