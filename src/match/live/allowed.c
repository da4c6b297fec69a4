#include "match/live/allowed.h"

#include "base/arena.h"
#include "format/json.h"
#include "match/listed.h"
#include "model/model.h"
#include "record/stand.h"

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

/* Was the person ever in an involvement as a witness, or protected as one? */
static enum rc
was_witness(struct door *d, struct id person, bool *out, struct err *err)
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

static bool
add_once(struct door *d, struct ids *list, struct id id)
{
	for (size_t i = 0; i < list->n; i++)
		if (id_eq(list->at[i], id))
			return false;
	*VEC_ADD(d->arena, list) = id;
	return true;
}

/* The other ends of confirmed matches that name this record in this field. */
static enum rc
add_matched(struct door *d, struct id id, const char *field, const char *other, struct ids *out,
	    struct err *err)
{
	const struct look_only confirmed = {.states = look_state(d, "match", "confirmed")};
	struct look_list matches = {0};
	struct ids ends = {0};
	enum rc rc = look_holders_only(d, "match", field, id, &confirmed, &matches, err);

	for (size_t i = 0; i < matches.n && rc == RC_OK; i++)
		look_ids(d, matches.at[i], other, &ends);
	for (size_t i = 0; i < ends.n && rc == RC_OK; i++)
		(void)add_once(d, out, ends.at[i]);
	return rc;
}

/* Of these the people alone; plain columns tell. */
static enum rc
keep_people(struct door *d, const struct ids *from, struct ids *out, struct err *err)
{
	const struct record_type *person = model_type(d->node->model, STR("person"));

	for (size_t i = 0; i < from->n; i++) {
		struct record_stand s;
		enum rc rc = record_stand_find(d, from->at[i], &s, err);

		if (rc != RC_OK && rc != RC_ABSENT)
			return rc;
		if (rc == RC_OK && s.type == person)
			(void)add_once(d, out, from->at[i]);
	}
	return RC_OK;
}

enum rc
allowed_people_of(struct door *d, const struct record *listing, struct ids *out, struct err *err)
{
	struct ids matched = {0};
	enum rc rc = add_matched(d, listing->id, "right", "left", &matched, err);

	look_ids(d, listing, "person", out);
	return rc == RC_OK ? keep_people(d, &matched, out, err) : rc;
}

enum rc
allowed_same_people(struct door *d, struct ids *people, bool *all, struct err *err)
{
	*all = true;
	for (size_t i = 0; i < people->n; i++) {
		struct ids ends = {0};
		enum rc rc = add_matched(d, people->at[i], "left", "right", &ends, err);

		if (rc == RC_OK)
			rc = add_matched(d, people->at[i], "right", "left", &ends, err);
		if (rc == RC_OK)
			rc = keep_people(d, &ends, people, err);
		if (rc != RC_OK)
			return rc;
		if (people->n > ALLOWED_SAME_MAX) {
			*all = false;
			return RC_OK;
		}
	}
	return RC_OK;
}

enum rc
allowed_bars(struct door *d, const struct ids *people, bool *out, struct err *err)
{
	enum rc rc = RC_OK;

	*out = false;
	for (size_t i = 0; i < people->n && rc == RC_OK && !*out; i++) {
		struct record *person;
		struct err why;

		if ((rc = was_witness(d, people->at[i], out, err)) != RC_OK || *out)
			break;
		if ((rc = look_record(d, people->at[i], &person, err)) == RC_ABSENT) {
			rc = RC_OK; /* erased: nothing says of them any more */
			continue;
		}
		if (rc != RC_OK)
			break;
		rc = look_gate(d, "never_marked_victim", person, &why);
		*out = rc == RC_CONFLICT;
		if (rc != RC_OK && rc != RC_CONFLICT && err != NULL)
			*err = why;
		rc = rc == RC_CONFLICT ? RC_OK : rc;
	}
	return rc;
}

enum rc
listed_barred(struct door *d, struct id person, bool *out, struct err *err)
{
	struct ids one = {0};

	*VEC_ADD(d->arena, &one) = person;
	return allowed_bars(d, &one, out, err);
}

enum rc
allowed_listing(struct door *d, const struct record *listing, bool accuses, bool *out,
		struct err *err)
{
	struct ids people = {0};
	bool all = true, barred = false;
	enum rc rc;

	*out = !listing->damaged && !listing->erased &&
	       listing->state == type_state(listing->type, STR("active"));
	if (!*out || !accuses)
		return RC_OK;
	if ((rc = allowed_people_of(d, listing, &people, err)) == RC_OK && people.n > 0 &&
	    (rc = allowed_same_people(d, &people, &all, err)) == RC_OK)
		rc = allowed_bars(d, &people, &barred, err);
	*out = rc == RC_OK && all && !barred;
	return rc;
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
