#include <stdatomic.h>

#include "base/arena.h"
#include "format/json.h"
#include "model/check.h"
#include "model/model.h"
#include "record/concern.h"
#include "record/derive.h"
#include "record/draft_batch.h"
#include "record/due.h"
#include "record/open.h"
#include "record/reach.h"
#include "record/react.h"
#include "record/row.h"
#include "record/blind.h"
#include "seal/keys.h"
#include "seal/random.h"
#include "record/record.sql.h"

struct record_draft {
	struct record_row row;
	struct blind_tokens tokens;
	unsigned char body_hash[32], commitment[32];
	struct handling handling;
	bool from_import;
	json_t *fields;		    /* held by the door */
	struct record_batch *batch; /* made and stored with others; or NULL */
};

struct id
record_draft_id(const struct record_draft *draft)
{
	return draft->row.id;
}

/* Eight letters of an id that two people can read to each other; unique enough for a screen. */
static struct str
short_number(struct arena *a, struct id id)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char text[9];

	for (int i = 0; i < 8; i++)
		text[i] = letters[id.b[8 + i] & 31];
	text[8] = '\0';
	return str_fmt(a, "%.4s-%.4s", text, text + 4);
}

/*
 * What the node fills in at birth; a person or importer never does. Automatic times are left
 * to the feature that knows what they are the time of.
 */
static void
fill_automatic(struct door *d, const struct record_type *type, json_t *fields, struct id id)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *f = &type->fields[i];
		json_t *value = NULL;

		if (!f->automatic || f->list || json_member(fields, f->name) != NULL)
			continue;
		/* Other texts (origin_id, from_peer) come with what brings them, or stay empty. */
		if (f->kind == FIELD_TEXT && str_eq_z(f->name, "number"))
			value = json_from_str(short_number(d->arena, id));
		else if (f->kind == FIELD_REF && f->refs.n == 1 && str_eq_z(f->refs.at[0], "user"))
			value = json_from_str(id_format(d->arena, d->actor->id));
		if (value != NULL)
			must(json_object_setn_new(fields, f->name.p, f->name.n, value) == 0);
	}
}

static bool
looser(struct handling given, struct handling floor)
{
	return given.tlp < floor.tlp || (given.judicial_ok && !floor.judicial_ok) ||
	       (given.onward_ok && !floor.onward_ok);
}

enum rc
record_draft(struct door *d, const struct record_type *type, json_t *fields,
	     const struct record_new *options, struct record_draft **out, struct err *err)
{
	static const struct record_new none;
	struct facts facts = {d->actor, &d->access, POLICY_CREATE, type, NULL, NULL};
	struct record_draft *draft = NEW(d->arena, struct record_draft);
	struct handling handling = handling_of_type(type);
	struct record_row *row = &draft->row;
	struct key_wrap *wrap = NULL;
	struct derived met;
	struct decision decision;
	json_t *canonical;
	enum rc rc;

	if (options == NULL)
		options = &none;
	must(options->owner == NULL || d->actor->is_node);
	decision = policy_decide(&facts);
	if (decision.rung == RUNG_NONE)
		return door_refuse(d, &decision, type, NULL, err);
	if (options->has_handling && looser(options->handling, handling))
		return fail(err, RC_DENIED, "handling",
			    "a record may start stricter than its type says, never looser");
	if (options->has_handling)
		handling = options->handling;
	rc = model_check_fields(d->arena, d->node->model, type, fields,
				options->from_import ? CHECK_IMPORT
				: options->by_node   ? CHECK_UPDATE
						     : CHECK_CREATE,
				&canonical, err);
	if (rc != RC_OK)
		return rc;
	draft->fields = door_hold(d, canonical);
	draft->from_import = options->from_import;
	draft->batch = options->batch;
	met = (struct derived){handling, type->guard, NULL};
	if (derive_guard(type, canonical, d->now_ms) > met.guard)
		met.guard = derive_guard(type, canonical, d->now_ms);
	/* The writer looks again; here it is for the answer, which is made before that. */
	if (!options->from_import && d->db != NULL && derive_has_sources(type, canonical) &&
	    (rc = derive_meet(d, type, canonical, &met, err)) != RC_OK)
		return rc;
	handling = met.handling;
	draft->handling = handling;
	*row = (struct record_row){
	    .id = options->id != NULL ? *options->id : random_id_at(d->now_ms),
	    .type_key = d->node->type_keys[type->index].text,
	    .type_version = (int64_t)type->version,
	    .version = 1,
	    .unit = options->unit != NULL ? *options->unit : d->actor->unit,
	    .owner_key = row_owner_key(d->node, type,
				       options->owner != NULL ? *options->owner : d->actor->id),
	    .guard = (int64_t)met.guard,
	    .handling = (int64_t)handling.tlp,
	    .state = type->states.n > 0 ? type->states.at[0] : STR_NONE,
	    .created_ms = d->now_ms,
	    .updated_ms = d->now_ms,
	    .type = type,
	};
	if (str_eq_z(row->state, "quick"))
		row->flags |= ROW_QUICK_NOTE;
	fill_automatic(d, type, canonical, row->id);
	row->due_ms = record_due(type, type->states.n > 0 ? 0 : -1, canonical, d->now_ms);
	row->bucket = keys_bucket(d->arena, type->retention.class, d->now_ms);
	if (options->wraps != NULL)
		wrap = record_wraps_place(options->wraps, d->arena, row);
	else if (options->batch != NULL &&
		 (rc = record_batch_place(options->batch, d->arena, row, &wrap, err)) != RC_OK)
		return rc;
	if (wrap != NULL)
		row_seal_later(wrap, d->arena, row, canonical, handling, draft->body_hash,
			       draft->commitment);
	else if ((rc = row_seal(d->node, d->arena, row, canonical, handling, draft->body_hash,
				draft->commitment, err)) != RC_OK)
		return rc;
	atomic_fetch_add(&d->node->type_keys[type->index].drafts, 1);
	blind_of(d->node, d->arena, type, canonical, &draft->tokens);
	*out = draft;
	return RC_OK;
}

/* As strict as what it is made of is by now: sealed again where that is more. */
static enum rc
tighten(struct door *d, const struct record_draft *draft, struct record_row *row,
	struct handling *handling, struct audit_entry *entry, struct err *err)
{
	struct derived met = {draft->handling, (enum guard)row->guard, draft->batch};
	struct handling had = draft->handling;
	enum rc rc;

	if (!derive_has_sources(row->type, draft->fields))
		return RC_OK;
	if ((rc = derive_meet(d, row->type, draft->fields, &met, err)) != RC_OK)
		return rc;
	if (met.handling.tlp == had.tlp && met.handling.judicial_ok == had.judicial_ok &&
	    met.handling.onward_ok == had.onward_ok && (int64_t)met.guard == row->guard)
		return RC_OK;
	*handling = met.handling;
	row->handling = (int64_t)met.handling.tlp;
	row->guard = (int64_t)met.guard;
	return row_seal(d->node, d->arena, row, draft->fields, met.handling, entry->body_hash,
			entry->key_commitment, err);
}

enum rc
record_store(struct door *d, const struct record_draft *draft, struct err *err)
{
	struct record_row row = draft->row;
	struct handling handling = draft->handling;
	struct audit_entry entry = {
	    .action = draft->from_import ? AUDIT_IMPORT : AUDIT_CREATE,
	    .has_record = true,
	    .record = row.id,
	    .type = row.type_key,
	    .has_body = true,
	};
	enum rc rc;

	must(d->group != NULL);
	if (row.wrapped.n == 0)
		return fail(err, RC_UNAVAILABLE, "keys", "the record's key was never wrapped");
	/*
	 * The draft was sealed on another thread, perhaps before an erasing renewed the bucket.
	 * Here, on the writer, nothing can come between this look and the row.
	 */
	if (!keys_is_current(d->node->keys, row.bucket, row.wrapped) &&
	    (rc = row_rewrap(d->node, d->arena, &row, err)) != RC_OK)
		return rc;
	memcpy(entry.body_hash, draft->body_hash, 32);
	memcpy(entry.key_commitment, draft->commitment, 32);
	if ((rc = tighten(d, draft, &row, &handling, &entry, err)) != RC_OK)
		return rc;
	if ((rc = row_insert(d, &row, &entry, err)) != RC_OK)
		return rc;
	if (draft->batch != NULL)
		record_batch_stored(draft->batch, &row, handling);
	atomic_fetch_sub(&d->node->type_keys[row.type->index].drafts, 1);
	rc = blind_add(d, row.id, &draft->tokens, err);
	if (rc == RC_OK && (rc = concern_note(d, &row, draft->fields, err)) == RC_OK)
		rc = reach_note(d, &row, NULL, draft->fields, err);
	return rc == RC_OK ? react_recorded(d, &row, draft->fields, err) : rc;
}

/* NULL: there is no such record, or none that this model knows. */
static enum rc
type_of_id(struct door *d, struct id id, const struct record_type **out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_TYPE_OF, BINDS(B_ID(id)), &rows, err);

	*out = NULL;
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		*out = door_type_of_key(d->node, rows_text(rows, 0));
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
record_check_type(struct door *d, struct id id, const struct record_type *type, struct err *err)
{
	static const struct decision absent = {.rung = RUNG_NONE, .rule = "absent", .why = ""};
	const struct record_type *found;
	struct record_row row;
	enum rc rc = type_of_id(d, id, &found, err);

	if (rc != RC_OK || found == type)
		return rc;
	/* Looked for again, and among the cases, as a row that is hidden is: both cost alike. */
	rc = row_find_or_like(d, id, &row, err);
	if (rc != RC_OK && rc != RC_ABSENT && rc != RC_CONFLICT)
		return rc;
	if ((rc = reach_absent(d, &row, type, err)) != RC_OK)
		return rc;
	return door_refuse(d, &absent, type, &id, err);
}

enum rc
record_exists(struct door *d, struct id id, bool *out, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_TYPE_OF, BINDS(B_ID(id)), &rows, err);

	if (rc != RC_OK)
		return rc;
	rc = rows_next(rows, err);
	rows_close(rows);
	*out = rc == RC_OK;
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
record_add(struct door *d, const struct record_draft *draft, struct err *err)
{
	enum rc rc = record_check_references(d, draft->row.type, draft->fields, NULL, err);

	return rc == RC_OK ? record_store(d, draft, err) : rc;
}

enum rc
record_of_draft(struct door *d, const struct record_draft *draft, struct record **out,
		struct err *err)
{
	enum rc rc =
	    record_of_row(d, &draft->row, draft->fields, NULL, RUNG_MASKED, NULL, out, err);

	/* The sealed part of it is not read back, so it is told from the draft. */
	if (rc == RC_OK)
		(*out)->handling = draft->handling;
	return rc;
}

enum rc
record_create(struct door *d, const struct record_type *type, json_t *fields,
	      const struct record_new *options, struct record **out, struct err *err)
{
	struct record_draft *draft;
	enum rc rc;

	if ((rc = record_draft(d, type, fields, options, &draft, err)) != RC_OK ||
	    (rc = record_add(d, draft, err)) != RC_OK)
		return rc;
	return record_of_draft(d, draft, out, err);
}
