#include "serve/job_inside.h"

#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "serve/job.sql.h"

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

static struct str
job_aad(struct arena *a, struct id id)
{
	return str_fmt(a, "liaison/job/1/%.*s", STR_ARG(hex_format(a, id.b, sizeof id.b)));
}

/* The arguments and what the work is for: file names and reasons are nobody else's business. */
static void
body_text(struct door *d, json_t *arguments, struct buf *out)
{
	struct json_out o = {.buf = out};
	const struct access *access = &d->access;

	json_out_object(&o);
	json_out_key(&o, STR("arguments"));
	if (arguments != NULL)
		json_out_value(&o, arguments);
	else
		json_out_null(&o);
	if (access->has_purpose)
		json_out_key_str(&o, "purpose", str_from(purpose_name(access->purpose)));
	json_out_key_str(&o, "legal_basis", access->legal_basis);
	json_out_key_str(&o, "reason", access->reason);
	if (access->has_case)
		json_out_key_str(&o, "case", id_format(d->arena, access->case_id));
	json_out_object_end(&o);
}

static enum rc
seal_body(struct door *d, struct id id, json_t *arguments, struct str bucket, struct buf *wrapped,
	  struct buf *body, struct err *err)
{
	unsigned char key[DATA_KEY_BYTES];
	struct str aad = job_aad(d->arena, id);
	struct buf plain;
	enum rc rc;

	buf_init(&plain, d->arena);
	body_text(d, arguments, &plain);
	if (plain.n > ARGUMENTS_BYTES_MAX)
		return fail(err, RC_TOO_LARGE, "options", "takes at most %d bytes",
			    ARGUMENTS_BYTES_MAX);
	buf_init(wrapped, d->arena);
	buf_init(body, d->arena);
	data_key_new(key);
	envelope_seal(key, aad, buf_str(&plain), body);
	rc = keys_wrap(d->node->keys, bucket, aad, key, wrapped, err);
	data_key_wipe(key);
	return rc;
}

enum rc
job_log(struct door *d, const struct job *job, const char *what, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_JOB, .has_record = true, .record = job->id};

	entry.type = str_fmt(d->arena, "%.*s", STR_ARG(job->kind));
	entry.fields = str_from(what);
	return door_log(d, &entry, NULL, err);
}

enum rc
job_add(struct door *d, struct str kind, json_t *arguments, bool start, struct id *out,
	struct err *err)
{
	struct serve *s = serve_of_door(d);
	struct str bucket = keys_bucket(d->arena, STR("job"), d->now_ms);
	struct job job = {.id = random_id_at(d->now_ms), .kind = kind};
	struct buf wrapped, body;
	enum rc rc;

	must(job_kind_find(s, kind) != NULL);
	rc = seal_body(d, job.id, arguments, bucket, &wrapped, &body, err);
	if (rc != RC_OK)
		return rc;
	rc = db_run(d->db, &SQL_SERVE_JOB_INSERT,
		    BINDS(B_ID(job.id), B_TEXT(kind), B_I64(start ? JOB_QUEUED : JOB_WAITING),
			  B_ID(d->actor->id), B_ID(d->actor->unit), B_TEXT(bucket),
			  B_BLOB(buf_str(&wrapped)), B_BLOB(buf_str(&body)), B_TEXT(STR("")),
			  B_I64(d->now_ms)),
		    NULL, err);
	if (rc != RC_OK || (rc = job_log(d, &job, "added", err)) != RC_OK)
		return rc;
	*out = job.id;
	if (start)
		job_changed(s, job.id);
	return RC_OK;
}

static enum rc
open_body(struct door *d, const struct rows *rows, struct job *job, struct access *access,
	  struct err *err)
{
	unsigned char key[DATA_KEY_BYTES];
	struct str aad = job_aad(d->arena, job->id), text;
	struct buf plain;
	json_t *body;
	int purpose;
	enum rc rc;

	rc = keys_unwrap(d->node->keys, rows_text(rows, 5), aad, rows_blob(rows, 6), key, err);
	if (rc != RC_OK)
		return rc;
	buf_init(&plain, d->arena);
	rc = envelope_open(key, aad, rows_blob(rows, 7), &plain, err);
	data_key_wipe(key);
	if (rc != RC_OK || (rc = json_read(buf_str(&plain), NULL, &body, err)) != RC_OK)
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
	return RC_OK;
}

static enum rc
read_job(struct door *d, const struct rows *rows, struct job *out, struct access *access,
	 struct err *err)
{
	struct str result = rows_text(rows, 12);
	int64_t state = rows_i64(rows, 2);
	enum rc rc;

	if (state < JOB_WAITING || state > JOB_STOPPED)
		return fail(err, RC_INTEGRITY, "state", "a job has a state that there is not");
	*out = (struct job){
	    .id = rows_id(rows, 0),
	    .kind = str_copy(d->arena, rows_text(rows, 1)),
	    .state = (enum job_state)state,
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
	if ((rc = open_body(d, rows, out, access, err)) != RC_OK || result.n == 0)
		return rc;
	if ((rc = json_read(result, NULL, &out->result, err)) == RC_OK)
		door_hold(d, out->result);
	return rc;
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
		rc = read_job(d, rows, out, access, err);
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
job_next(struct door *d, struct job *out, struct access *access, struct err *err)
{
	return one_job(d, &SQL_SERVE_JOB_NEXT, NO_BINDS, out, access, err);
}

/* Whose it is, who leads the unit it was given in, and administrators; to others, nothing. */
static bool
may_see(const struct actor *actor, const struct job *job)
{
	if (actor->is_node || id_eq(actor->id, job->user) ||
	    (actor->roles & BIT(ROLE_ADMINISTRATOR)) != 0)
		return true;
	return (actor->roles & BIT(ROLE_SUPERVISOR)) != 0 && id_eq(actor->unit, job->unit);
}

enum rc
job_find(struct door *d, struct id id, struct job *out, struct err *err)
{
	struct access access;
	enum rc rc = job_load(d, id, out, &access, err);

	if (rc == RC_OK && !may_see(d->actor, out))
		return fail(err, RC_ABSENT, "job", "there is no such job");
	return rc;
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
	while ((rc = rows_next(rows, err)) == RC_OK)
		if ((rc = read_job(d, rows, VEC_ADD(d->arena, out), &access, err)) != RC_OK)
			break;
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
job_set_state(struct door *d, struct id id, enum job_state state, struct err *err)
{
	return db_run(d->db, &SQL_SERVE_JOB_STATE_SET,
		      BINDS(B_I64(state), B_I64(d->now_ms), B_ID(id)), NULL, err);
}

/* Only whose job it is may start it: it runs with their rights. */
enum rc
job_start(struct door *d, struct id id, struct err *err)
{
	struct job job;
	enum rc rc = job_find(d, id, &job, err);

	if (rc != RC_OK)
		return rc;
	if (!id_eq(d->actor->id, job.user) && !d->actor->is_node)
		return fail(err, RC_DENIED, "job",
			    "a job acts as the person who gave it, so only they start it");
	if (job.state == JOB_DONE)
		return fail(err, RC_CONFLICT, "state", "the job is done");
	if (job.state == JOB_QUEUED || job.state == JOB_RUNNING)
		return RC_OK;
	rc = db_run(d->db, &SQL_SERVE_JOB_START,
		    BINDS(B_I64(JOB_QUEUED), B_TEXT(STR("")), B_I64(d->now_ms), B_ID(id)), NULL,
		    err);
	if (rc != RC_OK || (rc = job_log(d, &job, "started", err)) != RC_OK)
		return rc;
	job_changed(serve_of_door(d), id);
	return RC_OK;
}

enum rc
job_stop(struct door *d, struct id id, struct err *err)
{
	struct job job;
	enum rc rc = job_find(d, id, &job, err);

	if (rc != RC_OK)
		return rc;
	if (job_has_ended(job.state))
		return fail(err, RC_CONFLICT, "state", "the job has ended");
	/* The step that comes next finds the row no longer running, and undoes itself. */
	if ((rc = job_set_state(d, id, JOB_STOPPED, err)) != RC_OK ||
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
	if (job->failure.n > 0)
		must(json_object_set_new(o, "failure", json_from_str(job->failure)) == 0);
	return o;
}
