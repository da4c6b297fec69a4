#include "node/export.h"

#include "base/arena.h"
#include "base/say.h"
#include "format/json.h"
#include "node/api.h"
#include "node/export_inside.h"
#include "node/sealed_file.h"
#include "seal/passphrase.h"
#include "serve/credential.h"
#include "serve/job_keep.h"
#include "serve/request.h"
#include "store/db.h"

#define PART_BYTES ((size_t)8 << 20)
#define SHOW_EVERY 1000

static enum rc
to_sealed(void *ctx, struct str bytes, struct err *err)
{
	struct export *ex = ctx;

	(void)err;
	buf_add(&ex->sealed_out, bytes);
	return RC_OK;
}

/* What stands in ex->out is written, and gone from there. */
static enum rc
write_part(struct export *ex, struct buf *out, struct arena *a, struct err *err)
{
	enum rc rc = RC_OK;

	if (out->n > 0)
		rc = job_part_write(ex->run, ex->parts++, buf_str(out), err);
	arena_reset(a);
	buf_init(out, a);
	return rc;
}

static enum rc
send_part(struct export *ex, struct err *err)
{
	enum rc rc;

	if (ex->sealed == NULL)
		return write_part(ex, &ex->out, ex->out_arena, err);
	rc = sealed_file_add(ex->sealed, buf_str(&ex->out), err);
	arena_reset(ex->out_arena);
	buf_init(&ex->out, ex->out_arena);
	return rc == RC_OK ? write_part(ex, &ex->sealed_out, ex->sealed_arena, err) : rc;
}

static enum rc
send_last(struct export *ex, struct err *err)
{
	enum rc rc = send_part(ex, err);

	if (rc != RC_OK || ex->sealed == NULL)
		return rc;
	if ((rc = sealed_file_end(ex->sealed, err)) != RC_OK)
		return rc;
	return write_part(ex, &ex->sealed_out, ex->sealed_arena, err);
}

enum rc
export_row(struct export *ex, struct err *err)
{
	enum rc rc = RC_OK;

	ex->rows++;
	if (ex->out.n >= PART_BYTES)
		rc = send_part(ex, err);
	/* A step with nothing in it: progress, and whether somebody stopped us. */
	if (rc == RC_OK && ex->rows % SHOW_EVERY == 0)
		rc = job_send(ex->run, NULL, NULL, ex->rows, STR(""), NULL, 0, err);
	return rc;
}

struct logging {
	struct export *ex;
	bool more;
};

static enum rc
log_some(struct door *d, void *ctx, struct err *err)
{
	struct logging *l = ctx;

	return record_bulk_log(l->ex->bulk, d, &l->more, err);
}

static enum rc
log_all(struct export *ex, struct err *err)
{
	struct logging l = {ex, true};
	enum rc rc = job_wait(ex->run, 0, err);

	while (rc == RC_OK && l.more)
		rc = job_step(ex->run, log_some, &l, ex->rows, STR(""), NULL, 0, err);
	return rc;
}

static const struct {
	const char *name;
	enum rc (*run)(struct export *ex, struct err *err);
} formats[] = {{"htcds", export_htcds},	  {"htcds-json", export_htcds}, {"ftm", export_ftm},
	       {"ndjson", export_ndjson}, {"csv", export_csv},		{"all", export_all}};

static int
format_find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (str_eq_z(name, formats[i].name))
			return (int)i;
	return -1;
}

/* Everything goes by two people, and is never in the clear outside this job. */
static enum rc
seal(struct export *ex, struct err *err)
{
	const struct job_run *run = ex->run;

	if (!run->job.for_two || id_is_zero(run->job.second) ||
	    (run->actor->roles & BIT(ROLE_ADMINISTRATOR)) == 0)
		return fail(err, RC_DENIED, "role",
			    "a whole node is moved by an administrator and a second person");
	return sealed_file_new(run->arena, json_member_str(run->job.arguments, "passphrase"),
			       (struct stream_sink){to_sealed, ex}, &ex->sealed, err);
}

static enum rc
export_work(struct export *ex, struct err *err)
{
	int format = format_find(ex->format);
	enum rc rc;

	if (format < 0)
		return fail(err, RC_INVALID, "format", "there is no such format any more");
	if (formats[format].run == export_all && (rc = seal(ex, err)) != RC_OK)
		return rc;
	if ((rc = formats[format].run(ex, err)) != RC_OK || (rc = send_last(ex, err)) != RC_OK)
		return rc;
	return log_all(ex, err);
}

/* An export that was cut off starts again: what it had written goes. */
static enum rc
export_run(struct job_run *run, struct err *err)
{
	struct export ex = {.run = run,
			    .model = serve_door_node(run->serve)->model,
			    .out_arena = arena_new(0),
			    .sealed_arena = arena_new(0),
			    .format = json_member_str(run->job.arguments, "format"),
			    .type = json_member_str(run->job.arguments, "type")};
	struct err ignored;
	struct db *db = NULL;
	enum rc rc;

	ex.safe = json_is_true(json_object_get(run->job.arguments, "safe"));
	ex.reveal = json_is_true(json_object_get(run->job.arguments, "reveal"));
	run->job.unit_word = STR("rows");
	buf_init(&ex.out, ex.out_arena);
	buf_init(&ex.sealed_out, ex.sealed_arena);
	if ((rc = job_parts_remove(run->serve, run->job.id, err)) == RC_OK &&
	    (rc = job_db_open(run, &db, err)) == RC_OK && (rc = db_begin_read(db, err)) == RC_OK) {
		door_open(&ex.door, serve_door_node(run->serve), db, run->arena, run->actor,
			  &run->access, NULL);
		ex.door.run = run->announced;
		ex.bulk = record_bulk_new(&ex.door, ex.reveal);
		rc = export_work(&ex, err);
		(void)(job_wait(run, 0, &ignored) == RC_OK);
		ex.damaged = (int64_t)record_bulk_damaged(ex.bulk);
		record_bulk_free(ex.bulk);
		door_close(&ex.door);
		db_rollback(db);
	}
	db_close(db);
	sealed_file_free(ex.sealed);
	arena_free(ex.sealed_arena);
	arena_free(ex.out_arena);
	/* What was cut off is fetched by nobody, and begins anew if it goes on. */
	if (rc != RC_OK && job_parts_remove(run->serve, run->job.id, &ignored) == RC_OK)
		ex.parts = 0;
	job_result(run, json_pack("{s:I, s:I, s:I}", "rows", (json_int_t)ex.rows, "parts",
				  (json_int_t)ex.parts, "damaged", (json_int_t)ex.damaged));
	return rc;
}

static const struct job_kind jobs[] = {{"export", export_run, "Write records as a file."},
				       {.name = NULL}};

static enum rc
check_request(struct request *rq, struct err *err)
{
	const struct access *access = &rq->door.access;
	struct str format = json_member_str(rq->json, "format");
	struct str type = json_member_str(rq->json, "type");
	bool reveals = json_is_true(json_object_get(rq->json, "reveal"));

	if (rq->json == NULL || format_find(format) < 0)
		return fail(err, RC_INVALID, "format",
			    "%stakes htcds, htcds-json, ftm, ndjson, csv or all",
			    format.n == 0 ? "is missing; " : "");
	if (type.n > 0 && model_type(rq->door.node->model, type) == NULL)
		return fail(err, RC_INVALID, "type", "there is no such record type");
	if (str_eq_z(format, "csv") && type.n == 0)
		return fail(err, RC_INVALID, "type",
			    "CSV holds one type: say which (" SAY_TYPE ")");
	if (!access->has_purpose)
		return fail(err, RC_DENIED, "purpose", "say for which purpose (" SAY_PURPOSE ")");
	if ((reveals || str_eq_z(format, "all")) && access->reason.n == 0)
		return fail(err, RC_DENIED, "reason",
			    "say why these values leave the node (" SAY_REASON ")");
	if (str_eq_z(format, "all") && (rq->door.actor->roles & BIT(ROLE_ADMINISTRATOR)) == 0)
		return fail(err, RC_DENIED, "role", "only an administrator moves a whole node");
	if (str_eq_z(format, "all") &&
	    json_member_str(rq->json, "passphrase").n < PASSPHRASE_BYTES_MIN)
		return fail(err, RC_INVALID, "passphrase",
			    "everything leaves sealed: give a passphrase of %d characters or more",
			    PASSPHRASE_BYTES_MIN);
	return RC_OK;
}

static const char *const argument_names[] = {"format", "type", "safe", "reveal", NULL};
static const char *const all_names[] = {"format", "passphrase", NULL};

static enum rc
new_export(struct request *rq, struct reply *reply, struct err *err)
{
	struct door *d = &rq->door;
	struct id id;
	bool all;
	enum rc rc;

	if ((rc = check_request(rq, err)) != RC_OK)
		return rc;
	all = str_eq_z(json_member_str(rq->json, "format"), "all");
	rc =
	    all ? job_add_for_two(d, STR("export"), job_arguments(d, rq->json, all_names), &id, err)
		: job_add(d, STR("export"), job_arguments(d, rq->json, argument_names), true, &id,
			  err);
	if (rc != RC_OK)
		return rc;
	reply->status = 202;
	reply->location =
	    str_fmt(rq->arena, "/api/v1/jobs/%.*s", STR_ARG(id_format(rq->arena, id)));
	reply->json = json_pack("{s:o, s:s, s:I}", "id", json_from_str(id_format(rq->arena, id)),
				"state", all ? "waiting" : "queued", "kept_days",
				(json_int_t)(job_parts_kept_ms(rq->serve) / INT64_C(86400000)));
	return RC_OK;
}

static enum rc
get_part(struct request *rq, struct reply *reply, struct err *err)
{
	struct id id;
	int64_t n;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK)
		return rc;
	if (!str_to_i64(request_path(rq, "n"), &n) || n < 0)
		return fail(err, RC_ABSENT, "n", "there is no such part");
	if ((rc = job_part_read(rq->serve, &rq->door, id, n, rq->credential->purposes, &reply->body,
				err)) != RC_OK)
		return rc;
	reply->content_type = STR("application/octet-stream");
	return RC_OK;
}

static enum rc
remove_export(struct request *rq, struct reply *reply, struct err *err)
{
	struct job job;
	struct id id;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK ||
	    (rc = job_find(&rq->door, id, &job, err)) != RC_OK)
		return rc;
	if (job.state == JOB_RUNNING || job.state == JOB_QUEUED)
		return fail(err, RC_CONFLICT, "state", "the job is at work; stop it first");
	if ((rc = job_parts_remove(rq->serve, id, err)) != RC_OK)
		return rc;
	reply->status = 204;
	return job_parts_log(&rq->door, &job, err);
}

static const struct route routes[] = {
    /* clang-format off */
	{ "POST",   "/api/v1/exports",                ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES, 65536, new_export,    "Begin an export: its format, type and options." },
	{ "GET",    "/api/v1/exports/{id}/parts/{n}", ROLES_ANY, PURPOSES_ANY, 0,            0,     get_part,      "Fetch a piece of an export that is done." },
	{ "DELETE", "/api/v1/exports/{id}",           ROLES_ANY, PURPOSES_ANY, 0,            0,     remove_export, "Remove what an export wrote." },
	{ .method = NULL },
    /* clang-format on */
};

const struct feature export_feature = {.name = "exports",
				       .routes = routes,
				       .commands = export_commands,
				       .jobs = jobs,
				       .api = &export_api};
