#include "record/bulk.h"

#include <stdlib.h>

#include "base/arena.h"
#include "model/model.h"
#include "record/concern.h"
#include "record/damaged.h"
#include "record/open.h"
#include "record/record.sql.h"
#include "record/row.h"

#define PAGE 200
#define LEAF_ABOUT_MAX 10000

/* A row that is for the actor, and how it is shown. */
struct offered {
	struct record_row row;
	enum rung rung;
	bool reveal;
	struct str text; /* its body, once it was opened */
	enum rc rc;	 /* or why it does not open */
};

struct id_pile {
	struct id *at;
	size_t n, cap;
	bool sorted;
	size_t logged;
};

struct record_bulk {
	struct door *door;
	bool reveal;
	struct str_list *all_fields; /* by type: what revealing asks for */
	struct id after;
	struct door page, one; /* doors with memory of their own, for what lives shorter */
	struct arena *ids_arena;
	struct id_pile read, damaged;
	bool begun; /* to be logged */
	struct {
		struct offered **at; /* by id, in the memory of one */
		size_t n, cap;
	} fetched;
};

static void
scratch_open(struct record_bulk *b, struct door *d)
{
	door_open(d, b->door->node, b->door->db, arena_new(0), b->door->actor, &b->door->access,
		  NULL);
	d->run = b->door->run;
}

static void
scratch_reset(struct record_bulk *b, struct door *d)
{
	struct arena *a = d->arena;

	door_close(d);
	arena_reset(a);
	door_open(d, b->door->node, b->door->db, a, b->door->actor, &b->door->access, NULL);
	d->run = b->door->run;
}

struct record_bulk *
record_bulk_new(struct door *d, bool reveal)
{
	const struct model *m = d->node->model;
	struct record_bulk *b = NEW(d->arena, struct record_bulk);

	b->door = d;
	b->reveal = reveal;
	b->ids_arena = arena_new(0);
	b->all_fields = NEW_N(d->arena, struct str_list, m->type_count);
	for (size_t i = 0; i < m->type_count; i++)
		for (size_t k = 0; k < m->types[i].field_count; k++)
			*VEC_ADD(d->arena, &b->all_fields[i]) = m->types[i].fields[k].name;
	scratch_open(b, &b->page);
	scratch_open(b, &b->one);
	return b;
}

void
record_bulk_free(struct record_bulk *b)
{
	if (b == NULL)
		return;
	door_close(&b->page);
	door_close(&b->one);
	arena_free(b->page.arena);
	arena_free(b->one.arena);
	arena_free(b->ids_arena);
}

/* What the actor may see of it; RUNG_FULL with a reveal, when they may reveal. */
static enum rung
decide(const struct record_bulk *b, const struct record_row *row, const struct row_facts *known,
       bool *reveal)
{
	struct door *d = b->door;
	struct facts facts = {d->actor, &d->access, POLICY_READ, row->type, known, NULL};
	struct decision read = policy_decide(&facts);

	*reveal = false;
	/* What an exception opened was opened alone, not for taking along. */
	if (read.rung == RUNG_NONE || read.mark != NULL)
		return RUNG_NONE;
	facts.action = POLICY_REVEAL;
	*reveal = b->reveal && d->access.reason.n > 0 && policy_decide(&facts).rung == RUNG_FULL;
	return *reveal ? RUNG_FULL : read.rung;
}

static enum rc
is_offered(const struct record_bulk *b, struct offered *o, bool *out, struct err *err)
{
	struct row_facts known;
	enum rc rc = concern_facts(b->door, &o->row, &known, err);

	*out = false;
	if (rc != RC_OK)
		return rc;
	o->rung = decide(b, &o->row, &known, &o->reveal);
	*out = o->rung >= RUNG_MASKED && (o->row.flags & ROW_ERASED) == 0;
	return RC_OK;
}

/* text: its body, opened. */
static enum rc
offer(struct record_bulk *b, struct door *into, const struct offered *o, struct str text,
      struct record **out, struct err *err)
{
	const struct record_row *row = &o->row;
	struct handling handling;
	json_t *fields;
	enum rc rc = row_body(row, text, &fields, &handling, err);

	if (rc != RC_OK)
		return rc;
	door_hold(into, fields);
	rc = record_of_row(into, row, fields, o->reveal ? &b->all_fields[row->type->index] : NULL,
			   o->rung, NULL, out, err);
	if (rc != RC_OK)
		return rc;
	(*out)->handling = handling;
	*VEC_ADD(b->ids_arena, &b->read) = row->id;
	b->read.sorted = false;
	return RC_OK;
}

/* A row that does not open hides no other. */
static enum rc
leave_out(struct record_bulk *b, const struct record_row *row, enum rc why)
{
	struct door *d = b->door;
	bool counts;
	enum rc rc = damaged_note(d, row, why, &counts);

	/* The job's leaves are this one's matter. */
	d->damaged.n = 0;
	if (rc != RC_OK || !counts)
		return rc;
	record_bulk_leave_out(b, row->id);
	return RC_OK;
}

/* Rows of a page that are for the actor; *n counts what the table gave. */
static enum rc
find_page(struct record_bulk *b, const bool *wanted, struct offered *found, size_t *count,
	  size_t *n, struct err *err)
{
	struct door *d = &b->page;
	struct rows *rows;
	size_t read = 0;
	enum rc rc =
	    db_select(d->db, &SQL_RECORD_ALL, BINDS(B_ID(b->after), B_I64(PAGE)), &rows, err);

	*n = *count = 0;
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(rows, err)) == RC_OK) {
		struct offered *o = &found[read];

		++*n;
		must(*n <= PAGE);
		row_read(d->node, d->arena, rows, &o->row);
		b->after = o->row.id;
		if (o->row.type != NULL && (wanted == NULL || wanted[o->row.type->index]))
			read++;
	}
	rows_close(rows);
	rc = rc == RC_ABSENT ? RC_OK : rc;
	for (size_t i = 0; i < read && rc == RC_OK; i++) {
		struct offered o = found[i];
		bool offered;

		if ((rc = is_offered(b, &o, &offered, err)) == RC_OK && offered)
			found[(*count)++] = o;
	}
	return rc;
}

/* Their keys are asked for with one question. */
static enum rc
read_page(struct record_bulk *b, const bool *wanted, struct record_list *out, size_t *n,
	  struct err *err)
{
	struct door *d = &b->page;
	struct offered *found = NEW_N(d->arena, struct offered, PAGE);
	const struct record_row *rows[PAGE];
	struct str texts[PAGE];
	enum rc rcs[PAGE];
	size_t count;
	enum rc rc = find_page(b, wanted, found, &count, n, err);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		rows[i] = &found[i].row;
	if (count > 0)
		rc = damaged_open(d->node, door_use(d, KEY_USE_LIST), d->arena, rows, count, texts,
				  rcs, err);
	for (size_t i = 0; i < count && rc == RC_OK; i++) {
		struct record *r;

		if (rcs[i] == RC_OK)
			rcs[i] = offer(b, d, &found[i], texts[i], &r, err);
		if (rcs[i] == RC_OK)
			*VEC_ADD(d->arena, &out->items) = r;
		else
			rc = leave_out(b, rows[i], rcs[i]);
	}
	return rc;
}

enum rc
record_bulk_next(struct record_bulk *b, const bool *wanted, struct record_list *out,
		 struct err *err)
{
	size_t n = 1;
	enum rc rc = RC_OK;

	do {
		scratch_reset(b, &b->page);
		*out = (struct record_list){0};
		rc = read_page(b, wanted, out, &n, err);
	} while (rc == RC_OK && out->items.n == 0 && n > 0);
	return rc;
}

void
record_bulk_rewind(struct record_bulk *b)
{
	b->after = (struct id){{0}};
}

static int
by_id(const void *a, const void *b)
{
	return id_cmp(*(const struct id *)a, *(const struct id *)b);
}

static int
by_row_id(const void *a, const void *b)
{
	const struct offered *const *x = a, *const *y = b;

	return id_cmp((*x)->row.id, (*y)->row.id);
}

static struct offered *
find_fetched(const struct record_bulk *b, struct id id)
{
	struct offered wanted = {.row.id = id}, *key = &wanted, **found;

	if (b->fetched.n == 0)
		return NULL;
	found = bsearch(&key, b->fetched.at, b->fetched.n, sizeof(struct offered *), by_row_id);
	return found != NULL ? *found : NULL;
}

static enum rc
open_some(struct record_bulk *b, struct offered *const *some, size_t n, struct err *err)
{
	struct door *d = &b->one;
	const struct record_row *rows[PAGE];
	struct str texts[PAGE];
	enum rc rcs[PAGE], rc;

	must(n <= PAGE);
	for (size_t i = 0; i < n; i++)
		rows[i] = &some[i]->row;
	rc = damaged_open(d->node, door_use(d, KEY_USE_LIST), d->arena, rows, n, texts, rcs, err);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		some[i]->text = texts[i];
		some[i]->rc = rcs[i];
	}
	return rc;
}

enum rc
record_bulk_fetch(struct record_bulk *b, const struct id *ids, size_t n, struct err *err)
{
	struct door *d = &b->one;
	struct id *sorted = NEW_N(d->arena, struct id, n + 1);
	size_t before = b->fetched.n, count;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n; i++)
		sorted[i] = ids[i];
	qsort(sorted, n, sizeof *sorted, by_id);
	/* Those of before are still in order while the new ones are looked for. */
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		struct offered *o;
		bool offered = false, there;

		if (i > 0 && id_eq(sorted[i], sorted[i - 1]))
			continue;
		o = NEW(d->arena, struct offered);
		if ((rc = damaged_find(d, sorted[i], &o->row, &there, err)) == RC_OK && there)
			rc = is_offered(b, o, &offered, err);
		if (offered)
			*VEC_ADD(d->arena, &b->fetched) = o;
	}
	for (size_t i = before; i < b->fetched.n && rc == RC_OK; i += count) {
		count = b->fetched.n - i < PAGE ? b->fetched.n - i : PAGE;
		rc = open_some(b, b->fetched.at + i, count, err);
	}
	if (rc != RC_OK)
		b->fetched.n = before;
	else if (b->fetched.n > 1)
		qsort(b->fetched.at, b->fetched.n, sizeof(struct offered *), by_row_id);
	return rc;
}

enum rc
record_bulk_load(struct record_bulk *b, struct id id, struct record **out, struct err *err)
{
	struct door *d = &b->one;
	const struct offered *there = find_fetched(b, id);
	struct offered o = {.rc = RC_OK};
	bool offered, found = true;
	enum rc rc = RC_OK;

	if (there != NULL)
		o = *there;
	else if ((rc = damaged_find(d, id, &o.row, &found, err)) != RC_OK ||
		 (found && (rc = is_offered(b, &o, &offered, err)) != RC_OK))
		return rc;
	if (!found || (there == NULL && !offered))
		return fail(err, RC_ABSENT, "", "there is no such record");
	if (there == NULL)
		o.rc = row_open_text(d->node, door_use(d, KEY_USE_LIST), d->arena, &o.row, &o.text,
				     err);
	if (o.rc == RC_OK)
		o.rc = offer(b, d, &o, o.text, out, err);
	if (o.rc == RC_OK)
		return RC_OK;
	rc = leave_out(b, &o.row, o.rc);
	return rc == RC_OK ? fail(err, RC_ABSENT, "", "there is no such record") : rc;
}

void
record_bulk_drop(struct record_bulk *b)
{
	scratch_reset(b, &b->one);
	b->fetched.at = NULL;
	b->fetched.n = b->fetched.cap = 0;
}

/* Each record once, however often it was read. */
static void
sort_ids(struct id_pile *p)
{
	size_t n = 0;

	if (p->sorted || p->n == 0)
		return;
	qsort(p->at, p->n, sizeof p->at[0], by_id);
	for (size_t i = 0; i < p->n; i++)
		if (i == 0 || !id_eq(p->at[i], p->at[n - 1]))
			p->at[n++] = p->at[i];
	p->n = n;
	p->sorted = true;
}

void
record_bulk_leave_out(struct record_bulk *b, struct id id)
{
	*VEC_ADD(b->ids_arena, &b->damaged) = id;
	b->damaged.sorted = false;
}

size_t
record_bulk_damaged(struct record_bulk *b)
{
	sort_ids(&b->damaged);
	return b->damaged.n;
}

static enum rc
log_some(struct id_pile *p, struct door *d, struct audit_entry *entry, struct err *err)
{
	enum rc rc;

	sort_ids(p);
	entry->about_count = p->n - p->logged;
	if (entry->about_count > LEAF_ABOUT_MAX)
		entry->about_count = LEAF_ABOUT_MAX;
	entry->about = p->at != NULL ? p->at + p->logged : NULL;
	if ((rc = door_log(d, entry, NULL, err)) == RC_OK)
		p->logged += entry->about_count;
	return rc;
}

enum rc
record_bulk_log(struct record_bulk *b, struct door *d, bool *more, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_EXPORT, .type = STR("records")};
	struct audit_entry damaged = {.action = AUDIT_DAMAGED, .type = STR("records")};
	enum rc rc = RC_OK;

	if (b->reveal)
		entry.fields = STR("masked fields too");
	/* An export of nothing is told of too. */
	if (!b->begun || b->read.logged < b->read.n)
		rc = log_some(&b->read, d, &entry, err);
	else if (b->damaged.logged < b->damaged.n)
		rc = log_some(&b->damaged, d, &damaged, err);
	b->begun = true;
	*more = b->read.logged < b->read.n || b->damaged.logged < b->damaged.n;
	return rc;
}
