#include "base/arena.h"
#include "format/ftm.h"
#include "format/json.h"
#include "format/list_reader.h"
#include "format/ndjson.h"

/* FollowTheMoney entities as list entries, and back. */

/* Kinds of identifiers and the property that carries them, first fit; * is any schema. */
static const struct {
	const char *schema, *kind, *property;
} identifiers[] = {
    /* clang-format off */
	{ "Person",      "passport",     "passportNumber" },
	{ "LegalEntity", "national_id",  "idNumber" },
	{ "Person",      "national_id",  "socialSecurityNumber" },
	{ "LegalEntity", "tax",          "taxNumber" },
	{ "LegalEntity", "tax",          "innCode" },
	{ "LegalEntity", "tax",          "vatCode" },
	{ "LegalEntity", "registration", "registrationNumber" },
	{ "Vehicle",     "registration", "registrationNumber" },
	{ "LegalEntity", "registration", "ogrnCode" },
	{ "LegalEntity", "lei",          "leiCode" },
	{ "LegalEntity", "bic",          "swiftBic" },
	{ "LegalEntity", "phone",        "phone" },
	{ "LegalEntity", "email",        "email" },
	{ "LegalEntity", "website",      "website" },
	{ "Organization", "imo",         "imoNumber" },
	{ "Vessel",      "imo",          "imoNumber" },
	{ "Vessel",      "mmsi",         "mmsi" },
	{ "Vessel",      "callsign",     "callSign" },
	{ "Airplane",    "tail",         "registrationNumber" },
	{ "Airplane",    "serial",       "serialNumber" },
	{ "LegalEntity", "passport",     "idNumber" },
	{ "LegalEntity", "other",        "idNumber" },
    /* clang-format on */
};

static const struct {
	const char *schema;
	enum list_type type;
} types[] = {
    {"Person", LIST_PERSON},	 {"Organization", LIST_ORGANISATION}, {"Vessel", LIST_VESSEL},
    {"Airplane", LIST_AIRCRAFT}, {"LegalEntity", LIST_OTHER},
};

static bool
is_day_prefix(struct str s)
{
	if (s.n != 4 && s.n != 7 && s.n != 10)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (i == 4 || i == 7 ? s.p[i] != '-' : s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return true;
}

/* FollowTheMoney's dates are beginnings of ISO days; what is more stands in the notes. */
static void
add_birth_date(struct arena *a, struct ftm_entity *out, struct str dob)
{
	struct str day = dob;

	while (str_ends(day, STR("~")) || str_ends(day, STR("?")))
		day.n--;
	if (is_day_prefix(day))
		ftm_add(a, out, "birthDate", day);
	if (!str_eq(day, dob) || !is_day_prefix(day))
		ftm_add(a, out, "notes", str_fmt(a, "Born %.*s (EDTF)", STR_ARG(dob)));
}

static void
add_identifier(struct arena *a, struct ftm_entity *out, const struct list_id *id)
{
	for (size_t i = 0; i < COUNT_OF(identifiers); i++) {
		if (str_eq_z(id->kind, identifiers[i].kind) &&
		    ftm_schema_is(out->schema, str_from(identifiers[i].schema))) {
			ftm_add(a, out, identifiers[i].property, id->value);
			return;
		}
	}
	ftm_add(a, out, "notes", str_fmt(a, "%.*s %.*s", STR_ARG(id->kind), STR_ARG(id->value)));
}

void
ftm_from_list(struct arena *a, const struct list_entry *entry, struct ftm_entity *out)
{
	static const char *const names[] = {"name", "alias", "previousName", "weakAlias", "alias"};
	const struct list_name *name;
	const struct list_id *id;
	const struct list_address *at;
	bool person = entry->type == LIST_PERSON;

	*out = (struct ftm_entity){.id = entry->id, .schema = STR("LegalEntity")};
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (types[i].type == entry->type)
			out->schema = str_from(types[i].schema);
	}
	VEC_EACH (name, &entry->names)
		ftm_add(a, out, name == entry->names.at ? "name" : names[name->kind], name->text);
	for (size_t i = 0; i < entry->dobs.n && person; i++)
		add_birth_date(a, out, entry->dobs.at[i]);
	for (size_t i = 0; i < entry->birth_places.n && person; i++)
		ftm_add(a, out, "birthPlace", entry->birth_places.at[i]);
	for (size_t i = 0; i < entry->countries.n; i++)
		ftm_add(a, out, person ? "nationality" : "country",
			entry->countries.at[i].n == 2 ? str_lower_ascii(a, entry->countries.at[i])
						      : entry->countries.at[i]);
	VEC_EACH (id, &entry->ids)
		add_identifier(a, out, id);
	VEC_EACH (at, &entry->addresses)
		ftm_add(a, out, "address",
			str_fmt(a, "%.*s%s%.*s", STR_ARG(at->text),
				at->text.n > 0 && at->country.n > 0 ? ", " : "",
				STR_ARG(at->country)));
	if (person)
		ftm_add(a, out, "gender", entry->sex);
	ftm_add(a, out, "program", entry->programme);
	ftm_add(a, out, "notes", entry->remarks);
}

static const struct ftm_property *
find(const struct ftm_entity *e, const char *name)
{
	const struct ftm_property *p;

	VEC_EACH (p, &e->properties) {
		if (str_eq_z(p->name, name))
			return p;
	}
	return NULL;
}

static struct str
first(const struct ftm_entity *e, const char *name)
{
	const struct ftm_property *p = find(e, name);

	return p != NULL && p->values.n > 0 ? p->values.at[0] : STR_NONE;
}

static void
take_names(struct list_reader *r, const struct ftm_entity *e, const char *property,
	   enum list_name_kind kind, struct list_entry *out)
{
	const struct ftm_property *p = find(e, property);

	for (size_t i = 0; p != NULL && i < p->values.n; i++)
		list_add_name(r, out, p->values.at[i],
			      kind == LIST_NAME_PRIMARY && i > 0 ? LIST_NAME_AKA : kind);
}

static void
take_texts(struct list_reader *r, const struct ftm_entity *e, const char *property,
	   struct str_list *out)
{
	const struct ftm_property *p = find(e, property);

	for (size_t i = 0; p != NULL && i < p->values.n; i++)
		list_add_text(r, out, p->values.at[i]);
}

/* Kinds that several properties share come back as the kind that stands first in the table. */
static void
take_identifiers(struct list_reader *r, const struct ftm_entity *e, struct list_entry *out)
{
	const struct ftm_property *p;

	for (size_t i = 0; i < COUNT_OF(identifiers); i++) {
		bool seen = false;

		if (!ftm_schema_is(e->schema, str_from(identifiers[i].schema)) ||
		    (p = find(e, identifiers[i].property)) == NULL)
			continue;
		for (size_t k = 0; k < i; k++)
			seen |= ftm_schema_is(e->schema, str_from(identifiers[k].schema)) &&
				strcmp(identifiers[k].property, identifiers[i].property) == 0;
		for (size_t k = 0; k < p->values.n && !seen; k++)
			list_add_id(r, out, str_from(identifiers[i].kind), p->values.at[k],
				    STR_NONE);
	}
}

static void
take_entity(struct list_reader *r, const struct ftm_entity *e, struct list_entry *out)
{
	static const char *const countries[] = {"nationality", "citizenship", "country",
						"jurisdiction", "flag"};
	const struct ftm_property *p;

	out->id = e->id;
	take_names(r, e, "name", LIST_NAME_PRIMARY, out);
	take_names(r, e, "alias", LIST_NAME_AKA, out);
	take_names(r, e, "previousName", LIST_NAME_FKA, out);
	take_names(r, e, "weakAlias", LIST_NAME_WEAK, out);
	p = find(e, "birthDate");
	for (size_t i = 0; p != NULL && i < p->values.n; i++) {
		if (!list_add_date(r, out, p->values.at[i]))
			list_leave_out(r, out->line, 0, "birthDate", "this is no date we can read");
	}
	take_texts(r, e, "birthPlace", &out->birth_places);
	for (size_t i = 0; i < COUNT_OF(countries); i++)
		take_texts(r, e, countries[i], &out->countries);
	take_identifiers(r, e, out);
	p = find(e, "address");
	for (size_t i = 0; p != NULL && i < p->values.n; i++)
		list_add_address(r, out, p->values.at[i], STR_NONE);
	out->sex = str_lower_ascii(r->scrap, first(e, "gender"));
	out->programme = first(e, "program");
	out->remarks = first(e, "notes");
	out->source = STR("ftm");
}

static bool
type_of(const struct ftm_entity *e, enum list_type *out)
{
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (ftm_schema_is(e->schema, str_from(types[i].schema))) {
			*out = types[i].type;
			return true;
		}
	}
	return false;
}

enum rc
ftm_to_list(struct arena *a, const struct ftm_entity *entity, struct list_entry *out,
	    struct err *err)
{
	static const struct list_options options;
	struct list_sink sink = {0};
	struct list_report report = {0};
	struct list_reader r = {
	    .arena = a, .scrap = a, .options = &options, .sink = &sink, .report = &report};

	*out = (struct list_entry){0};
	if (!type_of(entity, &out->type))
		return fail(err, RC_INVALID, "schema", "this schema is no entry of a list");
	take_entity(&r, entity, out);
	if (out->names.n == 0)
		return fail(err, RC_INVALID, "name", "the entity has no name");
	return RC_OK;
}

static enum rc
take_line(struct list_reader *r, const json_t *json, long line, struct err *err)
{
	struct ftm_entity entity;
	struct list_entry entry = {.line = line};
	struct err why = {0}, placed = {0};
	enum rc rc;

	if ((rc = ftm_from_json(r->scrap, json, &entity, &why)) != RC_OK) {
		(void)fail_at(&placed, rc, r->file, line, 0, why.key, "%s", why.text);
		list_skip(r, &placed);
		arena_reset(r->scrap);
		return RC_OK;
	}
	/* Addresses, sanctions, ownerships and the like stand between the entries. */
	if (!type_of(&entity, &entry.type)) {
		arena_reset(r->scrap);
		return RC_OK;
	}
	take_entity(r, &entity, &entry);
	return list_emit(r, &entry, err);
}

enum rc
ftm_list_read(struct list_reader *r, struct source source, struct err *err)
{
	struct ndjson *lines = ndjson_new(r->arena, source, NDJSON_REALS, &r->options->limits);
	struct err why = {0};
	json_t *json;
	long line;
	enum rc rc;

	for (;;) {
		rc = ndjson_next(lines, &json, &line, &why);
		if (rc == RC_ABSENT)
			return RC_OK;
		if (rc != RC_OK && !ndjson_can_go_on(lines)) {
			*err = why;
			return rc;
		}
		if (rc != RC_OK) {
			list_skip(r, &why);
			continue;
		}
		rc = take_line(r, json, line, err);
		json_decref(json);
		if (rc != RC_OK)
			return rc;
	}
}
