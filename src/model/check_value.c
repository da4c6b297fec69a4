#include "model/check_value.h"

#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/utf8.h"
#include "text/edtf.h"
#include "text/normal.h"
#include "text/phone.h"

#define LONG_BYTES_MAX ((size_t)60000) /* below TEXT_INPUT_MAX, where text/ would cut */

enum rc
value_bad(struct checker *c, const char *key, const char *text)
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

enum rc
value_text(struct checker *c, struct str s, bool is_long, size_t max, const char *key,
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
			return value_bad(c, key, "must be one line without control characters");
		s = text_squeeze(c->arena, text_compose(c->arena, s));
	}
	if (has_control(s))
		return value_bad(c, key, "has control characters");
	if (s.n > max && utf8_count(s) > max)
		return fail(c->err, RC_INVALID, key, "is longer than %zu characters", max);
	*out = s;
	return RC_OK;
}

enum rc
value_string(struct checker *c, json_t *value, const char *key, const char *what, struct str *out)
{
	if (!json_is_string(value))
		return fail(c->err, RC_INVALID, key, "must be %s, written as text", what);
	*out = json_str(value);
	return RC_OK;
}

json_t *
value_kept(json_t *value, struct str s)
{
	return str_eq(json_str(value), s) ? json_incref(value) : json_from_str(s);
}

static enum rc
check_text(struct checker *c, const struct field *f, json_t *value, const char *key, json_t **out)
{
	struct str s;
	enum rc rc;

	if ((rc = value_string(c, value, key, "a text", &s)) != RC_OK ||
	    (rc = value_text(c, s, f->text == TEXT_LONG, f->max, key, &s)) != RC_OK)
		return rc;
	if (s.n > 0)
		*out = value_kept(value, s);
	return RC_OK;
}

static enum rc
check_date(struct checker *c, const struct field *f, json_t *value, const char *key, json_t **out)
{
	struct edtf d;
	struct str s;
	enum rc rc;

	if ((rc = value_string(c, value, key, "a date", &s)) != RC_OK)
		return rc;
	s = str_trim(s);
	if (s.n == 0)
		return RC_OK;
	if (s.n > 40 || !edtf_parse(s, &d))
		return value_bad(
		    c, key,
		    f->kind == FIELD_DATE
			? "must be a date as known: 1979, 1979-05, 1979-05-07, 1979-05~"
			: "must be a date, or two: 2026-03, 2026-03/2026-05, 2026-03/..");
	if (f->kind == FIELD_DATE && d.interval)
		return value_bad(c, key, "must be one date, not two");
	*out = value_kept(value, edtf_format(c->arena, &d));
	return RC_OK;
}

static enum rc
check_time(struct checker *c, json_t *value, const char *key, json_t **out)
{
	struct str s;
	int64_t ms;
	enum rc rc;

	if ((rc = value_string(c, value, key, "a time", &s)) != RC_OK)
		return rc;
	s = str_trim(s);
	if (s.n == 0)
		return RC_OK;
	if (s.n > 40 || !time_parse(s, &ms))
		return value_bad(c, key, "must be a time with its zone: 2026-11-23T02:10:00Z");
	*out = value_kept(value, time_format(c->arena, ms));
	return RC_OK;
}

bool
value_decimal(struct arena *a, struct str s, struct str *out)
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
check_number(struct checker *c, const struct field *f, json_t *value, const char *key, json_t **out)
{
	struct str s;

	if (json_is_integer(value))
		s = str_fmt(c->arena, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value))
		s = str_trim(json_str(value));
	else
		return value_bad(c, key, "must be a number written as text: \"12.5\"");
	if (s.n == 0)
		return RC_OK;
	if (s.n > 40 || !value_decimal(c->arena, s, &s))
		return value_bad(c, key, "must be a decimal number: \"12.5\"");
	if (s.p[0] == '-' && !f->below_zero)
		return value_bad(c, key, "cannot be below zero");
	if (f->whole && str_find(s, STR(".")) >= 0)
		return value_bad(c, key, "is a count: must be a whole number");
	*out = json_from_str(s);
	return RC_OK;
}

enum rc
value_code(struct checker *c, const struct code_list *list, struct str s, const char *key,
	   const struct code **out)
{
	const struct code *code = list == NULL ? NULL : code_find(list, s);

	if (code == NULL && c->mode == CHECK_IMPORT && list != NULL)
		code = code_find_alias(list, s);
	if (code == NULL)
		return list == NULL
			   ? fail(c->err, RC_INVALID, key, "has no list of codes")
			   : fail(c->err, RC_INVALID, key,
				  "is not in the list \"%.*s\"; `liaison model show %.*s` has it",
				  STR_ARG(list->name), STR_ARG(list->name));
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

	if ((rc = value_string(c, value, key, "a code", &s)) != RC_OK || s.n == 0)
		return rc;
	if ((rc = value_code(c, f->codes, s, key, &code)) == RC_OK)
		*out = value_kept(value, code->code);
	return rc;
}

static enum rc
check_ref(struct checker *c, json_t *value, const char *key, json_t **out)
{
	struct str s;
	struct id id;
	enum rc rc;

	if ((rc = value_string(c, value, key, "a record's id", &s)) != RC_OK || s.n == 0)
		return rc;
	if (!id_parse(s, &id))
		return value_bad(c, key, "must be a record's id of 36 characters");
	*out = value_kept(value, id_format(c->arena, id));
	return RC_OK;
}

static enum rc
check_phone(struct checker *c, json_t *value, const char *key, json_t **out)
{
	struct str s;
	enum rc rc;

	if ((rc = value_string(c, value, key, "a phone number", &s)) != RC_OK)
		return rc;
	s = str_trim(s);
	if (s.n == 0)
		return RC_OK;
	if (s.n > 80 || !phone_normalise(c->arena, s, STR_NONE, &s))
		return value_bad(c, key, "must be a phone number with + and country code");
	*out = value_kept(value, s);
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
		return value_bad(c, key, "must be \"yes\", \"no\" or \"unknown\"");
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
	case FIELD_NUMBER: return check_number(c, f, value, key, out);
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
