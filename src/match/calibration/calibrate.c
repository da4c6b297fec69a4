#include "match/calibration/calibrate.h"

#include "base/arena.h"
#include "base/vec.h"
#include "format/json.h"
#include "match/calibration/calibration.h"
#include "model/model.h"
#include "record/record.h"
#include "serve/api.h"
#include "serve/cli.h"
#include "serve/request.h"

/* The newest alone are read: what was decided long ago was decided of other lists. */
#define ALERTS_MAX 10000

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

/* "93.25", as an alert keeps its score: percent. False: it has none. */
static bool
percent(struct str s, double *out)
{
	double value = 0, unit = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && unit == 0)
			unit = 1;
		else if (s.p[i] >= '0' && s.p[i] <= '9')
			value = unit == 0 ? value * 10 + (s.p[i] - '0')
					  : value + (s.p[i] - '0') * (unit /= 10);
		else
			return false;
	}
	*out = value / 100;
	return s.n > 0 && value <= 100;
}

struct decided {
	VEC(struct calibration_decision) at;
};

/* "Not decided" is no decision, whichever way the alert was moved. */
static void
add(struct arena *a, struct decided *all, const struct record *r, bool confirmed)
{
	struct str result = json_member_str(r->fields, "result");
	json_t *score = json_object_get(r->fields, "score");
	struct calibration_decision d = {.same = confirmed};

	if (!str_eq_z(result, confirmed ? "same" : "not_same"))
		return;
	if (json_is_number(score))
		d.score = json_number_value(score) / 100;
	else if (!percent(json_str(score), &d.score))
		return;
	*VEC_ADD(a, &all->at) = d;
}

/* Those that the asker may know of: the door leaves out the rest. */
static enum rc
read_state(struct request *rq, const char *state, struct decided *all, struct err *err)
{
	struct record_filter filter = {.type = model_type(rq->door.node->model, STR("alert")),
				       .state = str_from(state),
				       .limit = RECORD_PAGE_MAX,
				       .with_fields = true};
	struct record_list page;
	size_t seen = 0;
	enum rc rc;

	must(filter.type != NULL);
	do {
		page = (struct record_list){0};
		if ((rc = record_list(&rq->door, &filter, &page, err)) != RC_OK)
			return rc;
		for (size_t i = 0; i < page.items.n; i++)
			add(rq->arena, all, page.items.at[i],
			    str_eq_z(str_from(state), "confirmed"));
		seen += page.items.n;
		filter.cursor = page.next;
	} while (page.next.n > 0 && seen < ALERTS_MAX);
	return RC_OK;
}

static json_t *
band_json(const struct calibration_band *b)
{
	bool any = b->same + b->other > 0;
	json_t *o = json_pack("{s:f, s:f, s:I, s:I}", "from", b->from, "to", b->to, "same",
			      (json_int_t)b->same, "other", (json_int_t)b->other);

	set(o, "share", any ? json_real(b->share) : json_null());
	set(o, "low", json_real(b->low));
	set(o, "high", json_real(b->high));
	return o;
}

static enum rc
show(struct request *rq, struct reply *reply, struct err *err)
{
	struct calibration *c = NEW(rq->arena, struct calibration);
	json_t *bands = json_array(), *lines = json_array();
	struct decided all = {{0}};
	enum rc rc = read_state(rq, "confirmed", &all, err);

	if (rc == RC_OK)
		rc = read_state(rq, "false", &all, err);
	if (rc != RC_OK) {
		json_decref(bands);
		json_decref(lines);
		return rc;
	}
	calibrate(all.at.at, all.at.n, c);
	for (size_t i = 0; i < CALIBRATION_BANDS; i++)
		must(json_array_append_new(bands, band_json(&c->bands[i])) == 0);
	for (size_t i = 0; c->fitted && i < CALIBRATION_LINES; i++) {
		json_t *line = json_pack("{s:f}", "share", c->lines[i].share);

		set(line, "score",
		    c->lines[i].line < 1 ? json_real(c->lines[i].line) : json_null());
		must(json_array_append_new(lines, line) == 0);
	}
	reply->json =
	    json_pack("{s:I, s:I, s:b, s:o, s:o}", "same", (json_int_t)c->same, "other",
		      (json_int_t)c->other, "fitted", c->fitted, "bands", bands, "lines", lines);
	return RC_OK;
}

static enum rc
run_calibration(struct cli *cli, struct err *err)
{
	struct cli_answer answer;
	enum rc rc = cli_call(cli, "GET", STR("/api/v1/match/calibration"), NULL, &answer, err);

	if (rc == RC_OK)
		cli_show(cli, answer.json);
	return rc;
}

/* clang-format off */
static const struct route routes[] = {
	{ "GET", "/api/v1/match/calibration", BIT(ROLE_ANALYST) | BIT(ROLE_SUPERVISOR), BIT(PURPOSE_SCREENING), ROUTE_READS, 0, show, "Say what scores were worth where people decided." },
	{ .method = NULL },
};

static const struct command commands[] = {
	{ "match", "calibration", "", NULL, run_calibration, "Say what scores were worth where people decided.",
	  "Of the alerts that you may know of and that somebody decided: how many in each band of scores were the listed person, with the bounds within which the true part lies (95 %). With ten decisions each way also the score from which on an alert is the same person with a probability of 0.2, 0.5 and 0.8. The score itself stays what it is." },
	{ .noun = NULL },
};

static const struct api_route api_rows[] = {
	{ "GET", "/api/v1/match/calibration", "show_calibration", NULL, NULL,
	  "{same: integer(0..); other: integer(0..); fitted: bool; bands: [{from: json; to: json; same: integer(0..); other: integer(0..); share: json # null: none decided; low: json; high: json}]; lines: [{share: json; score: json # null: no score is so sure}]}" },
	{ .method = NULL },
};
/* clang-format on */

static const struct api calibration_api = {api_rows, NULL};

const struct feature calibration_feature = {
    .name = "match_calibration", .routes = routes, .commands = commands, .api = &calibration_api};
