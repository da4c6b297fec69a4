#include "record/look.h"

#include "audit/leaf.h"
#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/open.h"
#include "record/record.sql.h"

static enum rc
open_row(struct door *d, const struct record_row *row, struct record **out, struct err *err)
{
	struct handling handling;
	json_t *fields;
	enum rc rc;

	if ((row->flags & ROW_ERASED) != 0 || row->body.n == 0)
		return fail(err, RC_ABSENT, "", "there is no such record");
	if ((rc = row_open(d->node, door_use(d, KEY_USE_LIST), d->arena, row, &fields, &handling,
			   err)) != RC_OK)
		return rc;
	door_hold(d, fields);
	rc = record_of_row(d, row, NULL, NULL, RUNG_FULL, NULL, out, err);
	if (rc != RC_OK)
		return rc;
	(*out)->fields = fields;
	(*out)->handling = handling;
	return RC_OK;
}

enum rc
look_record(struct door *d, struct id id, struct record **out, struct err *err)
{
	struct record_row row;
	enum rc rc = row_find(d, id, &row, err);

	return rc == RC_OK ? open_row(d, &row, out, err) : rc;
}

enum rc
look_version(struct door *d, struct id id, int64_t version, struct record **out, struct err *err)
{
	struct record_row row;
	struct rows *rows;
	enum rc rc =
	    db_select(d->db, &SQL_RECORD_PAST_ROW, BINDS(B_ID(id), B_I64(version)), &rows, err);

	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK)
		row_read(d->node, d->arena, rows, &row);
	rows_close(rows);
	if (rc == RC_ABSENT || (rc == RC_OK && row.type == NULL))
		return fail(err, RC_ABSENT, "version", "the record never had this version");
	return rc == RC_OK ? open_row(d, &row, out, err) : rc;
}

static bool
may_count(const struct record_row *row, const struct record_type *type,
	  const struct look_only *only)
{
	int state = type_state(type, row->state);

	if ((only->of_unit != NULL && !id_eq(row->unit, *only->of_unit)) ||
	    (only->not_of_unit != NULL && id_eq(row->unit, *only->not_of_unit)))
		return false;
	return row->type == type && id_time_ms(row->id) >= only->since_ms &&
	       (!only->due || row->due_ms != 0) &&
	       (only->states == 0 || (state >= 0 && (only->states & BIT((unsigned)state)) != 0));
}

/* Looked at in memory of its own, so that those that do not count leave nothing behind. */
static enum rc
counts_at_all(struct door *d, struct arena *scratch, struct id id, const struct record_type *type,
	      const struct look_only *only, bool *out, struct err *err)
{
	struct arena *keep = d->arena;
	struct record_row row;
	enum rc rc;

	arena_reset(scratch);
	d->arena = scratch;
	rc = row_find(d, id, &row, err);
	d->arena = keep;
	*out = rc == RC_OK && may_count(&row, type, only);
	return rc;
}

enum rc
look_holders_only(struct door *d, const char *type_name, const char *field_name, struct id id,
		  const struct look_only *only, struct look_list *out, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, str_from(type_name));
	const struct field *field = type != NULL ? type_field(type, str_from(field_name)) : NULL;
	struct str value = id_format(d->arena, id);
	struct ids ids = {0};
	struct arena *scratch;
	size_t found = 0;
	enum rc rc;

	if (field == NULL)
		return RC_OK;
	scratch = arena_new(0);
	rc = blind_find(d, type, field, value, SIZE_MAX, &ids, err);
	for (size_t i = 0; i < ids.n && rc == RC_OK; i++) {
		struct record *r;
		bool counts;

		if (only->max > 0 && found == only->max)
			break;
		rc = counts_at_all(d, scratch, ids.at[i], type, only, &counts, err);
		if (rc == RC_OK && !counts)
			continue;
		if (rc == RC_OK)
			rc = look_record(d, ids.at[i], &r, err);
		if (rc == RC_ABSENT) {
			rc = RC_OK;
			continue;
		}
		/* A token is short: about eight values share it. */
		if (rc != RC_OK || !blind_holds(field, r->fields, value))
			continue;
		if (found++ == LOOK_MAX)
			rc = fail(err, RC_CONFLICT, "gate",
				  "more records bear on this than can be looked at in one go");
		else
			*VEC_ADD(d->arena, out) = r;
	}
	arena_free(scratch);
	return rc;
}

enum rc
look_until(struct door *d, const char *type_name, const char *field_name, struct id id, look_fn *fn,
	   void *ctx, bool *out, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, str_from(type_name));
	const struct field *field = type != NULL ? type_field(type, str_from(field_name)) : NULL;
	struct str value = id_format(d->arena, id);
	struct ids ids = {0};
	enum rc rc;

	*out = false;
	if (field == NULL)
		return RC_OK;
	rc = blind_find(d, type, field, value, SIZE_MAX, &ids, err);
	for (size_t i = 0; i < ids.n && rc == RC_OK && !*out; i++) {
		struct record *r;

		rc = look_record(d, ids.at[i], &r, err);
		if (rc == RC_ABSENT) {
			rc = RC_OK;
			continue;
		}
		/* A token is short: about eight values share it. */
		if (rc == RC_OK && r->type == type && blind_holds(field, r->fields, value))
			*out = fn(ctx, r);
	}
	return rc;
}

enum rc
look_holders_some(struct door *d, const char *type, const char *field, struct id id, struct id unit,
		  uint32_t states, struct look_list *out, bool *all, struct err *err)
{
	const struct look_only parts[] = {{.states = states, .of_unit = &unit},
					  {.states = states, .not_of_unit = &unit}};
	enum rc rc = RC_OK;

	*all = true;
	for (size_t i = 0; i < COUNT_OF(parts) && rc == RC_OK; i++) {
		rc = look_holders_only(d, type, field, id, &parts[i], out, err);
		if (rc == RC_CONFLICT) {
			*all = false;
			rc = RC_OK;
		}
	}
	return rc;
}

uint32_t
look_state(const struct door *d, const char *type_name, const char *state)
{
	const struct record_type *type = model_type(d->node->model, str_from(type_name));
	int at = type != NULL ? type_state(type, str_from(state)) : -1;

	return at >= 0 ? BIT((unsigned)at) : 0;
}

static enum rc
ids_of(struct door *d, const struct sql *sql, const struct bind *binds, size_t n, struct ids *out,
       struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, sql, binds, n, &rows, err);

	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		*VEC_ADD(d->arena, out) = rows_id(rows, 0);
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

enum rc
look_begun(struct door *d, const struct record_type *type, struct ids *out, struct err *err)
{
	return ids_of(d, &SQL_RECORD_OF_TYPE_BEGUN,
		      BINDS(B_TEXT(d->node->type_keys[type->index].text),
			    B_TEXT(type->states.n > 0 ? type->states.at[0] : STR_NONE),
			    B_I64(LOOK_MAX)),
		      out, err);
}

enum rc
look_not_in(struct door *d, const struct record_type *type, struct str state, struct id after,
	    size_t max, struct ids *out, struct err *err)
{
	return ids_of(d, &SQL_RECORD_OF_TYPE_NOT_IN,
		      BINDS(B_TEXT(d->node->type_keys[type->index].text), B_TEXT(state),
			    B_ID(after), B_LIMIT(max)),
		      out, err);
}

enum rc
look_made_since(struct door *d, const struct record_type *type, int64_t since_ms, int64_t *out,
		struct err *err)
{
	return db_select_i64(
	    d->db, &SQL_RECORD_MADE_SINCE,
	    BINDS(B_TEXT(d->node->type_keys[type->index].text), B_ID(d->actor->unit),
		  B_ID(row_owner_key(d->node, type, d->actor->id)), B_I64(since_ms)),
	    out, err);
}

/* A leaf of a version of a record. */
struct version_leaf {
	int64_t leaf, version;
};

/* Whose hand is looked for; moves: a move that wrote nothing counts too. */
struct hand {
	const struct record *r;
	struct id who;
	int64_t since_ms;
	bool moves;
};

static bool
same_fields(const struct record *a, const struct record *b)
{
	bool same = true;

	/* What the node fills in, such as who made the move, is nobody's writing. */
	for (size_t i = 0; i < a->type->field_count && same; i++) {
		const struct field *f = &a->type->fields[i];
		json_t *was = json_member(a->fields, f->name),
		       *is = json_member(b->fields, f->name);

		same =
		    f->automatic || was == is || (was != NULL && is != NULL && json_equal(was, is));
	}
	return same;
}

/* Did the move that made this version carry fields? One that cannot be told did. */
static enum rc
move_wrote(struct door *d, const struct record *r, int64_t version, bool *out, struct err *err)
{
	struct record *was, *is;
	enum rc rc = version == r->version ? look_record(d, r->id, &is, err)
					   : look_version(d, r->id, version, &is, err);

	if (rc == RC_OK)
		rc = look_version(d, r->id, version - 1, &was, err);
	*out = rc != RC_OK || !same_fields(was, is);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static enum rc
leaf_wrote(struct door *d, const struct hand *h, const struct version_leaf *of, bool *out,
	   struct err *err)
{
	struct audit_leaf_row leaf;
	unsigned char actor[AUDIT_MAC_BYTES];
	enum rc rc = audit_leaf_find(d->db, d->arena, of->leaf, &leaf, err);

	*out = false;
	if (rc != RC_OK || leaf.time_ms < h->since_ms)
		return rc;
	audit_actor_mac(d->node->keys, leaf.time_ms, h->who, actor);
	if (memcmp(actor, leaf.actor_mac, sizeof actor) != 0)
		return RC_OK;
	*out = leaf.action == AUDIT_CREATE || leaf.action == AUDIT_UPDATE ||
	       leaf.action == AUDIT_IMPORT || (h->moves && leaf.action == AUDIT_MOVE);
	return !*out && leaf.action == AUDIT_MOVE ? move_wrote(d, h->r, of->version, out, err)
						  : RC_OK;
}

static enum rc
hand_in(struct door *d, const struct hand *h, bool *out, struct err *err)
{
	VEC(struct version_leaf) leaves = {0};
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_PAST_LEAVES, BINDS(B_ID(h->r->id)), &rows, err);

	*out = false;
	if (rc != RC_OK)
		return rc;
	*VEC_ADD(d->arena, &leaves) = (struct version_leaf){h->r->leaf, h->r->version};
	while ((rc = rows_next(rows, err)) == RC_OK)
		*VEC_ADD(d->arena, &leaves) =
		    (struct version_leaf){rows_i64(rows, 0), rows_i64(rows, 1)};
	rows_close(rows);
	rc = rc == RC_ABSENT ? RC_OK : rc;
	for (size_t i = 0; i < leaves.n && rc == RC_OK && !*out; i++)
		rc = leaf_wrote(d, h, &leaves.at[i], out, err);
	return rc;
}

enum rc
look_wrote(struct door *d, const struct record *r, bool *out, struct err *err)
{
	const struct hand h = {r, d->actor->id, 0, false};

	*out = r->own;
	return *out ? RC_OK : hand_in(d, &h, out, err);
}

enum rc
look_had_hand_in(struct door *d, const struct record *r, struct id who, int64_t since_ms, bool *out,
		 struct err *err)
{
	const struct hand h = {r, who, since_ms, true};

	return hand_in(d, &h, out, err);
}

enum rc
look_first(struct door *d, struct id record, bool *out, struct id *who, struct err *err)
{
	struct rows *rows;
	enum rc rc = db_select(d->db, &SQL_RECORD_SECOND_FIND, BINDS(B_ID(record)), &rows, err);

	*out = false;
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		*out = true;
		*who = rows_id(rows, 1);
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

void
look_ids(struct door *d, const struct record *r, const char *field, struct ids *out)
{
	json_t *value = json_member(r->fields, str_from(field)), *item;
	struct id id;
	size_t i;

	if (json_is_string(value) && id_parse(json_str(value), &id))
		*VEC_ADD(d->arena, out) = id;
	if (!json_is_array(value))
		return;
	json_array_foreach (value, i, item)
		if (id_parse(json_str(item), &id))
			*VEC_ADD(d->arena, out) = id;
}

struct str
look_text(const struct record *r, const char *field)
{
	return json_member_str(r->fields, field);
}

bool
look_has(const struct record *r, const char *field, struct str code)
{
	json_t *value = json_member(r->fields, str_from(field)), *item;
	size_t i;

	if (!json_is_array(value))
		return str_eq(json_str(value), code);
	json_array_foreach (value, i, item)
		if (str_eq(json_str(item), code))
			return true;
	return false;
}
