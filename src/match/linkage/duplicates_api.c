#include "match/linkage/duplicates.h"
#include "serve/api.h"

static const struct api_route rows[] = {
    /* clang-format off */
	{ "POST", "/api/v1/match/duplicates", "propose_duplicates", NULL,
	  "{min_score?: text(1..20) # a probability from 0.5 to 1}",
	  "{id: id # of the job}", 202, .flags = API_BODY_MAY },
	{ .method = NULL },
    /* clang-format on */
};

const struct api duplicates_api = {rows, NULL};
