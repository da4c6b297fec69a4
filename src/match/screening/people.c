#include "match/screening/people.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "match/cleared.h"
#include "match/explain.h"
#include "match/screening/suspects.h"
#include "match/screening/screen.h"
#include "model/model.h"
#include "record/look.h"
#include "record/record.h"
#include "serve/cli.h"
#include "serve/config.h"
#include "serve/job.h"
#include "serve/request.h"

/*
 * The line above which an alert is raised, unless the asker says another. On match/dev it
 * finds 84 % of the listed people at one false hit in 10,000 others; at 0.5 it would be 92 %
 * at 8 (people.md). A wrong hit humiliates somebody, so the standard is the stricter one.
 */
#define ALERT_LINE 0.8
/* Lower, everybody would raise one, and whoever raises none would be seen to be left out. */
#define ALERT_LINE_MIN 0.5

#define WHY_BYTES_MAX 60000 /* of a long text */

/* What one run of the job holds. */
struct run {
	struct job_run *job;
	struct arena *arena;
	struct id list; /* zero: all lists */
	double min_score;
	struct listings listings;
	struct suspects suspects;
	struct screen_index *index;
	struct screen_worker *worker;
	size_t next;			  /* suspect */
	int64_t alerts, known, looked_at; /* alerts, known: of which the job's owner may know */
};

static enum rc
collect(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;
	enum rc rc = listings_read(d, run->arena, run->list, &run->listings, err);

	return rc == RC_OK ? suspects_read(d, run->arena, &run->suspects, err) : rc;
}

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

/*
 * The same person and listing raised one already: that one stands, whatever a person decided on
 * it. One that the node suspended does not, once there is reason to raise it again; nor does one
 * that was decided "not the same", once the time is over for which that holds (match/cleared.h).
 */
static enum rc
raised_already(struct door *d, const struct suspect *s, const struct listing *l, bool over,
	       struct id *out, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("alert"));
	struct record_filter filter = {.type = type,
				       .field = type_field(type, STR("person")),
				       .value = id_format(d->arena, s->id),
				       .limit = RECORD_PAGE_MAX,
				       .with_fields = true,
				       .shows_damaged = true};
	struct str listing = id_format(d->arena, l->id);
	int suspended = type_state(type, STR("suspended")), no = type_state(type, STR("false"));
	struct record_list found;
	enum rc rc = record_list(d, &filter, &found, err);

	*out = (struct id){{0}};
	for (size_t i = 0; rc == RC_OK && i < found.items.n; i++)
		/* Of one that does not open nobody knows: rather a second alert than none. */
		if (!found.items.at[i]->damaged && found.items.at[i]->state != suspended &&
		    !(over && found.items.at[i]->state == no) &&
		    str_eq(json_member_str(found.items.at[i]->fields, "listing"), listing))
			*out = found.items.at[i]->id;
	return rc;
}

/*
 * A number of alerts tells of people: whoever listed a guess could read from it what is masked to
 * them. So the job's owner is told of those that they may know of, as a list would show them.
 */
static enum rc
count_for_owner(struct door *d, const struct run *run, struct id alert, int64_t *count,
		struct err *err)
{
	struct door owner;
	bool known = false;
	enum rc rc;

	door_open(&owner, d->node, d->db, d->arena, run->job->actor, &run->job->access, d->group);
	rc = record_is_known(&owner, alert, &known, err);
	door_close(&owner);
	if (rc == RC_OK && known)
		++*count;
	return rc;
}

/* Steps later the listing may have been suspended, or its list taken out of use. */
static enum rc
counts_still(struct door *d, const struct listing *l, bool *out, struct err *err)
{
	struct record *listing, *list;
	enum rc rc = look_record(d, l->id, &listing, err);

	*out = false;
	if (rc == RC_OK)
		rc = look_record(d, l->list, &list, err);
	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	*out = listing->state == type_state(listing->type, STR("active")) &&
	       list->state == type_state(list->type, STR("in_use"));
	return RC_OK;
}

static enum rc
raise(struct door *d, struct run *run, const struct suspect *s, const struct screen_query *query,
      const struct screen_hit *hit, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("alert"));
	const struct listing *l = &run->listings.at[hit->entry];
	struct record_new options = {.by_node = true};
	struct screen_explanation *why = NEW(d->arena, struct screen_explanation);
	json_t *fields = json_object();
	struct record *r, *person;
	struct buf data;
	bool protected_one, counts;
	struct cleared cleared;
	struct str text;
	struct id known;
	enum rc rc;

	door_hold(d, fields);
	/* Somebody may have been marked since the suspects were read. */
	if ((rc = suspect_protected(d, s->id, &protected_one, err)) != RC_OK || protected_one)
		return rc;
	if ((rc = counts_still(d, l, &counts, err)) != RC_OK || !counts)
		return rc;
	if ((rc = look_record(d, s->id, &person, err)) != RC_OK)
		return rc;
	/* It holds the person's name, so it is for whoever may see the person. */
	options.unit = &person->unit;
	options.has_handling = true;
	options.handling = handling_meet(handling_of_type(type), person->handling);
	if ((rc = cleared_person(d, s->id, l->id,
				 config_number(serve_config(run->job->serve), CLEARED_SETTING),
				 &cleared, err)) != RC_OK ||
	    (rc = raised_already(d, s, l, cleared.was, &known, err)) != RC_OK)
		return rc;
	if (!id_is_zero(known) || cleared.holds)
		return count_for_owner(d, run, id_is_zero(known) ? cleared.decision : known,
				       &run->known, err);
	screen_explain(run->index, run->worker, query, hit->entry, why);
	set(fields, "listing", json_from_str(id_format(d->arena, l->id)));
	set(fields, "list", json_from_str(id_format(d->arena, l->list)));
	set(fields, "person", json_from_str(id_format(d->arena, s->id)));
	set(fields, "screened", json_from_str(s->names.at[0]));
	set(fields, "level", json_string(explain_level(hit->score)));
	set(fields, "score", json_from_str(str_fmt(d->arena, "%.2f", hit->score * 100)));
	text = explain_text(d->arena, why);
	if (cleared.was)
		text = str_fmt(d->arena,
			       "%.*s\nwas decided not to be the same on %.*s; that holds no longer",
			       STR_ARG(text), STR_ARG(day_format(d->arena, cleared.at_ms)));
	set(fields, "explanation", json_from_str(text));
	buf_init(&data, d->arena);
	explain_write(&(struct json_out){.buf = &data}, why, run->min_score);
	if (data.n <= WHY_BYTES_MAX)
		set(fields, "why", json_from_str(buf_str(&data)));
	set(fields, "raised_at", json_from_str(time_format(d->arena, d->now_ms)));
	rc = record_create(d, type, fields, &options, &r, err);
	return rc == RC_OK ? count_for_owner(d, run, r->id, &run->alerts, err) : rc;
}

#define SUSPECTS_A_STEP 50
#define HITS_MAX 5

/*
 * The node itself reads and raises; whoever started the job sees those alerts that are about
 * people whom they may see.
 */
static enum rc
screen_some(struct door *d, void *ctx, struct err *err)
{
	struct run *run = ctx;
	size_t end = run->next + SUSPECTS_A_STEP;
	enum rc rc = RC_OK;

	if (end > run->suspects.n)
		end = run->suspects.n;
	for (; run->next < end && rc == RC_OK; run->next++) {
		const struct suspect *s = &run->suspects.at[run->next];
		struct screen_query query = {.names = s->names.at,
					     .name_count = s->names.n,
					     .dob = s->birth_date,
					     .country = s->country,
					     .type = STR("person")};
		struct screen_hit hits[HITS_MAX];
		size_t n = 0;

		/* All are counted: how many are left out would tell that somebody is helped. */
		run->looked_at++;
		if (!s->left_out)
			n = screen_search(run->index, run->worker, &query, HITS_MAX, run->min_score,
					  hits);
		for (size_t i = 0; i < n && rc == RC_OK; i++)
			rc = raise(d, run, s, &query, &hits[i], err);
	}
	return rc;
}

static enum rc
build_index(struct run *run, struct err *err)
{
	struct screen_entry *entries = NEW_N(run->arena, struct screen_entry, run->listings.n);
	enum rc rc;

	for (size_t i = 0; i < run->listings.n; i++) {
		const struct listing *l = &run->listings.at[i];

		entries[i] = (struct screen_entry){.id = id_format(run->arena, l->id),
						   .type = l->subject,
						   .names = l->names,
						   .dobs = l->birth_dates,
						   .countries = l->countries};
	}
	rc = screen_index_new(entries, run->listings.n, &run->index, err);
	return rc == RC_OK ? screen_worker_open(&run->worker, err) : rc;
}

static enum rc
screen_people(struct job_run *job, struct err *err)
{
	struct str list = json_member_str(job->job.arguments, "list");
	struct str line = json_member_str(job->job.arguments, "min_score");
	struct run run = {.job = job, .arena = job->arena, .min_score = ALERT_LINE};
	json_t *result;
	enum rc rc;

	if (list.n > 0 && !id_parse(list, &run.list))
		return fail(err, RC_INVALID, "list", "takes the id of a watch list");
	if (line.n > 0) {
		char *z = str_z(job->arena, line), *end;

		run.min_score = strtod(z, &end);
		if (*end != '\0' || !(run.min_score >= ALERT_LINE_MIN && run.min_score <= 1))
			return fail(err, RC_INVALID, "min_score", "takes a probability, 0.5 to 1");
	}
	rc = serve_write(job->serve, NULL, &job->access, collect, &run, err);
	if (rc == RC_OK)
		rc = build_index(&run, err);
	while (rc == RC_OK && run.next < run.suspects.n) {
		job->job.total = (int64_t)run.suspects.n;
		rc = serve_write(job->serve, NULL, &job->access, screen_some, &run, err);
		if (rc == RC_OK)
			rc = job_step(job, NULL, NULL, (int64_t)run.next, STR_NONE, NULL, 0, err);
	}
	screen_worker_close(run.worker);
	screen_index_free(run.index);
	if (rc != RC_OK)
		return rc;
	result =
	    json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "lists", (json_int_t)run.listings.lists,
		      "lists_not_in_use", (json_int_t)run.listings.lists_left_out, "listings",
		      (json_int_t)run.listings.n, "screened", (json_int_t)run.looked_at, "alerts",
		      (json_int_t)run.alerts, "known_alerts", (json_int_t)run.known);
	job_result(job, result);
	return RC_OK;
}

static const char *const argument_names[] = {"list", "min_score", NULL};

/* What the job says of a list is said only to those who may see that list. */
static enum rc
list_check(struct request *rq, json_t *list, struct err *err)
{
	struct record *r;
	struct id id;
	enum rc rc;

	if (list == NULL || (json_is_string(list) && json_str(list).n == 0))
		return RC_OK;
	if (!id_parse(json_str(list), &id))
		return fail(err, RC_INVALID, "list", "takes the id of a watch list");
	if ((rc = record_load(&rq->door, id, NULL, &r, err)) != RC_OK)
		return rc;
	return str_eq(r->type->name, STR("watchlist"))
		   ? RC_OK
		   : fail(err, RC_INVALID, "list", "takes the id of a watch list");
}

static enum rc
start(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *arguments = job_arguments(&rq->door, rq->json, argument_names);
	struct id id;
	enum rc rc = list_check(rq, json_object_get(arguments, "list"), err);

	if (rc != RC_OK ||
	    (rc = job_add(&rq->door, STR("screen_people"), arguments, true, &id, err)) != RC_OK)
		return rc;
	reply->status = 202;
	reply->json = json_pack("{s:o}", "id", json_from_str(id_format(rq->arena, id)));
	reply->location =
	    str_fmt(rq->arena, "/api/v1/jobs/%.*s", STR_ARG(id_format(rq->arena, id)));
	return RC_OK;
}

#define SCREENERS (BIT(ROLE_ANALYST) | BIT(ROLE_DUTY_OFFICER) | BIT(ROLE_SUPERVISOR))

static const struct route routes[] = {
    /* clang-format off */
	{ "POST", "/api/v1/match/people", SCREENERS, BIT(PURPOSE_SCREENING), ROUTE_WRITES, 4096, start, "Screen the suspects among the node's people against its watch lists, as a job." },
	{ .method = NULL },
    /* clang-format on */
};

static enum rc
run_people(struct cli *cli, struct err *err)
{
	struct str list = cli_option(cli, "list");
	json_t *body = json_object(), *result;
	struct cli_answer answer;
	long long left_out;
	enum rc rc;

	if (list.n > 0)
		set(body, "list", json_from_str(list));
	if (cli_option(cli, "min-score").n > 0)
		set(body, "min_score", json_from_str(cli_option(cli, "min-score")));
	rc = cli_call(cli, "POST", STR("/api/v1/match/people"), body, &answer, err);
	json_decref(body);
	if (rc != RC_OK ||
	    (rc = cli_wait_job(cli, json_member_str(answer.json, "id"), &answer, err)) != RC_OK)
		return rc;
	result = json_object_get(answer.json, "result");
	cli_show(cli, result);
	left_out = (long long)json_integer_value(json_object_get(result, "lists_not_in_use"));
	if (left_out > 0 && !cli->json)
		fprintf(cli->notes,
			"%lld watch lists are not in use and were left out; see: liaison record "
			"list watchlist --purpose screening\n",
			left_out);
	if (!cli->json)
		fprintf(cli->notes, "Look at the alerts: liaison record list alert --purpose "
				    "screening\n");
	return RC_OK;
}

static const struct option people_options[] = {
    {"list", "ID", "only this watch list", false},
    {"min-score", "S", "raise an alert from this probability on, 0.5 to 1 (standard 0.8)", false},
    {.name = NULL},
};

static const struct command commands[] = {
    /* clang-format off */
	{ "match", "people", "", people_options, run_people, "Screen the suspects among the node's people against its watch lists.",
	  "Makes an alert of each hit, with the evidence that adds up to its score. Only active listings of lists in use count: without one the exit code is 5. Nobody who was ever a victim, presumed or undetermined is asked about; the counts and the log do not tell who that is, so all are counted as screened. Of alerts those are counted that you may see. An alert is a reason to look, never a decision." },
	{ .noun = NULL },
    /* clang-format on */
};

static const struct job_kind jobs[] = {
    {"screen_people", screen_people, "Screen suspects against the watch lists."},
    {.name = NULL},
};

const struct feature match_people_feature = {.name = "match_people",
					     .routes = routes,
					     .commands = commands,
					     .jobs = jobs,
					     .api = &match_people_api};
