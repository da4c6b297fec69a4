#include "base/rc.h"
#include "model/role.h"
#include "serve/api.h"
#include "serve/job_inside.h"

static const struct api_shape shapes[] = {
    {"job",
     "{id: id; kind: text; state: 'waiting'|'queued'|'running'|'done'|'failed'|'stopped'; done: "
     "integer(0..); total: integer(0..) # 0 - not known; unit: text # what is counted; errors: "
     "integer(0..); created: time; updated: time; result?: {...}; expires_at?: time # what it "
     "wrote is removed then; failure?: text; waits_for?: text "
     "# `a second person`; started_by?: id # the second person}",
     "Long work: it survives a restart."},
    {.name = NULL},
};

static const struct api_route rows[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/jobs", "list_jobs", "limit?: integer(1..200) # standard 50", NULL, "{items: [job]}" },
	{ "GET",  "/api/v1/jobs/{id}", "show_job", NULL, NULL, "job" },
	{ "POST", "/api/v1/jobs/{id}/start", "start_job", NULL, NULL, "job", 202, .also = BIT(RC_CONFLICT) },
	{ "POST", "/api/v1/jobs/{id}/stop", "stop_job", NULL, NULL, "job", .also = BIT(RC_CONFLICT) },
	{ "GET",  "/api/v1/jobs/{id}/errors", "job_errors", "limit?: integer(1..1000) # standard 100; after?: integer(0..1000)", NULL,
	  "{items: [{n: integer(0..); file?: integer(1..); line: integer(0..); column?: integer(1..); key: text; text: text}]; errors: integer(0..)}" },
	{ "GET",  "/api/v1/jobs/{id}/events", "follow_job", NULL, NULL, "text/event-stream" },
	{ .method = NULL },
    /* clang-format on */
};

const struct api job_api = {rows, shapes};
