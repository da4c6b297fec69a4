#include "parse/wire.h"

#include "base/utf8.h"
#include "format/json.h"

enum tag { TAG_NULL, TAG_FALSE, TAG_TRUE, TAG_INTEGER, TAG_TEXT, TAG_ARRAY, TAG_OBJECT };

void
wire_add_u8(struct buf *b, unsigned v)
{
	buf_add_byte(b, (char)v);
}

void
wire_add_i64(struct buf *b, int64_t v)
{
	buf_add_u64(b, (uint64_t)v);
}

void
wire_add_text(struct buf *b, struct str text)
{
	buf_add_u32(b, (uint32_t)text.n);
	buf_add(b, text);
}

static void
add_container(struct buf *b, const json_t *value)
{
	bool object = json_is_object(value);
	json_t *item;
	size_t i;

	wire_add_u8(b, object ? TAG_OBJECT : TAG_ARRAY);
	buf_add_u32(b, (uint32_t)(object ? json_object_size(value) : json_array_size(value)));
	json_array_foreach (value, i, item)
		wire_add_json(b, item);
	for (void *it = object ? json_object_iter((json_t *)(uintptr_t)value) : NULL; it != NULL;
	     it = json_object_iter_next((json_t *)(uintptr_t)value, it)) {
		wire_add_text(b,
			      (struct str){json_object_iter_key(it), json_object_iter_key_len(it)});
		wire_add_json(b, json_object_iter_value(it));
	}
}

void
wire_add_json(struct buf *b, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_NULL: wire_add_u8(b, TAG_NULL); return;
	case JSON_FALSE: wire_add_u8(b, TAG_FALSE); return;
	case JSON_TRUE: wire_add_u8(b, TAG_TRUE); return;
	case JSON_INTEGER:
		wire_add_u8(b, TAG_INTEGER);
		wire_add_i64(b, json_integer_value(value));
		return;
	case JSON_STRING:
		wire_add_u8(b, TAG_TEXT);
		wire_add_text(b, json_str(value));
		return;
	case JSON_ARRAY:
	case JSON_OBJECT: add_container(b, value); return;
	case JSON_REAL: break;
	}
	must(!"no reals");
}

struct wire
wire_of(struct str bytes)
{
	return (struct wire){.p = bytes.p, .n = bytes.n};
}

/* n bytes as a number; 0 when they are not there. */
static uint64_t
number(struct wire *w, size_t n)
{
	uint64_t v = 0;

	if (w->bad || w->n < n) {
		w->bad = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)w->p[i];
	w->p += n;
	w->n -= n;
	return v;
}

uint8_t
wire_u8(struct wire *w)
{
	return (uint8_t)number(w, 1);
}

uint32_t
wire_u32(struct wire *w)
{
	return (uint32_t)number(w, 4);
}

int64_t
wire_i64(struct wire *w)
{
	return (int64_t)number(w, 8);
}

long
wire_place(struct wire *w)
{
	int64_t v = wire_i64(w);

	if (v < 0) {
		w->bad = true;
		return 0;
	}
	return (long)v;
}

size_t
wire_count(struct wire *w, size_t item_bytes)
{
	size_t n = wire_u32(w);

	if (n > w->n / item_bytes)
		w->bad = true;
	return w->bad ? 0 : n;
}

struct str
wire_text(struct wire *w)
{
	size_t n = wire_count(w, 1);
	struct str s = {w->p, n};

	if (n > 0 && !w->bad && (!utf8_is_valid(s) || memchr(s.p, '\0', n) != NULL))
		w->bad = true;
	if (w->bad)
		return STR_NONE;
	w->p += n;
	w->n -= n;
	return s;
}

static json_t *json_at(struct wire *w, size_t depth);

static json_t *
read_array(struct wire *w, size_t depth)
{
	size_t n = wire_count(w, 1);
	json_t *array = json_array();

	for (size_t i = 0; i < n && !w->bad; i++) {
		json_t *item = json_at(w, depth + 1);

		must(item == NULL || json_array_append_new(array, item) == 0);
	}
	return array;
}

static json_t *
read_object(struct wire *w, size_t depth)
{
	size_t n = wire_count(w, 5);
	json_t *object = json_object();

	for (size_t i = 0; i < n && !w->bad; i++) {
		struct str key = wire_text(w);
		json_t *item = json_at(w, depth + 1);

		if (item == NULL)
			break;
		must(json_object_setn_new_nocheck(object, key.n > 0 ? key.p : "", key.n, item) ==
		     0);
	}
	/* A key that stood twice made one of two. */
	if (json_object_size(object) != n)
		w->bad = true;
	return object;
}

static json_t *
json_at(struct wire *w, size_t depth)
{
	json_t *value = NULL;
	int64_t v;

	if (depth > WIRE_DEPTH_MAX)
		w->bad = true;
	switch (wire_u8(w)) {
	case TAG_NULL: value = json_null(); break;
	case TAG_FALSE: value = json_false(); break;
	case TAG_TRUE: value = json_true(); break;
	case TAG_INTEGER:
		v = wire_i64(w);
		if (v > JSON_INTEGER_MAX || v < -JSON_INTEGER_MAX)
			w->bad = true;
		value = json_integer(v);
		break;
	case TAG_TEXT: value = json_from_str(wire_text(w)); break;
	case TAG_ARRAY: value = w->bad ? NULL : read_array(w, depth); break;
	case TAG_OBJECT: value = w->bad ? NULL : read_object(w, depth); break;
	default: w->bad = true;
	}
	if (!w->bad)
		return value;
	json_decref(value);
	return NULL;
}

json_t *
wire_json(struct wire *w)
{
	return json_at(w, 1);
}

bool
wire_end(const struct wire *w)
{
	return !w->bad && w->n == 0;
}
