#include "record/changed.h"

#include "base/buf.h"
#include "format/json.h"

static bool
is_guess(const struct field *f, json_t *patch)
{
	return f->mask != MASK_NEVER && patch != NULL && json_member(patch, f->name) != NULL;
}

bool
changed_names_masked(const struct record_type *type, json_t *patch)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (is_guess(&type->fields[i], patch))
			return true;
	return false;
}

struct str
changed_fields(struct arena *a, const struct record_type *type, json_t *before, json_t *after,
	       json_t *patch)
{
	struct buf names;

	buf_init(&names, a);
	for (size_t i = 0; i < type->field_count; i++) {
		struct str name = type->fields[i].name;
		json_t *was = json_member(before, name), *is = json_member(after, name);

		if ((json_equal(was, is) || (was == NULL && is == NULL)) &&
		    !is_guess(&type->fields[i], patch))
			continue;
		if (names.n > 0)
			buf_add_byte(&names, ',');
		buf_add(&names, name);
	}
	return buf_str(&names);
}

struct str
changed_state(struct arena *a, const struct record_row *row, struct str to, const char *note,
	      struct str fields)
{
	return str_fmt(a, "state:%.*s>%.*s%s%s%.*s", STR_ARG(row->state), STR_ARG(to), note,
		       fields.n > 0 ? "," : "", STR_ARG(fields));
}

static void
add_part(struct buf *b, const char *name, const char *from, const char *to)
{
	if (strcmp(from, to) != 0)
		buf_addf(b, "%s%s:%s>%s", b->n > 0 ? "," : "", name, from, to);
}

struct str
changed_handling(struct arena *a, struct handling from, struct handling to)
{
	static const char *const yesno[] = {"no", "yes"};
	struct buf b;

	buf_init(&b, a);
	add_part(&b, "tlp", tlp_name(from.tlp), tlp_name(to.tlp));
	add_part(&b, "judicial_ok", yesno[from.judicial_ok], yesno[to.judicial_ok]);
	add_part(&b, "onward_ok", yesno[from.onward_ok], yesno[to.onward_ok]);
	return b.n > 0 ? buf_str(&b) : STR("handling");
}
