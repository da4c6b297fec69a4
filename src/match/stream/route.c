#include "match/stream/route.h"

#include "base/arena.h"
#include "format/json.h"
#include "format/ndjson.h"
#include "match/cleared.h"
#include "match/stream/alert_events.h"
#include "match/stream/event.h"
#include "match/stream/measure.h"
#include "match/stream/migrations.h"
#include "match/stream/raise.h"
#include "match/stream/stream.sql.h"
#include "model/model.h"
#include "serve/disk.h"
#include "serve/request.h"

/* One request: what is more comes in several, each of which is whole. */
#define BODY_MAX ((size_t)1 << 20)
#define EVENTS_MAX 1000
#define LINE_MAX_BYTES ((size_t)256 << 10)
#define HITS_MAX 5
#define SCREENERS (BIT(ROLE_ANALYST) | BIT(ROLE_DUTY_OFFICER) | BIT(ROLE_SUPERVISOR))
#define DECIDERS (BIT(ROLE_ANALYST) | BIT(ROLE_SUPERVISOR))

struct fault {
	long line;
	struct str key, text;
	bool skipped;
};

struct reading {
	struct request *rq;
	size_t events;
	struct standing_rules rules;
	struct {
		struct raised *at;
		size_t n, cap;
	} found;
	struct {
		struct raised *at;
		size_t n, cap;
	} near; /* of one event: who is listed as far as lists or rules ask */
	struct {
		struct fault *at;
		size_t n, cap;
	} faults;
	struct {
		struct id *at;
		size_t n, cap;
	} about;
};

static void
add_fault(struct reading *r, long line, const char *key, const char *text, bool skipped)
{
	*VEC_ADD(r->rq->arena, &r->faults) =
	    (struct fault){line, str_copy(r->rq->arena, str_from(key)),
			   str_copy(r->rq->arena, str_from(text)), skipped};
}

static enum rc
screen_party(struct reading *r, long line, const struct event *e, const struct event_party *p,
	     struct err *err)
{
	struct screen_query query = {.names = p->names.at,
				     .name_count = p->names.n,
				     .dob = p->birth_date,
				     .country = p->country,
				     .type = p->type,
				     .ids = p->ids.at,
				     .id_count = p->ids.n};
	struct listed_hits hits;
	enum rc rc =
	    listed_ask(&r->rq->door, &query, (struct id){{0}}, HITS_MAX,
		       standing_least(&r->rules, e->kind, LISTED_LINE), LISTED_LINE, &hits, err);

	if (rc == RC_OK && hits.unnamed && p->names.n > 0)
		add_fault(r, line, "name", SAID_NOTHING, false);
	for (size_t i = 0; rc == RC_OK && i < hits.n; i++) {
		struct raised *best = NULL;

		*VEC_ADD(r->rq->arena, &r->near) = (struct raised){
		    .line = line, .event = e, .party = p, .hit = hits.at[i], .has_hit = true};
		if (hits.at[i].score < LISTED_LINE)
			continue;
		/* Of several in the event who may be the same listed one, the likeliest. */
		for (size_t k = 0; k < r->found.n; k++)
			if (r->found.at[k].event == e && r->found.at[k].rule == NULL &&
			    id_eq(r->found.at[k].hit.listing, hits.at[i].listing))
				best = &r->found.at[k];
		if (best == NULL) {
			best = VEC_ADD(r->rq->arena, &r->found);
			*VEC_ADD(r->rq->arena, &r->about) = hits.at[i].listing;
		} else if (best->hit.score >= hits.at[i].score) {
			continue;
		}
		*best = (struct raised){
		    .line = line, .event = e, .party = p, .hit = hits.at[i], .has_hit = true};
	}
	return rc;
}

/* The likeliest of those whom the rule asks for and nobody cleared; NULL: none. */
static enum rc
nearest(struct reading *r, const struct standing_rule *rule, const struct raised **out,
	struct err *err)
{
	enum rc rc = RC_OK;

	*out = NULL;
	for (size_t i = 0; i < r->near.n && rc == RC_OK; i++) {
		const struct raised *x = &r->near.at[i];
		struct cleared cleared;

		if (!standing_counts(rule, &x->hit) ||
		    (*out != NULL && (*out)->hit.score >= x->hit.score))
			continue;
		rc = cleared_document(&r->rq->door, x->party->document, x->hit.listing, &cleared,
				      err);
		if (rc == RC_OK && !cleared.holds)
			*out = x;
	}
	return rc;
}

static enum rc
ask_rule(struct reading *r, long line, struct event *e, struct standing_rule *rule, bool *looked,
	 struct err *err)
{
	bool asks = standing_asks_lists(rule), changed;
	const struct raised *near = NULL;
	struct raised *x;
	enum rc rc;

	rule->screened++;
	if (asks && (rc = nearest(r, rule, &near, err)) != RC_OK)
		return rc;
	if (!rule_holds(&rule->rule, e, near != NULL ? near->hit.score : 0))
		return RC_OK;
	/* Looked for where it matters alone: it takes long, and rules hold for few. */
	if (!*looked) {
		*looked = true;
		if ((rc = standing_leave_out(&r->rq->door, e, &changed, err)) != RC_OK)
			return rc;
		if (changed && !rule_holds(&rule->rule, e, near != NULL ? near->hit.score : 0))
			return RC_OK;
	}
	x = VEC_ADD(r->rq->arena, &r->found);
	*x = near != NULL ? *near : (struct raised){.line = line, .event = e};
	x->rule = rule;
	*VEC_ADD(r->rq->arena, &r->about) = rule->id;
	return RC_OK;
}

static enum rc
read_line(struct reading *r, json_t *json, long line, struct err *err)
{
	struct event *e = NEW(r->rq->arena, struct event);
	bool looked = false;
	struct err why;
	enum rc rc;

	if (++r->events > EVENTS_MAX)
		return fail(err, RC_TOO_LARGE, "body", "one request takes at most %d events",
			    EVENTS_MAX);
	if (event_read(r->rq->arena, json, r->rq->door.now_ms, e, &why) != RC_OK) {
		add_fault(r, line, why.key, why.text, true);
		return RC_OK;
	}
	if (e->fault != NULL)
		add_fault(r, line, str_z(r->rq->arena, e->fault_key), e->fault, false);
	rc = RC_OK;
	r->near.n = 0;
	for (size_t i = 0; i < e->parties.n && rc == RC_OK; i++)
		rc = screen_party(r, line, e, &e->parties.at[i], err);
	for (size_t i = 0; i < r->rules.n && rc == RC_OK; i++)
		if ((r->rules.at[i].rule.kinds & KIND_BIT(e->kind)) != 0)
			rc = ask_rule(r, line, e, &r->rules.at[i], &looked, err);
	return rc;
}

static enum rc
read_events(struct reading *r, struct err *err)
{
	const struct limits limits = {.row_bytes_max = LINE_MAX_BYTES};
	struct ndjson *in =
	    ndjson_new(r->rq->arena, source_memory(r->rq->body, NULL), NDJSON_REALS, &limits);
	struct err why;
	json_t *json;
	long line;
	enum rc rc;

	while ((rc = ndjson_next(in, &json, &line, &why)) != RC_ABSENT) {
		if (rc != RC_OK) {
			if (!ndjson_can_go_on(in))
				return fail(err, RC_INVALID, "body", "cannot be read");
			add_fault(r, line, "", why.text, true);
			r->events++;
			continue;
		}
		rc = read_line(r, json, line, err);
		json_decref(json);
		if (rc != RC_OK)
			return rc;
	}
	return r->events > 0
		   ? RC_OK
		   : fail(err, RC_INVALID, "body", "takes events, one JSON object a line");
}

static const char *const raised_names[] = {[RAISED_NEW] = "new",
					   [RAISED_KNOWN] = "known",
					   [RAISED_CLEARED] = "cleared",
					   [RAISED_NOT] = "gone"};

static void
write_alert(struct reading *r, const struct raised *x, struct json_out *out)
{
	json_out_object(out);
	json_out_key_int(out, "line", x->line);
	json_out_key_str(out, "event", x->event->id);
	json_out_key_bool(out, "second_check", true);
	json_out_key_str(out, "alert", id_format(r->rq->arena, x->alert));
	json_out_key_str(out, "raised", str_from(raised_names[x->as]));
	if (x->rule != NULL) {
		json_out_key_str(out, "rule", id_format(r->rq->arena, x->rule->id));
		json_out_key_str(out, "rule_name", x->rule->name);
	}
	if (x->has_hit) {
		json_out_key_str(out, "part", str_from(x->party->part));
		json_out_key_int(out, "number", (int64_t)x->party->number);
		json_out_key_str(out, "listing", id_format(r->rq->arena, x->hit.listing));
		json_out_key_str(out, "list", id_format(r->rq->arena, x->hit.list));
		json_out_key_str(out, "listed_name", x->hit.listed_name);
		json_out_key(out, STR("why"));
		json_out_raw(out, x->hit.why);
	}
	json_out_object_end(out);
}

/* For whoever may not know more of any alert of an event: one word for it, once. */
static void
write_check(const struct raised *x, struct json_out *out)
{
	json_out_object(out);
	json_out_key_int(out, "line", x->line);
	json_out_key_str(out, "event", x->event->id);
	json_out_key_bool(out, "second_check", true);
	json_out_object_end(out);
}

static bool
is_raised(const struct raised *x)
{
	return x->as == RAISED_NEW || x->as == RAISED_KNOWN;
}

static void
write_alerts(struct reading *r, bool sees, bool lines, struct json_out *out)
{
	const struct event *told = NULL;

	for (size_t i = 0; i < r->found.n; i++) {
		const struct raised *x = &r->found.at[i];

		if (!is_raised(x))
			continue;
		if (sees && x->known) {
			write_alert(r, x, out);
		} else if (told != x->event) {
			write_check(x, out);
			told = x->event;
		} else {
			continue;
		}
		if (lines) {
			out->comma = false;
			buf_add_byte(out->buf, '\n');
		}
	}
}

static void
write_faults(const struct reading *r, bool lines, struct json_out *out)
{
	for (size_t i = 0; i < r->faults.n; i++) {
		const struct fault *f = &r->faults.at[i];

		json_out_object(out);
		json_out_key_int(out, "line", f->line);
		json_out_key_str(out, "key", f->key);
		json_out_key_str(out, "error", f->text);
		json_out_key_bool(out, "skipped", f->skipped);
		json_out_object_end(out);
		if (lines) {
			out->comma = false;
			buf_add_byte(out->buf, '\n');
		}
	}
}

static void
answer(struct reading *r, struct reply *reply)
{
	bool sees = (r->rq->door.actor->roles & DECIDERS) != 0;
	struct str accept = STR_NONE;
	struct buf b;
	struct json_out out = {.buf = &b};
	bool lines =
	    header_find(r->rq->headers, "Accept", &accept) && str_find(accept, STR("ndjson")) >= 0;

	buf_init(&b, r->rq->arena);
	if (lines) {
		write_alerts(r, sees, true, &out);
		write_faults(r, true, &out);
		reply->content_type = STR("application/x-ndjson");
	} else {
		json_out_object(&out);
		json_out_key_int(&out, "events", (int64_t)r->events);
		json_out_key(&out, STR("alerts"));
		json_out_array(&out);
		write_alerts(r, sees, false, &out);
		json_out_array_end(&out);
		json_out_key(&out, STR("errors"));
		json_out_array(&out);
		write_faults(r, false, &out);
		json_out_array_end(&out);
		json_out_object_end(&out);
		reply->content_type = STR("application/json");
	}
	reply->body = buf_str(&b);
}

/*
 * Looked for on this worker; what is raised goes to the writer whole, before the answer: who has
 * the answer knows that the alerts are durable, and who has none sends the same again.
 */
static enum rc
take_events(struct request *rq, struct reply *reply, struct err *err)
{
	struct reading r = {.rq = rq};
	struct raising raising = {.actor = rq->door.actor, .access = &rq->door.access};
	const struct access access = {.purpose = PURPOSE_SCREENING,
				      .has_purpose = true,
				      .reason = STR("an event that was sent in")};
	struct audit_entry entry = {.action = AUDIT_SEARCH, .type = STR("match_stream")};
	enum rc rc;

	if (serve_disk_is_low(rq->serve))
		return fail(err, RC_UNAVAILABLE, "disk",
			    "the node's disk is full: no alert could be kept");
	if ((rc = standing_rules(&rq->door, rq->door.access.purpose, &r.rules, err)) != RC_OK ||
	    (rc = read_events(&r, err)) != RC_OK)
		return rc;
	raising.rules = &r.rules;
	raising.purpose = rq->door.access.purpose;
	raising.at = r.found.at;
	raising.n = r.found.n;
	if (raising.n + r.rules.n > 0 &&
	    (rc = serve_write(rq->serve, NULL, &access, raise_alerts, &raising, err)) != RC_OK)
		return rc;
	answer(&r, reply);
	entry.about = r.about.at;
	entry.about_count = r.about.n;
	return door_log(&rq->door, &entry, NULL, err);
}

static enum rc
follow_alerts(struct request *rq, struct reply *reply, struct err *err)
{
	struct str last = STR_NONE;
	int64_t leaf = 0;

	if (header_find(rq->headers, "Last-Event-ID", &last) && last.n > 0 &&
	    (!str_to_i64(last, &leaf) || leaf < 0))
		return fail(err, RC_INVALID, "Last-Event-ID", "is none of this stream");
	return alert_events_open(rq, leaf, reply, err);
}

/* Why an alert was raised, as it was then: a reveal, with its reason, as of the record itself. */
static enum rc
show_why(struct request *rq, struct reply *reply, struct err *err)
{
	struct str field = STR("why");
	const struct str_list reveal = {&field, 1, 1};
	const struct record_type *type = model_type(rq->door.node->model, STR("alert"));
	struct record *r;
	struct str text;
	struct id id;
	enum rc rc = request_id(rq, "id", &id, err);

	if (rc != RC_OK || (rc = record_check_type(&rq->door, id, type, err)) != RC_OK ||
	    (rc = record_load(&rq->door, id, &reveal, &r, err)) != RC_OK)
		return rc;
	text = json_member_str(r->fields, "why");
	if (text.n == 0)
		return fail(err, RC_ABSENT, "", "there is no such record");
	return json_read_reals(text, NULL, &reply->json, err);
}

static const struct route routes[] = {
    /* clang-format off */
	{ "POST", "/api/v1/match/stream", SCREENERS | BIT(ROLE_FIRST_LINE), BIT(PURPOSE_SCREENING), ROUTE_RAW, BODY_MAX, take_events, "Screen events, one JSON object a line, and raise alerts." },
	{ "GET",  "/api/v1/match/alerts/events", SCREENERS, BIT(PURPOSE_SCREENING), ROUTE_READS, 0, follow_alerts, "Follow alerts as server-sent events: which was raised or moved." },
	{ "GET",  "/api/v1/match/alerts/{id}/why", DECIDERS, BIT(PURPOSE_SCREENING) | BIT(PURPOSE_INVESTIGATION), ROUTE_READS, 0, show_why, "Say why an alert was raised, as data." },
	{ .method = NULL },
};
static const struct reaction reactions[] = {
	{ "alert_confirmed", measure_confirmed, "A person confirmed it: counted in the record of the rule that raised it." },
	{ "alert_false", measure_false, "A person decided that it was none: counted in the record of the rule that raised it." },
	{ "rule_recorded", standing_check, "A rule whose condition can alert on who somebody is or where they travel is refused." },
	{ "alert_false", raise_cleared, "Decided to be somebody else: that document does not come up again with that listing." },
	{ .event = NULL },
};
/* clang-format on */

const struct feature stream_route_feature = {.name = "match_stream_routes",
					     .routes = routes,
					     .reactions = reactions,
					     .migrations = MIGRATION_SET(STREAM_MIGRATIONS),
					     .api = &stream_route_api};
