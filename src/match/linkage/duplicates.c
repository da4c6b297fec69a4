#include "match/linkage/duplicates.h"

#include <stdlib.h>

#include "base/arena.h"
#include "format/json.h"
#include "match/linkage/duplicates_inside.h"
#include "record/look.h"
#include "serve/cli.h"
#include "serve/request.h"

/* As of alerts (screening/people.md): below it nearly everybody resembles somebody. */
#define LINE 0.9
#define LINE_MIN 0.5
#define HITS_MAX 8
#define A_STEP 100

static enum rc
index_build(struct repeat_run *run, struct err *err)
{
	struct screen_entry *entries = NEW_N(run->arena, struct screen_entry, run->all.n + 1);
	enum rc rc;

	for (size_t i = 0; i < run->all.n; i++) {
		const struct standing *s = &run->all.at[i];

		entries[i] = (struct screen_entry){.id = id_format(run->arena, s->id),
						   .type = s->type->name,
						   .names = s->names,
						   .countries = s->countries,
						   .ids = s->ids};
		if (s->birth_date.n > 0)
			*VEC_ADD(run->arena, &entries[i].dobs) = s->birth_date;
	}
	rc = screen_index_new(entries, run->all.n, &run->index, err);
	return rc == RC_OK ? screen_worker_open(&run->worker, err) : rc;
}

/* The older of two asks, whoever found the other: so each pair has one score. */
static void
pair_add(struct repeat_run *run, struct arena *a, size_t one, size_t other)
{
	struct twin t = {one < other ? one : other, one < other ? other : one};
	struct screen_explanation why;
	struct screen_query query;

	if (one == other || run->all.at[one].type != run->all.at[other].type)
		return;
	for (size_t i = 0; i < run->twins.n; i++)
		if (run->twins.at[i].left == t.left && run->twins.at[i].right == t.right)
			return;
	standings_query(&run->all.at[t.left], &query);
	screen_explain(run->index, run->worker, &query, t.right, &why);
	if (why.score >= run->line)
		*VEC_ADD(a, &run->twins) = t;
}

/* Who resembles the next ones; nothing is read or written for it. */
static void
twins_search(struct repeat_run *run, struct arena *a, size_t from, size_t to)
{
	run->twins = (struct twins){0};
	for (size_t i = from; i < to; i++) {
		struct screen_hit hits[HITS_MAX];
		struct screen_query query;
		size_t n;

		standings_query(&run->all.at[i], &query);
		/* The line of the pair is that of the older one's question: look a little lower. */
		n = screen_search(run->index, run->worker, &query, HITS_MAX, run->line / 2, hits);
		for (size_t k = 0; k < n; k++)
			pair_add(run, a, i, hits[k].entry);
	}
}

/* After the last one that a step noted; it may be gone since. */
static size_t
begin_at(const struct repeat_run *run)
{
	struct id after;
	size_t i = 0;

	if (!id_parse(run->job->job.cursor, &after))
		return 0;
	while (i < run->all.n && memcmp(run->all.at[i].id.b, after.b, sizeof after.b) <= 0)
		i++;
	return i;
}

static enum rc
steps_run(struct repeat_run *run, struct err *err)
{
	struct job_run *job = run->job;
	struct arena *a = arena_new(0);
	size_t i = begin_at(run);
	enum rc rc = RC_OK;

	job->job.total = (int64_t)run->all.n;
	while (rc == RC_OK && i < run->all.n) {
		size_t to = i + A_STEP < run->all.n ? i + A_STEP : run->all.n;

		arena_reset(a);
		twins_search(run, a, i, to);
		if (run->twins.n > 0)
			rc = serve_write(job->serve, NULL, &job->access, twins_propose, run, err);
		if (rc == RC_OK)
			rc = job_step(job, NULL, NULL, (int64_t)to,
				      id_format(job->arena, run->all.at[to - 1].id), NULL, 0, err);
		i = to;
	}
	arena_free(a);
	return rc;
}

static enum rc
propose_duplicates(struct job_run *job, struct err *err)
{
	struct str line = json_member_str(job->job.arguments, "min_score");
	struct repeat_run run = {.job = job, .arena = job->arena, .line = LINE};
	enum rc rc;

	if (line.n > 0) {
		char *z = str_z(job->arena, line), *end;

		run.line = strtod(z, &end);
		if (*end != '\0' || !(run.line >= LINE_MIN && run.line <= 1))
			return fail(err, RC_INVALID, "min_score", "takes a probability, 0.5 to 1");
	}
	rc = standings_read(&run, err);
	if (rc == RC_OK)
		rc = index_build(&run, err);
	if (rc == RC_OK)
		rc = steps_run(&run, err);
	screen_worker_close(run.worker);
	screen_index_free(run.index);
	if (rc == RC_OK)
		job_result(job, json_pack("{s:I, s:I, s:I}", "proposed", (json_int_t)run.proposed,
					  "proposed_again", (json_int_t)run.again,
					  "known_proposals", (json_int_t)run.known));
	return rc;
}

static const char *const argument_names[] = {"min_score", NULL};

static enum rc
start(struct request *rq, struct reply *reply, struct err *err)
{
	json_t *arguments = job_arguments(&rq->door, rq->json, argument_names);
	struct id id;
	enum rc rc = job_add(&rq->door, STR("propose_duplicates"), arguments, true, &id, err);

	if (rc != RC_OK)
		return rc;
	reply->status = 202;
	reply->json = json_pack("{s:o}", "id", json_from_str(id_format(rq->arena, id)));
	reply->location =
	    str_fmt(rq->arena, "/api/v1/jobs/%.*s", STR_ARG(id_format(rq->arena, id)));
	return RC_OK;
}

#define MATCHERS (BIT(ROLE_ANALYST) | BIT(ROLE_DUTY_OFFICER) | BIT(ROLE_SUPERVISOR))
#define MATCHING (BIT(PURPOSE_SCREENING) | BIT(PURPOSE_INVESTIGATION))

static const struct route routes[] = {
    /* clang-format off */
	{ "POST", "/api/v1/match/duplicates", MATCHERS, MATCHING, ROUTE_WRITES, 4096, start, "Propose people and organisations of the node that may stand in it twice, as a job." },
	{ .method = NULL },
    /* clang-format on */
};

static enum rc
run_duplicates(struct cli *cli, struct err *err)
{
	json_t *body = json_object();
	struct cli_answer answer;
	enum rc rc;

	if (cli_option(cli, "min-score").n > 0)
		must(json_object_set_new_nocheck(body, "min_score",
						 json_from_str(cli_option(cli, "min-score"))) == 0);
	rc = cli_call(cli, "POST", STR("/api/v1/match/duplicates"), body, &answer, err);
	json_decref(body);
	if (rc != RC_OK ||
	    (rc = cli_wait_job(cli, json_member_str(answer.json, "id"), &answer, err)) != RC_OK)
		return rc;
	cli_show(cli, json_object_get(answer.json, "result"));
	if (!cli->json)
		fprintf(cli->notes, "Look at the proposals: liaison record list match\n");
	return RC_OK;
}

static const struct option duplicates_options[] = {
    {"min-score", "S", "propose from this probability on, 0.5 to 1 (standard 0.9)", false},
    {.name = NULL},
};

static const struct command commands[] = {
    /* clang-format off */
	{ "match", "duplicates", "", duplicates_options, run_duplicates, "Propose people and organisations that may stand in the node twice.",
	  "Makes a match record of each pair, with the pieces of evidence that add up to its score, for a person to confirm or reject: liaison record move match ID confirmed. Nothing is merged, and what was confirmed is undone by a move. Only of records that you may read; nobody who was ever a victim, presumed or undetermined is in a proposal. What is open or was decided is not proposed again until what is found is something else. A score is a reason to look, never a decision." },
	{ .noun = NULL },
    /* clang-format on */
};

static const struct job_kind jobs[] = {
    {"propose_duplicates", propose_duplicates, "Propose records that may be one person."},
    {.name = NULL},
};

static enum rc
person_was_recorded(struct door *d, const struct record *r, struct err *err)
{
	struct ids people = {0};
	enum rc rc = RC_OK;

	look_ids(d, r, "person", &people);
	for (size_t i = 0; i < people.n && rc == RC_OK; i++)
		rc = twins_withdraw(d, people.at[i], err);
	return rc;
}

/* Of a person, or of a survivor's record that names one. */
static enum rc
identification_was_recorded(struct door *d, const struct record *r, struct err *err)
{
	struct ids of = {0};
	enum rc rc = RC_OK;

	look_ids(d, r, "of", &of);
	for (size_t i = 0; i < of.n && rc == RC_OK; i++) {
		struct record *whom;

		if ((rc = twins_withdraw(d, of.at[i], err)) != RC_OK)
			break;
		rc = look_record(d, of.at[i], &whom, err);
		if (rc == RC_OK)
			rc = person_was_recorded(d, whom, err);
		else if (rc == RC_ABSENT)
			rc = RC_OK;
	}
	return rc;
}

/* clang-format off */
static const struct reaction reactions[] = {
	{ "involvement_recorded",    person_was_recorded,         "Somebody marked a victim, presumed or undetermined: open proposals about them are withdrawn at once." },
	{ "survivor_recorded",       person_was_recorded,         "Somebody is helped as a survivor: open proposals about them are withdrawn at once." },
	{ "identification_recorded", identification_was_recorded, "An identification is under way: open proposals about the person are withdrawn at once." },
	{ .event = NULL },
};
/* clang-format on */

const struct feature duplicates_feature = {.name = "match_duplicates",
					   .routes = routes,
					   .commands = commands,
					   .jobs = jobs,
					   .reactions = reactions,
					   .api = &duplicates_api};
