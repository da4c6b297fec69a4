#include "node/openapi.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"

static void
set(json_t *o, const char *key, json_t *value)
{
	must(json_object_set_new(o, key, value) == 0);
}

static void
add(json_t *list, json_t *value)
{
	must(json_array_append_new(list, value) == 0);
}

/* Kinds of values, as model/type.h has them; each an example that belongs to nobody. */
static const struct {
	const char *name, *schema;
	const char *input; /* what a change may give besides; or NULL */
} kinds[] = {
    /* clang-format off */
	{ "date", "{'type':'string','minLength':1,'maxLength':40,'description':'A date as far as it is known: EDTF level 1.','examples':['1979-05-07','1979-05','1979~']}", NULL },
	{ "range", "{'type':'string','minLength':1,'maxLength':40,'description':'A date, or two with a stroke between: an EDTF interval.','examples':['2026-03/2026-05','2026-03/..']}", NULL },
	{ "time", "{'type':'string','format':'date-time','pattern':'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\\\.[0-9]{3}Z$','description':'A time in UTC.','examples':['2026-11-23T02:10:00.000Z']}", "{'type':'string','format':'date-time'}" },
	{ "number", "{'type':'string','pattern':'^-?[0-9]{1,15}(\\\\.[0-9]{1,9})?$','description':'A decimal number, written as text so that none of it is lost.','examples':['-12.5']}", "{'type':'integer'}" },
	{ "amount", "{'type':'string','pattern':'^[0-9]{1,15}(\\\\.[0-9]{1,9})?$','description':'A decimal number, not below zero.','examples':['12.5']}", "{'type':'integer','minimum':0}" },
	{ "count", "{'type':'string','pattern':'^[0-9]{1,15}$','description':'How many.','examples':['6']}", "{'type':'integer','minimum':0}" },
	{ "money", "{'type':'object','properties':{'minor':{'type':'integer'},'currency':{'$ref':'#/components/schemas/code.currency'}},'required':['minor','currency'],'additionalProperties':false,'description':'An amount in the smallest unit of its currency.','examples':[{'minor':1234,'currency':'EUR'}]}", NULL },
	{ "id", "{'type':'string','pattern':'^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$','description':'The id of a record, user, job or token (UUID).','examples':['0192f0c1-0000-7000-8000-000000000000']}", NULL },
	{ "place", "{'type':'object','properties':{'text':{'type':'string','maxLength':300},'street':{'type':'string','maxLength':200},'city':{'type':'string','maxLength':200},'state':{'type':'string','maxLength':200},'postcode':{'type':'string','maxLength':200},'country':{'$ref':'#/components/schemas/code.country'},'locode':{'type':'string','pattern':'^[A-Z]{2}[A-Z2-9]{3}$'},'lat':{'$ref':'#/components/schemas/number'},'lon':{'$ref':'#/components/schemas/number'}},'additionalProperties':false,'description':'A place in parts: any of them; lat and lon both or neither.','examples':[{'text':'Ulmere Cannery, Dock Road','city':'Port Ulmere'}]}", NULL },
	{ "phone", "{'type':'string','pattern':'^\\\\+[0-9]{4,20}$','description':'A phone number in E.164.','examples':['+99912345678']}", NULL },
	{ "identifier", "{'type':'object','properties':{'kind':{'$ref':'#/components/schemas/code.identifier_kind'},'value':{'type':'string','minLength':1,'maxLength':200},'issuer':{'type':'string','maxLength':200}},'required':['kind','value'],'additionalProperties':false,'description':'A number or name that is given to one alone.','examples':[{'kind':'other','value':'X1234567'}]}", NULL },
	{ "file", "{'type':'object','properties':{'sha256':{'type':'string','pattern':'^[0-9a-f]{64}$'},'name':{'type':'string','maxLength':250},'bytes':{'type':'integer','minimum':0},'media':{'type':'string','maxLength':100}},'required':['sha256','bytes','media'],'additionalProperties':false,'description':'What a file is; the file itself is kept elsewhere.','examples':[{'sha256':'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855','name':'a.pdf','bytes':0,'media':'application/pdf'}]}", NULL },
	{ "yesno", "{'enum':['yes','no','unknown'],'type':'string'}", "{'type':'boolean'}" },
    /* clang-format on */
};

json_t *
openapi_json(const char *text)
{
	struct arena *a = arena_new(0);
	char *p = str_z(a, str_from(text));
	struct err err;
	json_t *value;

	for (char *q = p; *q != '\0'; q++)
		*q = *q == '\'' ? '"' : *q;
	must(json_read(str_from(p), NULL, &value, &err) == RC_OK);
	arena_free(a);
	return value;
}

json_t *
openapi_ref(const char *folder, const char *name)
{
	json_t *o = json_object();

	set(o, "$ref", json_sprintf("#/components/%s/%s", folder, name));
	return o;
}

static json_t *
of_type(const char *type)
{
	json_t *o = json_object();

	set(o, "type", json_string(type));
	return o;
}

/* null takes a value away (RFC 7396). */
static json_t *
or_null(json_t *schema)
{
	json_t *o = json_object(), *any = json_array();

	add(any, schema);
	add(any, of_type("null"));
	set(o, "anyOf", any);
	return o;
}

static void
kind_schemas(json_t *schemas)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		json_t *input = or_null(openapi_ref("schemas", kinds[i].name)), *name;

		set(schemas, kinds[i].name, openapi_json(kinds[i].schema));
		if (kinds[i].input != NULL)
			add(json_object_get(input, "anyOf"), openapi_json(kinds[i].input));
		name = json_sprintf("%s.input", kinds[i].name);
		set(schemas, json_string_value(name), input);
		json_decref(name);
	}
}

static const char *
kind_of(const struct field *f)
{
	switch (f->kind) {
	case FIELD_TEXT: return "text";
	case FIELD_DATE: return "date";
	case FIELD_RANGE: return "range";
	case FIELD_TIME: return "time";
	case FIELD_NUMBER: return f->whole ? "count" : f->below_zero ? "number" : "amount";
	case FIELD_MONEY: return "money";
	case FIELD_CODE: return "code";
	case FIELD_REF: return "id";
	case FIELD_PLACE: return "place";
	case FIELD_PHONE: return "phone";
	case FIELD_IDENTIFIER: return "identifier";
	case FIELD_FILE: return "file";
	case FIELD_YESNO: return "yesno";
	case FIELD_KIND_COUNT: break;
	}
	must(false);
	return NULL;
}

static json_t *
names_of(const struct str_list *list)
{
	json_t *names = json_array();

	for (size_t i = 0; i < list->n; i++)
		add(names, json_from_str(list->at[i]));
	return names;
}

/* One value of the field: as an answer has it, or as a change may give it. */
static json_t *
value_schema(const struct field *f, bool input)
{
	const char *kind = kind_of(f);
	char name[128];
	json_t *o;

	switch (f->kind) {
	case FIELD_TEXT:
		o = of_type("string");
		if (!input)
			set(o, "minLength", json_integer(1));
		set(o, "maxLength", json_integer(f->max));
		return input && !f->list ? or_null(o) : o;
	case FIELD_CODE:
		(void)snprintf(name, sizeof name, "code.%.*s", STR_ARG(f->codes->name));
		o = openapi_ref("schemas", name);
		return input && !f->list ? or_null(o) : o;
	case FIELD_DATE:
	case FIELD_RANGE:
	case FIELD_TIME:
	case FIELD_NUMBER:
	case FIELD_MONEY:
	case FIELD_REF:
	case FIELD_PLACE:
	case FIELD_PHONE:
	case FIELD_IDENTIFIER:
	case FIELD_FILE:
	case FIELD_YESNO:
	case FIELD_KIND_COUNT:
	default: break;
	}
	(void)snprintf(name, sizeof name, "%s%s", kind, input && !f->list ? ".input" : "");
	return openapi_ref("schemas", name);
}

/* What a tool cannot check stands beside the schema, under x-. */
static void
say(json_t *o, const struct field *f)
{
	set(o, "title", json_from_str(model_field_label(f, STR("en"))));
	if (f->about.n > 0)
		set(o, "description", json_from_str(f->about));
	if (f->automatic)
		set(o, "readOnly", json_true());
	if (f->mask != MASK_NEVER)
		set(o, "x-mask", json_string(mask_name(f->mask)));
	if (f->sensitivity != SENSITIVITY_NONE)
		set(o, "x-sensitivity", json_string(sensitivity_name(f->sensitivity)));
	if (f->kind == FIELD_REF)
		set(o, "x-refers-to", names_of(&f->refs));
	if (f->kind == FIELD_IDENTIFIER && f->kinds.n > 0)
		set(o, "x-kinds", names_of(&f->kinds));
	if (f->unit.n > 0)
		set(o, "x-unit", json_from_str(f->unit));
	if (f->check_language)
		set(o, "x-language-guide", json_true());
	if (f->index_exact)
		set(o, "x-filter", json_true());
}

static json_t *
field_schema(const struct field *f, bool input)
{
	json_t *o = value_schema(f, input);

	if (f->list) {
		json_t *list = of_type("array");

		set(list, "items", o);
		set(list, "maxItems", json_integer(f->list_max));
		o = input ? or_null(list) : list;
	}
	if (!input)
		say(o, f);
	return o;
}

static json_t *
fields_schema(const struct record_type *t, bool input)
{
	json_t *o = of_type("object"), *properties = json_object();

	for (size_t i = 0; i < t->field_count; i++) {
		const struct field *f = &t->fields[i];

		if (!input || !f->automatic)
			must(json_object_setn_new(properties, f->name.p, f->name.n,
						  field_schema(f, input)) == 0);
	}
	set(o, "properties", properties);
	set(o, "additionalProperties", json_false());
	return o;
}

/* {"if":{the other field has that value},"then":{"required":[field]}} */
static json_t *
required_when(const struct record_type *t, const struct field *f)
{
	const struct field *other = &t->fields[f->when_field];
	json_t *o = json_object(), *when = json_object(), *then = json_object();
	json_t *properties = json_object(), *value = json_object();

	set(value, "const", json_from_str(f->when_value));
	if (other->list) {
		json_t *list = of_type("array");

		set(list, "contains", value);
		value = list;
	}
	must(json_object_setn_new(properties, other->name.p, other->name.n, value) == 0);
	set(when, "properties", properties);
	set(when, "required", json_pack("[o]", json_from_str(other->name)));
	set(then, "required", json_pack("[o]", json_from_str(f->name)));
	set(o, "if", when);
	set(o, "then", then);
	return o;
}

static json_t *
new_schema(const struct record_type *t, const char *input_name)
{
	json_t *o = json_object(), *all = json_array(), *required = json_array();

	add(all, openapi_ref("schemas", input_name));
	for (size_t i = 0; i < t->field_count; i++) {
		const struct field *f = &t->fields[i];

		if (f->required && !f->automatic)
			add(required, json_from_str(f->name));
		else if (f->when_field >= 0 && !f->automatic)
			add(all, required_when(t, f));
	}
	set(o, "allOf", all);
	if (json_array_size(required) > 0)
		set(o, "required", json_incref(required));
	json_decref(required);
	return o;
}

static json_t *
record_schema(const struct record_type *t, const char *fields_name, const char *state_name)
{
	json_t *o = json_object(), *all = json_array(), *properties = json_object();
	json_t *type = json_object();

	add(all, openapi_ref("schemas", "record_members"));
	set(o, "allOf", all);
	set(type, "const", json_from_str(t->name));
	set(properties, "type", type);
	if (t->states.n > 0)
		set(properties, "state", openapi_ref("schemas", state_name));
	set(properties, "fields", openapi_ref("schemas", fields_name));
	set(o, "properties", properties);
	set(o, "unevaluatedProperties", json_false());
	set(o, "title", json_from_str(model_type_label(t, STR("en"))));
	if (t->about.n > 0)
		set(o, "description", json_from_str(t->about));
	return o;
}

static void
type_schemas(const struct record_type *t, json_t *schemas)
{
	static const char *const prefixes[] = {"fields", "input", "new", "record", "state"};
	char names[COUNT_OF(prefixes)][128];

	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		(void)snprintf(names[i], sizeof names[i], "%s.%.*s", prefixes[i], STR_ARG(t->name));
	set(schemas, names[0], fields_schema(t, false));
	set(schemas, names[1], fields_schema(t, true));
	set(schemas, names[2], new_schema(t, names[1]));
	set(schemas, names[3], record_schema(t, names[0], names[4]));
	if (t->states.n > 0) {
		json_t *states = of_type("string");

		set(states, "enum", names_of(&t->states));
		set(schemas, names[4], states);
	}
}

static void
list_schema(const struct code_list *list, json_t *schemas)
{
	json_t *o = of_type("string"), *codes = json_array(), *retired = json_array();
	char name[128];

	(void)snprintf(name, sizeof name, "code.%.*s", STR_ARG(list->name));
	for (size_t i = 0; i < list->code_count; i++) {
		add(codes, json_from_str(list->codes[i].code));
		if (list->codes[i].retired)
			add(retired, json_from_str(list->codes[i].code));
	}
	set(o, "enum", codes);
	if (json_array_size(retired) > 0)
		set(o, "x-retired", json_incref(retired));
	json_decref(retired);
	set(schemas, name, o);
}

void
openapi_model_schemas(const struct model *m, json_t *schemas)
{
	json_t *types = of_type("string"), *names = json_array();

	kind_schemas(schemas);
	for (size_t i = 0; i < m->list_count; i++)
		if (m->lists[i]->shape == LIST_CODES)
			list_schema(m->lists[i], schemas);
	for (size_t i = 0; i < m->type_count; i++) {
		type_schemas(&m->types[i], schemas);
		add(names, json_from_str(m->types[i].name));
	}
	set(types, "enum", names);
	set(schemas, "record_type", types);
}
