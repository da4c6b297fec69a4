#include "match/left_out.h"

#include "base/arena.h"
#include "format/json.h"
#include "format/yaml.h"
#include "match/listed.h"
#include "model/model.h"
#include "record/look.h"
#include "record/stand.h"
#include "text/ident.h"
#include "text/normal.h"
#include "text/phone.h"

#define VALUE_BYTES_MAX 200

static bool
is_type(const struct record_stand *s, const char *name)
{
	return s->type != NULL && str_eq_z(s->type->name, name);
}

/* Does a helper that stands registered name it? */
static enum rc
of_helper(struct door *d, const char *field, struct id id, bool *out, struct err *err)
{
	const struct look_only registered = {.states = look_state(d, "helper", "registered"),
					     .max = 1};
	struct look_list found = {0};
	enum rc rc = look_holders_only(d, "helper", field, id, &registered, &found, err);

	*out = *out || found.n > 0;
	return rc;
}

/* Unknown counts as yes, until somebody outside the case looked. */
static enum rc
is_privileged(struct door *d, struct id id, bool unknown_counts, bool *out, struct err *err)
{
	struct record *r;
	enum rc rc = look_record(d, id, &r, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	*out = unknown_counts ? !str_eq_z(look_text(r, "privileged"), "no")
			      : str_eq_z(look_text(r, "privileged"), "yes");
	return RC_OK;
}

static enum rc
record_is_helper(struct door *d, struct id id, bool *out, struct err *err)
{
	struct record *r;
	enum rc rc = look_record(d, id, &r, err);

	if (rc == RC_OK)
		*out = r->state == type_state(r->type, STR("registered"));
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* A telephone, account or profile is theirs who use it. */
static enum rc
of_people(struct door *d, struct id id, const char *const fields[2], bool *out, struct err *err)
{
	struct ids people = {0};
	struct record *r;
	enum rc rc = look_record(d, id, &r, err);

	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc;
	for (size_t i = 0; i < 2 && fields[i] != NULL; i++)
		look_ids(d, r, fields[i], &people);
	for (size_t i = 0; i < people.n && rc == RC_OK && !*out; i++) {
		rc = of_helper(d, "who", people.at[i], out, err);
		if (rc == RC_OK && !*out)
			rc = listed_barred(d, people.at[i], out, err);
	}
	return rc;
}

enum rc
left_out_record(struct door *d, struct id id, bool *out, struct err *err)
{
	/* How helpers name such a record, and who else it is somebody's by. */
	static const struct {
		const char *type, *field;
		const char *people[2];
	} things[] = {
	    {"phone", "phone_records", {"used_by", "organisation"}},
	    {"account", "accounts", {"holders", NULL}},
	    {"online_profile", "profiles", {"used_by", "organisation"}},
	    {"vehicle", "vehicles", {"owners", "drivers"}},
	};
	struct record_stand s;
	enum rc rc = record_stand_find(d, id, &s, err);

	*out = false;
	if (rc != RC_OK || s.erased)
		return rc == RC_ABSENT ? RC_OK : rc;
	if (is_type(&s, "helper"))
		return record_is_helper(d, id, out, err);
	if (is_type(&s, "survivor")) {
		*out = true;
		return RC_OK;
	}
	if (is_type(&s, "person") || is_type(&s, "organisation"))
		rc = of_helper(d, "who", id, out, err);
	if (rc == RC_OK && !*out && is_type(&s, "person"))
		return listed_barred(d, id, out, err);
	if (is_type(&s, "file"))
		return is_privileged(d, id, false, out, err);
	if (is_type(&s, "communication") || is_type(&s, "monitoring_product"))
		return is_privileged(d, id, true, out, err);
	for (size_t i = 0; i < COUNT_OF(things) && rc == RC_OK; i++) {
		if (!is_type(&s, things[i].type))
			continue;
		rc = of_helper(d, things[i].field, id, out, err);
		if (rc == RC_OK && !*out)
			rc = of_people(d, id, things[i].people, out, err);
	}
	return rc;
}

/* Records that hold the value in this field; *out: one of them is left out. */
static enum rc
holders_left_out(struct door *d, const char *type_name, const char *field_name, struct str value,
		 bool *out, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, str_from(type_name));
	const struct field *field = type != NULL ? type_field(type, str_from(field_name)) : NULL;
	struct ids ids = {0};
	enum rc rc;

	if (field == NULL || !blind_field(field))
		return RC_OK;
	rc = blind_find(d, type, field, value, LOOK_MAX, &ids, err);
	for (size_t i = 0; i < ids.n && rc == RC_OK && !*out; i++) {
		struct record *r;

		rc = look_record(d, ids.at[i], &r, err);
		if (rc == RC_ABSENT) {
			rc = RC_OK;
			continue;
		}
		/* A token is short: about eight values share it. */
		if (rc == RC_OK && r->type == type && blind_holds(field, r->fields, value))
			rc = left_out_record(d, r->id, out, err);
	}
	return rc;
}

enum rc
left_out_value(struct door *d, struct str value, bool *out, struct err *err)
{
	static const char *const phones[][2] = {{"helper", "phones"},
						{"phone", "phone"},
						{"person", "home_phone"},
						{"person", "mobile_phone"},
						{"organisation", "phone"}};
	static const char *const others[][2] = {
	    {"helper", "handles"},	   {"account", "account"},
	    {"online_profile", "handle"},  {"online_profile", "handles_before"},
	    {"person", "identity_number"}, {"person", "documents"},
	    {"person", "email"},	   {"organisation", "email"}};
	struct str phone, forms[2];
	enum rc rc = RC_OK;

	*out = false;
	if (value.n == 0 || value.n > VALUE_BYTES_MAX)
		return RC_OK;
	if (phone_normalise(d->arena, value, STR_NONE, &phone))
		for (size_t i = 0; i < COUNT_OF(phones) && rc == RC_OK && !*out; i++)
			rc = holders_left_out(d, phones[i][0], phones[i][1], phone, out, err);
	/* As documents and accounts are kept, and as addresses are. */
	forms[0] = ident_canonical(d->arena, value);
	forms[1] = text_fold(d->arena, value);
	for (size_t f = 0; f < COUNT_OF(forms); f++)
		for (size_t i = 0; i < COUNT_OF(others) && rc == RC_OK && !*out; i++)
			if (forms[f].n > 0)
				rc = holders_left_out(d, others[i][0], others[i][1], forms[f], out,
						      err);
	return rc;
}

static enum rc
refuse(struct err *err)
{
	return fail(err, RC_CONFLICT, "gate",
		    "it may not rest on what belongs to helpers or to people who are protected or "
		    "privileged; take it out");
}

struct walk {
	struct door *d;
	size_t values;
	bool found;
};

static enum rc
walk_values(struct walk *w, const struct yaml_node *node, struct err *err)
{
	enum rc rc = RC_OK;

	if (node->kind == YAML_TEXT) {
		if (++w->values > LEFT_OUT_VALUES_MAX)
			return fail(err, RC_CONFLICT, "condition",
				    "names more than %d values, which nobody can look at",
				    LEFT_OUT_VALUES_MAX);
		return left_out_value(w->d, node->text, &w->found, err);
	}
	for (size_t i = 0; i < node->n && rc == RC_OK && !w->found; i++)
		/* What is named is compared; the words of the rule's own language are not. */
		if (node->kind == YAML_LIST || !str_eq_z(node->key[i]->text, "field"))
			rc = walk_values(w, node->at[i], err);
	return rc;
}

static enum rc
walk_ids(struct walk *w, json_t *value, struct err *err)
{
	enum rc rc = RC_OK;
	const char *key;
	json_t *item;
	struct id id;
	size_t i;

	if (json_is_string(value) && id_parse(json_str(value), &id))
		return left_out_record(w->d, id, &w->found, err);
	json_array_foreach (value, i, item)
		if (rc == RC_OK && !w->found)
			rc = walk_ids(w, item, err);
	if (json_is_object(value))
		json_object_foreach (value, key, item)
			if (rc == RC_OK && !w->found)
				rc = walk_ids(w, item, err);
	return rc;
}

enum rc
left_out_gate(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	struct walk w = {.d = d};
	struct str condition = look_text(r, "condition");
	struct yaml_node *root;
	struct err why;
	enum rc rc;

	(void)use;
	if ((rc = walk_ids(&w, r->fields, err)) != RC_OK)
		return rc;
	if (!w.found && str_eq_z(r->type->name, "rule") && condition.n > 0) {
		if (yaml_read(d->arena, "condition", condition, NULL, &root, &why) != RC_OK)
			return fail(err, RC_CONFLICT, "condition", "%s", why.text);
		rc = walk_values(&w, root, err);
	}
	return rc != RC_OK ? rc : w.found ? refuse(err) : RC_OK;
}
