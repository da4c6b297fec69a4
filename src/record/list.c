#include "base/arena.h"
#include "text/ident.h"
#include "text/normal.h"
#include "text/phone.h"
#include "format/json.h"
#include "model/model.h"
#include "record/concern.h"
#include "record/damaged.h"
#include "record/open.h"
#include "record/reach.h"
#include "record/record.sql.h"
#include "record/blind.h"

/* The page's work: candidates come newest first, each decided on and opened. */
struct page {
	struct door *d;
	const struct record_filter *filter;
	struct record_list *out;
	struct ids about;
	size_t limit;
	VEC(struct chosen) chosen; /* of a page by the index, opened together at its end */
};

struct chosen {
	const struct record_row *row;
	enum rung rung;
};

/* The index finds some that only share a token: does this body hold the value asked for? */
static enum rc
holds_value(struct page *p, struct str body, bool *holds, struct err *err)
{
	json_t *value;
	enum rc rc;

	*holds = true;
	if (p->filter->field == NULL)
		return RC_OK;
	if ((rc = json_read(body, NULL, &value, err)) != RC_OK)
		return rc;
	door_hold(p->d, value);
	*holds = blind_holds(p->filter->field, json_object_get(value, "fields"), p->filter->value);
	return RC_OK;
}

/* Whoever works with the fields wants values; who passes them on, or shows titles, does not. */
static enum rc
page_record(struct page *p, const struct record_row *row, struct str body, enum rung rung,
	    struct record **out, struct err *err)
{
	struct door *d = p->d;
	json_t *value;
	enum rc rc = record_of_text(d, row, body, NULL, rung,
				    p->filter->with_fields && p->filter->as_text, NULL, out, err);
	struct record *r = *out;

	if (rc != RC_OK || !p->filter->with_fields || p->filter->as_text)
		return rc;
	if ((rc = json_read(body, NULL, &value, err)) != RC_OK)
		return rc;
	door_hold(d, value);
	rc = record_of_row(d, row, json_object_get(value, "fields"), NULL, rung, NULL, out, err);
	if (rc == RC_OK)
		(*out)->handling = r->handling;
	return rc;
}

/* *is_for: it stands in this list. */
static enum rc
page_decide(struct page *p, const struct record_row *row, bool on_team, enum rung *rung,
	    bool *is_for, struct err *err)
{
	struct door *d = p->d;
	struct row_facts known;
	struct facts facts = {d->actor, &d->access, POLICY_LIST, row->type, &known, NULL};
	enum rc rc = concern_facts(d, row, &known, err);

	*is_for = false;
	if (rc != RC_OK)
		return rc;
	known.on_team = on_team;
	*rung = policy_decide(&facts).rung;
	*is_for =
	    *rung != RUNG_NONE && (p->filter->state.n == 0 || str_eq(row->state, p->filter->state));
	return RC_OK;
}

static void
page_add(struct page *p, struct record *r)
{
	*VEC_ADD(p->d->arena, &p->out->items) = r;
	*VEC_ADD(p->d->arena, &p->about) = r->id;
}

/* *out NULL: absent. err says why it did not open. */
static enum rc
page_damaged(struct page *p, const struct record_row *row, enum rc why, struct record **out,
	     struct err *err)
{
	*out = NULL;
	return p->filter->shows_damaged ? damaged_record(p->d, row, why, out, err) : why;
}

/* One question to the keys for the whole page. */
static enum rc
page_open_chosen(struct page *p, struct err *err)
{
	struct door *d = p->d;
	const struct record_row **rows = NEW_N(d->arena, const struct record_row *, p->chosen.n);
	struct str *bodies = NEW_N(d->arena, struct str, p->chosen.n);
	enum rc *rcs = NEW_N(d->arena, enum rc, p->chosen.n + 1);
	struct record *r;
	enum rc rc;

	for (size_t i = 0; i < p->chosen.n; i++)
		rows[i] = p->chosen.at[i].row;
	rc = damaged_open(d->node, door_use(d, KEY_USE_LIST), d->arena, rows, p->chosen.n, bodies,
			  rcs, err);
	for (size_t i = 0; i < p->chosen.n && rc == RC_OK; i++) {
		if (rcs[i] == RC_OK)
			rcs[i] = page_record(p, rows[i], bodies[i], p->chosen.at[i].rung, &r, err);
		if (rcs[i] != RC_OK)
			rc = page_damaged(p, rows[i], rcs[i], &r, err);
		if (rc == RC_OK && r != NULL)
			page_add(p, r);
	}
	return rc;
}

/*
 * Decide, open, filter, add. *added says whether it stands in the page, or would if the page
 * were not full: a cursor is given for what the actor may see alone, so that an empty page
 * after it does not tell of hidden rows.
 */
static enum rc
page_offer(struct page *p, const struct record_row *row, bool on_team, bool *added, struct err *err)
{
	struct door *d = p->d;
	struct record *r = NULL;
	struct str body;
	enum rung rung;
	bool holds = true, is_for;
	enum rc rc;

	*added = false;
	if ((rc = page_decide(p, row, on_team, &rung, &is_for, err)) != RC_OK || !is_for)
		return rc;
	if ((rc = row_open_text(d->node, door_use(d, KEY_USE_LIST), d->arena, row, &body, err)) ==
		RC_OK &&
	    (rc = holds_value(p, body, &holds, err)) == RC_OK && holds)
		rc = page_record(p, row, body, rung, &r, err);
	/* The index says that it is one of some that hold the value; nobody can look. */
	if (rc != RC_OK)
		rc = page_damaged(p, row, rc, &r, err);
	if (rc != RC_OK || r == NULL)
		return rc;
	*added = true;
	if (p->out->items.n < p->limit)
		page_add(p, r);
	return RC_OK;
}

static enum rc
page_log(struct page *p, struct str type_key, enum audit_action action, struct err *err)
{
	struct audit_entry entry = {
	    .action = action,
	    .type = type_key,
	    .about = p->about.at,
	    .about_count = p->about.n,
	};

	enum rc rc = door_log(p->d, &entry, NULL, err);

	return rc == RC_OK ? damaged_log(p->d, err) : rc;
}

/*
 * One (unit, guard, handling) group of the index, or what one case of the actor's holds, read
 * row by row as the merge wants it.
 */
struct group {
	const struct id *case_key; /* NULL: a group of the index */
	struct id unit;
	int64_t guard, handling;
	struct record_row *rows;
	size_t n, at;
	struct id before;
	bool drained;
};

static enum rc
group_fill(struct page *p, struct group *g, struct err *err)
{
	struct door *d = p->d;
	const int64_t want = (int64_t)p->limit + 1;
	struct rows *rows;
	enum rc rc;

	if (g->at < g->n || g->drained)
		return RC_OK;
	g->rows = NEW_N(d->arena, struct record_row, (size_t)want);
	g->n = g->at = 0;
	if (g->case_key != NULL)
		rc = db_select(d->db, &SQL_RECORD_CASE_PAGE,
			       BINDS(B_ID(*g->case_key),
				     B_TEXT(d->node->type_keys[p->filter->type->index].text),
				     B_ID(g->before), B_I64(want)),
			       &rows, err);
	else
		rc = db_select(d->db, &SQL_RECORD_PAGE,
			       BINDS(B_TEXT(d->node->type_keys[p->filter->type->index].text),
				     B_ID(g->unit), B_I64(g->guard), B_I64(g->handling),
				     B_ID(g->before), B_I64(want)),
			       &rows, err);
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK)
		row_read(d->node, d->arena, rows, &g->rows[g->n++]);
	rows_close(rows);
	if (rc != RC_ABSENT)
		return rc;
	g->drained = g->n < (size_t)want;
	if (g->n > 0)
		g->before = g->rows[g->n - 1].id;
	return RC_OK;
}

struct groups {
	struct group *at;
	size_t n, cap;
};

static void
groups_of_unit(struct page *p, struct id unit, struct id before, struct groups *out)
{
	struct door *d = p->d;

	for (int guard = GUARD_NONE; guard <= GUARD_MINOR; guard++)
		for (int tlp = TLP_CLEAR; tlp <= TLP_RED; tlp++)
			if (policy_group_visible(d->actor, &d->access, p->filter->type, unit,
						 (enum guard)guard, (enum tlp)tlp))
				*VEC_ADD(d->arena, out) = (struct group){.unit = unit,
									 .guard = guard,
									 .handling = tlp,
									 .before = before};
}

static enum rc
groups_visible(struct page *p, struct id before, struct groups *out, struct err *err)
{
	struct door *d = p->d;
	const struct reach *reach = d->actor->reach;
	struct id unit;
	struct str after = STR(""); /* before any unit, that of the node itself (zeros) too */
	struct rows *rows;
	enum rc rc;

	for (;;) {
		rc = db_select(
		    d->db, &SQL_RECORD_NEXT_UNIT,
		    BINDS(B_TEXT(d->node->type_keys[p->filter->type->index].text), B_BLOB(after)),
		    &rows, err);
		if (rc != RC_OK)
			return rc;
		if ((rc = rows_next(rows, err)) == RC_OK)
			unit = rows_id(rows, 0);
		rows_close(rows);
		if (rc == RC_ABSENT)
			break;
		if (rc != RC_OK)
			return rc;
		after = (struct str){(const char *)unit.b, sizeof unit.b};
		groups_of_unit(p, unit, before, out);
	}
	for (size_t i = 0; reach != NULL && i < reach->case_count; i++)
		*VEC_ADD(d->arena, out) =
		    (struct group){.case_key = &reach->cases[i], .before = before};
	return RC_OK;
}

/* The group whose next row is newest, or NULL. */
static enum rc
groups_newest(struct page *p, struct groups *groups, struct group **out, struct err *err)
{
	struct group *best = NULL;
	enum rc rc;

	for (size_t i = 0; i < groups->n; i++) {
		struct group *g = &groups->at[i];

		if ((rc = group_fill(p, g, err)) != RC_OK)
			return rc;
		if (g->at < g->n &&
		    (best == NULL || id_cmp(g->rows[g->at].id, best->rows[best->at].id) > 0))
			best = g;
	}
	*out = best;
	return RC_OK;
}

/* Rows looked at for one page; beyond it the page ends early, with a cursor. */
#define ROWS_LOOKED_AT_MAX 5000

static enum rc
list_by_index(struct page *p, struct id before, struct err *err)
{
	struct groups groups = {0};
	struct id last = {{0}}; /* of the page: a row may stand in a group and in cases */
	size_t looked = 0;
	struct group *g;
	bool added, full;
	enum rung rung;
	enum rc rc;

	if ((rc = groups_visible(p, before, &groups, err)) != RC_OK)
		return rc;
	for (;;) {
		struct record_row *row;

		if ((rc = groups_newest(p, &groups, &g, err)) != RC_OK || g == NULL)
			return rc;
		if (looked++ == ROWS_LOOKED_AT_MAX) {
			p->out->next = id_format(p->d->arena, before);
			return RC_OK;
		}
		full = p->chosen.n == p->limit;
		row = &g->rows[g->at++];
		if (id_eq(row->id, last))
			continue;
		if ((rc = page_decide(p, row, g->case_key != NULL, &rung, &added, err)) != RC_OK)
			return rc;
		if (added && !full)
			*VEC_ADD(p->d->arena, &p->chosen) = (struct chosen){row, rung};
		if (added)
			last = row->id;
		if (full && added) {
			p->out->next = id_format(p->d->arena, p->chosen.at[p->limit - 1].row->id);
			return RC_OK;
		}
		before = row->id;
	}
}

static int
newest_first(const void *a, const void *b)
{
	return -id_cmp(*(const struct id *)a, *(const struct id *)b);
}

#define CANDIDATES_MAX 20000

static enum rc
list_by_token(struct page *p, struct id before, struct err *err)
{
	struct door *d = p->d;
	struct ids ids = {0};
	enum rc rc;

	rc = blind_find(d, p->filter->type, p->filter->field, p->filter->value, CANDIDATES_MAX,
			&ids, err);
	if (rc != RC_OK)
		return rc;
	if (ids.n > 1)
		qsort(ids.at, ids.n, sizeof *ids.at, newest_first);
	for (size_t i = 0; i < ids.n; i++) {
		struct record_row row;
		bool added, team, there, full = p->out->items.n == p->limit;

		if (id_cmp(ids.at[i], before) >= 0 || (i > 0 && id_eq(ids.at[i], ids.at[i - 1])))
			continue;
		if ((rc = damaged_find(d, ids.at[i], &row, &there, err)) == RC_OK &&
		    (!there || row.type != p->filter->type))
			continue;
		if (rc != RC_OK || (rc = reach_on_team(d, row.id, &team, err)) != RC_OK ||
		    (rc = page_offer(p, &row, team, &added, err)) != RC_OK)
			return rc;
		if (full && added) {
			p->out->next = id_format(d->arena, p->out->items.at[p->limit - 1]->id);
			return RC_OK;
		}
	}
	return RC_OK;
}

static enum rc
page_open(struct page *p, struct door *d, const struct record_filter *filter,
	  struct record_list *out, struct err *err)
{
	struct decision decision = policy_decide(
	    &(struct facts){d->actor, &d->access, POLICY_LIST, filter->type, NULL, NULL});

	*out = (struct record_list){0};
	*p = (struct page){
	    .d = d, .filter = filter, .out = out, .limit = filter->limit == 0 ? 50 : filter->limit};
	if (p->limit > RECORD_PAGE_MAX)
		p->limit = RECORD_PAGE_MAX;
	d->mark = decision.mark;
	return decision.rung == RUNG_NONE ? door_refuse(d, &decision, filter->type, NULL, err)
					  : RC_OK;
}

enum rc
record_list(struct door *d, const struct record_filter *filter, struct record_list *out,
	    struct err *err)
{
	struct id before;
	struct page p;
	enum rc rc;

	if ((rc = page_open(&p, d, filter, out, err)) != RC_OK)
		return rc;
	memset(before.b, 0xff, sizeof before.b);
	if (filter->cursor.n > 0 && !id_parse(filter->cursor, &before))
		return fail(err, RC_USAGE, "cursor", "is not one that a list gave");
	rc =
	    filter->field != NULL ? list_by_token(&p, before, err) : list_by_index(&p, before, err);
	if (rc == RC_OK)
		rc = page_open_chosen(&p, err);
	return rc == RC_OK
		   ? page_log(&p, d->node->type_keys[filter->type->index].text, AUDIT_LIST, err)
		   : rc;
}

/* How a value as typed may stand in a field: one spelling is indexed, people type many. */
struct forms {
	struct str at[4];
	size_t n;
};

static void
add_form(struct forms *f, struct str value)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->at[i], value))
			return;
	if (value.n > 0)
		f->at[f->n++] = value;
}

static struct forms
forms_of(struct arena *a, const struct field *field, struct str value)
{
	struct forms f = {.n = 0};
	struct str phone;

	add_form(&f, str_trim(value));
	if (field->kind == FIELD_PHONE && phone_normalise(a, value, STR_NONE, &phone))
		add_form(&f, phone);
	if (field->kind == FIELD_IDENTIFIER) {
		add_form(&f, ident_canonical(a, value));
		add_form(&f, text_fold(a, str_trim(value)));
	}
	return f;
}

static void
add_found(struct door *d, const struct record_list *part, struct record_list *out,
	  struct ids *about)
{
	for (size_t i = 0; i < part->items.n; i++) {
		bool there = false;

		for (size_t k = 0; k < about->n; k++)
			there = there || id_eq(about->at[k], part->items.at[i]->id);
		if (there)
			continue;
		*VEC_ADD(d->arena, &out->items) = part->items.at[i];
		*VEC_ADD(d->arena, about) = part->items.at[i]->id;
	}
}

/* All of the type's fields that are indexed, but references, which no person types in. */
static enum rc
find_in_type(struct door *d, const struct record_type *type, struct str value, size_t limit,
	     struct record_list *out, struct ids *about, struct err *err)
{
	struct id newest;
	enum rc rc = RC_OK;

	memset(newest.b, 0xff, sizeof newest.b);
	for (size_t i = 0; i < type->field_count && rc == RC_OK; i++) {
		const struct field *field = &type->fields[i];
		struct forms forms = forms_of(d->arena, field, value);

		for (size_t k = 0; field->index_exact && k < forms.n && rc == RC_OK; k++) {
			struct record_filter filter = {.type = type,
						       .field = field,
						       .value = forms.at[k],
						       .limit = limit,
						       .shows_damaged = true};
			struct record_list part = {0};
			struct page p = {.d = d, .filter = &filter, .out = &part, .limit = limit};

			if (field->kind == FIELD_REF || out->items.n >= limit)
				continue;
			rc = list_by_token(&p, newest, err);
			add_found(d, &part, out, about);
		}
	}
	return rc;
}

enum rc
record_find_identifier(struct door *d, struct str value, size_t limit, struct record_list *out,
		       struct err *err)
{
	const struct model *m = d->node->model;
	struct page p = {.d = d, .out = out};
	enum rc rc = RC_OK;

	*out = (struct record_list){0};
	if ((rc = door_trained(d, err)) != RC_OK)
		return rc;
	for (size_t i = 0; i < m->type_count && rc == RC_OK && out->items.n < limit; i++) {
		struct decision decision = policy_decide(
		    &(struct facts){d->actor, &d->access, POLICY_LIST, &m->types[i], NULL, NULL});

		if (decision.rung > RUNG_NONE)
			rc = find_in_type(d, &m->types[i], value, limit, out, &p.about, err);
	}
	return rc == RC_OK ? page_log(&p, STR_NONE, AUDIT_SEARCH, err) : rc;
}
