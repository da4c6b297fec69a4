#include "format/json.h"

#include <stdlib.h>

#include "base/arena.h"

/* Where the check that goes before the parser stands. */
struct check {
	const char *p, *end, *line_start;
	long line;
	size_t depth, depth_max;
	bool reals;
	struct err *err;
};

static enum rc
refuse(const struct check *c, enum rc rc, const char *at, const char *text)
{
	return fail_at(c->err, rc, NULL, c->line, (long)(at - c->line_start) + 1, "", "%s", text);
}

static enum rc
check_number(struct check *c)
{
	const char *start = c->p;
	uint64_t v = 0;

	c->p += *c->p == '-';
	while (c->p < c->end && *c->p >= '0' && *c->p <= '9') {
		if (v <= (uint64_t)JSON_INTEGER_MAX)
			v = v * 10 + (uint64_t)(*c->p - '0');
		c->p++;
	}
	if (c->p < c->end && (*c->p == '.' || *c->p == 'e' || *c->p == 'E')) {
		if (!c->reals)
			return refuse(c, RC_INVALID, start, "a number with a fraction or exponent");
		while (c->p < c->end && *c->p != '\0' && strchr("+-.eE0123456789", *c->p) != NULL)
			c->p++;
		return RC_OK;
	}
	if (v > (uint64_t)JSON_INTEGER_MAX)
		return refuse(c, RC_INVALID, start, "an integer beyond 2^53 - 1");
	return RC_OK;
}

/* Past a string; what is in it is the parser's to judge. */
static void
pass_string(struct check *c)
{
	for (c->p++; c->p < c->end && *c->p != '"'; c->p++)
		c->p += *c->p == '\\' && c->p + 1 < c->end;
	if (c->p < c->end)
		c->p++;
}

/*
 * What jansson does not bound as we want: depth, fractions, large integers. One pass over
 * the bytes, which also knows the place; syntax is left to the parser.
 */
static enum rc
check_text(struct check *c)
{
	enum rc rc;

	while (c->p < c->end) {
		unsigned char b = (unsigned char)*c->p;

		if (b == '"') {
			pass_string(c);
		} else if (b == '-' || (b >= '0' && b <= '9')) {
			if ((rc = check_number(c)) != RC_OK)
				return rc;
		} else {
			if ((b | 0x20) == '{' && ++c->depth > c->depth_max)
				return refuse(c, RC_TOO_LARGE, c->p, "too many levels");
			if ((b | 0x20) == '}' && c->depth > 0)
				c->depth--;
			c->p++;
			if (b == '\n') {
				c->line++;
				c->line_start = c->p;
			}
		}
	}
	return RC_OK;
}

static enum rc
read_text(struct str text, const struct limits *limits, bool reals, json_t **out, struct err *err)
{
	struct limits l = limits_full(limits);
	struct check c = {.p = text.p,
			  .end = text.p + text.n,
			  .line_start = text.p,
			  .line = 1,
			  .depth_max = l.depth_max,
			  .reals = reals,
			  .err = err};
	json_error_t error;
	enum rc rc;

	*out = NULL;
	if (text.n > (l.bytes_max > 0 ? l.bytes_max : (size_t)64 << 20))
		return fail(err, RC_TOO_LARGE, "", "the JSON text is over its limit");
	if (text.n == 0)
		return fail(err, RC_INVALID, "", "there is no JSON");
	if ((rc = check_text(&c)) != RC_OK)
		return rc;
	*out = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (*out != NULL)
		return RC_OK;
	/* jansson's own words quote the text, which may be personal. */
	return fail_at(err, RC_INVALID, NULL, error.line, error.column, "", "%s",
		       json_error_code(&error) == json_error_duplicate_key
			   ? "a key stands twice"
			   : "this is not well-formed JSON");
}

enum rc
json_read(struct str text, const struct limits *limits, json_t **out, struct err *err)
{
	return read_text(text, limits, false, out, err);
}

enum rc
json_read_reals(struct str text, const struct limits *limits, json_t **out, struct err *err)
{
	return read_text(text, limits, true, out, err);
}

struct str
json_str(const json_t *value)
{
	if (!json_is_string(value))
		return STR_NONE;
	return (struct str){json_string_value(value), json_string_length(value)};
}

json_t *
json_member(const json_t *object, struct str key)
{
	return key.p != NULL ? json_object_getn(object, key.p, key.n) : NULL;
}

struct str
json_member_str(const json_t *object, const char *key)
{
	return json_str(json_object_get(object, key));
}

json_t *
json_from_str(struct str text)
{
	json_t *value = json_stringn(text.p != NULL ? text.p : "", text.n);

	must(value != NULL);
	return value;
}

/* What each byte needs in a string: 0 nothing, 'u' a \u00XX, else the letter of its escape. */
static const char escapes[256] = {'u', 'u', 'u', 'u', 'u', 'u',		'u',	      'u', 'b',
				  't', 'n', 'u', 'f', 'r', 'u',		'u',	      'u', 'u',
				  'u', 'u', 'u', 'u', 'u', 'u',		'u',	      'u', 'u',
				  'u', 'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\'};

static size_t
plain_run(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && escapes[(unsigned char)p[i]] == 0)
		i++;
	return i;
}

static void
add_escape(struct buf *buf, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	char *to;

	if (escapes[c] != 'u') {
		to = buf_room(buf, 2);
		to[0] = '\\';
		to[1] = escapes[c];
		return;
	}
	to = buf_room(buf, 6);
	to[0] = '\\';
	to[1] = 'u';
	to[2] = to[3] = '0';
	to[4] = digits[c >> 4];
	to[5] = digits[c & 15];
}

void
json_quote(struct buf *buf, struct str text)
{
	size_t i = plain_run(text.p, text.n);

	if (i == text.n) {
		char *to = buf_room(buf, text.n + 2);

		to[0] = '"';
		if (text.n > 0)
			memcpy(to + 1, text.p, text.n);
		to[text.n + 1] = '"';
		return;
	}
	buf_add_byte(buf, '"');
	for (size_t from = 0;;) {
		buf_add_bytes(buf, text.p + from, i - from);
		if (i == text.n)
			break;
		add_escape(buf, (unsigned char)text.p[i]);
		from = i + 1;
		i = from + plain_run(text.p + from, text.n - from);
	}
	buf_add_byte(buf, '"');
}

static void
add_int(struct buf *buf, int64_t value)
{
	char digits[20];
	size_t i = sizeof digits;
	uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	if (value < 0)
		digits[--i] = '-';
	buf_add_bytes(buf, digits + i, sizeof digits - i);
}

/* Number::toString of ECMA-262 section 6.1.6.1.20: the fewest digits that read back. */
static void
add_real(struct buf *buf, double value)
{
	char text[40], digits[20];
	int precision = 0, n = 0, point;

	if (value == 0) {
		buf_add_byte(buf, '0');
		return;
	}
	do
		(void)snprintf(text, sizeof text, "%.*e", precision, value);
	while (strtod(text, NULL) != value && ++precision < 17);
	for (const char *p = text; *p != 'e'; p++) {
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
	}
	while (n > 1 && digits[n - 1] == '0')
		n--;
	point = atoi(strchr(text, 'e') + 1) + 1; /* the decimal point stands behind this digit */
	if (value < 0)
		buf_add_byte(buf, '-');
	if (point > 21 || point < -5) {
		buf_add_byte(buf, digits[0]);
		if (n > 1)
			buf_add_byte(buf, '.');
		buf_add_bytes(buf, digits + 1, (size_t)n - 1);
		buf_addf(buf, "e%+d", point - 1);
		return;
	}
	if (point <= 0)
		buf_add(buf, STR("0."));
	for (int i = point; i < 0; i++)
		buf_add_byte(buf, '0');
	for (int i = 0; i < n || i < point; i++) {
		if (i == point && i > 0)
			buf_add_byte(buf, '.');
		buf_add_byte(buf, i < n ? digits[i] : '0');
	}
}

struct member {
	struct str key;
	const json_t *value;
};

/*
 * Order of UTF-16 code units. It is the order of the bytes of UTF-8, but that characters
 * beyond U+FFFF (lead bytes f0 and up) come before U+E000 to U+FFFF (ee and ef).
 */
static int
key_cmp(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	size_t n = a->key.n < b->key.n ? a->key.n : b->key.n, i = 0;
	unsigned char x, y;

	while (i < n && a->key.p[i] == b->key.p[i])
		i++;
	if (i == n)
		return (a->key.n > b->key.n) - (a->key.n < b->key.n);
	x = (unsigned char)a->key.p[i];
	y = (unsigned char)b->key.p[i];
	if (x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0))
		return x >= 0xf0 ? -1 : 1;
	return x < y ? -1 : 1;
}

static void
sort_members(struct member *at, size_t n)
{
	if (n > 32) {
		qsort(at, n, sizeof *at, key_cmp);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct member m = at[i];
		size_t k = i;

		for (; k > 0 && key_cmp(&at[k - 1], &m) > 0; k--)
			at[k] = at[k - 1];
		at[k] = m;
	}
}

static void
add_object(const json_t *value, struct buf *buf)
{
	struct member few[32], *at = few;
	size_t n = json_object_size(value), i = 0;
	json_t *object = (json_t *)(uintptr_t)value; /* the iterator wants no const */

	if (n > COUNT_OF(few))
		at = NEW_N(buf->arena, struct member, n);
	for (void *it = json_object_iter(object); it != NULL;
	     it = json_object_iter_next(object, it)) {
		at[i].key = (struct str){json_object_iter_key(it), json_object_iter_key_len(it)};
		at[i++].value = json_object_iter_value(it);
	}
	must(i == n);
	sort_members(at, n);
	buf_add_byte(buf, '{');
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_add_byte(buf, ',');
		json_quote(buf, at[i].key);
		buf_add_byte(buf, ':');
		json_canonical(at[i].value, buf);
	}
	buf_add_byte(buf, '}');
}

void
json_canonical(const json_t *value, struct buf *buf)
{
	must(value != NULL);
	switch (json_typeof(value)) {
	case JSON_OBJECT: add_object(value, buf); break;
	case JSON_ARRAY:
		buf_add_byte(buf, '[');
		for (size_t i = 0; i < json_array_size(value); i++) {
			if (i > 0)
				buf_add_byte(buf, ',');
			json_canonical(json_array_get(value, i), buf);
		}
		buf_add_byte(buf, ']');
		break;
	case JSON_STRING: json_quote(buf, json_str(value)); break;
	case JSON_INTEGER: add_int(buf, json_integer_value(value)); break;
	case JSON_REAL: add_real(buf, json_real_value(value)); break;
	case JSON_TRUE: buf_add(buf, STR("true")); break;
	case JSON_FALSE: buf_add(buf, STR("false")); break;
	case JSON_NULL: buf_add(buf, STR("null")); break;
	}
}

static void
before_value(struct json_out *out)
{
	if (out->comma)
		buf_add_byte(out->buf, ',');
	out->comma = true;
}

static void
begin(struct json_out *out, char c)
{
	before_value(out);
	buf_add_byte(out->buf, c);
	out->comma = false;
	out->depth++;
}

static void
end(struct json_out *out, char c)
{
	must(out->depth > 0);
	out->depth--;
	buf_add_byte(out->buf, c);
	out->comma = true;
}

void
json_out_object(struct json_out *out)
{
	begin(out, '{');
}

void
json_out_object_end(struct json_out *out)
{
	end(out, '}');
}

void
json_out_array(struct json_out *out)
{
	begin(out, '[');
}

void
json_out_array_end(struct json_out *out)
{
	end(out, ']');
}

void
json_out_key(struct json_out *out, struct str key)
{
	before_value(out);
	json_quote(out->buf, key);
	buf_add_byte(out->buf, ':');
	out->comma = false;
}

void
json_out_str(struct json_out *out, struct str text)
{
	before_value(out);
	json_quote(out->buf, text);
}

void
json_out_int(struct json_out *out, int64_t value)
{
	before_value(out);
	add_int(out->buf, value);
}

void
json_out_bool(struct json_out *out, bool value)
{
	json_out_raw(out, value ? STR("true") : STR("false"));
}

void
json_out_null(struct json_out *out)
{
	json_out_raw(out, STR("null"));
}

void
json_out_raw(struct json_out *out, struct str json)
{
	before_value(out);
	buf_add(out->buf, json);
}

void
json_out_value(struct json_out *out, const json_t *value)
{
	before_value(out);
	json_canonical(value, out->buf);
}

void
json_out_key_str(struct json_out *out, const char *key, struct str text)
{
	json_out_key(out, str_from(key));
	json_out_str(out, text);
}

void
json_out_key_int(struct json_out *out, const char *key, int64_t value)
{
	json_out_key(out, str_from(key));
	json_out_int(out, value);
}

void
json_out_key_bool(struct json_out *out, const char *key, bool value)
{
	json_out_key(out, str_from(key));
	json_out_bool(out, value);
}
