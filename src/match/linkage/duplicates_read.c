#include "match/linkage/duplicates_inside.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "model/model.h"

static void
add_texts(struct arena *a, json_t *value, struct str_list *out)
{
	json_t *item;
	size_t i;

	if (json_is_string(value))
		*VEC_ADD(a, out) = str_copy(a, json_str(value));
	json_array_foreach (value, i, item)
		if (json_is_string(item))
			*VEC_ADD(a, out) = str_copy(a, json_str(item));
}

/* An identifier is a text, or an object that has one as its value. */
static void
add_ids(struct arena *a, json_t *value, struct str_list *out)
{
	json_t *item;
	size_t i;

	if (json_is_object(value) && json_member_str(value, "value").n > 0)
		*VEC_ADD(a, out) = str_copy(a, json_member_str(value, "value"));
	else if (json_is_string(value))
		*VEC_ADD(a, out) = str_copy(a, json_str(value));
	json_array_foreach (value, i, item)
		if (!json_is_array(item))
			add_ids(a, item, out);
}

/* The whole name as written, else its parts in spoken order; then other names. */
static void
add_names(struct arena *a, json_t *fields, struct str_list *out)
{
	static const char *const parts[] = {"first_name", "middle_name", "last_name"};
	struct buf b;

	add_texts(a, json_object_get(fields, "name"), out);
	buf_init(&b, a);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct str part = json_member_str(fields, parts[i]);

		if (part.n > 0 && b.n > 0)
			buf_add_byte(&b, ' ');
		buf_add(&b, part);
	}
	if (b.n > 0)
		*VEC_ADD(a, out) = str_copy(a, buf_str(&b));
	add_texts(a, json_object_get(fields, "also_called"), out);
}

static void
standing_add(struct arena *a, const struct record *r, struct standings *out)
{
	static const char *const ids[] = {"identity_number", "documents",    "email", "home_phone",
					  "mobile_phone",    "registration", "phone"};
	struct standing s = {.id = r->id, .type = r->type, .version = r->version};

	out->read++;
	if (r->damaged || r->erased || r->fields == NULL)
		return;
	add_names(a, r->fields, &s.names);
	if (s.names.n == 0)
		return;
	s.birth_date = str_copy(a, json_member_str(r->fields, "birth_date"));
	add_texts(a, json_object_get(r->fields, "citizenship"), &s.countries);
	add_texts(a, json_object_get(r->fields, "country"), &s.countries);
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		add_ids(a, json_object_get(r->fields, ids[i]), &s.ids);
	*VEC_ADD(a, out) = s;
}

struct page {
	struct repeat_run *run;
	const struct record_type *type;
	struct str cursor;
};

static enum rc
page_read(struct door *d, void *ctx, struct err *err)
{
	struct page *page = ctx;
	struct record_filter filter = {.type = page->type,
				       .cursor = page->cursor,
				       .limit = RECORD_PAGE_MAX,
				       .with_fields = true,
				       .shows_damaged = true};
	struct record_list list;
	enum rc rc = record_list(d, &filter, &list, err);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < list.items.n; i++)
		standing_add(page->run->arena, list.items.at[i], &page->run->all);
	page->cursor = str_copy(page->run->arena, list.next);
	return page->run->all.n <= STANDINGS_MAX
		   ? RC_OK
		   : fail(err, RC_TOO_LARGE, "",
			  "there are more than %d people and organisations to compare",
			  STANDINGS_MAX);
}

static int
by_id(const void *x, const void *y)
{
	const struct standing *a = x, *b = y;

	return memcmp(a->id.b, b->id.b, sizeof a->id.b);
}

enum rc
standings_read(struct repeat_run *run, struct err *err)
{
	static const char *const types[] = {"person", "organisation"};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < COUNT_OF(types) && rc == RC_OK; i++) {
		const struct door_node *node = serve_door_node(run->job->serve);
		struct page page = {.run = run,
				    .type = model_type(node->model, str_from(types[i]))};

		must(page.type != NULL);
		do
			rc = serve_write(run->job->serve, NULL, &run->job->access, page_read, &page,
					 err);
		while (rc == RC_OK && page.cursor.n > 0);
	}
	if (rc == RC_OK && run->all.n > 1)
		qsort(run->all.at, run->all.n, sizeof run->all.at[0], by_id);
	return rc;
}

void
standings_query(const struct standing *s, struct screen_query *out)
{
	*out = (struct screen_query){.names = s->names.at,
				     .name_count = s->names.n,
				     .dob = s->birth_date,
				     .country = s->countries.n > 0 ? s->countries.at[0] : STR_NONE,
				     .type = s->type->name,
				     .ids = s->ids.at,
				     .id_count = s->ids.n};
}
