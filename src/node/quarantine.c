#include "base/arena.h"
#include "base/say.h"
#include "format/json.h"
#include "node/restore.h"
#include "serve/api.h"
#include "serve/quarantine.h"
#include "serve/request.h"
#include "serve/serve.h"

/* The ways to see a quarantine and to end it; the rest is in serve/quarantine.h. */

static enum rc
show(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *about, *o = json_object();
	int given = 0;
	enum rc rc = quarantine_show(&rq->door, serve_dir(rq->serve), &about, &given, err);

	door_hold(&rq->door, o);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	must(json_object_set_new(o, "quarantine", json_boolean(rc == RC_OK && given < 2)) == 0);
	if (rc == RC_OK)
		must(json_object_set(o, "backup", about) == 0 &&
		     json_object_set_new(o, "confirmed_by", json_integer(given)) == 0);
	reply->json = json_incref(o);
	return RC_OK;
}

static enum rc
confirm(struct request *rq, struct reply *reply, struct err *err)
{
	bool ended;
	enum rc rc;

	if (rq->door.access.reason.n == 0)
		return fail(err, RC_USAGE, "reason", "say what you looked at (" SAY_REASON ")");
	if ((rc = quarantine_confirm(rq->serve, &rq->door, &ended, err)) != RC_OK)
		return rc;
	if (ended)
		reply->durable = quarantine_lift;
	reply->status = ended ? 200 : 202;
	reply->json =
	    json_pack("{s:b, s:i}", "quarantine", ended ? 0 : 1, "confirmed_by", ended ? 2 : 1);
	return RC_OK;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/node/quarantine", BIT(ROLE_ADMINISTRATOR), PURPOSES_ANY, ROUTE_QUARANTINE, 0, show, "Is the node in quarantine after it was brought back, and who confirmed it." },
	{ "POST", "/api/v1/node/quarantine", BIT(ROLE_ADMINISTRATOR), PURPOSES_ANY, ROUTE_WRITES | ROUTE_QUARANTINE | ROUTE_FULL_DISK, 0, confirm, "Confirm that a node brought back may answer again; two administrators do." },
	{ .method = NULL },
    /* clang-format on */
};

const struct option quarantine_options[] = {
    {"confirm", NULL, "you looked at it, and it may answer again (with --reason)", false},
    {.name = NULL},
};

enum rc
quarantine_run(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = cli_call(cli, cli_switch(cli, "confirm") ? "POST" : "GET",
			      STR("/api/v1/node/quarantine"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static const struct api_route api_rows[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/node/quarantine", "quarantine", NULL, NULL,
	  "{quarantine: bool; backup?: json; confirmed_by?: integer(0..2)}" },
	{ "POST", "/api/v1/node/quarantine", "confirm_quarantine", NULL, NULL,
	  "{quarantine: bool; confirmed_by: integer(1..2)}", 200, API_REASON, BIT(RC_CONFLICT), 202 },
	{ .method = NULL },
    /* clang-format on */
};
static const struct api quarantine_api = {api_rows, NULL};

const struct feature quarantine_feature = {
    .name = "quarantine", .routes = routes, .api = &quarantine_api};
