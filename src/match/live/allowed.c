#include "match/live/allowed.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"

void
allowed_list_of(const struct record *list, struct allowed_list *out)
{
	struct str kind = look_text(list, "kind");

	out->in_use = list->state == type_state(list->type, STR("in_use"));
	out->accuses = !str_eq_z(kind, "missing") && !str_eq_z(kind, "documents");
}

static enum rc
was_witness_in(struct door *d, const struct record *involvement, bool *out, struct err *err)
{
	const char *witness = subject_name(SUBJECT_OTHER_WITNESS);
	enum rc rc = RC_OK;

	*out = str_eq_z(look_text(involvement, "category"), witness);
	for (int64_t v = 1; v < involvement->version && rc == RC_OK && !*out; v++) {
		struct record *then;

		if ((rc = look_version(d, involvement->id, v, &then, err)) == RC_OK)
			*out = str_eq_z(look_text(then, "category"), witness);
		/* What was erased of it cannot be looked at: nobody is listed on a guess. */
		else if (rc == RC_ABSENT) {
			*out = true;
			rc = RC_OK;
		}
	}
	return rc;
}

enum rc
allowed_was_witness(struct door *d, struct id person, bool *out, struct err *err)
{
	struct look_list parts = {0}, measures = {0};
	const struct look_only one = {.max = 1};
	bool all;
	enum rc rc = look_holders_some(d, "involvement", "person", person, (struct id){{0}}, 0,
				       &parts, &all, err);

	*out = false;
	/* More than are looked at: the safe side. */
	if (rc == RC_OK && !all)
		*out = true;
	for (size_t i = 0; i < parts.n && rc == RC_OK && !*out; i++)
		rc = was_witness_in(d, parts.at[i], out, err);
	if (rc == RC_OK && !*out) {
		rc = look_holders_only(d, "witness_measure", "survivor", person, &one, &measures,
				       err);
		*out = measures.n > 0;
	}
	return rc;
}

enum rc
allowed_listing(struct door *d, const struct record *listing, bool accuses, bool *out,
		struct err *err)
{
	struct ids people = {0};
	struct err why;
	enum rc rc = RC_OK;

	*out = !listing->damaged && !listing->erased &&
	       listing->state == type_state(listing->type, STR("active"));
	if (!*out || !accuses)
		return RC_OK;
	look_ids(d, listing, "person", &people);
	for (size_t i = 0; i < people.n && rc == RC_OK && *out; i++) {
		bool witness;

		if ((rc = allowed_was_witness(d, people.at[i], &witness, err)) == RC_OK)
			*out = !witness;
	}
	if (rc != RC_OK || !*out || people.n == 0)
		return rc;
	rc = look_gate(d, "never_marked_victim", listing, &why);
	*out = rc == RC_OK;
	if (rc != RC_OK && rc != RC_CONFLICT && err != NULL)
		*err = why;
	return rc == RC_CONFLICT ? RC_OK : rc;
}

static void
add_texts(struct door *d, const struct record *r, const char *field, struct str_list *out)
{
	json_t *value = json_object_get(r->fields, field), *item;
	size_t i;

	if (json_is_string(value))
		*VEC_ADD(d->arena, out) = json_str(value);
	json_array_foreach (value, i, item) {
		struct str text =
		    json_is_object(item) ? json_member_str(item, "value") : json_str(item);

		if (text.n > 0)
			*VEC_ADD(d->arena, out) = text;
	}
}

void
allowed_entry(struct door *d, const struct record *r, struct listed_entry *out)
{
	static const char *const identifiers[] = {"documents", "phones", "accounts", "plates"};
	struct ids list = {0};

	*out = (struct listed_entry){.listing = r->id};
	look_ids(d, r, "list", &list);
	if (list.n == 1)
		out->list = list.at[0];
	out->subject = look_text(r, "subject");
	add_texts(d, r, "name", &out->names);
	add_texts(d, r, "also_called", &out->names);
	add_texts(d, r, "birth_dates", &out->birth_dates);
	add_texts(d, r, "countries", &out->countries);
	for (size_t i = 0; i < COUNT_OF(identifiers); i++)
		add_texts(d, r, identifiers[i], &out->ids);
}
