#include "record/concern.h"

#include "base/arena.h"
#include "format/json.h"
#include "record/record.sql.h"
#include "seal/keys.h"

/* Beside the cases of record_case: another word under the MAC, so that neither is the other. */
static struct id
key_of(const struct door_node *node, struct id named)
{
	unsigned char mac[MAC_BYTES];
	struct id key;

	keys_index_mac(node->keys, STR("concerns"), (struct str){(const char *)named.b, 16}, mac);
	memcpy(key.b, mac, sizeof key.b);
	return key;
}

static enum rc
note_one(struct door *d, const struct record_row *row, json_t *value, struct err *err)
{
	struct id named;

	if (!json_is_string(value) || !id_parse(json_str(value), &named))
		return RC_OK;
	return db_run(d->db, &SQL_RECORD_CASE_INSERT,
		      BINDS(B_ID(key_of(d->node, named)),
			    B_TEXT(d->node->type_keys[row->type->index].text), B_ID(row->id)),
		      NULL, err);
}

enum rc
concern_note(struct door *d, const struct record_row *row, json_t *fields, struct err *err)
{
	const struct record_type *type = row->type;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < type->concern_count && rc == RC_OK; i++) {
		json_t *value = json_member(fields, type->fields[type->concerns[i]].name), *item;
		size_t k;

		if (!json_is_array(value))
			rc = note_one(d, row, value, err);
		else
			json_array_foreach (value, k, item)
				if (rc == RC_OK)
					rc = note_one(d, row, item, err);
	}
	return rc;
}

static enum rc
holds(struct door *d, struct id record, struct id named, bool *out, struct err *err)
{
	int64_t n = 0;
	enum rc rc = db_select_i64(d->db, &SQL_RECORD_CASE_HOLDS,
				   BINDS(B_ID(record), B_ID(key_of(d->node, named))), &n, err);

	*out = n > 0;
	return rc;
}

static enum rc
look(struct door *d, const struct actor *who, struct id record, struct row_facts *out,
     struct err *err)
{
	enum rc rc = holds(d, record, who->id, &out->concerns_actor, err);

	return rc == RC_OK ? holds(d, record, who->unit, &out->concerns_unit, err) : rc;
}

enum rc
concern_facts_of(struct door *d, const struct actor *who, const struct record_row *row,
		 struct row_facts *out, struct err *err)
{
	*out = row_facts(d->node, row, who);
	return row->type->concern_count > 0 && !who->is_node ? look(d, who, row->id, out, err)
							     : RC_OK;
}

enum rc
concern_facts(struct door *d, const struct record_row *row, struct row_facts *out, struct err *err)
{
	return concern_facts_of(d, d->actor, row, out, err);
}

enum rc
concern_absent(struct door *d, struct id id, struct err *err)
{
	struct row_facts nothing;

	return d->actor->is_node ? RC_OK : look(d, d->actor, id, &nothing, err);
}

enum rc
concern_check_change(const struct door *d, const struct record_type *type, json_t *patch,
		     struct err *err)
{
	if (d->actor->is_node || (d->actor->roles & BIT(ROLE_MONITOR)) != 0)
		return RC_OK;
	for (size_t i = 0; i < type->concern_count; i++) {
		const struct field *f = &type->fields[type->concerns[i]];

		/* The same name too, or a refusal would tell that it is another. */
		if (json_member(patch, f->name) != NULL)
			return fail(err, RC_DENIED, str_z(d->arena, f->name),
				    "whom it is said of is changed by an overseer alone");
	}
	return RC_OK;
}

/* Does a move of people lead on from here? */
static bool
is_open(const struct record_type *type, int state)
{
	for (size_t i = 0; state >= 0 && i < type->states.n; i++) {
		const struct move *move = type_move(type, state, (int)i);

		if (move != NULL && !move->automatic)
			return true;
	}
	return false;
}

enum rc
concern_check_erase(const struct door *d, const struct record_row *row, struct err *err)
{
	return !d->actor->is_node && row->type->concern_count > 0 &&
		       is_open(row->type, type_state(row->type, row->state))
		   ? fail(err, RC_CONFLICT, "state",
			  "it says something of somebody and is not closed yet: close it first")
		   : RC_OK;
}
