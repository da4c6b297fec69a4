#include "base/buf.h"
#include "format/json.h"
#include "model/check.h"
#include "model/model.h"

#define TITLE_BYTES_MAX 200

static struct str
shown_json(const struct field *f, json_t *value, struct arena *a)
{
	if (f->kind == FIELD_IDENTIFIER)
		return json_member_str(value, "value");
	if (f->kind == FIELD_PLACE) {
		struct str s = json_member_str(value, "text");

		s = s.n > 0 ? s : json_member_str(value, "city");
		return s.n > 0 ? s : json_member_str(value, "country");
	}
	if (f->kind == FIELD_MONEY)
		return str_fmt(a, "%lld %.*s",
			       (long long)json_integer_value(json_object_get(value, "minor")),
			       STR_ARG(json_member_str(value, "currency")));
	return STR_NONE;
}

static struct str
shown(const struct field *f, const struct title_value *value, struct arena *a, struct str lang)
{
	struct str text = value->json != NULL ? json_str(value->json) : value->text;

	switch (f->kind) {
	case FIELD_CODE: return model_code_label(f->codes, text, lang);
	case FIELD_IDENTIFIER:
	case FIELD_PLACE:
	case FIELD_MONEY: return shown_json(f, value->json, a);
	case FIELD_TIME: return str_sub(text, 0, 16);
	case FIELD_TEXT:
	case FIELD_DATE:
	case FIELD_RANGE:
	case FIELD_NUMBER:
	case FIELD_PHONE:
	case FIELD_YESNO: return text;
	case FIELD_REF:
	case FIELD_FILE:
	case FIELD_KIND_COUNT: break;
	}
	return STR_NONE;
}

static struct str
cut(struct str s)
{
	if (s.n > TITLE_BYTES_MAX)
		s.n = TITLE_BYTES_MAX;
	else
		return s;
	/* Back to the start of a code point: the byte that follows must not continue one. */
	while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xC0) == 0x80)
		s.n--;
	return s;
}

struct str
model_title_of(struct arena *a, const struct record_type *type, const struct title_value *values,
	       struct str lang)
{
	bool said = false;
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < type->title_count; i++) {
		const struct title_part *part = &type->title[i];
		struct str s;

		if (part->field < 0) {
			buf_add(&b, part->text);
			continue;
		}
		s = shown(&type->fields[part->field], &values[i], a, lang);
		said |= s.n > 0;
		buf_add(&b, s);
	}
	/* Without any value the words around it say less than the type's label. */
	return said ? cut(str_trim(buf_str(&b))) : model_type_label(type, lang);
}

struct str
model_title(struct arena *a, const struct record_type *type, json_t *fields, struct str lang)
{
	struct title_value *values = NEW_N(a, struct title_value, type->title_count + 1);

	for (size_t i = 0; i < type->title_count; i++)
		if (type->title[i].field >= 0)
			values[i].json =
			    json_member(fields, type->fields[type->title[i].field].name);
	return model_title_of(a, type, values, lang);
}
