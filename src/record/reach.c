#include "record/reach.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/concern.h"
#include "record/look.h"
#include "record/record.sql.h"
#include "seal/keys.h"

struct id
reach_case_key(const struct door_node *node, struct id case_id)
{
	unsigned char mac[MAC_BYTES];
	struct id key;

	keys_index_mac(node->keys, STR("case"), (struct str){(const char *)case_id.b, 16}, mac);
	memcpy(key.b, mac, sizeof key.b);
	return key;
}

/* The states in which a case has a team, and the fields that name it (its fact case_team). */
static const struct fact_rule *
team_rule(const struct record_type *type)
{
	for (size_t i = 0; i < type->fact_count; i++)
		if (str_eq_z(type->facts[i].name, "case_team"))
			return &type->facts[i];
	return NULL;
}

static enum rc
note_case(struct door *d, const struct record_row *row, struct id case_id, struct err *err)
{
	return db_run(d->db, &SQL_RECORD_CASE_INSERT,
		      BINDS(B_ID(reach_case_key(d->node, case_id)),
			    B_TEXT(d->node->type_keys[row->type->index].text), B_ID(row->id)),
		      NULL, err);
}

static enum rc
note_cases(struct door *d, const struct record_row *row, json_t *value, struct err *err)
{
	enum rc rc = RC_OK;
	struct id id;
	json_t *item;
	size_t i;

	if (json_is_string(value) && id_parse(json_str(value), &id))
		return note_case(d, row, id, err);
	if (!json_is_array(value))
		return RC_OK;
	json_array_foreach (value, i, item)
		if (rc == RC_OK && id_parse(json_str(item), &id))
			rc = note_case(d, row, id, err);
	return rc;
}

enum rc
reach_note(struct door *d, const struct record_row *row, json_t *before, json_t *after,
	   struct err *err)
{
	const struct record_type *type = row->type;
	json_t *was, *is;
	enum rc rc = RC_OK;

	if (team_rule(type) != NULL && before == NULL)
		return note_case(d, row, row->id, err);
	if (type->team_field < 0)
		return RC_OK;
	is = json_member(after, type->fields[type->team_field].name);
	was = before != NULL ? json_member(before, type->fields[type->team_field].name) : NULL;
	if (was == is || (was != NULL && is != NULL && json_equal(was, is)))
		return RC_OK;
	if (was != NULL)
		rc = reach_forget(d, row->id, err);
	return rc == RC_OK ? note_cases(d, row, is, err) : rc;
}

enum rc
reach_forget(struct door *d, struct id id, struct err *err)
{
	return db_run(d->db, &SQL_RECORD_CASE_FORGET, BINDS(B_ID(id)), NULL, err);
}

/*
 * One statement a case of the actor's, whatever the record and whether it is there: so a denial
 * is as much work as an absence (a_denial_is_as_much_work_as_an_absence).
 */
enum rc
reach_on_team(struct door *d, struct id record, bool *out, struct err *err)
{
	const struct reach *reach = d->actor->reach;
	enum rc rc = RC_OK;

	*out = false;
	for (size_t i = 0; reach != NULL && i < reach->case_count && rc == RC_OK; i++) {
		int64_t n = 0;

		rc = db_select_i64(d->db, &SQL_RECORD_CASE_HOLDS,
				   BINDS(B_ID(record), B_ID(reach->cases[i])), &n, err);
		*out = *out || n > 0;
	}
	return rc;
}

enum rc
reach_decide(struct door *d, enum policy_action action, const struct record_row *row,
	     const struct move *move, struct decision *out, struct err *err)
{
	struct decision read;

	return reach_decide_shown(d, action, row, move, out, &read, err);
}

enum rc
reach_decide_shown(struct door *d, enum policy_action action, const struct record_row *row,
		   const struct move *move, struct decision *out, struct decision *read,
		   struct err *err)
{
	struct row_facts known;
	struct facts facts = {d->actor, &d->access, action, row->type, &known, move};
	struct facts reading = {d->actor, &d->access, POLICY_READ, row->type, &known, NULL};
	enum rc rc = concern_facts(d, row, &known, err);

	if (rc != RC_OK)
		return rc;
	*out = policy_decide(&facts);
	if (out->rung == RUNG_NONE && row->type->concern_count == 0)
		rc = concern_absent(d, row->id, err);
	if (rc == RC_OK && out->rung == RUNG_NONE &&
	    (rc = reach_on_team(d, row->id, &known.on_team, err)) == RC_OK && known.on_team)
		*out = policy_decide(&facts);
	*read = out->rung == RUNG_NONE && action != POLICY_READ ? policy_decide(&reading) : *out;
	return rc;
}

enum rc
reach_absent(struct door *d, const struct record_row *like, const struct record_type *asked,
	     struct err *err)
{
	struct record_row row = *like;
	struct row_facts known;
	struct facts facts = {d->actor, &d->access, POLICY_READ, NULL, &known, NULL};
	enum rc rc = RC_OK;

	row.flags = 0;
	if (asked != NULL)
		row.type = asked;
	facts.type = row.type;
	if (row.type != NULL && (rc = concern_facts(d, &row, &known, err)) == RC_OK)
		(void)policy_decide(&facts);
	if (rc == RC_OK && (row.type == NULL || row.type->concern_count == 0))
		rc = concern_absent(d, row.id, err);
	return rc == RC_OK ? reach_on_team(d, row.id, &known.on_team, err) : rc;
}
