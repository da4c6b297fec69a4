#include "base/arena.h"
#include "base/say.h"
#include "format/json.h"
#include "model/check.h"
#include "model/model.h"
#include "record/ask.h"
#include "record/open.h"
#include "record/own_name.h"
#include "record/reach.h"
#include "record/record.sql.h"
#include "record/retain.h"
#include "seal/keys.h"

static bool
named(const struct str_list *names, struct str name)
{
	for (size_t i = 0; names != NULL && i < names->n; i++)
		if (str_eq(names->at[i], name))
			return true;
	return false;
}

bool
record_field_open(const struct door *d, const struct field *field, enum rung rung,
		  const struct str_list *reveal)
{
	/* The node itself, in its jobs, sees what it has to work with. */
	return policy_field_open(field, rung, d->actor->is_node || named(reveal, field->name),
				 false);
}

/* A copy without the fields that stay closed; their names go to r->masked. */
static json_t *
open_fields(struct door *d, struct record *r, json_t *fields, const struct str_list *reveal,
	    struct buf *revealed)
{
	json_t *shown = json_object();

	for (size_t i = 0; i < r->type->field_count; i++) {
		const struct field *f = &r->type->fields[i];
		json_t *value = json_member(fields, f->name);

		if (value == NULL)
			continue;
		if (!record_field_open(d, f, r->rung, reveal)) {
			*VEC_ADD(d->arena, &r->masked) = f->name;
			continue;
		}
		if (f->mask != MASK_NEVER && revealed != NULL) {
			if (revealed->n > 0)
				buf_add_byte(revealed, ',');
			buf_add(revealed, f->name);
		}
		must(json_object_setn(shown, f->name.p, f->name.n, value) == 0);
	}
	return door_hold(d, shown);
}

enum rc
record_of_row(struct door *d, const struct record_row *row, json_t *fields,
	      const struct str_list *reveal, enum rung rung, struct str *revealed_names,
	      struct record **out, struct err *err)
{
	struct record *r = NEW(d->arena, struct record);
	struct row_facts facts = row_facts(d->node, row, d->actor);
	struct buf revealed;

	(void)err;
	buf_init(&revealed, d->arena);
	*r = (struct record){
	    .id = row->id,
	    .type = row->type,
	    .version = row->version,
	    .unit = row->unit,
	    .own = id_eq(facts.owner, d->actor->id),
	    .guard = (enum guard)row->guard,
	    .handling = {.tlp = (enum tlp)row->handling},
	    .state = type_state(row->type, row->state),
	    .created_ms = row->created_ms,
	    .updated_ms = row->updated_ms,
	    .due_ms = row->due_ms,
	    .leaf = row->leaf,
	    .erased = facts.erased,
	    .held = (row->flags & ROW_HELD) != 0,
	    .rung = rung,
	};
	if (!d->node->type_keys[row->type->index].keyed)
		r->owner = row->owner_key;
	else if (r->own)
		r->owner = d->actor->id;
	if (fields != NULL && rung >= RUNG_MASKED) {
		r->fields = open_fields(d, r, fields, reveal, &revealed);
		r->title = model_title(d->arena, r->type, r->fields, STR_NONE);
	}
	if (revealed_names != NULL)
		*revealed_names = buf_str(&revealed);
	*out = r;
	return RC_OK;
}

static const struct decision absent = {.rung = RUNG_NONE, .rule = "absent", .why = ""};

/*
 * Without a purpose nothing is looked for, whatever the id, so that can be said openly; and an
 * absence is looked up, weighed and logged like a denial, so that the two cost the same. asked:
 * the type that the log names (NULL: whoever asked named none).
 */
static enum rc
find_row(struct door *d, struct id id, const struct record_type *asked, struct record_row *row,
	 struct err *err)
{
	static const struct decision no_purpose = {.rung = RUNG_NONE,
						   .rule = "purpose",
						   .why = "say for which purpose (" SAY_PURPOSE ")",
						   .open_refusal = true};
	enum rc rc;

	if (!d->access.has_purpose && !d->actor->is_node)
		return door_refuse(d, &no_purpose, NULL, &id, err);
	rc = row_find_or_like(d, id, row, err);
	if (rc == RC_OK && (asked == NULL || row->type == asked))
		return RC_OK;
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	return (rc = reach_absent(d, row, asked, err)) == RC_OK
		   ? door_refuse(d, &absent, asked, &id, err)
		   : rc;
}

/* A refusal that names a reason tells that the record is there: only those who may read it. */
static enum rc
refuse_row(struct door *d, const struct record_row *row, struct decision why,
	   const struct decision *read, struct err *err)
{
	why.open_refusal = why.open_refusal && read->rung > RUNG_NONE;
	return door_refuse(d, &why, row->type, &row->id, err);
}

enum rung
record_rung_shown(struct door *d, const struct record_row *row)
{
	struct decision read;

	if (reach_decide(d, POLICY_READ, row, NULL, &read, NULL) != RC_OK)
		return RUNG_CATEGORY;
	return read.rung > RUNG_MASKED	? RUNG_MASKED
	       : read.rung == RUNG_NONE ? RUNG_CATEGORY
					: read.rung;
}

enum rc
record_load_row(struct door *d, struct id id, enum policy_action action, const struct move *move,
		struct record_row *row, json_t **fields, struct handling *handling, struct err *err)
{
	struct decision decision, read;
	enum rc rc;

	if ((rc = find_row(d, id, NULL, row, err)) != RC_OK ||
	    (rc = reach_decide_shown(d, action, row, move, &decision, &read, err)) != RC_OK)
		return rc;
	if (decision.rung == RUNG_NONE)
		return refuse_row(d, row, decision, &read, err);
	d->mark = decision.mark;
	ask_if_kept(d, row->id);
	rc = row_open(d->node, door_use(d, KEY_USE_LIST), d->arena, row, fields, handling, err);
	if (rc != RC_OK)
		return rc;
	door_hold(d, *fields);
	return RC_OK;
}

/* May the actor read, or reveal of, this row? *entry is the leaf about it. */
static enum rc
decide_found(struct door *d, const struct record_row *row, const struct str_list *reveal,
	     enum rung *rung, struct audit_entry *entry, struct err *err)
{
	bool wants = reveal != NULL && reveal->n > 0;
	struct decision decision, read;
	enum rc rc = reach_decide_shown(d, wants ? POLICY_REVEAL : POLICY_READ, row, NULL,
					&decision, &read, err);

	if (rc != RC_OK)
		return rc;
	*entry = (struct audit_entry){
	    .action = wants ? AUDIT_REVEAL : AUDIT_READ,
	    .has_record = true,
	    .record = row->id,
	    .type = row->type_key,
	    .version = row->version,
	};
	*rung = decision.rung;
	if (decision.rung == RUNG_NONE)
		return refuse_row(d, row, decision, &read, err);
	d->mark = decision.mark;
	ask_if_kept(d, row->id);
	return RC_OK;
}

/* sealed: the row as its body was sealed to it; row: with the columns that count today. */
static enum rc
load_found(struct door *d, const struct record_row *row, const struct record_row *sealed,
	   const struct str_list *reveal, struct record **out, struct err *err)
{
	struct audit_entry entry;
	struct handling handling;
	enum rung rung;
	json_t *fields;
	enum rc rc;

	if ((rc = decide_found(d, row, reveal, &rung, &entry, err)) != RC_OK ||
	    (rc = row_open(d->node, door_use(d, KEY_USE_RECORD), d->arena, sealed, &fields,
			   &handling, err)) != RC_OK)
		return rc;
	door_hold(d, fields);
	own_name_opened(d, row, fields);
	rc = record_of_row(d, row, fields, reveal, rung, &entry.fields, out, err);
	if (rc != RC_OK)
		return rc;
	handling.tlp = (enum tlp)row->handling;
	(*out)->handling = handling;
	return door_log(d, &entry, NULL, err);
}

enum rc
record_load(struct door *d, struct id id, const struct str_list *reveal, struct record **out,
	    struct err *err)
{
	struct record_row row;
	enum rc rc = find_row(d, id, NULL, &row, err);

	return rc == RC_OK ? load_found(d, &row, &row, reveal, out, err) : rc;
}

struct record_opening {
	struct record_row row;
	struct audit_entry entry;
	struct key_use use;
	const struct str_list *reveal;
	enum rung rung;
};

enum rc
record_find_text(struct door *d, struct id id, const struct record_type *type,
		 const struct str_list *reveal, struct record_opening **out, struct key_open *key,
		 struct err *err)
{
	struct record_opening *o = NEW(d->arena, struct record_opening);
	enum rc rc;

	*out = o;
	o->reveal = reveal;
	if ((rc = find_row(d, id, type, &o->row, err)) != RC_OK ||
	    (rc = decide_found(d, &o->row, reveal, &o->rung, &o->entry, err)) != RC_OK)
		return rc;
	o->use = door_use(d, KEY_USE_RECORD);
	row_key(d->arena, &o->use, &o->row, key);
	return RC_OK;
}

enum rc
record_open_text(struct door *d, struct record_opening *o, const struct key_open *key,
		 struct record **out, struct err *err)
{
	struct str body;
	enum rc rc;

	if ((rc = row_open_with(d->arena, &o->row, key, &body, err)) != RC_OK ||
	    (rc = record_of_text(d, &o->row, body, o->reveal, o->rung, true, &o->entry.fields, out,
				 err)) != RC_OK)
		return rc;
	own_name_opened_text(d, &o->row, body);
	retain_of_row(*out, &o->row);
	return door_log(d, &o->entry, NULL, err);
}

enum rc
record_load_text(struct door *d, struct id id, const struct record_type *type,
		 const struct str_list *reveal, struct record **out, struct err *err)
{
	struct record_opening *opening;
	struct key_open key;
	enum rc rc = record_find_text(d, id, type, reveal, &opening, &key, err);

	if (rc != RC_OK)
		return rc;
	key.err = err;
	keys_unwrap_many(d->node->keys, NULL, &key, 1);
	rc = record_open_text(d, opening, &key, out, err);
	data_key_wipe(key.data_key);
	return rc;
}

enum rc
record_load_version(struct door *d, struct id id, int64_t version, struct record **out,
		    struct err *err)
{
	struct record_row now, row, sealed;
	struct record *r;
	struct rows *rows;
	enum rc rc;

	/* The rights are those on the record as it is now; the reading of it is logged too. */
	if ((rc = record_load(d, id, NULL, &r, err)) != RC_OK)
		return rc;
	if (version == r->version) {
		*out = r;
		return RC_OK;
	}
	if ((rc = row_find(d, id, &now, err)) != RC_OK)
		return rc;
	rc = db_select(d->db, &SQL_RECORD_PAST_ROW, BINDS(B_ID(id), B_I64(version)), &rows, err);
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		row_read(d->node, d->arena, rows, &row);
	rows_close(rows);
	if (rc == RC_ABSENT)
		return fail(err, RC_ABSENT, "version", "the record never had this version");
	if (rc != RC_OK)
		return rc;
	sealed = row;
	/* A version that was more open then is not more open now. */
	row.unit = now.unit;
	row.owner_key = now.owner_key;
	row.guard = now.guard > row.guard ? now.guard : row.guard;
	row.handling = now.handling > row.handling ? now.handling : row.handling;
	return load_found(d, &row, &sealed, NULL, out, err);
}
