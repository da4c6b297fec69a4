#include "node/export_inside.h"

#include "base/arena.h"
#include "base/hex.h"
#include "format/json.h"
#include "record/whole.h"
#include "serve/user.h"

/*
 * Everything: a line that says what this is, then each version of each record, oldest first,
 * with its plain columns. Users, tokens and the log stay: a moved node has people of its own,
 * and its log tells of the move.
 */
static void
version_line(struct export *ex, struct arena *a, const struct record_version *v, bool last)
{
	struct json_out o = {.buf = &ex->out};

	json_out_object(&o);
	json_out_key_str(&o, "id", id_format(a, v->id));
	json_out_key_str(&o, "type", v->type->name);
	json_out_key_int(&o, "type_version", v->type_version);
	json_out_key_int(&o, "version", v->version);
	json_out_key_bool(&o, "last", last);
	json_out_key_str(&o, "unit", id_format(a, v->unit));
	json_out_key_str(&o, "owner", id_format(a, v->owner));
	json_out_key_int(&o, "guard", v->guard);
	json_out_key_int(&o, "tlp", v->tlp);
	json_out_key_bool(&o, "judicial_ok", v->judicial_ok);
	json_out_key_bool(&o, "onward_ok", v->onward_ok);
	json_out_key_str(&o, "state", v->state);
	json_out_key_int(&o, "flags", v->flags);
	json_out_key_int(&o, "due_ms", v->due_ms);
	json_out_key_int(&o, "created_ms", v->created_ms);
	json_out_key_int(&o, "updated_ms", v->updated_ms);
	json_out_key_str(&o, "bucket", v->bucket);
	if (!v->erased) {
		json_out_key(&o, STR("fields"));
		json_out_value(&o, v->fields);
	}
	json_out_object_end(&o);
	buf_add_byte(&ex->out, '\n');
}

static enum rc
owner_ids(struct export *ex, struct id **out, size_t *n, struct err *err)
{
	struct user_list users;
	enum rc rc = user_list(&ex->door, &users, err);

	if (rc != RC_OK)
		return rc;
	*n = users.n + 1;
	/* The node itself, with zeros, owns what it made at its start. */
	*out = NEW_N(ex->run->arena, struct id, *n);
	for (size_t i = 0; i < users.n; i++)
		(*out)[i] = users.at[i].id;
	return RC_OK;
}

struct all_log {
	int64_t records, damaged; /* the latter left out */
};

/* One leaf says that all left; each record's own history shows it by the count. */
static enum rc
log_all(struct door *d, void *ctx, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("all")};

	const struct all_log *log = ctx;

	entry.fields = log->damaged == 0
			   ? str_fmt(d->arena, "%lld records", (long long)log->records)
			   : str_fmt(d->arena, "%lld records; %lld that do not open left out",
				     (long long)log->records, (long long)log->damaged);
	return door_log(d, &entry, NULL, err);
}

enum rc
export_all(struct export *ex, struct err *err)
{
	struct arena *a = arena_new(0);
	struct all_log log = {0};
	struct id *owners = NULL, after = {{0}};
	struct record_versions versions;
	struct door d;
	size_t n = 0;
	enum rc rc = owner_ids(ex, &owners, &n, err);

	buf_addf(&ex->out, "%s,\"model\":\"%s\"}\n", EXPORT_ALL_HEAD,
		 hex_format(ex->run->arena, ex->model->hash, 32).p);
	while (rc == RC_OK) {
		door_open(&d, ex->door.node, ex->door.db, a, ex->door.actor, &ex->door.access,
			  NULL);
		d.run = ex->door.run;
		rc = record_whole_next(&d, owners, n, &after, &versions, err);
		for (size_t i = 0; rc == RC_OK && i < versions.n; i++) {
			version_line(ex, a, &versions.at[i], i + 1 == versions.n);
			rc = export_row(ex, err);
		}
		if (rc == RC_OK && versions.damaged)
			record_bulk_leave_out(ex->bulk, after);
		else
			log.records += rc == RC_OK ? 1 : 0;
		door_close(&d);
		arena_reset(a);
	}
	arena_free(a);
	if (rc != RC_ABSENT)
		return rc;
	log.damaged = (int64_t)record_bulk_damaged(ex->bulk);
	buf_addf(&ex->out, "{\"damaged\":%lld,\"records\":%lld}\n", (long long)log.damaged,
		 (long long)log.records);
	if ((rc = job_wait(ex->run, 0, err)) != RC_OK)
		return rc;
	return job_step(ex->run, log_all, &log, ex->rows, STR(""), NULL, 0, err);
}
