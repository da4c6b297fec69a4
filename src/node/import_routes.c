#include "node/api.h"
#include "node/import_inside.h"

#include "base/arena.h"
#include "base/say.h"
#include "format/json.h"
#include "format/listfile.h"
#include "serve/request.h"

/* How an import begins: its job, its options, its files piece by piece. */
static const struct job_kind jobs[] = {{"import", import_run, "Make records of the rows of files."},
				       {.name = NULL}};

static const char *const argument_names[] = {"files", "format", "list",	  "fields", "type", "of",
					     "again", "latin1", "ignore", "unit",   NULL};

/* What no file can mend is refused before one is handed over. */
static enum rc
check_options(const struct request *rq, enum import_format format, struct err *err)
{
	struct str type = json_member_str(rq->json, "type");
	struct str fields = json_member_str(rq->json, "fields");
	struct list_mapping mapping;

	if (type.n > 0 && model_type(rq->door.node->model, type) == NULL)
		return fail(err, RC_INVALID, "type",
			    "there is no such record type; " SAY_TYPES " shows them");
	if (format == IMPORT_CSV && type.n == 0)
		return fail(err, RC_INVALID, "type",
			    "say of which type the rows are (" SAY_TYPE ")");
	if (format == IMPORT_LIST && json_member_str(rq->json, "list").n == 0)
		return fail(err, RC_INVALID, "list", "say the list's name (" SAY_LIST ")");
	return fields.n > 0 ? list_mapping_parse(fields, &mapping, err) : RC_OK;
}

/* POST /api/v1/imports */
static enum rc
new_import(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *arguments = job_arguments(&rq->door, rq->json, argument_names);
	struct import probe = {.arguments = arguments};
	enum import_format format;
	struct job job;
	struct id id;
	enum rc rc;

	if (rq->json == NULL || !import_format_parse(json_member_str(rq->json, "format"), &format))
		return fail(
		    err, RC_INVALID, "format",
		    "takes htcds, ofac, un, ftm, list-csv, list-auto, ndjson, csv, links or "
		    "all");
	if ((rc = import_read_files(&probe, err)) != RC_OK ||
	    (rc = check_options(rq, format, err)) != RC_OK)
		return rc;
	if (!rq->door.access.has_purpose)
		return fail(err, RC_DENIED, "purpose", "say for which purpose (" SAY_PURPOSE ")");
	if ((rc = job_add(&rq->door, STR("import"), arguments, false, &id, err)) != RC_OK ||
	    (rc = job_find(&rq->door, id, &job, err)) != RC_OK)
		return rc;
	reply->status = 201;
	reply->location =
	    str_fmt(rq->arena, "/api/v1/jobs/%.*s", STR_ARG(id_format(rq->arena, id)));
	reply->json = json_pack("{s:o, s:s, s:I}", "id", json_from_str(id_format(rq->arena, id)),
				"state", "waiting", "part_bytes", (json_int_t)JOB_PART_BYTES_MAX);
	return RC_OK;
}

static enum rc
put_part(struct request *rq, struct reply *reply, struct err *err)
{
	struct id id;
	int64_t n;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK)
		return rc;
	if (!str_to_i64(request_path(rq, "n"), &n))
		return fail(err, RC_INVALID, "n", "takes the part's number, from 0");
	if ((rc = job_part_add(rq->serve, &rq->door, id, n, rq->body, err)) != RC_OK)
		return rc;
	reply->status = 204;
	return RC_OK;
}

/* What was handed over goes; a job that has ended, or that its owner stopped before. */
static enum rc
remove_parts(struct request *rq, struct reply *reply, struct err *err)
{
	struct job job;
	struct id id;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK ||
	    (rc = job_find(&rq->door, id, &job, err)) != RC_OK)
		return rc;
	if (!id_eq(job.user, rq->door.actor->id))
		return fail(err, RC_DENIED, "job", "only who gave a job takes its files back");
	if (job.state != JOB_STOPPED && job.state != JOB_FAILED)
		return fail(err, RC_CONFLICT, "state", "stop the job first");
	if ((rc = job_parts_remove(rq->serve, id, err)) == RC_OK)
		reply->status = 204;
	return rc;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "POST", "/api/v1/imports",                ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES, 65536,              new_import, "Begin an import: its format, options and files." },
	{ "PUT",  "/api/v1/imports/{id}/parts/{n}", ROLES_ANY, PURPOSES_ANY, ROUTE_RAW,    JOB_PART_BYTES_MAX, put_part,   "Hand over a piece of its files." },
	{ "DELETE", "/api/v1/imports/{id}",         ROLES_ANY, PURPOSES_ANY, 0,            0,                  remove_parts, "Remove what was handed over to an import that was stopped or failed." },
	{ .method = NULL },
    /* clang-format on */
};

const struct feature import_feature = {.name = "imports",
				       .routes = routes,
				       .commands = import_commands,
				       .jobs = jobs,
				       .api = &import_api};
