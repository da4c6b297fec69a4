#include "model/check_value.h"

#include <string.h>

#include "base/hex.h"
#include "text/ident.h"
#include "text/normal.h"

#define PART_MAX 200

static enum rc
only_members(struct checker *c, json_t *object, const char *const *names, size_t n, const char *key,
	     const char *shape)
{
	const char *name;
	json_t *member;

	if (!json_is_object(object))
		return fail(c->err, RC_INVALID, key, "must be an object: %s", shape);
	json_object_foreach (object, name, member) {
		size_t i = 0;

		while (i < n && strcmp(names[i], name) != 0)
			i++;
		if (i == n)
			return fail(c->err, RC_INVALID, key, "has a member it should not: %s",
				    shape);
	}
	return RC_OK;
}

enum rc
check_money(struct checker *c, json_t *value, const char *key, json_t **out)
{
	static const char *const names[] = {"minor", "currency"};
	static const char shape[] = "{\"minor\": 1234, \"currency\": \"EUR\"}";
	json_t *minor = json_object_get(value, "minor");
	struct str currency = json_member_str(value, "currency");
	enum rc rc;

	if ((rc = only_members(c, value, names, COUNT_OF(names), key, shape)) != RC_OK)
		return rc;
	if (!json_is_integer(minor) || json_integer_value(minor) > JSON_INTEGER_MAX ||
	    json_integer_value(minor) < -JSON_INTEGER_MAX)
		return fail(c->err, RC_INVALID, key, "needs minor units as an integer: %s", shape);
	if (c->currencies == NULL || code_find(c->currencies, currency) == NULL)
		return fail(c->err, RC_INVALID, key, "needs a currency of ISO 4217: %s", shape);
	*out = json_incref(value);
	return RC_OK;
}

static bool
coordinate(struct arena *a, struct str s, int max, struct str *out)
{
	struct str whole;
	int64_t n;

	if (s.n > 40 || !value_decimal(a, s, out))
		return false;
	whole = *out;
	if (str_starts(whole, STR("-")))
		whole = str_sub(whole, 1, whole.n);
	ptrdiff_t point = str_chr(whole, '.');
	if (!str_to_i64(str_sub(whole, 0, point < 0 ? whole.n : (size_t)point), &n))
		return false;
	return n < max || (n == max && point < 0);
}

/* UN/LOCODE: country, then three of A-Z and 2-9. */
static bool
locode_is_good(struct str s)
{
	if (s.n != 5)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		      (i > 1 && s.p[i] >= '2' && s.p[i] <= '9')))
			return false;
	return true;
}

static enum rc
check_place_part(struct checker *c, const char *name, json_t *member, const char *key,
		 json_t *place)
{
	const struct code *country;
	struct str s;
	enum rc rc;

	if (json_is_null(member))
		return RC_OK;
	if ((rc = value_string(c, member, key, "a place in parts, each", &s)) != RC_OK ||
	    (rc = value_text(c, s, false, strcmp(name, "text") == 0 ? 300 : PART_MAX, key, &s)) !=
		RC_OK ||
	    s.n == 0)
		return rc;
	if (strcmp(name, "country") == 0) {
		if ((rc = value_code(c, c->countries, s, key, &country)) != RC_OK)
			return rc;
		s = country->code;
	} else if (strcmp(name, "locode") == 0 && !locode_is_good(s)) {
		return value_bad(c, key, "needs a locode of five characters, as UN/LOCODE has it");
	} else if (strcmp(name, "lat") == 0 && !coordinate(c->arena, s, 90, &s)) {
		return value_bad(c, key, "needs lat as decimal degrees, -90 to 90, as text");
	} else if (strcmp(name, "lon") == 0 && !coordinate(c->arena, s, 180, &s)) {
		return value_bad(c, key, "needs lon as decimal degrees, -180 to 180, as text");
	}
	must(json_object_set_new_nocheck(place, name, value_kept(member, s)) == 0);
	return RC_OK;
}

enum rc
check_place(struct checker *c, json_t *value, const char *key, json_t **out)
{
	static const char *const names[] = {"text",    "street", "city", "state", "postcode",
					    "country", "locode", "lat",	 "lon"};
	json_t *place, *member;
	const char *name;
	enum rc rc;

	if ((rc = only_members(c, value, names, COUNT_OF(names), key,
			       "text, street, city, state, postcode, country, locode, lat, lon")) !=
	    RC_OK)
		return rc;
	place = json_object();
	json_object_foreach (value, name, member)
		if ((rc = check_place_part(c, name, member, key, place)) != RC_OK)
			break;
	if (rc == RC_OK &&
	    (json_object_get(place, "lat") == NULL) != (json_object_get(place, "lon") == NULL))
		rc = value_bad(c, key, "needs both lat and lon, or neither");
	if (rc != RC_OK || json_object_size(place) == 0) {
		json_decref(place);
		return rc;
	}
	*out = place;
	return RC_OK;
}

/* The one form of an identifier of this kind; false when it cannot be one. */
static bool
identifier_form(struct arena *a, struct str form, struct str s, struct str *out)
{
	if (str_eq(form, STR("email"))) {
		ptrdiff_t at = str_chr(s, '@');

		*out = text_fold(a, s);
		return at > 0 && (size_t)at + 1 < s.n && str_chr(s, ' ') < 0;
	}
	if (str_eq(form, STR("handle"))) {
		s = text_fold(a, s);
		*out = str_starts(s, STR("@")) ? str_sub(s, 1, s.n) : s;
		return out->n > 0 && str_chr(*out, ' ') < 0;
	}
	if (str_eq(form, STR("text"))) {
		*out = s;
		return true;
	}
	*out = ident_canonical(a, s);
	if (str_eq(form, STR("iban")))
		return ident_is_iban(*out);
	if (str_eq(form, STR("imei")))
		return ident_is_imei(*out);
	if (str_eq(form, STR("luhn")))
		return ident_is_luhn(*out);
	return out->n > 0;
}

static enum rc
check_issuer(struct checker *c, const struct code *kind, struct str issuer, const char *key,
	     struct str *out)
{
	const struct code *country;
	enum rc rc;

	if (!str_eq(code_cell(c->identifier_kinds, kind, STR("issuer")), STR("country"))) {
		*out = issuer;
		return RC_OK;
	}
	if ((rc = value_code(c, c->countries, issuer, key, &country)) == RC_OK)
		*out = country->code;
	return rc;
}

static bool
kind_is_taken(const struct field *f, struct str kind)
{
	for (size_t i = 0; i < f->kinds.n; i++)
		if (str_eq(f->kinds.at[i], kind))
			return true;
	return f->kinds.n == 0;
}

enum rc
check_identifier(struct checker *c, const struct field *f, json_t *value, const char *key,
		 json_t **out)
{
	static const char *const names[] = {"kind", "value", "issuer"};
	static const char shape[] =
	    "{\"kind\": \"passport\", \"value\": \"X12\", \"issuer\": \"QN\"}";
	struct str kind_name, s, issuer;
	const struct code *kind = NULL;
	enum rc rc;

	if ((rc = only_members(c, value, names, COUNT_OF(names), key, shape)) != RC_OK)
		return rc;
	kind_name = json_member_str(value, "kind");
	s = json_member_str(value, "value");
	issuer = json_member_str(value, "issuer");
	if (kind_name.n == 0 && f->kinds.n == 1)
		kind_name = f->kinds.at[0];
	if (c->identifier_kinds != NULL)
		kind = code_find(c->identifier_kinds, kind_name);
	if (kind == NULL || !kind_is_taken(f, kind_name))
		return fail(c->err, RC_INVALID, key, "needs a kind that this field takes: %s",
			    shape);
	if ((rc = value_text(c, s, false, 200, key, &s)) != RC_OK ||
	    (rc = value_text(c, issuer, false, PART_MAX, key, &issuer)) != RC_OK)
		return rc;
	if (!identifier_form(c->arena, code_cell(c->identifier_kinds, kind, STR("form")), s, &s))
		return fail(c->err, RC_INVALID, key, "is no %.*s: check its length and digits",
			    STR_ARG(kind->code));
	if (issuer.n > 0 && (rc = check_issuer(c, kind, issuer, key, &issuer)) != RC_OK)
		return rc;
	*out = json_object();
	must(json_object_set_new_nocheck(*out, "kind", json_from_str(kind->code)) == 0);
	must(json_object_set_new_nocheck(*out, "value", json_from_str(s)) == 0);
	if (issuer.n > 0)
		must(json_object_set_new_nocheck(*out, "issuer", json_from_str(issuer)) == 0);
	return RC_OK;
}

static bool
media_is_good(struct str s)
{
	ptrdiff_t slash = str_chr(s, '/');

	if (slash < 1 || (size_t)slash + 1 >= s.n || s.n > 100)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"')
			return false;
	return true;
}

enum rc
check_file(struct checker *c, json_t *value, const char *key, json_t **out)
{
	static const char *const names[] = {"sha256", "name", "bytes", "media"};
	static const char shape[] = "{\"sha256\": \"..\", \"name\": \"a.pdf\", \"bytes\": 120, "
				    "\"media\": \"application/pdf\"}";
	struct str name = json_member_str(value, "name");
	json_t *bytes = json_object_get(value, "bytes");
	unsigned char sha256[32];
	enum rc rc;

	if ((rc = only_members(c, value, names, COUNT_OF(names), key, shape)) != RC_OK ||
	    (rc = value_text(c, name, false, 250, key, &name)) != RC_OK)
		return rc;
	if (!hex_parse(json_member_str(value, "sha256"), sha256, sizeof sha256))
		return fail(c->err, RC_INVALID, key, "needs a sha256 of 64 digits: %s", shape);
	if (!json_is_integer(bytes) || json_integer_value(bytes) < 0)
		return fail(c->err, RC_INVALID, key, "needs its length in bytes: %s", shape);
	if (!media_is_good(json_member_str(value, "media")))
		return fail(c->err, RC_INVALID, key, "needs a media type: %s", shape);
	if (str_chr(name, '/') >= 0 || str_chr(name, '\\') >= 0)
		return value_bad(c, key, "has a path in its name; give the name alone");
	*out = json_object();
	must(json_object_set_new_nocheck(
		 *out, "sha256", json_from_str(hex_format(c->arena, sha256, sizeof sha256))) == 0);
	must(json_object_set_nocheck(*out, "bytes", bytes) == 0);
	must(json_object_set_nocheck(*out, "media", json_object_get(value, "media")) == 0);
	if (name.n > 0)
		must(json_object_set_new_nocheck(*out, "name", json_from_str(name)) == 0);
	return RC_OK;
}
