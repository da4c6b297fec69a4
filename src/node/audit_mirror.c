#include "audit/mirror.h"

#include "audit/prove.h"
#include "base/arena.h"
#include "format/json.h"
#include "net/target.h"
#include "node/api.h"
#include "node/audit.h"
#include "node/reply.h"
#include "serve/cli.h"
#include "serve/config.h"
#include "serve/request.h"
#include "serve/serve.h"

/* The log for who watches it from outside: tiles (C2SP tlog-tiles), counts, timed checkpoints. */

static enum rc
mirror_checkpoint(struct request *rq, struct reply *reply, struct err *err)
{
	int64_t size;

	reply->content_type = STR("text/plain; charset=utf-8");
	return audit_checkpoint_latest(rq->door.db, rq->arena, &reply->body, &size, err);
}

static enum rc
mirror_tile(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("log_tile")};
	struct str path = str_fmt(rq->arena, "tile/%.*s", STR_ARG(request_path(rq, "tile")));
	struct tile_name name;
	enum rc rc;

	if (!tile_path_parse(path, &name))
		return fail(err, RC_ABSENT, "tile", "there is no tile of this name");
	rc = audit_mirror_tile(rq->door.db, name, rq->arena, &reply->body, err);
	reply->content_type = STR("application/octet-stream");
	/* Hashes tell nothing of anybody; leaves name units and actions of a day. */
	return rc != RC_OK || name.level != TILE_ENTRIES ? rc
							 : door_log(&rq->door, &entry, NULL, err);
}

/* "2026-11-23" to its first millisecond. */
static enum rc
day_of(struct request *rq, const char *name, int64_t standard, int64_t *out, struct err *err)
{
	struct str day = request_query(rq, name);

	*out = standard;
	if (day.n == 0)
		return RC_OK;
	if (day.n != 10 || !time_parse(str_fmt(rq->arena, "%.*sT00:00:00Z", STR_ARG(day)), out))
		return fail(err, RC_USAGE, name, "takes a day: 2026-11-23");
	return RC_OK;
}

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

static json_t *
count_json(struct request *rq, const struct audit_count *c)
{
	const struct record_type *type = door_type_of_key(rq->door.node, c->type);
	json_t *o = json_object();

	set(o, "day", json_from_str(str_sub(time_format(rq->arena, c->day_ms), 0, 10)));
	set(o, "action", json_string(audit_action_name(c->action)));
	if (c->purpose.n > 0)
		set(o, "purpose", json_from_str(c->purpose));
	if (c->type.n > 0)
		set(o, "type", json_from_str(type != NULL ? type->name : c->type));
	set(o, "count", json_integer(c->n));
	return o;
}

static enum rc
mirror_counts(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_SEARCH, .type = STR("log_counts")};
	struct audit_count_list list;
	int64_t from, before;
	json_t *items;
	enum rc rc;

	if ((rc = day_of(rq, "from", 0, &from, err)) != RC_OK ||
	    (rc = day_of(rq, "before", INT64_MAX, &before, err)) != RC_OK ||
	    (rc = audit_mirror_counts(rq->door.db, from, before, rq->arena, &list, err)) != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < list.n; i++)
		must(json_array_append_new(items, count_json(rq, &list.at[i])) == 0);
	reply->json = json_object();
	reply_set(reply, "items", items);
	return door_log(&rq->door, &entry, NULL, err);
}

static enum rc
run_counts(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {
	    {"DAY", "day", 0},	 {"ACTION", "action", 0}, {"PURPOSE", "purpose", 0},
	    {"TYPE", "type", 0}, {"COUNT", "count", 0},	  {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc =
	    cli_call(cli, "GET",
		     str_fmt(cli->arena, "/api/v1/audit/counts?from=%.*s&before=%.*s",
			     STR_ARG(percent_encode(cli->arena, cli_option(cli, "from"))),
			     STR_ARG(percent_encode(cli->arena, cli_option(cli, "before")))),
		     NULL, &answer, err);

	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

/*
 * Somebody outside can hold the node to a checkpoint only if there is one: so it signs one now
 * and then by itself, where the log has grown.
 */
static enum rc
timed_checkpoint(struct door *d, struct err *err)
{
	struct str note;
	enum rc rc = audit_checkpoint_make(d->db, d->node->keys, d->arena, &note, err);

	return rc == RC_CONFLICT ? RC_OK : rc;
}

static const struct option counts_options[] = {
    {"from", "DAY", "from this day on (UTC)", false},
    {"before", "DAY", "before this day", false},
    {.name = NULL},
};

#define LOG_READERS (BIT(ROLE_MONITOR) | BIT(ROLE_SUPERVISOR) | BIT(ROLE_ADMINISTRATOR))
#define LOG_PURPOSES (BIT(PURPOSE_OVERSIGHT) | BIT(PURPOSE_ADMINISTRATION))

static const struct route routes[] = {
    /* clang-format off */
	{ "GET", "/api/v1/audit/tlog/checkpoint",     LOG_READERS,       LOG_PURPOSES,           0, 0, mirror_checkpoint, "The latest checkpoint with its cosignatures (C2SP tlog-tiles)." },
	{ "GET", "/api/v1/audit/tlog/tile/{tile...}", LOG_READERS,       LOG_PURPOSES,           0, 0, mirror_tile,       "A tile of the log: hashes, or leaves without content (C2SP tlog-tiles)." },
	{ "GET", "/api/v1/audit/counts",              BIT(ROLE_MONITOR), BIT(PURPOSE_OVERSIGHT), 0, 0, mirror_counts,     "How often what was done, by day, action, purpose and type." },
	{ .method = NULL },
    /* clang-format on */
};

static const struct command commands[] = {
    /* clang-format off */
	{ "audit", "counts", "", counts_options, run_counts, "Count what was done, by day, action, purpose and type.",
	  "For monitors, with --purpose oversight. Counts of the whole node, without content: no record, no person, no reason." },
	{ .noun = NULL },
    /* clang-format on */
};

static const struct setting settings[] = {
    /* clang-format off */
	{ "checkpoint_seconds", SETTING_NUMBER, "3600", 0, 86400, "Seconds between two checkpoints that a running node signs by itself; 0: none." },
	{ .name = NULL },
    /* clang-format on */
};

static const struct timer timers[] = {
    {"checkpoint", "checkpoint_seconds", timed_checkpoint, "Sign a checkpoint of the log."},
    {.name = NULL},
};

const struct feature audit_mirror_feature = {
    .name = "audit_mirror",
    .routes = routes,
    .commands = commands,
    .settings = settings,
    .timers = timers,
    .api = &audit_mirror_api,
};
