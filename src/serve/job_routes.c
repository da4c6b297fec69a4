#include "serve/job_inside.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "net/pair.h"
#include "serve/cli.h"
#include "serve/job.sql.h"
#include "serve/job_keep.h"
#include "serve/request.h"

#define LIST_MAX 200

static enum rc
list_jobs(struct request *rq, struct reply *reply, struct err *err)
{
	struct job_list jobs;
	int64_t limit;
	json_t *items;
	enum rc rc;

	if ((rc = request_number(rq, "limit", 50, 1, LIST_MAX, &limit, err)) != RC_OK ||
	    (rc = job_list(&rq->door, (size_t)limit, &jobs, err)) != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < jobs.n; i++)
		must(json_array_append_new(items, job_json(rq->arena, &jobs.at[i])) == 0);
	reply->json = json_pack("{s:o}", "items", items);
	return RC_OK;
}

static enum rc
find_job(struct request *rq, struct job *job, struct err *err)
{
	struct id id;
	enum rc rc = request_id(rq, "id", &id, err);

	return rc == RC_OK ? job_find(&rq->door, id, job, err) : rc;
}

static enum rc
show_job(struct request *rq, struct reply *reply, struct err *err)
{
	struct job job;
	enum rc rc = find_job(rq, &job, err);

	if (rc == RC_OK)
		reply->json = job_json(rq->arena, &job);
	return rc;
}

static enum rc
start_job(struct request *rq, struct reply *reply, struct err *err)
{
	struct job job;
	enum rc rc;

	if ((rc = find_job(rq, &job, err)) != RC_OK ||
	    (rc = job_start(&rq->door, job.id, err)) != RC_OK ||
	    (rc = job_find(&rq->door, job.id, &job, err)) != RC_OK)
		return rc;
	reply->status = 202;
	reply->json = job_json(rq->arena, &job);
	return RC_OK;
}

static enum rc
stop_job(struct request *rq, struct reply *reply, struct err *err)
{
	struct job job;
	enum rc rc;

	if ((rc = find_job(rq, &job, err)) != RC_OK ||
	    (rc = job_stop(&rq->door, job.id, err)) != RC_OK ||
	    (rc = job_find(&rq->door, job.id, &job, err)) != RC_OK)
		return rc;
	reply->json = job_json(rq->arena, &job);
	return RC_OK;
}

static json_t *
error_json(const struct rows *rows)
{
	json_t *o = json_pack("{s:I, s:I}", "n", (json_int_t)rows_i64(rows, 0), "line",
			      (json_int_t)rows_i64(rows, 2));

	must(o != NULL);
	if (rows_i64(rows, 1) > 0)
		must(json_object_set_new(o, "file", json_integer(rows_i64(rows, 1))) == 0);
	if (rows_i64(rows, 3) > 0)
		must(json_object_set_new(o, "column", json_integer(rows_i64(rows, 3))) == 0);
	must(json_object_set_new(o, "key", json_from_str(rows_text(rows, 4))) == 0);
	must(json_object_set_new(o, "text", json_from_str(rows_text(rows, 5))) == 0);
	return o;
}

static enum rc
list_errors(struct request *rq, struct reply *reply, struct err *err)
{
	int64_t limit, after;
	struct rows *rows;
	struct job job;
	json_t *items;
	enum rc rc;

	if ((rc = find_job(rq, &job, err)) != RC_OK ||
	    (rc = request_number(rq, "limit", 100, 1, JOB_ERRORS_KEPT, &limit, err)) != RC_OK ||
	    (rc = request_number(rq, "after", 0, 0, JOB_ERRORS_KEPT, &after, err)) != RC_OK ||
	    (rc = db_select(rq->door.db, &SQL_SERVE_JOB_ERROR_LIST,
			    BINDS(B_ID(job.id), B_I64(after), B_I64(limit)), &rows, err)) != RC_OK)
		return rc;
	items = json_array();
	while ((rc = rows_next(rows, err)) == RC_OK)
		must(json_array_append_new(items, error_json(rows)) == 0);
	rows_close(rows);
	reply->json = json_pack("{s:o, s:I}", "items", items, "errors", (json_int_t)job.errors);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
job_stream(struct request *rq, struct reply *reply, struct err *err)
{
	struct job_runner *runner = serve_of_door(&rq->door)->runner;
	struct job job;
	enum rc rc;

	if ((rc = find_job(rq, &job, err)) != RC_OK)
		return rc;
	if (runner == NULL)
		return fail(err, RC_UNAVAILABLE, "", "events are told by a node that serves");
	reply->stream = job_teller_handler(rq->arena, runner->teller, job.id);
	return RC_OK;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/jobs",             ROLES_ANY, PURPOSES_ANY, 0,            0, list_jobs,   "List jobs, newest first: one's own, those of one's unit (supervisor), all (administrator)." },
	{ "GET",  "/api/v1/jobs/{id}",        ROLES_ANY, PURPOSES_ANY, 0,            0, show_job,    "Show a job: state, progress, result." },
	{ "POST", "/api/v1/jobs/{id}/start",  ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES, 0, start_job,   "Start a job, or let a stopped or failed one go on." },
	{ "POST", "/api/v1/jobs/{id}/stop",   ROLES_ANY, PURPOSES_ANY, ROUTE_WRITES | ROUTE_FULL_DISK, 0, stop_job,    "Stop a job; what it did so far holds." },
	{ "GET",  "/api/v1/jobs/{id}/errors", ROLES_ANY, PURPOSES_ANY, 0,            0, list_errors, "List the first errors a job met in its input." },
	{ "GET",  "/api/v1/jobs/{id}/events", ROLES_ANY, PURPOSES_ANY, 0,            0, job_stream,  "Follow a job as server-sent events: progress, end." },
	{ .method = NULL },
    /* clang-format on */
};

static const struct cli_column job_columns[] = {
    {"ID", "id", 0},	   {"KIND", "kind", 0},	    {"STATE", "state", 0},     {"DONE", "done", 0},
    {"TOTAL", "total", 0}, {"ERRORS", "errors", 0}, {"CREATED", "created", 0}, {NULL, NULL, 0}};

static enum rc
run_list(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	int64_t limit;
	enum rc rc;

	if ((rc = cli_number(cli, "limit", 50, 1, LIST_MAX, &limit, err)) != RC_OK ||
	    (rc = cli_call(cli, "GET",
			   str_fmt(cli->arena, "/api/v1/jobs?limit=%lld", (long long)limit), NULL,
			   &answer, err)) != RC_OK)
		return rc;
	cli_table(cli, json_object_get(answer.json, "items"), job_columns);
	return RC_OK;
}

static enum rc
call_job(struct cli *cli, const char *method, const char *rest, struct cli_answer *answer,
	 struct err *err)
{
	if (cli->arguments.n != 1)
		return fail(err, RC_USAGE, "", "takes one job id");
	return cli_call(cli, method,
			str_fmt(cli->arena, "/api/v1/jobs/%.*s%s",
				STR_ARG(percent_encode(cli->arena, cli->arguments.at[0])), rest),
			NULL, answer, err);
}

static const struct cli_column error_columns[] = {{"FILE", "file", 0},	   {"LINE", "line", 0},
						  {"COLUMN", "column", 0}, {"FIELD", "key", 0},
						  {"WHY", "text", 0},	   {NULL, NULL, 0}};

static enum rc
run_show(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc;

	if (cli_switch(cli, "errors")) {
		if ((rc = call_job(cli, "GET", "/errors", &answer, err)) == RC_OK)
			cli_table(cli, json_object_get(answer.json, "items"), error_columns);
		return rc;
	}
	if ((rc = call_job(cli, "GET", "", &answer, err)) == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static enum rc
run_stop(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = call_job(cli, "POST", "/stop", &answer, err);

	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static enum rc
run_resume(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = call_job(cli, "POST", "/start", &answer, err);

	if (rc == RC_OK)
		rc = cli_wait_job(cli, cli->arguments.at[0], &answer, err);
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static const struct option list_options[] = {{"limit", "N", "at most so many (standard 50)", false},
					     {.name = NULL}};
static const struct option show_options[] = {
    {"errors", NULL, "the first errors it met in its input", false}, {.name = NULL}};

static const struct command commands[] = {
    /* clang-format off */
	{ "job", "list",   "",   list_options, run_list,   "List jobs, newest first.",
	  "Yours; those of your unit when you supervise it; all when you administer the node." },
	{ "job", "show",   "ID", show_options, run_show,   "Show a job: state, progress, result, errors.", NULL },
	{ "job", "stop",   "ID", NULL,         run_stop,   "Stop a job; what it did so far holds.", NULL },
	{ "job", "resume", "ID", NULL,         run_resume, "Let a stopped or failed job go on, and wait for it.", NULL },
	{ .noun = NULL },
    /* clang-format on */
};

const struct feature job_feature = {.name = "jobs",
				    .routes = routes,
				    .commands = commands,
				    .settings = job_settings,
				    .timers = job_timers,
				    .api = &job_api};
