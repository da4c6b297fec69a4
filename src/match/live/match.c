#include "match/live/match.h"

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "match/live/allowed.h"
#include "match/live/ask.h"
#include "model/model.h"
#include "serve/cli.h"
#include "text/edtf.h"

#define NAMES_MAX SCREEN_QUERY_NAMES
#define IDS_MAX 16
#define LIMIT 5
#define SCREENERS                                                                                  \
	(BIT(ROLE_FIRST_LINE) | BIT(ROLE_ANALYST) | BIT(ROLE_DUTY_OFFICER) | BIT(ROLE_SUPERVISOR))

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

static enum rc
one_text(struct request *rq, const char *key, struct str *out, struct err *err)
{
	struct str_list list = {0};
	enum rc rc = ask_texts(rq, rq->json, key, 1, &list, err);

	*out = list.n > 0 ? list.at[0] : STR_NONE;
	return rc;
}

static enum rc
query_read(struct request *rq, struct screen_query *out, struct err *err)
{
	struct str_list names = {0}, ids = {0};
	struct edtf date;
	enum rc rc;

	if ((rc = ask_texts(rq, rq->json, "name", NAMES_MAX, &names, err)) != RC_OK ||
	    (rc = ask_texts(rq, rq->json, "ids", IDS_MAX, &ids, err)) != RC_OK ||
	    (rc = one_text(rq, "birth_date", &out->dob, err)) != RC_OK ||
	    (rc = one_text(rq, "country", &out->country, err)) != RC_OK ||
	    (rc = one_text(rq, "type", &out->type, err)) != RC_OK)
		return rc;
	if (names.n + ids.n == 0)
		return fail(err, RC_INVALID, "name", "say who is asked about");
	if (out->dob.n > 0 && !edtf_parse(out->dob, &date))
		return fail(err, RC_INVALID, "birth_date",
			    "takes a date such as 1979, 1979-05 or 1979-05-07");
	out->names = names.at;
	out->name_count = names.n;
	out->ids = ids.at;
	out->id_count = ids.n;
	return RC_OK;
}

static enum rc
hit_json(const struct asking *asking, const struct listed_hit *h, const struct cleared *cleared,
	 json_t *hits, struct err *err)
{
	struct arena *a = asking->rq->arena;
	json_t *o = json_object(), *why;
	struct buf b;
	enum rc rc = RC_OK;

	must(json_array_append_new(hits, o) == 0);
	must(json_read_reals(h->why, NULL, &why, err) == RC_OK);
	set(o, "listing", json_from_str(id_format(a, h->listing)));
	set(o, "list", json_from_str(id_format(a, h->list)));
	set(o, "listed_name", json_from_str(h->listed_name));
	set(o, "score", json_real(h->score));
	set(o, "why", why);
	if (cleared->holds || cleared->was) {
		buf_init(&b, a);
		rc = ask_write_cleared(asking, cleared, &(struct json_out){.buf = &b}, err);
		if (rc == RC_OK && (rc = json_read_reals(buf_str(&b), NULL, &why, err)) == RC_OK)
			set(o, "cleared", why);
	}
	return rc;
}

static enum rc
ask(struct request *rq, struct reply *reply, struct err *err)
{
	struct screen_query query = {.names = NULL};
	json_t *hits = NULL, *limit = json_object_get(rq->json, "limit");
	size_t most = LIMIT;
	struct asking asking;
	struct asked asked;
	struct str list, person;
	double min_score;
	enum rc rc;

	if ((rc = query_read(rq, &query, err)) != RC_OK ||
	    (rc = one_text(rq, "list", &list, err)) != RC_OK ||
	    (rc = one_text(rq, "person", &person, err)) != RC_OK ||
	    (rc = ask_probability(rq->json, "min_score", LISTED_LINE, 0.01, &min_score, err)) !=
		RC_OK)
		return rc;
	if (limit != NULL) {
		if (!json_is_integer(limit) || json_integer_value(limit) < 1 ||
		    json_integer_value(limit) > LISTED_HITS_MAX)
			return fail(err, RC_INVALID, "limit", "takes a number, 1 to %d",
				    LISTED_HITS_MAX);
		most = (size_t)json_integer_value(limit);
	}
	if ((rc = ask_begin(rq, list, &asking, err)) != RC_OK ||
	    (rc = ask_person(&asking, person, false, err)) != RC_OK ||
	    (rc = ask_one(&asking, &query, most, min_score, LISTED_LINE, &asked, err)) != RC_OK ||
	    (rc = ask_end(&asking, err)) != RC_OK)
		return rc;
	reply->json = json_pack("{s:b}", "second_check", asked.second_check);
	if (asked.name_not_compared)
		set(reply->json, "name_not_compared", json_true());
	if (!ask_sees_hits(rq))
		return RC_OK;
	hits = json_array();
	set(reply->json, "hits", hits);
	for (size_t i = 0; i < asked.hits.n && rc == RC_OK; i++)
		rc = hit_json(&asking, &asked.hits.at[i], &asked.cleared.at[i], hits, err);
	return rc;
}

static enum rc
figures(struct request *rq, struct reply *reply, struct err *err)
{
	struct listed_figures f;
	enum rc rc = listed_figures(&rq->door, &f, err);

	if (rc == RC_OK)
		reply->json =
		    json_pack("{s:I, s:I, s:I, s:I, s:I}", "entries", (json_int_t)f.entries,
			      "changed", (json_int_t)f.changed, "lists", (json_int_t)f.lists,
			      "built", (json_int_t)f.built, "followed", (json_int_t)f.followed);
	return rc;
}

/* A listing that counts, or an alert that waits for a person; what a person decided stays. */
static bool
is_open(const struct record *r)
{
	static const char *const states[] = {"active", "new", "taken"};

	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (r->state >= 0 && r->state == type_state(r->type, str_from(states[i])))
			return true;
	return false;
}

/* By the node, in the transaction of what was recorded; the same words whatever it was. */
static enum rc
suspend(struct door *d, const struct record *listing, struct err *err)
{
	struct ids lists = {0};
	struct allowed_list is = {.accuses = true};
	struct record *list, *now;
	struct door inner;
	enum rc rc = RC_OK;

	look_ids(d, listing, "list", &lists);
	if (lists.n > 0 && (rc = look_record(d, lists.at[0], &list, err)) == RC_OK)
		allowed_list_of(list, &is);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	if (!is.accuses || (rc = look_record(d, listing->id, &now, err)) != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	if (!is_open(now))
		return RC_OK;
	door_open_as_node(&inner, d, STR("what it rests on is to be looked at again"));
	rc = record_move(&inner, now->id, now->version, STR("suspended"), NULL, &now, err);
	door_close(&inner);
	return rc;
}

/* Active listings that name one of them, as their person or by a match that somebody confirmed. */
static enum rc
listings_of(struct door *d, const struct ids *people, struct look_list *out, struct err *err)
{
	const struct look_only active = {.states = look_state(d, "listing", "active")};
	const struct look_only confirmed = {.states = look_state(d, "match", "confirmed")};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < people->n && rc == RC_OK; i++) {
		struct look_list matches = {0};
		struct ids ends = {0};

		rc = look_holders_only(d, "listing", "person", people->at[i], &active, out, err);
		/* The first of thousands are suspended; the index asks of each again. */
		if (rc == RC_OK || rc == RC_CONFLICT)
			rc = look_holders_only(d, "match", "left", people->at[i], &confirmed,
					       &matches, err);
		rc = rc == RC_CONFLICT ? RC_OK : rc;
		for (size_t k = 0; k < matches.n; k++)
			look_ids(d, matches.at[k], "right", &ends);
		for (size_t k = 0; k < ends.n && rc == RC_OK; k++) {
			struct record *r;

			rc = look_record(d, ends.at[k], &r, err);
			if (rc == RC_OK && str_eq_z(r->type->name, "listing"))
				*VEC_ADD(d->arena, out) = r;
			rc = rc == RC_ABSENT ? RC_OK : rc;
		}
	}
	return rc;
}

/* Open alerts of one of them; those of their listings go with the listings (protect/category). */
static enum rc
alerts_of(struct door *d, const struct ids *people, struct look_list *out, struct err *err)
{
	const struct look_only open = {.states = look_state(d, "alert", "new") |
						 look_state(d, "alert", "taken")};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < people->n && rc == RC_OK; i++) {
		rc = look_holders_only(d, "alert", "person", people->at[i], &open, out, err);
		/* The first of thousands: a mark is not refused for the number of alerts. */
		rc = rc == RC_CONFLICT ? RC_OK : rc;
	}
	return rc;
}

static enum rc
suspend_what_accuses(struct door *d, struct ids *people, struct err *err)
{
	struct look_list listings = {0}, alerts = {0};
	bool all, barred = false;
	enum rc rc = allowed_same_people(d, people, &all, err);

	/* First what is cheap: nearly nobody is listed. */
	if (rc == RC_OK && (rc = listings_of(d, people, &listings, err)) == RC_OK)
		rc = alerts_of(d, people, &alerts, err);
	if (rc == RC_OK && listings.n + alerts.n > 0)
		rc = allowed_bars(d, people, &barred, err);
	for (size_t i = 0; (barred || !all) && i < listings.n && rc == RC_OK; i++)
		rc = suspend(d, listings.at[i], err);
	for (size_t i = 0; (barred || !all) && i < alerts.n && rc == RC_OK; i++)
		rc = suspend(d, alerts.at[i], err);
	return rc;
}

/*
 * Something was recorded, or two were confirmed to be one: of everybody it names, and whoever is
 * the same, the listings. A survivor's record stands for its person, a listing for whom it names.
 */
static enum rc
somebody_was_recorded(struct door *d, const struct record *r, struct err *err)
{
	static const char *const fields[] = {"person", "survivor", "of", "left", "right"};
	struct ids named = {0}, people = {0};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		look_ids(d, r, fields[i], &named);
	if (str_eq_z(r->type->name, "listing"))
		rc = allowed_people_of(d, r, &people, err);
	for (size_t i = 0; i < named.n && rc == RC_OK; i++) {
		struct record *x;

		rc = look_record(d, named.at[i], &x, err);
		if (rc == RC_OK && str_eq_z(x->type->name, "person"))
			*VEC_ADD(d->arena, &people) = x->id;
		else if (rc == RC_OK && str_eq_z(x->type->name, "listing"))
			rc = allowed_people_of(d, x, &people, err);
		else if (rc == RC_OK)
			look_ids(d, x, "person", &people);
		rc = rc == RC_ABSENT ? RC_OK : rc;
	}
	return rc == RC_OK && people.n > 0 ? suspend_what_accuses(d, &people, err) : rc;
}

static const struct route routes[] = {
    /* clang-format off */
	{ "POST", "/api/v1/match",      SCREENERS, BIT(PURPOSE_SCREENING), ROUTE_READS, 65536, ask, "Ask about one person against the node's own lists." },
	{ "GET",  "/api/v1/match/live", BIT(ROLE_ADMINISTRATOR) | BIT(ROLE_MONITOR), BIT(PURPOSE_ADMINISTRATION) | BIT(PURPOSE_OVERSIGHT), ROUTE_READS, 0, figures, "Say how many listings are compared with, and how often that was made anew." },
	{ .method = NULL },
    /* clang-format on */
};

static enum rc
run_ask(struct cli *cli, struct err *err)
{
	static const char *const members[][2] = {{"dob", "birth_date"}, {"country", "country"},
						 {"type", "type"},	{"list", "list"},
						 {"person", "person"},	{"min-score", "min_score"}};
	json_t *body = json_object(), *ids = json_array();
	struct str_list given = cli_options(cli, "id");
	struct cli_answer answer;
	enum rc rc;

	set(body, "name", json_from_str(cli->arguments.at[0]));
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		struct str s = cli_option(cli, members[i][0]);

		if (s.n > 0)
			set(body, members[i][1], json_from_str(s));
	}
	for (size_t i = 0; i < given.n; i++)
		must(json_array_append_new(ids, json_from_str(given.at[i])) == 0);
	set(body, "ids", ids);
	rc = cli_call(cli, "POST", STR("/api/v1/match"), body, &answer, err);
	json_decref(body);
	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

static const struct option ask_options[] = {
    /* clang-format off */
	{ "dob",       "DATE",    "Birth date, as precise as known: 1979, 1979-05, 1979-05-07.", false },
	{ "country",   "CODE",    "A country of theirs.", false },
	{ "type",      "TYPE",    "person, organisation or vessel.", false },
	{ "id",        "ID",      "A document, telephone or account of theirs.", true },
	{ "list",      "ID",      "Only this watch list.", false },
	{ "person",    "ID",      "They are this person of ours: what was decided about them is told.", false },
	{ "min-score", "S",       "Show what scores at least this; 0.8 when not given.", false },
	{ .name = NULL },
    /* clang-format on */
};

static const struct command commands[] = {
    /* clang-format off */
	{ "match", "ask", "NAME", ask_options, run_ask, "Ask about one person against the node's own lists.",
	  "The first line is told whether a second check is needed, and nothing else. Analysts and supervisors see the listings that they may know of, with the evidence. A score is a reason to look, never a decision about a person. The question is in the log." },
	{ .noun = NULL },
    /* clang-format on */
};

/* clang-format off */
static const struct reaction reactions[] = {
	{ "involvement_recorded",     somebody_was_recorded, "Active listings of a witness, and of whoever was confirmed to be the same as somebody marked, are suspended at once." },
	{ "survivor_recorded",        somebody_was_recorded, "The same, of somebody helped as a survivor." },
	{ "identification_recorded",  somebody_was_recorded, "The same, of somebody in an identification." },
	{ "witness_measure_recorded", somebody_was_recorded, "The same, of somebody who is protected as a witness." },
	{ "match_confirmed",          somebody_was_recorded, "Two were confirmed to be one: what bars one of a list bars the other." },
	{ "listing_recorded",         somebody_was_recorded, "A listing of such a person starts suspended." },
	{ .event = NULL },
};
/* clang-format on */

/* clang-format off */
static const struct setting settings[] = {
	{ "live_lists_seconds", SETTING_NUMBER, "5", 0, 86400, "Seconds until a running node looks whether its own lists are in memory; 0: they are read when somebody asks." },
	{ CLEARED_SETTING, SETTING_DAYS, CLEARED_DAYS, 1, 3650, "Days for which a decision that a person is not the listed one holds; of a document it holds for good." },
	{ .name = NULL },
};
static const struct timer timers[] = {
	{ "live_lists", "live_lists_seconds", NULL, "Reads the node's own lists into memory after a start.", listed_warm },
	{ .name = NULL },
};
/* clang-format on */

const struct feature match_live_feature = {.name = "match_live",
					   .routes = routes,
					   .commands = commands,
					   .reactions = reactions,
					   .settings = settings,
					   .timers = timers,
					   .api = &match_live_api};
