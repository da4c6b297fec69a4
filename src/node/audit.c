#include "node/audit.h"

#include <stdlib.h>
#include <unistd.h>

#include "audit/export.h"
#include "audit/prove.h"
#include "audit/show.h"
#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "model/model.h"
#include "node/api.h"
#include "node/reply.h"
#include "record/verify.h"
#include "serve/ongoing.h"
#include "serve/request.h"
#include "serve/serve.h"
#include "serve/user.h"

/* What the log tells: to those who keep a record, to monitors, and to whoever verifies. */

/* Type keys of protect back into names, for those who may ask. */
static struct str
type_name(struct request *rq, struct str key)
{
	const struct record_type *type = door_type_of_key(rq->door.node, key);

	return type != NULL ? type->name : key;
}

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new_nocheck(o, key, value) == 0);
}

static json_t *
actor_json(struct request *rq, struct id actor)
{
	struct user user;
	struct err err;

	if (id_is_zero(actor))
		return json_string("node");
	if (user_find(&rq->door, actor, &user, &err) != RC_OK)
		return json_from_str(id_format(rq->arena, actor));
	return json_from_str(user.login);
}

/* What is said of the asker is hidden whoever they are, who wrote it first of all. */
static bool
may_be_said_of_somebody(struct request *rq, const struct audit_shown *s)
{
	const struct record_type *type;

	if (!s->has_record || s->action == AUDIT_SIGN_IN || s->action == AUDIT_SETTING)
		return false;
	/* A refusal may name the record alone. */
	type = s->type.n > 0 ? door_type_of_key(rq->door.node, s->type) : NULL;
	return type == NULL || type->concern_count > 0 || type->concerns_owner;
}

/* Taken out and not veiled: that it stands out would tell as much, and who they were. */
static enum rc
leave_out_said_of(struct request *rq, struct audit_shown_list *list, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		bool said = false;
		enum rc rc = RC_OK;

		if (may_be_said_of_somebody(rq, &list->at[i]))
			rc = record_is_said_of(&rq->door, list->at[i].record, &said, err);
		if (rc != RC_OK)
			return rc;
		if (!said)
			list->at[n++] = list->at[i];
	}
	list->n = n;
	return RC_OK;
}

/*
 * What is hidden from the asker is hidden in the log too: types of protect, which stand there
 * under keys so that nobody learns that somebody is helped, and each record that they may not
 * know of by its unit, guard or handling. That something was done stays told. The overseer
 * sees them all; the unit's own people ask by the record.
 */
static enum rc
veil(struct request *rq, struct audit_shown_list *list, struct err *err)
{
	enum rc left = leave_out_said_of(rq, list, err);

	if (left != RC_OK || (rq->door.actor->roles & BIT(ROLE_MONITOR)) != 0)
		return left;
	for (size_t i = 0; i < list->n; i++) {
		struct audit_shown *s = &list->at[i];
		bool keyed = s->type.n > 0 && s->type.p[0] == '~', known = true;
		bool accounts = s->action == AUDIT_SIGN_IN || s->action == AUDIT_SETTING;
		enum rc rc = RC_OK;

		/* Who signed in, or whose account was changed, is about no record. */
		if (accounts && (rq->door.actor->roles & BIT(ROLE_ADMINISTRATOR)) != 0)
			continue;
		if (!keyed && s->has_record)
			rc = record_is_known(&rq->door, s->record, &known, err);
		if (rc != RC_OK)
			return rc;
		if (known && !keyed)
			continue;
		s->type = s->reason = s->fields = s->legal_basis = s->mark = STR_NONE;
		s->has_record = s->has_case = false;
		s->version = 0;
	}
	return RC_OK;
}

static json_t *
shown_json(struct request *rq, const struct audit_shown *s)
{
	json_t *o = json_object();

	set(o, "leaf", json_integer(s->index));
	set(o, "time", json_from_str(time_format(rq->arena, s->time_ms)));
	set(o, "action", json_string(audit_action_name(s->action)));
	if (s->has_detail)
		set(o, "actor", actor_json(rq, s->actor));
	if (s->purpose.n > 0)
		set(o, "purpose", json_from_str(s->purpose));
	if (s->type.n > 0)
		set(o, "type", json_from_str(type_name(rq, s->type)));
	if (s->version > 0)
		set(o, "version", json_integer(s->version));
	if (s->listed)
		set(o, "listed", json_true());
	if (s->about_count > 0)
		set(o, "records", json_integer(s->about_count));
	if (s->has_record)
		set(o, "record", json_from_str(id_format(rq->arena, s->record)));
	if (s->has_case)
		set(o, "case", json_from_str(id_format(rq->arena, s->case_id)));
	if (s->legal_basis.n > 0)
		set(o, "legal_basis", json_from_str(s->legal_basis));
	if (s->reason.n > 0)
		set(o, "reason", json_from_str(s->reason));
	if (s->fields.n > 0)
		set(o, "fields", json_from_str(s->fields));
	if (s->mark.n > 0)
		set(o, "mark", json_from_str(s->mark));
	return o;
}

static bool
is_change(const struct audit_shown *s)
{
	return !s->listed &&
	       (s->action == AUDIT_CREATE || s->action == AUDIT_IMPORT ||
		s->action == AUDIT_UPDATE || s->action == AUDIT_MOVE || s->action == AUDIT_ERASE);
}

static void
reply_shown(struct request *rq, const struct audit_shown_list *list, bool changes_only,
	    struct reply *reply)
{
	json_t *items = json_array();

	for (size_t i = 0; i < list->n; i++)
		if (!changes_only || is_change(&list->at[i]))
			must(json_array_append_new(items, shown_json(rq, &list->at[i])) == 0);
	reply->json = json_object();
	reply_set(reply, "items", items);
}

/* Whoever may read the record may see who saw it; the asking is a reading of the record. */
static enum rc
show_record(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_shown_list list;
	struct record *r;
	int64_t limit;
	struct id id;
	enum rc rc;

	if ((rc = request_id(rq, "id", &id, err)) != RC_OK ||
	    (rc = request_number(rq, "limit", 100, 1, AUDIT_SHOWN_MAX, &limit, err)) != RC_OK ||
	    (rc = record_load(&rq->door, id, NULL, &r, err)) != RC_OK ||
	    (rc = audit_show(rq->door.db, rq->door.node->keys, id, (size_t)limit, rq->arena, &list,
			     err)) != RC_OK)
		return rc;
	reply_shown(rq, &list, request_query(rq, "changes").n > 0, reply);
	return RC_OK;
}

static bool
fits(const struct audit_shown *s, const struct audit_query *q)
{
	return (!q->has_actor || (s->has_detail && id_eq(s->actor, q->actor))) &&
	       (q->purpose.n == 0 || str_eq(s->purpose, q->purpose)) &&
	       (q->action == AUDIT_ACTIONS || s->action == q->action) &&
	       (q->before_index == 0 || s->index < q->before_index);
}

/*
 * Who dealt with a record, for the overseer: by its id alone, whether it is there, erased or
 * hidden from them, and without anything from inside it; but not of what is said of themselves,
 * which is as no record. Others ask by the record, as far as they may read it; an id that they try
 * must tell them nothing.
 */
static enum rc
search_record(struct request *rq, const struct audit_query *q, struct id record,
	      struct audit_shown_list *out, struct err *err)
{
	struct audit_shown_list all;
	bool said;
	enum rc rc;

	*out = (struct audit_shown_list){0};
	if ((rq->door.actor->roles & BIT(ROLE_MONITOR)) == 0)
		return fail(err, RC_DENIED, "record",
			    "the log is searched by record by a monitor alone; others ask with "
			    "`audit show ID`, for a record that they may read");
	if ((rc = record_is_said_of(&rq->door, record, &said, err)) != RC_OK)
		return rc;
	rc = audit_show(rq->door.db, rq->door.node->keys, said ? (struct id){{0}} : record,
			AUDIT_SHOWN_MAX, rq->arena, &all, err);
	for (size_t i = 0; rc == RC_OK && i < all.n && out->n < q->limit; i++)
		if (fits(&all.at[i], q))
			*VEC_ADD(rq->arena, out) = all.at[i];
	return rc;
}

static enum rc
search(struct request *rq, struct reply *reply, struct err *err)
{
	struct str record = request_query(rq, "record");
	struct audit_entry entry = {.action = AUDIT_SEARCH, .type = STR("log")};
	struct str actor = request_query(rq, "actor"), action = request_query(rq, "action");
	struct audit_query query = {.purpose = request_query(rq, "by-purpose"),
				    .action = AUDIT_ACTIONS};
	struct audit_shown_list list;
	int64_t limit;
	struct user user;
	enum rc rc;

	if ((rc = request_number(rq, "limit", 100, 1, AUDIT_SHOWN_MAX, &limit, err)) != RC_OK ||
	    (rc = request_number(rq, "before", 0, 0, INT64_MAX, &query.before_index, err)) != RC_OK)
		return rc;
	if (actor.n > 0) {
		if ((rc = user_find_login(&rq->door, actor, &user, err)) != RC_OK)
			return rc;
		query.has_actor = true;
		query.actor = user.id;
	}
	if (action.n > 0 && (query.action = audit_action_parse(action)) == AUDIT_ACTIONS)
		return fail(err, RC_USAGE, "action", "is none that the log knows");
	query.limit = (size_t)limit;
	if (record.n > 0 && !id_parse(record, &entry.record))
		return fail(err, RC_USAGE, "record", "takes the id of a record");
	entry.has_record = record.n > 0;
	rc = entry.has_record
		 ? search_record(rq, &query, entry.record, &list, err)
		 : audit_search(rq->door.db, rq->door.node->keys, &query, rq->arena, &list, err);
	if (rc != RC_OK)
		return rc;
	if ((rc = veil(rq, &list, err)) != RC_OK)
		return rc;
	reply_shown(rq, &list, false, reply);
	return door_log(&rq->door, &entry, NULL, err);
}

struct beside {
	json_t *problems;
	int64_t n;
};

static void
problem_beside(void *ctx, struct str what)
{
	struct beside *b = ctx;

	if (b->n++ < AUDIT_PROBLEMS_KEPT)
		must(json_array_append_new(b->problems, json_from_str(what)) == 0);
}

/* Counts of rows, and the names of those that are wrong, are not for whoever may not see them. */
static bool
keeps_or_watches(const struct request *rq)
{
	return (rq->door.actor->roles & (BIT(ROLE_ADMINISTRATOR) | BIT(ROLE_MONITOR))) != 0;
}

static enum rc
tell_progress(void *ctx, const char *unit, int64_t done, int64_t all, struct err *err)
{
	return request_progress(ctx, unit, done, all, err);
}

/* What of this the asker has under way in this process. */
static enum rc
show_progress(struct request *rq, struct reply *reply, struct err *err)
{
	struct ongoing_one all[ONGOING_MAX];
	size_t n = ongoing_of(serve_ongoing(rq->serve), rq->user->id, all);
	json_t *items = json_array();

	(void)err;
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		set(o, "unit", json_string(all[i].unit));
		set(o, "done", json_integer(all[i].done));
		if (all[i].all > 0)
			set(o, "total", json_integer(all[i].all));
		set(o, "since", json_from_str(time_format(rq->arena, all[i].since_ms)));
		must(json_array_append_new(items, o) == 0);
	}
	reply->json = json_object();
	reply_set(reply, "items", items);
	return RC_OK;
}

static enum rc
verify(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_VERIFY, .type = STR("log")};
	struct record_verify_options options = {.open_bodies = request_query(rq, "open").n > 0,
						.checkpoint = rq->body,
						.vkey = request_query(rq, "vkey"),
						.progress = tell_progress,
						.progress_ctx = rq};
	struct beside beside = {.n = 0};
	struct record_report report;
	json_t *problems;
	enum rc rc, checked;

	if (options.open_bodies && (rc = door_announce(&rq->door, "verify_open", err)) != RC_OK)
		return rc;
	options.use = door_use(&rq->door, KEY_USE_LIST);
	/* The worker's read transaction is the one that everything is compared in. */
	rc = record_verify(rq->door.node, rq->door.db, &options, rq->arena, &report, err);
	if (rc != RC_OK && rc != RC_INTEGRITY)
		return rc;
	problems = json_array();
	door_hold(&rq->door, problems);
	beside.problems = problems;
	if ((checked = serve_check(rq->serve, &rq->door, problem_beside, &beside, err)) != RC_OK)
		return checked;
	for (size_t i = 0; i < report.problems.n; i++)
		must(json_array_append_new(problems, json_from_str(report.problems.at[i])) == 0);
	for (int64_t i = 0; i < report.log.problem_count && i < AUDIT_PROBLEMS_KEPT; i++)
		must(json_array_append_new(problems, json_from_str(report.log.problems[i].text)) ==
		     0);
	reply->json = json_object();
	reply_set(reply, "holds", json_boolean(rc == RC_OK && beside.n == 0));
	reply_set(reply, "leaves", json_integer(report.log.leaves));
	reply_set(
	    reply, "root",
	    json_from_str(base64_format(rq->arena, report.log.root.b, sizeof report.log.root.b)));
	reply_set(reply, "problem_count",
		  json_integer(report.problem_count + report.log.problem_count + beside.n));
	if (keeps_or_watches(rq)) {
		reply_set(reply, "records", json_integer(report.rows));
		reply_set(reply, "former_versions", json_integer(report.past_rows));
		reply_set(reply, "erased", json_integer(report.erased));
		reply_set(reply, "opened", json_integer(report.opened));
		reply_set(reply, "problems", json_incref(problems));
	}
	return door_log(&rq->door, &entry, NULL, err);
}

/* A signed checkpoint of the log as it is now. */
static enum rc
checkpoint(struct request *rq, struct reply *reply, struct err *err)
{
	enum rc rc =
	    audit_checkpoint_make(rq->door.db, rq->door.node->keys, rq->arena, &reply->body, err);

	reply->content_type = STR("text/plain; charset=utf-8");
	return rc;
}

static enum rc
prove(struct request *rq, struct reply *reply, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("log_proof")};
	int64_t index;
	enum rc rc;

	if (!str_to_i64(request_path(rq, "leaf"), &index) || index < 0)
		return fail(err, RC_USAGE, "leaf", "takes the number of a leaf");
	rc = audit_prove(rq->door.db, index, rq->arena, &reply->body, err);
	reply->content_type = STR("text/plain; charset=utf-8");
	return rc == RC_OK ? door_log(&rq->door, &entry, NULL, err) : rc;
}

/* The log without content, for another machine to verify. */
static enum rc
export_log(struct request *rq, struct reply *reply, struct err *err)
{
	struct str path = str_fmt(rq->arena, "%s/export.XXXXXX", serve_dir(rq->serve));
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("log")};
	char *z = str_z(rq->arena, path);
	int fd = mkstemp(z);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	enum rc rc;

	if (f == NULL)
		return fail(err, RC_UNAVAILABLE, "", "the node's folder cannot be written");
	rc = audit_export_told(rq->door.db, f, tell_progress, rq, err);
	if (fclose(f) != 0 && rc == RC_OK)
		rc = fail(err, RC_UNAVAILABLE, "", "the export could not be written");
	if (rc != RC_OK) {
		(void)unlink(z);
		return rc;
	}
	reply->file = str_from(z);
	reply->content_type = STR("text/plain; charset=utf-8");
	return door_log(&rq->door, &entry, NULL, err);
}

static enum rc
verifier_key(struct request *rq, struct reply *reply, struct err *err)
{
	enum rc rc = audit_vkey(rq->door.db, rq->arena, &reply->body, err);

	reply->content_type = STR("text/plain; charset=utf-8");
	return rc;
}

#define LOG_READERS (BIT(ROLE_MONITOR) | BIT(ROLE_SUPERVISOR) | BIT(ROLE_ADMINISTRATOR))
#define LOG_PURPOSES (BIT(PURPOSE_OVERSIGHT) | BIT(PURPOSE_ADMINISTRATION))

static const struct route routes[] = {
    /* clang-format off */
	{ "GET",  "/api/v1/audit/records/{id}",  ROLES_ANY,   PURPOSES_ANY, 0,            0, show_record, "Who did what to a record, newest first." },
	{ "GET",  "/api/v1/audit/search",        LOG_READERS, LOG_PURPOSES, 0,            0, search,      "Search the log by actor, action, purpose or, for monitors, record." },
	{ "POST", "/api/v1/audit/verify",        ROLES_ANY,   PURPOSES_ANY, ROUTE_RAW | ROUTE_HEAVY | ROUTE_QUARANTINE, 65536, verify,      "Recompute the log and compare every record with it." },
	{ "GET",  "/api/v1/audit/verify",        ROLES_ANY,   PURPOSES_ANY, ROUTE_QUARANTINE, 0, show_progress, "How far your verification or export of the log is." },
	{ "POST", "/api/v1/audit/checkpoint",    ROLES_ANY,   PURPOSES_ANY, ROUTE_WRITES | ROUTE_FULL_DISK, 0, checkpoint,  "Sign a checkpoint of the log (C2SP tlog-checkpoint)." },
	{ "GET",  "/api/v1/audit/proof/{leaf}",  LOG_READERS, LOG_PURPOSES, 0,            0, prove,       "Prove that a leaf is in the log (C2SP tlog-proof)." },
	{ "GET",  "/api/v1/audit/export",        LOG_READERS, LOG_PURPOSES, ROUTE_HEAVY,  0, export_log,    "The log without content, to verify elsewhere." },
	{ "GET",  "/api/v1/audit/vkey",          ROLES_ANY,   PURPOSES_ANY, 0,            0, verifier_key, "The log's verifier key (C2SP signed-note)." },
	{ .method = NULL },
    /* clang-format on */
};

const struct feature audit_feature = {
    .name = "audit", .routes = routes, .commands = audit_commands, .api = &audit_api};
