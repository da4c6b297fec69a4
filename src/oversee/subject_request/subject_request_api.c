#include "oversee/subject_request/subject_request_api.h"

#include "base/rc.h"
#include "model/role.h"

static const struct api_shape shapes[] = {
    {"gathered",
     "{id: id; type: record_type; version: integer(1..); fields: {...}; withheld: [{field: text; "
     "ground: text}]; ground?: text # of what is kept though its day has passed; ...}",
     "A record about the person who asks, without what tells who told us."},
    {.name = NULL},
};

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET", "/api/v1/oversee/subject-requests/{id}/gather", "gather_about_person", NULL, NULL,
	  "{request: id; items: [gathered]; ask_units: [id] # units that hold more, to answer for their part; damaged: integer(0..) # that do not open and may be about them, left out}", 0, 0, BIT(RC_CONFLICT) },
	{ .method = NULL },
    /* clang-format on */
};

const struct api subject_request_api = {rows, shapes};
