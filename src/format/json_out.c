#include "format/json.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"

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

static void
quote_valid(struct buf *buf, struct str text)
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

/* Each byte that is no UTF-8 gives way to U+FFFD; the rest stays. */
static void
quote_damaged(struct buf *buf, struct str text, size_t bad)
{
	struct arena *a = arena_new(0);
	struct buf whole;

	arena_wipes(a);
	buf_init(&whole, a);
	for (;; bad = utf8_bad_at(text)) {
		buf_add(&whole, str_sub(text, 0, bad));
		if (bad == text.n)
			break;
		buf_add(&whole, STR("\xef\xbf\xbd"));
		text = str_sub(text, bad + 1, text.n);
	}
	quote_valid(buf, buf_str(&whole));
	arena_free(a);
}

void
json_quote(struct buf *buf, struct str text)
{
	size_t bad = utf8_bad_at(text);

	if (bad == text.n)
		quote_valid(buf, text);
	else
		quote_damaged(buf, text, bad);
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
	point = (int)strtol(strchr(text, 'e') + 1, NULL, 10) +
		1; /* the decimal point stands behind this digit */
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
