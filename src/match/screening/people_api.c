#include "base/rc.h"
#include "match/screening/people.h"
#include "serve/api.h"

static const struct api_route rows[] = {
    /* clang-format off */
	{ "POST", "/api/v1/match/people", "screen_people", NULL,
	  "{list?: id # a watch list alone; min_score?: text(1..20) # a probability from 0.5 to 1}",
	  "{id: id # of the job}", 202, .flags = API_BODY_MAY, .also = 1u << RC_ABSENT },
	{ .method = NULL },
    /* clang-format on */
};

const struct api match_people_api = {rows, NULL};
