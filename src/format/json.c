#include "format/json.h"

#include "base/arena.h"
#include "base/utf8.h"

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
			  /* Nothing may be nowhere: no place is counted from NULL. */
			  .end = text.n > 0 ? text.p + text.n : text.p,
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

void
json_wipes(void)
{
	json_set_alloc_funcs(heap_bytes, heap_free_wiped);
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

/* Each byte that is no UTF-8 gives way to U+FFFD; the rest stays. */
static json_t *
from_damaged(struct str text)
{
	struct arena *a = arena_new(0);
	struct buf whole;
	json_t *value;

	buf_init(&whole, a);
	for (;;) {
		size_t n = utf8_bad_at(text);

		buf_add(&whole, str_sub(text, 0, n));
		if (n == text.n)
			break;
		buf_add(&whole, STR("\xef\xbf\xbd"));
		text = str_sub(text, n + 1, text.n);
	}
	value = json_stringn(whole.p, whole.n);
	arena_free(a);
	return value;
}

json_t *
json_from_str(struct str text)
{
	json_t *value = json_stringn(text.p != NULL ? text.p : "", text.n);

	if (value == NULL && !utf8_is_valid(text))
		value = from_damaged(text);
	must(value != NULL);
	return value;
}
