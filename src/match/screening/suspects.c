#include "match/screening/suspects.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/look.h"
#include "record/record.h"

/* Each record of a type, page by page; fn sees it while its page is open. */
typedef enum rc each_fn(struct door *d, void *ctx, const struct record *r, struct err *err);

static enum rc
each_record(struct door *d, const char *type, each_fn *fn, void *ctx, struct err *err)
{
	struct record_filter filter = {.type = model_type(d->node->model, str_from(type)),
				       .limit = RECORD_PAGE_MAX,
				       .with_fields = true};
	struct record_list page;
	enum rc rc;

	must(filter.type != NULL);
	do {
		if ((rc = record_list(d, &filter, &page, err)) != RC_OK)
			return rc;
		for (size_t i = 0; i < page.items.n && rc == RC_OK; i++)
			rc = fn(d, ctx, page.items.at[i], err);
		filter.cursor = page.next;
	} while (rc == RC_OK && page.next.n > 0);
	return rc;
}

static void
add_texts(struct arena *a, json_t *value, struct str_list *out)
{
	json_t *item;
	size_t i;

	if (json_is_string(value))
		*VEC_ADD(a, out) = str_copy(a, json_str(value));
	json_array_foreach (value, i, item)
		*VEC_ADD(a, out) = str_copy(a, json_str(item));
}

struct reading {
	struct arena *arena;
	struct id list;
	struct listings *listings;
	struct suspects *suspects;
	struct map in_use;	   /* by id text, of watch lists in use */
	size_t *in_state;	   /* how many watch lists are in each state of theirs */
	struct map suspect, other; /* by id text, of people with such an involvement */
};

/* Of one list or of all: is it in use, and what else is there? */
static enum rc
read_list(struct door *d, void *ctx, const struct record *r, struct err *err)
{
	struct reading *reading = ctx;

	(void)d;
	(void)err;
	if (r->state < 0 || (!id_is_zero(reading->list) && !id_eq(reading->list, r->id)))
		return RC_OK;
	reading->in_state[r->state]++;
	if (str_eq_z(r->type->states.at[r->state], "in_use"))
		(void)map_put(&reading->in_use, id_format(reading->arena, r->id), reading);
	return RC_OK;
}

/* Nothing screened is no "nobody was found": it is said, and it is a failure. */
static enum rc
no_list(const struct reading *reading, const struct record_type *type, struct err *err)
{
	struct buf states;

	buf_init(&states, reading->arena);
	for (size_t i = 0; i < type->states.n; i++)
		if (reading->in_state[i] > 0)
			buf_addf(&states, "%s%zu in the state %.*s", states.n > 0 ? ", " : "",
				 reading->in_state[i], STR_ARG(type->states.at[i]));
	if (states.n == 0)
		return fail(err, RC_CONFLICT, "list",
			    "there is no watch list, so nobody was screened; take one in: "
			    "liaison record import FILE --list NAME --purpose screening");
	return fail(err, RC_CONFLICT, "list",
		    "no watch list is in use (%.*s), so nobody was screened; two people put one "
		    "into use: liaison record move watchlist ID in_use --set legal_basis=... "
		    "--set proportionality=... --set owner=... --set review_by=... --purpose "
		    "screening",
		    STR_ARG(buf_str(&states)));
}

static enum rc
read_lists(struct door *d, struct reading *reading, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("watchlist"));
	size_t all = 0;
	enum rc rc;

	reading->in_state = NEW_N(reading->arena, size_t, type->states.n);
	if ((rc = each_record(d, "watchlist", read_list, reading, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < type->states.n; i++)
		all += reading->in_state[i];
	reading->listings->lists = reading->in_use.n;
	reading->listings->lists_left_out = all - reading->in_use.n;
	return reading->in_use.n > 0 ? RC_OK : no_list(reading, type, err);
}

static enum rc
read_listing(struct door *d, void *ctx, const struct record *r, struct err *err)
{
	struct reading *reading = ctx;
	struct arena *a = reading->arena;
	struct listing l = {.id = r->id};

	(void)d;
	(void)err;
	if (r->state < 0 || !str_eq_z(r->type->states.at[r->state], "active"))
		return RC_OK;
	if (!id_parse(json_member_str(r->fields, "list"), &l.list) ||
	    map_find(&reading->in_use, id_format(a, l.list)) == NULL)
		return RC_OK;
	l.subject = str_copy(a, json_member_str(r->fields, "subject"));
	add_texts(a, json_object_get(r->fields, "name"), &l.names);
	add_texts(a, json_object_get(r->fields, "also_called"), &l.names);
	add_texts(a, json_object_get(r->fields, "birth_dates"), &l.birth_dates);
	add_texts(a, json_object_get(r->fields, "countries"), &l.countries);
	if (l.names.n > 0)
		*VEC_ADD(a, reading->listings) = l;
	return RC_OK;
}

enum rc
listings_read(struct door *d, struct arena *a, struct id list, struct listings *out,
	      struct err *err)
{
	struct reading reading = {
	    .arena = a, .list = list, .listings = out, .in_use = {.arena = a}};
	enum rc rc = read_lists(d, &reading, err);

	return rc == RC_OK ? each_record(d, "listing", read_listing, &reading, err) : rc;
}

static enum rc
read_involvement(struct door *d, void *ctx, const struct record *r, struct err *err)
{
	struct reading *reading = ctx;
	struct str category = json_member_str(r->fields, "category");
	struct str person = str_copy(reading->arena, json_member_str(r->fields, "person"));
	bool suspect = str_eq_z(category, subject_name(SUBJECT_SUSPECT)) ||
		       str_eq_z(category, subject_name(SUBJECT_CONVICTED));
	bool protected_one = str_eq_z(category, subject_name(SUBJECT_VICTIM)) ||
			     str_eq_z(category, subject_name(SUBJECT_PRESUMED)) ||
			     str_eq_z(category, subject_name(SUBJECT_UNDETERMINED));

	(void)d;
	(void)err;
	if (suspect)
		(void)map_put(&reading->suspect, person, reading);
	if (protected_one)
		(void)map_put(&reading->other, person, reading);
	return RC_OK;
}

/* The whole name as written, else its parts in spoken order. */
static void
names_of(struct arena *a, json_t *fields, struct str_list *out)
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

enum rc
suspect_protected(struct door *d, struct id person, bool *out, struct err *err)
{
	struct record *r;
	enum rc rc = look_record(d, person, &r, err);

	*out = true;
	if (rc != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc; /* erased in the meantime */
	rc = look_gate(d, "never_marked_victim", r, err);
	*out = rc != RC_OK;
	return rc == RC_CONFLICT ? RC_OK : rc;
}

static enum rc
read_person(struct door *d, struct reading *reading, struct str id_text, struct err *err)
{
	struct arena *a = reading->arena;
	struct suspect s = {.left_out = map_find(&reading->other, id_text) != NULL};
	struct str_list countries = {0};
	struct record *r;
	bool protected_one;
	enum rc rc;

	if (!id_parse(id_text, &s.id))
		return RC_OK;
	/* The reading that the log tells of comes first, whatever is found after it. */
	if ((rc = record_load(d, s.id, NULL, &r, err)) != RC_OK)
		return rc == RC_ABSENT ? RC_OK : rc; /* erased in the meantime */
	if ((rc = suspect_protected(d, s.id, &protected_one, err)) != RC_OK)
		return rc;
	s.left_out = s.left_out || protected_one;
	names_of(a, r->fields, &s.names);
	s.birth_date = str_copy(a, json_member_str(r->fields, "birth_date"));
	add_texts(a, json_object_get(r->fields, "citizenship"), &countries);
	if (countries.n > 0)
		s.country = countries.at[0];
	if (s.names.n > 0)
		*VEC_ADD(a, reading->suspects) = s;
	return RC_OK;
}

enum rc
suspects_read(struct door *d, struct arena *a, struct suspects *out, struct err *err)
{
	struct reading reading = {
	    .arena = a, .suspects = out, .suspect = {.arena = a}, .other = {.arena = a}};
	enum rc rc = each_record(d, "involvement", read_involvement, &reading, err);

	for (size_t i = 0; i < reading.suspect.cap && rc == RC_OK; i++) {
		if (reading.suspect.at[i].value != NULL)
			rc = read_person(d, &reading, reading.suspect.at[i].key, err);
	}
	return rc;
}
