#include "base/arena.h"
#include "model/model.h"
#include "node/features.h"
#include "node/openapi.h"
#include "serve/api.h"
#include "serve/cli.h"
#include "serve/kept.h"
#include "serve/request.h"
#include "serve/serve.h"

static void
make(const struct serve *s, struct arena *a, struct buf *out)
{
	openapi_document(a, serve_features(s), serve_door_node(s)->model, out);
}

static bool
is_known(struct request *rq, struct str etag)
{
	struct str v;

	return header_find(rq->headers, "If-None-Match", &v) && str_find(v, etag) >= 0;
}

/* GET /api/v1/openapi.json: for whoever signed in, since an overlay's types stand in it too. */
static enum rc
show(struct request *rq, struct reply *reply, struct err *err)
{
	struct pair *header = NEW(rq->arena, struct pair);
	struct str text, etag;

	(void)err;
	kept_get(rq->serve, "openapi", make, &text, &etag);
	*header = (struct pair){STR("ETag"), etag};
	reply->headers = (struct pairs){header, 1};
	if (is_known(rq, etag)) {
		reply->status = 304;
		return RC_OK;
	}
	reply->body = text;
	reply->content_type = STR("application/openapi+json; version=3.1");
	return RC_OK;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "GET", "/api/v1/openapi.json", ROLES_ANY, PURPOSES_ANY, 0, 0, show, "The OpenAPI 3.1 document of this node." },
	{ .method = NULL },
    /* clang-format on */
};

static const struct api_route api_routes[] = {
    {"GET", "/api/v1/openapi.json", "openapi", NULL, NULL, "application/openapi+json; version=3.1",
     .flags = API_ETAG},
    {.method = NULL},
};
static const struct api api = {.routes = api_routes};

/* As the model's commands: of this program, without a node. */
static enum rc
run_openapi(struct cli *cli, struct err *err)
{
	struct str overlay = cli_option(cli, "overlay");
	struct model *m;
	struct buf text;
	enum rc rc = model_load(cli->arena, model_files,
				overlay.n > 0 ? str_z(cli->arena, overlay) : NULL, &m, err);

	if (rc != RC_OK)
		return rc;
	buf_init(&text, cli->arena);
	openapi_document(cli->arena, cli->features, m, &text);
	(void)fwrite(text.p, 1, text.n, cli->out);
	(void)fputc('\n', cli->out);
	return RC_OK;
}

static const struct option options[] = {
    {"overlay", "DIR", "An agency's own folder, read on top of the model in this program.", false},
    {.name = NULL},
};
static const struct command commands[] = {
    /* clang-format off */
	{ "node", "openapi", "", options, run_openapi, "Print the OpenAPI 3.1 document of the node's HTTP interface.",
	  "Made from the tables of routes and the model; docs/api.md has examples. No node is needed; a running one gives its own, overlay included, at /api/v1/openapi.json." },
	{ .noun = NULL },
    /* clang-format on */
};

const struct feature openapi_feature = {
    .name = "openapi", .routes = routes, .commands = commands, .api = &api};
