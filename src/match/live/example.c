#include "match/live/example.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "format/json.h"
#include "text/edtf.h"

struct reading {
	struct arena *a;
	struct example *out;
	struct str first, middle, last;
	size_t values;
};

static const char *const name_keys[] = {"name", "alias", "previousName", "weakAlias", NULL};
static const char *const id_keys[] = {"idNumber",
				      "passportNumber",
				      "registrationNumber",
				      "taxNumber",
				      "vatCode",
				      "leiCode",
				      "imoNumber",
				      "mmsi",
				      "phone",
				      "email",
				      "iban",
				      "ogrnCode",
				      "innCode",
				      "socialSecurityNumber",
				      NULL};
static const char *const country_keys[] = {"nationality", "citizenship", "country", "jurisdiction",
					   NULL};

static bool
one_of(const char *key, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		if (strcmp(key, *keys) == 0)
			return true;
	return false;
}

/* A qualified name, Person:birthDate, stands for its last part. */
static const char *
short_key(const char *key)
{
	const char *colon = strrchr(key, ':');

	return colon != NULL ? colon + 1 : key;
}

static enum rc
take(struct reading *r, const char *key, json_t *value, struct err *err)
{
	struct str s = json_is_integer(value)
			   ? str_fmt(r->a, "%" JSON_INTEGER_FORMAT, json_integer_value(value))
			   : str_trim(json_str(value));
	struct edtf date;

	if (s.n == 0)
		return RC_OK;
	if (s.n > EXAMPLE_TEXT_MAX || ++r->values > EXAMPLE_VALUES_MAX)
		return fail(err, RC_INVALID, "properties",
			    "takes at most %d texts of up to %d bytes", EXAMPLE_VALUES_MAX,
			    EXAMPLE_TEXT_MAX);
	key = short_key(key);
	if (one_of(key, name_keys))
		*VEC_ADD(r->a, &r->out->names) = s;
	else if (one_of(key, id_keys))
		*VEC_ADD(r->a, &r->out->ids) = s;
	else if (one_of(key, country_keys) && r->out->query.country.n == 0)
		r->out->query.country = s;
	else if (strcmp(key, "birthDate") == 0 && r->out->query.dob.n == 0 && edtf_parse(s, &date))
		r->out->query.dob = s;
	else if (strcmp(key, "firstName") == 0 && r->first.n == 0)
		r->first = s;
	else if ((strcmp(key, "middleName") == 0 || strcmp(key, "secondName") == 0) &&
		 r->middle.n == 0)
		r->middle = s;
	else if (strcmp(key, "lastName") == 0 && r->last.n == 0)
		r->last = s;
	return RC_OK;
}

static enum rc
take_all(struct reading *r, const char *key, json_t *value, struct err *err)
{
	json_t *item;
	enum rc rc = RC_OK;
	size_t i;

	if (!json_is_array(value))
		return take(r, key, value, err);
	json_array_foreach (value, i, item)
		if (rc == RC_OK)
			rc = take(r, key, item, err);
	return rc;
}

/* What the screener calls it; empty: it may be any. */
static struct str
type_of(struct str schema)
{
	if (str_eq_z(schema, "Person"))
		return STR("person");
	if (str_eq_z(schema, "Organization") || str_eq_z(schema, "Company") ||
	    str_eq_z(schema, "PublicBody"))
		return STR("organisation");
	return str_eq_z(schema, "Vessel") ? STR("vessel") : STR_NONE;
}

static enum rc
finish(struct reading *r, struct err *err)
{
	struct example *e = r->out;

	if (r->first.n + r->last.n > 0)
		*VEC_ADD(r->a, &e->names) =
		    str_trim(str_fmt(r->a, "%.*s %.*s%s%.*s", STR_ARG(r->first), STR_ARG(r->middle),
				     r->middle.n > 0 ? " " : "", STR_ARG(r->last)));
	if (e->names.n + e->ids.n == 0)
		return fail(err, RC_INVALID, "properties", "has no name and no identifier");
	e->query.type = type_of(e->schema);
	e->query.names = e->names.at;
	e->query.name_count = e->names.n;
	e->query.ids = e->ids.at;
	e->query.id_count = e->ids.n;
	return RC_OK;
}

enum rc
example_read(struct arena *a, json_t *json, struct example *out, struct err *err)
{
	json_t *properties = json_object_get(json, "properties"), *value;
	struct reading r = {.a = a, .out = out};
	const char *key;
	enum rc rc = RC_OK;

	*out = (struct example){.schema = json_member_str(json, "schema"),
				.id = json_member_str(json, "id"),
				.used = properties};
	if (!json_is_object(properties))
		return fail(err, RC_INVALID, "properties", "takes an object of properties");
	json_object_foreach (properties, key, value)
		if (rc == RC_OK)
			rc = take_all(&r, key, value, err);
	return rc == RC_OK ? finish(&r, err) : rc;
}

enum rc
example_reconcile(struct arena *a, json_t *json, struct example *out, struct err *err)
{
	json_t *properties = json_object_get(json, "properties"), *p;
	json_t *type = json_object_get(json, "type");
	struct reading r = {.a = a, .out = out};
	enum rc rc;
	size_t i;

	*out = (struct example){.schema =
				    json_str(json_is_array(type) ? json_array_get(type, 0) : type)};
	if (!json_is_object(json))
		return fail(err, RC_INVALID, "queries", "takes queries, each an object");
	rc = take(&r, "name", json_object_get(json, "query"), err);
	json_array_foreach (properties, i, p) {
		struct str pid = json_member_str(p, "pid");

		if (rc == RC_OK && pid.n > 0)
			rc = take_all(&r, str_z(a, pid), json_object_get(p, "v"), err);
	}
	return rc == RC_OK ? finish(&r, err) : rc;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct str
decode(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < s.n; i++) {
		int hi = s.p[i] == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1;
		int lo = hi >= 0 ? hex(s.p[i + 2]) : -1;

		if (lo >= 0) {
			buf_add_byte(&b, (char)(unsigned char)(hi << 4 | lo));
			i += 2;
		} else {
			buf_add_byte(&b, s.p[i] == '+' ? ' ' : s.p[i]);
		}
	}
	return buf_str(&b);
}

bool
form_find(struct arena *a, struct str form, const char *name, struct str *out)
{
	while (form.p != NULL) {
		struct str value = str_cut(&form, '&'), key = str_cut(&value, '=');

		if (!str_eq_z(key, name))
			continue;
		*out = decode(a, value);
		return utf8_is_valid(*out);
	}
	return false;
}
