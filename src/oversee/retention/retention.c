#include "oversee/retention/retention.h"

#include "base/arena.h"
#include "base/clock.h"
#include "format/json.h"
#include "model/model.h"
#include "net/pair.h"
#include "oversee/retention/apply.h"
#include "oversee/retention/hold.h"
#include "oversee/retention/migrations.h"
#include "oversee/retention/retention.sql.h"
#include "oversee/retention/retention_api.h"
#include "seal/random.h"
#include "serve/cli.h"
#include "serve/config.h"
#include "serve/job.h"
#include "serve/quarantine.h"
#include "serve/request.h"

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new(o, key, value) == 0);
}

static void
set_counts(json_t *o, const struct retention_counts *n)
{
	set(o, "records", json_integer(n->records));
	set(o, "erase", json_integer(n->erase));
	set(o, "review", json_integer(n->review));
	set(o, "held", json_integer(n->held));
	set(o, "open", json_integer(n->open));
}

/* Why a class is erased at all: the law that its periods stand on. */
static struct str
source_of(const struct model *m, struct str class)
{
	const struct code_list *list = model_list(m, STR("retention_class"));
	const struct code *code = list != NULL ? code_find(list, class) : NULL;

	return code != NULL ? code->source : STR_NONE;
}

static struct str
why(struct arena *a, const struct retention_bucket *b)
{
	struct buf out;

	buf_init(&out, a);
	if (b->n.erase > 0)
		buf_add_z(&out, "the periods of their types have passed, or two people said so");
	if (b->n.held > 0)
		buf_addf(&out, "%sa legal hold keeps %lld", out.n > 0 ? "; " : "",
			 (long long)b->n.held);
	if (b->n.open > 0)
		buf_addf(&out, "%s%lld past their day wait for people: close or decide them",
			 out.n > 0 ? "; " : "", (long long)b->n.open);
	if (b->n.review > 0)
		buf_addf(&out, "%s%lld reviews are unanswered", out.n > 0 ? "; " : "",
			 (long long)b->n.review);
	return buf_str(&out);
}

static json_t *
bucket_json(struct request *rq, const struct retention_bucket *b)
{
	struct str month = b->bucket, class = str_cut(&month, '/');
	json_t *o = json_object();

	set(o, "class", json_from_str(class));
	set(o, "month", json_from_str(month));
	set_counts(o, &b->n);
	set(o, "key",
	    json_string(retention_bucket_goes(b) ? "destroyed"
			: b->n.erase > 0	 ? "renewed"
						 : "kept"));
	set(o, "why", json_from_str(why(rq->arena, b)));
	set(o, "source", json_from_str(source_of(rq->door.node->model, class)));
	return o;
}

/* The last one that the node made by itself. */
static enum rc
add_proposal(struct request *rq, json_t *o, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(rq->door.db, &SQL_RETENTION_PROPOSED, NO_BINDS, &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		set(o, "proposed",
		    json_pack("{s:o, s:o}", "day", json_from_str(rows_text(rows, 0)), "plan",
			      json_from_str(rows_text(rows, 1))));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
make_plan(struct request *rq, struct retention_plan *plan, struct err *err)
{
	enum rc rc = retention_clock_check(rq->serve, rq->arena, err);

	return rc == RC_OK ? retention_plan_make(rq->door.node, rq->door.db, rq->arena,
						 rq->door.now_ms, plan, err)
			   : rc;
}

static enum rc
show_plan(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_LIST, .type = STR("retention_plan")};
	struct retention_plan plan;
	json_t *items, *o;
	enum rc rc = make_plan(rq, &plan, err);

	if (rc != RC_OK)
		return rc;
	o = door_hold(&rq->door, json_object());
	items = json_array();
	set(o, "plan", json_string(plan.id));
	set(o, "day", json_from_str(day_format(rq->arena, plan.day_ms)));
	set_counts(o, &plan.all);
	set(o, "items", items);
	for (size_t i = 0; i < plan.buckets.n; i++) {
		const struct retention_bucket *b = &plan.buckets.at[i];

		if (b->n.erase + b->n.review + b->n.held + b->n.open > 0)
			must(json_array_append_new(items, bucket_json(rq, b)) == 0);
	}
	if ((rc = add_proposal(rq, o, err)) != RC_OK)
		return rc;
	reply->json = json_incref(o);
	return door_log(&rq->door, &entry, NULL, err);
}

struct started {
	struct id job;
	json_t *arguments;
};

static enum rc
add_job(struct request *rq, void *draft, struct err *err)
{
	struct started *s = draft;

	return job_add_for_two_as(&rq->door, STR("retention_apply"), s->arguments, s->job, err);
}

/* The plan is made on the worker; the job looks again when its second person starts it. */
static enum rc
start(struct request *rq, struct reply *reply, struct err *err)
{
	struct started *s = NEW(rq->arena, struct started);
	struct retention_plan plan;
	struct str given;
	enum rc rc;

	if ((rc = request_text(rq, "plan", &given, err)) != RC_OK ||
	    (rc = make_plan(rq, &plan, err)) != RC_OK)
		return rc;
	if (!str_eq_z(given, plan.id))
		return fail(err, RC_CONFLICT, "plan",
			    "this is not the plan of today, or something changed since: look at "
			    "it again (liaison oversee retention plan)");
	if (plan.all.erase == 0)
		return fail(err, RC_CONFLICT, "plan", "nothing is to be erased today");
	s->job = random_id_at(rq->door.now_ms);
	s->arguments = door_hold(
	    &rq->door, json_pack("{s:s, s:I}", "plan", plan.id, "day_ms", (json_int_t)plan.day_ms));
	reply->draft = s;
	reply->write = add_job;
	reply->status = 202;
	reply->json =
	    json_pack("{s:I, s:s, s:o}", "erase", (json_int_t)plan.all.erase, "waits_for",
		      "a second person", "job", json_from_str(id_format(rq->arena, s->job)));
	return RC_OK;
}

static enum rc
show_due(struct request *rq, struct reply *reply, struct err *err)
{
	struct str name = request_query(rq, "type");
	const struct record_type *type = model_type(rq->door.node->model, name);
	struct record_list page;
	json_t *items;
	int64_t limit;
	enum rc rc;

	if (name.n > 0 && type == NULL)
		return fail(err, RC_USAGE, "type", "there is no such record type");
	if ((rc = request_number(rq, "limit", 50, 1, RECORD_PAGE_MAX, &limit, err)) != RC_OK ||
	    (rc = retain_due(&rq->door, type, request_query(rq, "cursor"), (size_t)limit, &page,
			     err)) != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < page.items.n; i++)
		must(json_array_append_new(
			 items, record_json(&rq->door, page.items.at[i], rq->lang)) == 0);
	reply->json = json_pack("{s:o}", "items", items);
	if (page.next.n > 0)
		set(reply->json, "next", json_from_str(page.next));
	return RC_OK;
}

static enum rc
show_proofs(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_LIST, .type = STR("erasures")};
	struct retain_proofs proofs;
	json_t *items;
	int64_t before;
	enum rc rc;

	if ((rc = request_number(rq, "before", 0, 0, (INT64_C(1) << 53) - 1, &before, err)) !=
		RC_OK ||
	    (rc = retain_proofs(&rq->door, before, 200, &proofs, err)) != RC_OK)
		return rc;
	items = json_array();
	for (size_t i = 0; i < proofs.n; i++) {
		const struct retain_proof *p = &proofs.at[i];
		json_t *o = json_object();

		set(o, "leaf", json_integer(p->leaf));
		set(o, "bucket", json_from_str(p->bucket));
		set(o, "key", json_string(p->destroyed ? "destroyed" : "renewed"));
		set(o, "erased", json_integer(p->records));
		set(o, "here", json_from_str(time_format(rq->arena, p->at_ms)));
		set(o, "in_backups_until",
		    json_from_str(day_format(rq->arena, p->backups_until_ms)));
		must(json_array_append_new(items, o) == 0);
	}
	reply->json = json_pack("{s:o}", "items", items);
	return door_log(&rq->door, &entry, NULL, err);
}

#define WHO (BIT(ROLE_ADMINISTRATOR) | BIT(ROLE_SUPERVISOR))
#define WATCHES (WHO | BIT(ROLE_MONITOR))
#define WHY (BIT(PURPOSE_ADMINISTRATION) | BIT(PURPOSE_OVERSIGHT) | BIT(PURPOSE_SUBJECT_RIGHTS))

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/oversee/retention/plan",  WATCHES, WHY, ROUTE_READS, 0, show_plan, "Today's plan: what would be reviewed and erased, and why, as counts by class and month." },
	{ "POST", "/api/v1/oversee/retention/apply", WHO, BIT(PURPOSE_ADMINISTRATION), ROUTE_WRITES | ROUTE_DRAFTS, 4096, start, "Let today's plan be carried out once a second person starts it." },
	{ "GET",  "/api/v1/oversee/retention/due",   ROLES_ANY, PURPOSES_ANY, ROUTE_READS, 0, show_due, "List records whose review is unanswered, of those one may see." },
	{ "GET",  "/api/v1/oversee/retention/erasures", WATCHES, WHY, ROUTE_READS, 0, show_proofs, "List what is left of erasures as proof: bucket, key, leaf, last day of backups." },
	{ .method = NULL },
    /* clang-format on */
};

static enum rc
run_plan(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {
	    {"CLASS", "class", 0}, {"MONTH", "month", 0},   {"RECORDS", "records", 0},
	    {"ERASE", "erase", 0}, {"REVIEW", "review", 0}, {"HELD", "held", 0},
	    {"OPEN", "open", 0},   {"KEY", "key", 0},	    {"WHY", "why", 60},
	    {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc =
	    cli_call(cli, "GET", STR("/api/v1/oversee/retention/plan"), NULL, &answer, err);

	if (rc != RC_OK)
		return rc;
	if (cli->json) {
		cli_show(cli, answer.json);
		return RC_OK;
	}
	cli_table(cli, json_object_get(answer.json, "items"), columns);
	if (json_integer_value(json_object_get(answer.json, "erase")) > 0)
		fprintf(cli->out,
			"\nTo erase what it names, for good: liaison oversee retention apply "
			"%.*s --purpose administration\n",
			STR_ARG(json_member_str(answer.json, "plan")));
	return RC_OK;
}

static enum rc
run_apply(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	json_t *body;
	enum rc rc;

	if (cli->arguments.n != 2)
		return fail(err, RC_USAGE, "", "name the plan: liaison oversee retention plan");
	body = json_object();
	set(body, "plan", json_from_str(cli->arguments.at[1]));
	rc = cli_call(cli, "POST", STR("/api/v1/oversee/retention/apply"), body, &answer, err);
	json_decref(body);
	if (rc != RC_OK)
		return rc;
	cli_show(cli, answer.json);
	fprintf(cli->notes,
		"Nothing is erased yet. Another administrator or supervisor, with a system "
		"account of their own, starts it today: liaison job resume %.*s\n",
		STR_ARG(json_member_str(answer.json, "job")));
	return RC_OK;
}

static enum rc
run_due(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {{"TYPE", "type", 0},
						    {"ID", "id", 0},
						    {"TITLE", "title", 40},
						    {"STATE", "state", 0},
						    {"REVIEW", "review_on", 0},
						    {"ERASE", "erase_on", 0},
						    {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/oversee/retention/due?limit=200"), NULL,
			      &answer, err);

	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

static enum rc
run_erasures(struct cli *cli, struct err *err)
{
	static const struct cli_column columns[] = {{"BUCKET", "bucket", 0},
						    {"KEY", "key", 0},
						    {"ERASED", "erased", 0},
						    {"HERE", "here", 0},
						    {"IN BACKUPS UNTIL", "in_backups_until", 0},
						    {"LEAF", "leaf", 0},
						    {NULL, NULL, 0}};
	struct cli_answer answer;
	enum rc rc =
	    cli_call(cli, "GET", STR("/api/v1/oversee/retention/erasures"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_table(cli, json_object_get(answer.json, "items"), columns);
	return rc;
}

static enum rc
run_retention(struct cli *cli, struct err *err)
{
	struct str what = cli->arguments.n > 0 ? cli->arguments.at[0] : STR_NONE;

	if (str_eq_z(what, "plan"))
		return run_plan(cli, err);
	if (str_eq_z(what, "apply"))
		return run_apply(cli, err);
	if (str_eq_z(what, "due"))
		return run_due(cli, err);
	if (str_eq_z(what, "erasures"))
		return run_erasures(cli, err);
	return fail(err, RC_USAGE, "", "takes plan, apply PLAN, due or erasures");
}

static const struct command commands[] = {
    /* clang-format off */
	{ "oversee", "retention", "WHAT [PLAN]", NULL, run_retention, "Plan, apply and prove what retention asks.",
	  "plan: what would be reviewed and erased today, which holds keep what, as counts by class and month; nothing of what records hold.\n\n"
	  "apply PLAN: let that very plan be carried out. It is refused when another day began or anything that it names changed. A second administrator or supervisor starts the job (liaison job resume JOB).\n\n"
	  "due: the records you may see whose day of review has passed and nobody answered.\n\n"
	  "erasures: what is left as proof: the bucket, whether its key was renewed or destroyed, the leaf in the log, and the day by which copies of the key file have to be gone too." },
	{ .noun = NULL },
    /* clang-format on */
};

/*
 * By itself the node only proposes. A clock that was set forward by ten years would make it
 * destroy everything, and nothing brings a destroyed key back: so people look first.
 */
static const struct setting settings[] = {
    /* clang-format off */
	{ "retention_propose", SETTING_SWITCH, "yes", 0, 0,    "Look once a day at what is kept: end holds whose day has passed, erase what two people decided, propose the plan." },
	{ "retention_wait",    SETTING_NUMBER, "10", 0, 1440,  "Minutes after a start, and after midnight UTC, before that." },
	{ "retention_alone",   SETTING_SWITCH, "no", 0, 0,     "Carry the day's plan out without people. A wrong clock then destroys what should be kept; leave it off unless law asks for it." },
	{ .name = NULL },
    /* clang-format on */
};

static enum rc
add_daily(struct door *d, void *ctx, struct err *err)
{
	struct str today = day_format(d->arena, d->now_ms);
	struct rows *rows;
	bool done = false;
	enum rc rc = db_select(d->db, &SQL_RETENTION_PROPOSED, NO_BINDS, &rows, err);

	(void)ctx;
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		done = str_eq(rows_text(rows, 0), today);
	rows_close(rows);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	return done ? RC_OK : retention_daily_add(d, err);
}

enum rc
retention_tick(struct serve *s, int64_t up_ms, int64_t *last_day, struct err *err)
{
	int64_t now = clock_now(serve_door_node(s)->clock), wait_ms;
	int64_t day = now / 86400000;

	wait_ms = config_number(serve_config(s), "retention_wait") * 60000;
	/* A node brought back does nothing by itself, least of all erase. */
	if (serve_is_quarantined(s) || day == *last_day || up_ms < wait_ms ||
	    now % 86400000 < wait_ms || !config_is_on(serve_config(s), "retention_propose"))
		return RC_OK;
	*last_day = day;
	return serve_write(s, NULL, NULL, add_daily, NULL, err);
}

const struct feature retention_feature = {
    .name = "retention",
    .routes = routes,
    .commands = commands,
    .jobs = retention_jobs,
    .settings = settings,
    .gates = hold_gates,
    .reactions = hold_reactions,
    .api = &retention_api,
    .migrations = MIGRATION_SET_COPIED(RETENTION_MIGRATIONS),
};
