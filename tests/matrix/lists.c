#include <stdio.h>

#include "matrix.h"

/* What shows many records: lists, filters, links, searches, exports. None holds a hidden row. */

static const struct row *
find_row(struct world *w, const char *id)
{
	for (size_t i = 0; id != NULL && i < w->rows.n; i++)
		if (strcmp(w->rows.at[i].id, id) == 0)
			return &w->rows.at[i];
	return NULL;
}

/* Of these records, as somebody is shown them, each must be one that they may see. */
static void
check_items(struct world *w, const struct person *who, int purpose, const char *what,
	    const json_t *items, const char *member, bool *seen)
{
	json_t *item;
	size_t i;

	json_array_foreach (items, i, item) {
		const json_t *record = member != NULL ? json_object_get(item, member) : item;
		const struct row *row =
		    find_row(w, json_string_value(json_object_get(record, "id")));

		w->looked_through++;
		if (row == NULL)
			continue;
		if (!may_list(who, purpose, row))
			wrong(w, "%s for %s: %s holds a hidden %s %.*s", who->login,
			      purpose_name((enum purpose)purpose), what, tlp_name(row->tlp),
			      STR_ARG(row->type->name));
		if (seen != NULL)
			seen[row - w->rows.at] = true;
	}
}

static int
get(struct world *w, const struct person *who, int purpose, struct str path, json_t **out)
{
	struct answer a;

	ask(w,
	    &(struct question){
		.who = who, .method = "GET", .path = str_z(w->scratch, path), .purpose = purpose},
	    &a);
	*out = answer_json(&a);
	return a.status;
}

/* All pages of a list: nothing hidden, and nothing visible left out. */
static void
probe_list(struct world *w, const struct person *who, const struct record_type *t)
{
	int purpose = purpose_of(&t->read);
	bool *seen = NEW_N(w->scratch, bool, w->rows.n);
	bool may = (who->roles & t->read.roles) != 0 && (who->closed & BIT(purpose)) == 0;
	char cursor[200] = "";
	int status;

	do {
		json_t *o;
		const char *next;

		status = get(w, who, purpose,
			     str_fmt(w->scratch, "/api/v1/records/%.*s?fields=1&limit=2%s%s",
				     STR_ARG(t->name), cursor[0] != '\0' ? "&cursor=" : "", cursor),
			     &o);
		if (status == 200)
			check_items(w, who, purpose, "a list", json_object_get(o, "items"), NULL,
				    seen);
		next = json_string_value(json_object_get(o, "next"));
		(void)snprintf(cursor, sizeof cursor, "%s", next != NULL ? next : "");
		json_decref(o);
	} while (cursor[0] != '\0');
	w->cells += !may;
	w->denied += !may && status == 403;
	w->openly += !may && status == 403;
	w->granted += may && status == 200;
	if (status != (may ? 200 : 403))
		wrong(w, "%s: a list of %.*s: %d", who->login, STR_ARG(t->name), status);
	for (size_t i = 0; may && i < w->rows.n; i++)
		if (w->rows.at[i].type == t && !seen[i] && may_list(who, purpose, &w->rows.at[i]))
			wrong(w, "%s: a list leaves out a %s %.*s that they may see", who->login,
			      tlp_name(w->rows.at[i].tlp), STR_ARG(t->name));
	for (size_t i = 0; may && i < w->rows.n; i++)
		if (w->rows.at[i].type == t && !may_list(who, purpose, &w->rows.at[i])) {
			w->cells++;
			w->denied += !seen[i];
		}
}

/* By a reference; and the links of what the reference names. */
static void
probe_reference_of(struct world *w, const struct person *who, const struct row *row)
{
	const struct record_type *t = row->type;
	const struct row *target = find_row(w, row->ref);
	int purpose = purpose_of(&t->read);
	bool *seen = NEW_N(w->scratch, bool, w->rows.n);
	json_t *o;

	if (get(w, who, purpose,
		str_fmt(w->scratch, "/api/v1/records/%.*s?%.*s=%s", STR_ARG(t->name),
			STR_ARG(t->fields[row->ref_field].name), row->ref),
		&o) == 200) {
		check_items(w, who, purpose, "a list by a reference", json_object_get(o, "items"),
			    NULL, seen);
		if (!may_list(who, purpose, row)) {
			w->cells++;
			w->denied += !seen[row - w->rows.at];
		}
	}
	json_decref(o);
	if (target == NULL)
		return;
	purpose = purpose_of(&target->type->read);
	seen = NEW_N(w->scratch, bool, w->rows.n);
	if (get(w, who, purpose,
		str_fmt(w->scratch, "/api/v1/records/%.*s/%s/links?limit=1000",
			STR_ARG(target->type->name), target->id),
		&o) == 200) {
		check_items(w, who, purpose, "links", json_object_get(o, "items"), "record", seen);
		if (!may_list(who, purpose, row)) {
			w->cells++;
			w->denied += !seen[row - w->rows.at];
		}
	}
	json_decref(o);
}

static void
probe_search(struct world *w, const struct person *who, int purpose)
{
	bool *seen = NEW_N(w->scratch, bool, w->rows.n);
	json_t *o;
	bool any = false;

	if (get(w, who, purpose, STR("/api/v1/search?name=Tirelu Matrix&limit=200"), &o) == 200)
		check_items(w, who, purpose, "a search by name", json_object_get(o, "items"), NULL,
			    seen);
	json_decref(o);
	for (size_t i = 0; i < w->rows.n; i++) {
		if (w->rows.at[i].ref_field < 0 || draw(w, 100) >= w->share / 10 + 1)
			continue;
		if (get(w, who, purpose,
			str_fmt(w->scratch, "/api/v1/search?limit=200&identifier=%s",
				w->rows.at[i].ref),
			&o) == 200)
			check_items(w, who, purpose, "a search by identifier",
				    json_object_get(o, "items"), NULL, seen);
		json_decref(o);
	}
	for (size_t i = 0; i < w->rows.n; i++) {
		any = any || seen[i];
		if (!may_list(who, purpose, &w->rows.at[i])) {
			w->cells++;
			w->denied += !seen[i];
		}
	}
	w->granted += any;
	if (who->owner && purpose == PURPOSE_INVESTIGATION && !any)
		wrong(w, "the keeper's searches found nothing");
}

/* What is due to be looked at again: no hidden row. */
static void
probe_due(struct world *w, const struct person *who, int purpose)
{
	json_t *o;

	if (get(w, who, purpose, STR("/api/v1/oversee/retention/due?limit=200"), &o) == 200)
		check_items(w, who, purpose, "what is due", json_object_get(o, "items"), NULL,
			    NULL);
	json_decref(o);
}

void
probe_lists(struct world *w)
{
	for (size_t p = 0; p < w->people_n; p++) {
		const struct person *who = &w->people[p];

		if (!comes(w, who))
			continue;
		for (size_t i = 0; i < w->model->type_count; i++) {
			if (drawn(w))
				probe_list(w, who, &w->model->types[i]);
			arena_reset(w->scratch);
		}
		for (size_t i = 0; i < w->rows.n; i++) {
			if (w->rows.at[i].ref_field >= 0 && drawn(w))
				probe_reference_of(w, who, &w->rows.at[i]);
			arena_reset(w->scratch);
		}
		for (int purpose = 0; purpose < PURPOSE_COUNT; purpose++) {
			if (purpose != PURPOSE_INVESTIGATION && !drawn(w))
				continue;
			probe_due(w, who, purpose);
			probe_search(w, who, purpose);
			arena_reset(w->scratch);
		}
	}
}

/* A record that names a hidden one is refused as one that names nothing. */
static void
probe_reference(struct world *w, const struct person *who, const struct record_type *holder,
		const struct field *field, const struct row *row)
{
	struct answer a[2];
	const char *ids[2] = {row->id, NOWHERE};

	for (int i = 0; i < 2; i++) {
		struct row none = {.ref_field = -1};
		json_t *fields = NULL;
		struct err err;
		struct buf b;

		must(json_read(fields_of(w, holder, false, &none), NULL, &fields, &err) == RC_OK);
		must(json_object_setn_new(fields, field->name.p, field->name.n,
					  json_string(ids[i])) == 0);
		buf_init(&b, w->scratch);
		json_canonical(fields, &b);
		json_decref(fields);
		ask(w,
		    &(struct question){
			.who = who,
			.method = "POST",
			.path =
			    str_fmt(w->scratch, "/api/v1/records/%.*s", STR_ARG(holder->name)).p,
			.purpose = purpose_of(&holder->write),
			.body = str_fmt(w->scratch, "{\"fields\":%.*s}", STR_ARG(buf_str(&b)))},
		    &a[i]);
	}
	w->cells++;
	if (a[0].status != 422)
		wrong(w, "%s: a %.*s may name a hidden %.*s: %d %.*s", who->login,
		      STR_ARG(holder->name), STR_ARG(row->type->name), a[0].status,
		      STR_ARG(a[0].body));
	else
		w->denied++;
	same(w, "a reference to what is hidden", &a[0], row->id, &a[1], NOWHERE);
}

/* A type with a reference to anything, which this person writes without naming others. */
static const struct field *
free_reference(struct world *w, const struct person *who, const struct record_type **holder)
{
	for (size_t i = 0; i < w->model->type_count; i++) {
		const struct record_type *t = &w->model->types[i];
		const struct field *found = NULL;
		bool bound = false;

		for (size_t k = 0; k < t->field_count; k++) {
			const struct field *f = &t->fields[k];

			if (f->kind == FIELD_REF && str_eq_z(f->refs.at[0], "any") && !f->list &&
			    !f->automatic)
				found = f;
			bound = bound || (f->kind == FIELD_REF && f->required && f != found);
		}
		if (found != NULL && !bound && (who->roles & t->write.roles) != 0) {
			*holder = t;
			return found;
		}
	}
	return NULL;
}

void
probe_references(struct world *w)
{
	for (size_t p = 0; p < w->people_n; p++) {
		const struct person *who = &w->people[p];
		const struct record_type *holder = NULL;
		const struct field *field = free_reference(w, who, &holder);

		for (size_t i = 0; field != NULL && i < w->rows.n; i++) {
			const struct row *row = &w->rows.at[i];
			bool knows =
			    (who->roles & (row->type->read.roles | row->type->write.roles)) != 0 &&
			    sees_row(who, purpose_of(&holder->write), row);

			if (!knows && drawn(w))
				probe_reference(w, who, holder, field, row);
			arena_reset(w->scratch);
		}
	}
}
