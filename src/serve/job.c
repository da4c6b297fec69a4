#include "serve/job_inside.h"

#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "seal/random.h"
#include "serve/job.sql.h"
#include "serve/job_keep.h"
#include "serve/paper.h"
#include "serve/user.h"

#define ARGUMENTS_BYTES_MAX 65536

static const char *const state_names[] = {"waiting", "queued", "running",
					  "done",    "failed", "stopped"};

const char *
job_state_name(enum job_state state)
{
	must((size_t)state < COUNT_OF(state_names));
	return state_names[state];
}

bool
job_has_ended(enum job_state state)
{
	return state == JOB_DONE || state == JOB_FAILED || state == JOB_STOPPED;
}

const struct job_kind *
job_kind_find(const struct serve *s, struct str name)
{
	for (size_t i = 0; s->features[i] != NULL; i++)
		for (const struct job_kind *k = s->features[i]->jobs; k != NULL && k->name != NULL;
		     k++)
			if (str_eq_z(name, k->name))
				return k;
	return NULL;
}

/*
 * What never changes of a job stands in the seal: whoever writes into the row and names another
 * person, unit or kind of work has a job that opens no more.
 */
static struct str
job_aad(struct arena *a, const struct job *job)
{
	return str_fmt(a, "liaison/job/2/%.*s/%.*s/%.*s/%.*s",
		       STR_ARG(hex_format(a, job->id.b, sizeof job->id.b)),
		       STR_ARG(hex_format(a, job->user.b, sizeof job->user.b)),
		       STR_ARG(hex_format(a, job->unit.b, sizeof job->unit.b)), STR_ARG(job->kind));
}

/* The arguments and what the work is for: file names and reasons are nobody else's business. */
static void
body_text(struct door *d, const struct job *job, const struct access *access, struct buf *out)
{
	struct json_out o = {.buf = out};

	json_out_object(&o);
	json_out_key(&o, STR("arguments"));
	if (job->arguments != NULL)
		json_out_value(&o, job->arguments);
	else
		json_out_null(&o);
	if (access->has_purpose)
		json_out_key_str(&o, "purpose", str_from(purpose_name(access->purpose)));
	json_out_key_str(&o, "legal_basis", access->legal_basis);
	json_out_key_str(&o, "reason", access->reason);
	if (access->has_case)
		json_out_key_str(&o, "case", id_format(d->arena, access->case_id));
	json_out_key_int(&o, "roles", job->roles);
	if (job->for_two)
		json_out_key_bool(&o, "for_two", true);
	if (!id_is_zero(job->second))
		json_out_key_str(&o, "second", id_format(d->arena, job->second));
	json_out_object_end(&o);
}

/* What cannot be read back would be a job that nobody can run, show or remove. */
static enum rc
check_body(struct str text, struct err *err)
{
	json_t *back;

	if (text.n > ARGUMENTS_BYTES_MAX)
		return fail(err, RC_TOO_LARGE, "options", "takes at most %d bytes",
			    ARGUMENTS_BYTES_MAX);
	if (json_read(text, NULL, &back, NULL) != RC_OK)
		return fail(err, RC_INVALID, "options", "has values that cannot be kept");
	json_decref(back);
	return RC_OK;
}

static enum rc
seal_body(struct door *d, const struct job *job, const struct access *access, struct paper *out,
	  struct err *err)
{
	struct buf plain;
	enum rc rc;

	buf_init(&plain, d->arena);
	body_text(d, job, access, &plain);
	if ((rc = check_body(buf_str(&plain), err)) != RC_OK)
		return rc;
	return paper_seal(d, "job", job_aad(d->arena, job), buf_str(&plain), out, err);
}

static enum rc
set_body(struct door *d, const struct job *job, const struct access *access, struct err *err)
{
	struct paper sealed;
	enum rc rc = seal_body(d, job, access, &sealed, err);

	if (rc != RC_OK)
		return rc;
	return db_run(d->db, &SQL_SERVE_JOB_BODY_SET,
		      BINDS(B_TEXT(sealed.bucket), B_BLOB(buf_str(&sealed.wrapped)),
			    B_BLOB(buf_str(&sealed.body)), B_ID(job->id)),
		      NULL, err);
}

enum rc
job_arguments_wipe(struct door *d, const struct job *job, const struct access *access,
		   struct err *err)
{
	struct job bare = *job;

	if (!job->for_two || job->unreadable)
		return RC_OK;
	bare.arguments = NULL;
	return set_body(d, &bare, access, err);
}

json_t *
job_arguments(struct door *d, json_t *given, const char *const *names)
{
	json_t *kept = door_hold(d, json_object()), *value;

	for (size_t i = 0; names[i] != NULL; i++)
		if ((value = json_object_get(given, names[i])) != NULL)
			must(json_object_set(kept, names[i], value) == 0);
	return kept;
}

enum rc
job_log(struct door *d, const struct job *job, const char *what, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_JOB, .has_record = true, .record = job->id};

	entry.type = str_fmt(d->arena, "%.*s", STR_ARG(job->kind));
	entry.fields = str_from(what);
	return door_log(d, &entry, NULL, err);
}

/* Jobs run in order of their ids: of two of one millisecond the second has the larger. */
static struct id
next_id(struct door *d)
{
	struct serve *s = serve_of_door(d);
	struct id id = random_id_at(d->now_ms);

	if (id_cmp(id, s->last_job) <= 0) {
		id = s->last_job;
		for (size_t i = sizeof id.b; i > 0 && ++id.b[i - 1] == 0; i--)
			;
	}
	s->last_job = id;
	return id;
}

enum rc
job_latest(struct db *db, struct str kind, enum job_state *out, struct err *err)
{
	int64_t state = 0;
	enum rc rc = db_select_i64(db, &SQL_SERVE_JOB_LATEST, BINDS(B_TEXT(kind)), &state, err);

	*out = (enum job_state)state;
	return rc;
}

/* Jobs run one after another: nobody's keep all others' waiting for long. */
static enum rc
room_in_queue(struct door *d, struct id user, struct err *err)
{
	int64_t n = 0;
	enum rc rc = d->actor->is_node
			 ? RC_OK
			 : db_select_i64(d->db, &SQL_SERVE_JOB_BUSY, BINDS(B_ID(user)), &n, err);

	if (rc != RC_OK || n < JOBS_QUEUED_MAX)
		return rc;
	return fail(err, RC_BUSY, "",
		    "%d of your jobs wait or run; give another when one of them is done",
		    JOBS_QUEUED_MAX);
}

static enum rc
add(struct door *d, const struct job *given, struct id *out, struct err *err)
{
	struct job job = *given;
	struct paper sealed;
	enum rc rc;

	must(job_kind_find(serve_of_door(d), job.kind) != NULL);
	if (id_is_zero(job.id))
		job.id = next_id(d);
	job.user = d->actor->id;
	job.unit = d->actor->unit;
	job.roles = d->actor->roles;
	if (job.state == JOB_QUEUED && (rc = room_in_queue(d, job.user, err)) != RC_OK)
		return rc;
	if ((rc = seal_body(d, &job, &d->access, &sealed, err)) != RC_OK)
		return rc;
	rc = db_run(d->db, &SQL_SERVE_JOB_INSERT,
		    BINDS(B_ID(job.id), B_TEXT(job.kind), B_I64(job.state), B_ID(job.user),
			  B_ID(job.unit), B_TEXT(sealed.bucket), B_BLOB(buf_str(&sealed.wrapped)),
			  B_BLOB(buf_str(&sealed.body)), B_TEXT(STR("")), B_I64(d->now_ms)),
		    NULL, err);
	if (rc == RC_OK && job.state == JOB_QUEUED)
		rc = job_enqueue(d, job.id, 0, err);
	if (rc != RC_OK || (rc = job_log(d, &job, "added", err)) != RC_OK)
		return rc;
	*out = job.id;
	return RC_OK;
}

enum rc
job_add(struct door *d, struct str kind, json_t *arguments, bool start, struct id *out,
	struct err *err)
{
	struct job job = {
	    .kind = kind, .arguments = arguments, .state = start ? JOB_QUEUED : JOB_WAITING};
	enum rc rc = add(d, &job, out, err);

	if (rc == RC_OK && start)
		job_changed(serve_of_door(d), *out);
	return rc;
}

enum rc
job_add_for_two(struct door *d, struct str kind, json_t *arguments, struct id *out, struct err *err)
{
	struct job job = {
	    .kind = kind, .arguments = arguments, .state = JOB_WAITING, .for_two = true};

	return add(d, &job, out, err);
}

enum rc
job_add_for_two_as(struct door *d, struct str kind, json_t *arguments, struct id id,
		   struct err *err)
{
	struct job job = {
	    .kind = kind, .arguments = arguments, .state = JOB_WAITING, .for_two = true, .id = id};

	return add(d, &job, &id, err);
}

static enum rc
open_body(struct door *d, const struct rows *rows, struct job *job, struct access *access,
	  struct err *err)
{
	struct str text;
	json_t *body;
	int purpose;
	enum rc rc;

	if ((rc = paper_open(d, rows, 5, job_aad(d->arena, job), &body, err)) != RC_OK)
		return rc;
	door_hold(d, body);
	job->arguments = json_object_get(body, "arguments");
	*access =
	    (struct access){.legal_basis = str_copy(d->arena, json_member_str(body, "legal_basis")),
			    .reason = str_copy(d->arena, json_member_str(body, "reason"))};
	purpose = purpose_find(json_member_str(body, "purpose"));
	if (purpose >= 0) {
		access->has_purpose = true;
		access->purpose = (enum purpose)purpose;
	}
	text = json_member_str(body, "case");
	access->has_case = text.n > 0 && id_parse(text, &access->case_id);
	job->roles = (uint32_t)json_integer_value(json_object_get(body, "roles"));
	job->for_two = json_is_true(json_object_get(body, "for_two"));
	text = json_member_str(body, "second");
	if (text.n > 0 && !id_parse(text, &job->second))
		return fail(err, RC_INTEGRITY, "second", "a job was started by nobody");
	return RC_OK;
}

/*
 * Columns outside the seal can be anything, and so can a row that no key opens. Such a job is
 * shown as failed and never runs; it must not keep others from being seen or run.
 */
static void
read_job(struct door *d, const struct rows *rows, struct job *out, struct access *access)
{
	struct str result = rows_text(rows, 12);
	int64_t state = rows_i64(rows, 2);
	bool known = state >= JOB_WAITING && state <= JOB_STOPPED;
	struct err err;

	*access = (struct access){.has_purpose = false};
	*out = (struct job){
	    .id = rows_id(rows, 0),
	    .kind = str_copy(d->arena, rows_text(rows, 1)),
	    .state = known ? (enum job_state)state : JOB_FAILED,
	    .user = rows_id(rows, 3),
	    .unit = rows_id(rows, 4),
	    .done = rows_i64(rows, 8),
	    .total = rows_i64(rows, 9),
	    .unit_word = str_copy(d->arena, rows_text(rows, 10)),
	    .cursor = str_copy(d->arena, rows_text(rows, 11)),
	    .errors = rows_i64(rows, 13),
	    .failure = str_copy(d->arena, rows_text(rows, 14)),
	    .created_ms = rows_i64(rows, 15),
	    .updated_ms = rows_i64(rows, 16),
	};
	if (!known || open_body(d, rows, out, access, &err) != RC_OK) {
		*access = (struct access){.has_purpose = false};
		out->arguments = NULL;
		out->for_two = false;
		out->second = (struct id){{0}};
		out->unreadable = true;
		out->state = JOB_FAILED;
		out->failure = STR(JOB_UNREADABLE);
		return;
	}
	if (result.n > 0 && json_read(result, NULL, &out->result, &err) == RC_OK)
		door_hold(d, out->result);
	if (out->state == JOB_DONE && json_integer_value(json_object_get(out->result, "parts")) > 0)
		out->expires_ms = time_add(out->updated_ms, job_parts_kept_ms(serve_of_door(d)));
}

static enum rc
one_job(struct door *d, const struct sql *sql, const struct bind *binds, size_t n, struct job *out,
	struct access *access, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, sql, binds, n, &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		read_job(d, rows, out, access);
	else if (rc == RC_ABSENT)
		rc = fail(err, RC_ABSENT, "job", "there is no such job");
	rows_close(rows);
	return rc;
}

enum rc
job_load(struct door *d, struct id id, struct job *out, struct access *access, struct err *err)
{
	return one_job(d, &SQL_SERVE_JOB_FIND, BINDS(B_ID(id)), out, access, err);
}

enum rc
job_enqueue(struct door *d, struct id id, int64_t runner, struct err *err)
{
	serve_of_door(d)->queue_changed = true;
	return db_run(d->db, &SQL_SERVE_JOB_ENQUEUE, BINDS(B_ID(id), B_I64(runner)), NULL, err);
}

enum rc
job_dequeue(struct door *d, struct id id, struct err *err)
{
	return db_run(d->db, &SQL_SERVE_JOB_DEQUEUE, BINDS(B_ID(id)), NULL, err);
}

/*
 * By a token, a job for a purpose that it is not for is none of its business, its own user's
 * neither; but for administrators', who see what the node works at.
 */
static bool
token_may_see(const struct actor *actor, const struct access *access)
{
	return actor->token_purposes == 0 || !access->has_purpose ||
	       (actor->roles & BIT(ROLE_ADMINISTRATOR)) != 0 ||
	       (actor->token_purposes & BIT(access->purpose)) != 0;
}

/* Whose it is, who leads the unit it was given in, and administrators; to others, nothing. */
static bool
may_see(const struct actor *actor, const struct job *job)
{
	if (actor->is_node || id_eq(actor->id, job->user) ||
	    (actor->roles & BIT(ROLE_ADMINISTRATOR)) != 0)
		return true;
	/* Any supervisor may be the second person. */
	return (actor->roles & BIT(ROLE_SUPERVISOR)) != 0 &&
	       (id_eq(actor->unit, job->unit) || job->for_two);
}

static enum rc
find(struct door *d, struct id id, struct job *out, struct access *access, struct err *err)
{
	enum rc rc = job_load(d, id, out, access, err);

	if (rc == RC_OK && !may_see(d->actor, out))
		return fail(err, RC_ABSENT, "job", "there is no such job");
	if (rc == RC_OK && !token_may_see(d->actor, access))
		return id_eq(d->actor->id, out->user)
			   ? fail(err, RC_DENIED, "purpose",
				  "your token is not for the purpose that the job was for")
			   : fail(err, RC_ABSENT, "job", "there is no such job");
	return rc;
}

enum rc
job_find(struct door *d, struct id id, struct job *out, struct err *err)
{
	struct access access;

	return find(d, id, out, &access, err);
}

enum rc
job_list(struct door *d, size_t limit, struct job_list *out, struct err *err)
{
	const struct actor *actor = d->actor;
	bool all = actor->is_node || (actor->roles & BIT(ROLE_ADMINISTRATOR)) != 0;
	struct access access;
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_SERVE_JOB_LIST,
			       BINDS(B_I64(all), B_ID(actor->id),
				     B_I64((actor->roles & BIT(ROLE_SUPERVISOR)) != 0),
				     B_ID(actor->unit), B_I64((int64_t)limit)),
			       &rows, err);

	*out = (struct job_list){0};
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		read_job(d, rows, VEC_ADD(d->arena, out), &access);
		if (!token_may_see(actor, &access))
			out->n--;
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
job_set_state(struct door *d, struct id id, enum job_state state, struct err *err)
{
	return db_run(d->db, &SQL_SERVE_JOB_STATE_SET,
		      BINDS(B_I64(state), B_I64(d->now_ms), B_ID(id)), NULL, err);
}

/* Two accounts that one system account may act as can be one person. */
static enum rc
check_second_account(struct door *d, const struct job *job, struct err *err)
{
	struct user owner, second;
	enum rc rc;

	if (d->node->shared_account)
		return RC_OK;
	if ((rc = user_find(d, job->user, &owner, err)) != RC_OK ||
	    (rc = user_find(d, d->actor->id, &second, err)) != RC_OK)
		return rc;
	if (owner.uid >= 0 && owner.uid == second.uid)
		return fail(err, RC_DENIED, "job",
			    "the person who gave it and the second act from one system account");
	return RC_OK;
}

static enum rc
may_start_for_two(struct door *d, const struct job *job, struct err *err)
{
	const uint32_t seconds = BIT(ROLE_ADMINISTRATOR) | BIT(ROLE_SUPERVISOR);

	if (d->actor->is_node || id_eq(d->actor->id, job->user))
		return fail(err, RC_DENIED, "job",
			    "this is started by a second person, not by the one who gave it");
	if ((d->actor->roles & seconds) == 0)
		return fail(err, RC_DENIED, "role",
			    "the second person is an administrator or a supervisor");
	if (d->actor->token_purposes != 0)
		return fail(err, RC_DENIED, "token", "a token is no second person");
	/* What it needs went with its end. */
	if (job_has_ended(job->state))
		return fail(err, RC_CONFLICT, "state", "the job has ended; give a new one");
	return check_second_account(d, job, err);
}

/* Only whose job it is may start it, for it runs with their rights; or the second person. */
static enum rc
may_start(struct door *d, const struct job *job, struct err *err)
{
	if (job->unreadable)
		return fail(err, RC_CONFLICT, "state", JOB_UNREADABLE);
	if (job->for_two)
		return may_start_for_two(d, job, err);
	if (!id_eq(d->actor->id, job->user) && !d->actor->is_node)
		return fail(err, RC_DENIED, "job",
			    "a job acts as the person who gave it, so only they start it");
	if (job->state == JOB_DONE)
		return fail(err, RC_CONFLICT, "state", "the job is done");
	return RC_OK;
}

enum rc
job_start(struct door *d, struct id id, struct err *err)
{
	struct access access;
	struct job job;
	enum rc rc = find(d, id, &job, &access, err);

	if (rc != RC_OK || (rc = may_start(d, &job, err)) != RC_OK)
		return rc;
	if (job.state == JOB_QUEUED || job.state == JOB_RUNNING)
		return RC_OK;
	if ((rc = room_in_queue(d, job.user, err)) != RC_OK)
		return rc;
	/* In the seal: a row whose state somebody else changed was still started by nobody. */
	if (job.for_two) {
		job.second = d->actor->id;
		if ((rc = set_body(d, &job, &access, err)) != RC_OK)
			return rc;
	}
	rc = db_run(d->db, &SQL_SERVE_JOB_START,
		    BINDS(B_I64(JOB_QUEUED), B_TEXT(STR("")), B_I64(d->now_ms), B_ID(id)), NULL,
		    err);
	if (rc != RC_OK || (rc = job_enqueue(d, id, 0, err)) != RC_OK ||
	    (rc = job_log(d, &job, "started", err)) != RC_OK)
		return rc;
	job_changed(serve_of_door(d), id);
	return RC_OK;
}

enum rc
job_stop(struct door *d, struct id id, struct err *err)
{
	struct access access;
	struct job job;
	enum rc rc = find(d, id, &job, &access, err);

	if (rc != RC_OK)
		return rc;
	if (job_has_ended(job.state))
		return fail(err, RC_CONFLICT, "state", "the job has ended");
	/* The step that comes next finds the job no longer its own, and undoes itself. */
	if ((rc = job_set_state(d, id, JOB_STOPPED, err)) != RC_OK ||
	    (rc = job_dequeue(d, id, err)) != RC_OK ||
	    (rc = job_arguments_wipe(d, &job, &access, err)) != RC_OK ||
	    (rc = job_log(d, &job, "stopped", err)) != RC_OK)
		return rc;
	job_changed(serve_of_door(d), id);
	return RC_OK;
}

json_t *
job_json(struct arena *a, const struct job *job)
{
	json_t *o = json_pack("{s:o, s:o, s:s, s:I, s:I, s:o, s:I, s:o, s:o}", "id",
			      json_from_str(id_format(a, job->id)), "kind",
			      json_from_str(job->kind), "state", job_state_name(job->state), "done",
			      (json_int_t)job->done, "total", (json_int_t)job->total, "unit",
			      json_from_str(job->unit_word), "errors", (json_int_t)job->errors,
			      "created", json_from_str(time_format(a, job->created_ms)), "updated",
			      json_from_str(time_format(a, job->updated_ms)));

	must(o != NULL);
	if (job->result != NULL)
		must(json_object_set(o, "result", job->result) == 0);
	if (job->expires_ms > 0)
		must(json_object_set_new(o, "expires_at",
					 json_from_str(time_format(a, job->expires_ms))) == 0);
	if (job->failure.n > 0)
		must(json_object_set_new(o, "failure", json_from_str(job->failure)) == 0);
	if (job->for_two && job->state == JOB_WAITING)
		must(json_object_set_new(o, "waits_for", json_string("a second person")) == 0);
	if (!id_is_zero(job->second))
		must(json_object_set_new(o, "started_by",
					 json_from_str(id_format(a, job->second))) == 0);
	return o;
}
