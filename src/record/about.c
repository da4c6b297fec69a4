#include "record/about.h"

#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/blind.h"
#include "record/concern.h"
#include "record/damaged.h"
#include "record/open.h"

struct gathering {
	struct door *d;
	struct about *out;
	struct ids seen, leaf; /* looked at; shown */
	struct ids todo;       /* whose referrers are looked for */
};

static bool
add_once(struct arena *a, struct ids *ids, struct id id)
{
	for (size_t i = 0; i < ids->n; i++)
		if (id_eq(ids->at[i], id))
			return false;
	*VEC_ADD(a, ids) = id;
	return true;
}

static void
ask_unit(struct gathering *g, struct id unit)
{
	for (size_t i = 0; i < g->out->ask_units.n; i++)
		if (id_eq(g->out->ask_units.at[i], unit))
			return;
	*VEC_ADD(g->d->arena, &g->out->ask_units) = unit;
}

/* A row that is about the person: shown, or its unit is to be asked. */
static enum rc
take(struct gathering *g, const struct record_row *row, json_t *fields, struct handling handling,
     struct err *err)
{
	struct door *d = g->d;
	struct row_facts known;
	struct record *r;
	enum rc rc = concern_facts(d, row, &known, err);

	if (rc != RC_OK)
		return rc;
	if (!policy_may_refer(d->actor, &d->access, row->type, &known)) {
		/* That a unit holds more would tell whoever gathers that it is of them. */
		if (!policy_is_said_of(d->actor, &d->access, row->type, &known))
			ask_unit(g, row->unit);
		return RC_OK;
	}
	if (g->out->items.n == ABOUT_MAX)
		return fail(err, RC_CONFLICT, "records",
			    "more than %d records are about this person", ABOUT_MAX);
	rc = record_of_row(d, row, fields, NULL, RUNG_MASKED, NULL, &r, err);
	if (rc != RC_OK)
		return rc;
	r->handling = handling;
	*VEC_ADD(d->arena, &g->out->items) = r;
	*VEC_ADD(d->arena, &g->leaf) = r->id;
	return RC_OK;
}

/* What refers to a person whose own record is damaged is theirs all the same; what refers to one
 * that only may be theirs could be another's. */
static enum rc
leave_out(struct gathering *g, const struct record_row *row, bool own, enum rc why, struct err *err)
{
	struct row_facts known;
	bool counts;
	enum rc rc = damaged_note(g->d, row, why, &counts);

	if (rc != RC_OK || !add_once(g->d->arena, &g->seen, row->id))
		return rc;
	if (own)
		(void)add_once(g->d->arena, &g->todo, row->id);
	if ((rc = concern_facts(g->d, row, &known, err)) == RC_OK && counts &&
	    policy_may_refer(g->d->actor, &g->d->access, row->type, &known))
		g->out->damaged++;
	return rc;
}

/* field NULL: the person's own record; else it must hold `of` there. */
static enum rc
look_at(struct gathering *g, struct id id, const struct record_type *holder,
	const struct field *field, struct id of, struct err *err)
{
	struct door *d = g->d;
	struct handling handling;
	struct record_row row;
	json_t *fields;
	bool there;
	enum rc rc = damaged_find(d, id, &row, &there, err);

	if (rc != RC_OK || !there)
		return rc;
	if ((row.flags & ROW_ERASED) != 0 || (holder != NULL && row.type != holder))
		return RC_OK;
	rc = row_open(d->node, door_use(d, KEY_USE_LIST), d->arena, &row, &fields, &handling, err);
	if (rc != RC_OK)
		return leave_out(g, &row, field == NULL, rc, err);
	door_hold(d, fields);
	if (field != NULL && !blind_holds(field, fields, id_format(d->arena, of)))
		return RC_OK;
	if (!add_once(d->arena, &g->seen, id))
		return RC_OK;
	if (str_eq(row.type->name, STR("survivor")) || field == NULL)
		(void)add_once(d->arena, &g->todo, id);
	return take(g, &row, fields, handling, err);
}

static bool
may_name(const struct field *f)
{
	if (f->kind != FIELD_REF || !f->index_exact)
		return false;
	for (size_t i = 0; i < f->refs.n; i++)
		if (str_eq(f->refs.at[i], STR("any")) || str_eq(f->refs.at[i], STR("person")) ||
		    str_eq(f->refs.at[i], STR("survivor")))
			return true;
	return false;
}

static enum rc
holders_of(struct gathering *g, struct id of, struct err *err)
{
	const struct model *m = g->d->node->model;
	struct str value = id_format(g->d->arena, of);
	enum rc rc = RC_OK;

	for (size_t t = 0; t < m->type_count && rc == RC_OK; t++)
		for (size_t i = 0; i < m->types[t].field_count && rc == RC_OK; i++) {
			const struct field *f = &m->types[t].fields[i];
			struct ids ids = {0};

			if (!may_name(f))
				continue;
			rc = blind_find(g->d, &m->types[t], f, value, SIZE_MAX, &ids, err);
			for (size_t k = 0; k < ids.n && rc == RC_OK; k++)
				rc = look_at(g, ids.at[k], &m->types[t], f, of, err);
		}
	return rc;
}

enum rc
record_about(struct door *d, const struct id *persons, size_t n, struct about *out, struct err *err)
{
	struct gathering g = {.d = d, .out = out};
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("about a person")};
	enum rc rc = RC_OK;

	*out = (struct about){0};
	if (!d->access.has_purpose || d->access.purpose != PURPOSE_SUBJECT_RIGHTS)
		return fail(err, RC_DENIED, "purpose",
			    "all about one person is gathered for their own rights alone "
			    "(subject_rights)");
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = look_at(&g, persons[i], NULL, NULL, persons[i], err);
	for (size_t i = 0; i < g.todo.n && rc == RC_OK; i++)
		rc = holders_of(&g, g.todo.at[i], err);
	if (rc != RC_OK)
		return rc;
	entry.about = g.leaf.at;
	entry.about_count = g.leaf.n;
	rc = door_log(d, &entry, NULL, err);
	return rc == RC_OK ? damaged_log(d, err) : rc;
}
