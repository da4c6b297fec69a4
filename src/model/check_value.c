#include "model/check_value.h"

#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/id.h"
#include "base/utf8.h"
#include "text/edtf.h"
#include "text/ident.h"
#include "text/normal.h"
#include "text/phone.h"

#define LONG_BYTES_MAX ((size_t)60000) /* below TEXT_INPUT_MAX, where text/ would cut */
#define PART_MAX 200

static enum rc
bad(struct checker *c, const char *key, const char *text)
{
	return fail(c->err, RC_INVALID, key, "%s", text);
}

/* Printable ASCII with single spaces inside: already in its one form. */
static bool
is_plain(struct str s)
{
	bool space = true;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < ' ' || s.p[i] > '~' || (s.p[i] == ' ' && space))
			return false;
		space = s.p[i] == ' ';
	}
	return s.n == 0 || !space;
}

static bool
has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\n' && s.p[i] != '\t') ||
		    s.p[i] == 0x7f)
			return true;
	return false;
}

/* CRLF and CR become LF. */
static struct str
lines(struct arena *a, struct str s)
{
	char *p = arena_bytes(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\r') {
			p[n++] = '\n';
			if (i + 1 < s.n && s.p[i + 1] == '\n')
				i++;
		} else {
			p[n++] = s.p[i];
		}
	}
	return (struct str){p, n};
}

/* Bring a text to its one form; false with an error when it is too long or odd. */
static enum rc
one_text(struct checker *c, struct str s, bool is_long, size_t max, const char *key,
	 struct str *out)
{
	if (s.n > LONG_BYTES_MAX)
		return fail(c->err, RC_INVALID, key, "is longer than %zu characters", max);
	if (is_long) {
		if (!text_is_ascii(s))
			s = text_compose(c->arena, s);
		if (str_chr(s, '\r') >= 0)
			s = lines(c->arena, s);
		s = str_trim(s);
	} else if (!is_plain(s)) {
		if (has_control(s) || str_chr(s, '\n') >= 0)
			return bad(c, key, "must be one line without control characters");
		s = text_squeeze(c->arena, text_compose(c->arena, s));
	}
	if (has_control(s))
		return bad(c, key, "has control characters");
	if (s.n > max && utf8_count(s) > max)
		return fail(c->err, RC_INVALID, key, "is longer than %zu characters", max);
	*out = s;
	return RC_OK;
}

static enum rc
want_string(struct checker *c, json_t *value, const char *key, const char *what, struct str *out)
{
	if (!json_is_string(value))
		return fail(c->err, RC_INVALID, key, "must be %s, written as text", what);
	*out = json_str(value);
	return RC_OK;
}

/* The same object when nothing changed, so that the usual case copies nothing. */
static json_t *
kept_or_new(json_t *value, struct str s)
{
	return str_eq(json_str(value), s) ? json_incref(value) : json_from_str(s);
}

static enum rc
check_text(struct checker *c, const struct field *f, json_t *value, const char *key, json_t **out)
{
	struct str s;
	enum rc rc;

	if ((rc = want_string(c, value, key, "a text", &s)) != RC_OK ||
	    (rc = one_text(c, s, f->text == TEXT_LONG, f->max, key, &s)) != RC_OK)
		return rc;
	if (s.n > 0)
		*out = kept_or_new(value, s);
	return RC_OK;
}

static enum rc
check_date(struct checker *c, const struct field *f, json_t *value, const char *key, json_t **out)
{
	struct edtf d;
	struct str s;
	enum rc rc;

	if ((rc = want_string(c, value, key, "a date", &s)) != RC_OK)
		return rc;
	s = str_trim(s);
	if (s.n == 0)
		return RC_OK;
	if (s.n > 40 || !edtf_parse(s, &d))
		return bad(c, key,
			   f->kind == FIELD_DATE
			       ? "must be a date as known: 1979, 1979-05, 1979-05-07, 1979-05~"
			       : "must be two dates: 2026-03/2026-05, 2026-03/..");
	if (f->kind == FIELD_DATE && d.interval)
		return bad(c, key, "must be one date, not two");
	*out = kept_or_new(value, edtf_format(c->arena, &d));
	return RC_OK;
}

static enum rc
check_time(struct checker *c, json_t *value, const char *key, json_t **out)
{
	struct str s;
	int64_t ms;
	enum rc rc;

	if ((rc = want_string(c, value, key, "a time", &s)) != RC_OK)
		return rc;
	s = str_trim(s);
	if (s.n == 0)
		return RC_OK;
	if (s.n > 40 || !time_parse(s, &ms))
		return bad(c, key, "must be a time with its zone: 2026-11-23T02:10:00Z");
	*out = kept_or_new(value, time_format(c->arena, ms));
	return RC_OK;
}

/* "-012.50" -> "-12.5". Up to 15 digits before the point and 9 behind. */
static bool
decimal(struct arena *a, struct str s, struct str *out)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	struct str rest = str_sub(s, minus ? 1 : 0, s.n), whole, part = STR_NONE;

	whole = str_cut(&rest, '.');
	if (rest.p != NULL) {
		part = rest;
		if (part.n == 0)
			return false;
	}
	for (size_t i = 0; i < whole.n; i++)
		if (whole.p[i] < '0' || whole.p[i] > '9')
			return false;
	for (size_t i = 0; i < part.n; i++)
		if (part.p[i] < '0' || part.p[i] > '9')
			return false;
	while (whole.n > 1 && whole.p[0] == '0')
		whole = str_sub(whole, 1, whole.n);
	while (part.n > 0 && part.p[part.n - 1] == '0')
		part.n--;
	if (whole.n == 0 || whole.n > 15 || part.n > 9)
		return false;
	minus = minus && !(str_eq(whole, STR("0")) && part.n == 0);
	*out = str_fmt(a, "%s%.*s%s%.*s", minus ? "-" : "", STR_ARG(whole), part.n > 0 ? "." : "",
		       STR_ARG(part));
	return true;
}

static enum rc
check_number(struct checker *c, json_t *value, const char *key, json_t **out)
{
	struct str s;

	if (json_is_integer(value))
		s = str_fmt(c->arena, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value))
		s = str_trim(json_str(value));
	else
		return bad(c, key, "must be a number written as text: \"12.5\"");
	if (s.n == 0)
		return RC_OK;
	if (s.n > 40 || !decimal(c->arena, s, &s))
		return bad(c, key, "must be a decimal number: \"12.5\"");
	*out = json_from_str(s);
	return RC_OK;
}

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

static enum rc
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

static enum rc
find_code(struct checker *c, const struct code_list *list, struct str s, const char *key,
	  const struct code **out)
{
	const struct code *code = list == NULL ? NULL : code_find(list, s);

	if (code == NULL && c->mode == CHECK_IMPORT && list != NULL)
		code = code_find_alias(list, s);
	if (code == NULL)
		return fail(c->err, RC_INVALID, key, "is not in the list \"%.*s\"",
			    list == NULL ? 0 : (int)list->name.n, list == NULL ? "" : list->name.p);
	if (code->retired && c->mode == CHECK_CREATE)
		return fail(c->err, RC_INVALID, key, "is retired from the list \"%.*s\"",
			    STR_ARG(list->name));
	*out = code;
	return RC_OK;
}

static enum rc
check_code(struct checker *c, const struct field *f, json_t *value, const char *key, json_t **out)
{
	const struct code *code;
	struct str s;
	enum rc rc;

	if ((rc = want_string(c, value, key, "a code", &s)) != RC_OK || s.n == 0)
		return rc;
	if ((rc = find_code(c, f->codes, s, key, &code)) == RC_OK)
		*out = kept_or_new(value, code->code);
	return rc;
}

static enum rc
check_ref(struct checker *c, json_t *value, const char *key, json_t **out)
{
	struct str s;
	struct id id;
	enum rc rc;

	if ((rc = want_string(c, value, key, "a record's id", &s)) != RC_OK || s.n == 0)
		return rc;
	if (!id_parse(s, &id))
		return bad(c, key, "must be a record's id of 36 characters");
	*out = kept_or_new(value, id_format(c->arena, id));
	return RC_OK;
}

static bool
coordinate(struct arena *a, struct str s, int max, struct str *out)
{
	struct str whole;
	int64_t n;

	if (s.n > 40 || !decimal(a, s, out))
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
	if ((rc = want_string(c, member, key, "a place in parts, each", &s)) != RC_OK ||
	    (rc = one_text(c, s, false, strcmp(name, "text") == 0 ? 300 : PART_MAX, key, &s)) !=
		RC_OK ||
	    s.n == 0)
		return rc;
	if (strcmp(name, "country") == 0) {
		if ((rc = find_code(c, c->countries, s, key, &country)) != RC_OK)
			return rc;
		s = country->code;
	} else if (strcmp(name, "locode") == 0 && !locode_is_good(s)) {
		return bad(c, key, "needs a locode of five characters, as UN/LOCODE has it");
	} else if (strcmp(name, "lat") == 0 && !coordinate(c->arena, s, 90, &s)) {
		return bad(c, key, "needs lat as decimal degrees, -90 to 90, as text");
	} else if (strcmp(name, "lon") == 0 && !coordinate(c->arena, s, 180, &s)) {
		return bad(c, key, "needs lon as decimal degrees, -180 to 180, as text");
	}
	must(json_object_set_new_nocheck(place, name, kept_or_new(member, s)) == 0);
	return RC_OK;
}

static enum rc
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
		rc = bad(c, key, "needs both lat and lon, or neither");
	if (rc != RC_OK || json_object_size(place) == 0) {
		json_decref(place);
		return rc;
	}
	*out = place;
	return RC_OK;
}

static enum rc
check_phone(struct checker *c, json_t *value, const char *key, json_t **out)
{
	struct str s;
	enum rc rc;

	if ((rc = want_string(c, value, key, "a phone number", &s)) != RC_OK)
		return rc;
	s = str_trim(s);
	if (s.n == 0)
		return RC_OK;
	if (s.n > 80 || !phone_normalise(c->arena, s, STR_NONE, &s))
		return bad(c, key, "must be a phone number with + and country code");
	*out = kept_or_new(value, s);
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
	if ((rc = find_code(c, c->countries, issuer, key, &country)) == RC_OK)
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

static enum rc
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
	if ((rc = one_text(c, s, false, 200, key, &s)) != RC_OK ||
	    (rc = one_text(c, issuer, false, PART_MAX, key, &issuer)) != RC_OK)
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

static enum rc
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
	    (rc = one_text(c, name, false, 250, key, &name)) != RC_OK)
		return rc;
	if (!hex_parse(json_member_str(value, "sha256"), sha256, sizeof sha256))
		return fail(c->err, RC_INVALID, key, "needs a sha256 of 64 digits: %s", shape);
	if (!json_is_integer(bytes) || json_integer_value(bytes) < 0)
		return fail(c->err, RC_INVALID, key, "needs its length in bytes: %s", shape);
	if (!media_is_good(json_member_str(value, "media")))
		return fail(c->err, RC_INVALID, key, "needs a media type: %s", shape);
	if (str_chr(name, '/') >= 0 || str_chr(name, '\\') >= 0)
		return bad(c, key, "has a path in its name; give the name alone");
	*out = json_object();
	must(json_object_set_new_nocheck(
		 *out, "sha256", json_from_str(hex_format(c->arena, sha256, sizeof sha256))) == 0);
	must(json_object_set_nocheck(*out, "bytes", bytes) == 0);
	must(json_object_set_nocheck(*out, "media", json_object_get(value, "media")) == 0);
	if (name.n > 0)
		must(json_object_set_new_nocheck(*out, "name", json_from_str(name)) == 0);
	return RC_OK;
}

static enum rc
check_yesno(struct checker *c, json_t *value, const char *key, json_t **out)
{
	struct str s = json_str(value);

	if (json_is_boolean(value)) {
		*out = json_string_nocheck(json_is_true(value) ? "yes" : "no");
		return RC_OK;
	}
	if (!json_is_string(value) || (s.n > 0 && !str_eq(s, STR("yes")) && !str_eq(s, STR("no")) &&
				       !str_eq(s, STR("unknown"))))
		return bad(c, key, "must be \"yes\", \"no\" or \"unknown\"");
	if (s.n > 0)
		*out = json_incref(value);
	return RC_OK;
}

enum rc
check_value(struct checker *c, const struct field *f, json_t *value, const char *key, json_t **out)
{
	*out = NULL;
	if (value == NULL || json_is_null(value))
		return RC_OK;
	switch (f->kind) {
	case FIELD_TEXT: return check_text(c, f, value, key, out);
	case FIELD_DATE:
	case FIELD_RANGE: return check_date(c, f, value, key, out);
	case FIELD_TIME: return check_time(c, value, key, out);
	case FIELD_NUMBER: return check_number(c, value, key, out);
	case FIELD_MONEY: return check_money(c, value, key, out);
	case FIELD_CODE: return check_code(c, f, value, key, out);
	case FIELD_REF: return check_ref(c, value, key, out);
	case FIELD_PLACE: return check_place(c, value, key, out);
	case FIELD_PHONE: return check_phone(c, value, key, out);
	case FIELD_IDENTIFIER: return check_identifier(c, f, value, key, out);
	case FIELD_FILE: return check_file(c, value, key, out);
	case FIELD_YESNO: return check_yesno(c, value, key, out);
	case FIELD_KIND_COUNT: break;
	}
	must(false);
	return RC_FAILED;
}
