#include <stdio.h>
#include <string.h>

#include "matrix.h"

/* Routes that name one record: each person, purpose and row, beside an id that names nothing. */

struct probe {
	const char *method, *path; /* TYPE and ID stand for themselves */
	enum act act;
};

static const struct probe probes[] = {
    {"GET", "/api/v1/records/TYPE/ID", ACT_READ},
    {"GET", "/api/v1/records/TYPE/ID?version=1", ACT_READ},
    {"GET", "/api/v1/records/TYPE/ID/links", ACT_READ},
    {"GET", "/api/v1/records/TYPE/ID?reveal=FIELD", ACT_REVEAL},
    {"GET", "/api/v1/audit/records/ID", ACT_HISTORY},
    {"GET", "/api/v1/explain/ID", ACT_HISTORY},
    {"PATCH", "/api/v1/records/TYPE/ID", ACT_UPDATE},
    {"POST", "/api/v1/records/TYPE/ID/mark", ACT_UPDATE},
    {"POST", "/api/v1/records/TYPE/ID/move", ACT_MOVE},
    {"DELETE", "/api/v1/records/TYPE/ID", ACT_ERASE},
};

static const struct str no_text = STR_INIT("");

static struct str
fill_path(struct world *w, const char *path, const struct record_type *t, const char *id)
{
	struct buf b;

	buf_init(&b, w->scratch);
	while (*path != '\0') {
		if (strncmp(path, "TYPE", 4) == 0) {
			buf_add(&b, t->name);
			path += 4;
		} else if (strncmp(path, "FIELD", 5) == 0) {
			buf_add(&b, t->fields[0].name);
			path += 5;
		} else if (strncmp(path, "ID", 2) == 0) {
			buf_add_z(&b, id);
			path += 2;
		} else {
			buf_add_byte(&b, *path++);
		}
	}
	return buf_str(&b);
}

/* A state that a move of a person's leads to. */
static struct str
next_state(const struct record_type *t)
{
	for (size_t i = 1; i < t->states.n; i++) {
		const struct move *move = type_move(t, 0, (int)i);

		if (move != NULL && !move->automatic)
			return t->states.at[i];
	}
	return t->states.n > 0 ? t->states.at[0] : STR("none");
}

static struct str
body_of(struct world *w, const struct probe *p, const struct record_type *t)
{
	if (p->act == ACT_MOVE)
		return str_fmt(w->scratch, "{\"to\":\"%.*s\"}", STR_ARG(next_state(t)));
	if (p->act != ACT_UPDATE)
		return no_text;
	return strcmp(p->method, "POST") == 0 ? STR("{\"tlp\":\"RED\"}") : STR("{}");
}

static void
ask_about(struct world *w, const struct person *who, int purpose, const struct probe *p,
	  const struct record_type *t, const char *id, int64_t version, struct answer *out)
{
	ask(w,
	    &(struct question){.who = who,
			       .method = p->method,
			       .path = str_z(w->scratch, fill_path(w, p->path, t, id)),
			       .purpose = purpose,
			       .version = p->act == ACT_READ || p->act == ACT_REVEAL ||
						  p->act == ACT_HISTORY
					      ? 0
					      : version,
			       .body = body_of(w, p, t),
			       .reason = "the matrix asks"},
	    out);
}

static const char *
name_cell(struct world *w, const struct person *who, int purpose, const struct probe *p,
	  const struct row *row)
{
	return str_fmt(w->scratch, "%s for %s: %s %s about a %s %.*s%s%s", who->login,
		       purpose >= 0 ? purpose_name((enum purpose)purpose) : "no purpose", p->method,
		       p->path, tlp_name(row->tlp), STR_ARG(row->type->name),
		       row->quick ? ", a quick note" : "", row->erased ? ", erased" : "")
	    .p;
}

static bool
is_reading(enum act act)
{
	return act == ACT_READ || act == ACT_REVEAL || act == ACT_HISTORY;
}

static void
probe_row(struct world *w, const struct person *who, int purpose, const struct probe *p,
	  const struct row *row, bool first, const struct answer *twin)
{
	enum outcome want = expect(who, purpose, p->act, row);
	const char *cell = name_cell(w, who, purpose, p, row);
	struct answer a;

	if (want == GRANTED) {
		/* Changes are granted at the end (probe_changes). */
		if (!is_reading(p->act) || (!who->owner && draw(w, 100) >= 10))
			return;
		ask_about(w, who, purpose, p, row->type, row->id, row->version, &a);
		if (a.status != 200)
			wrong(w, "%s: not granted: %d %.*s", cell, a.status, STR_ARG(a.body));
		w->granted++;
		return;
	}
	/* A refusal of role or purpose is that of the type: one row of it, and some others. */
	if (want == REFUSED && !first && draw(w, 100) >= 10)
		return;
	ask_about(w, who, purpose, p, row->type, row->id, row->version, &a);
	w->cells++;
	if (want == REFUSED_KNOWN) {
		if (a.status < 400)
			wrong(w, "%s: granted: %d", cell, a.status);
		else
			w->openly++;
		w->denied += a.status >= 400;
		return;
	}
	if (a.status != (want == ABSENT ? 404 : 403))
		wrong(w, "%s: %d instead of %d: %.*s", cell, a.status, want == ABSENT ? 404 : 403,
		      STR_ARG(a.body));
	else
		w->denied++;
	w->openly += want == REFUSED && a.status == 403;
	same(w, cell, &a, row->id, twin, NOWHERE);
}

/* One line of the matrix: one person's question, for one purpose, about all rows of a type. */
static void
probe_line(struct world *w, const struct person *who, int purpose, const struct probe *p,
	   const struct record_type *t, const struct row *const *rows, size_t n)
{
	struct answer twin;
	bool any = false, hidden = false;

	if ((p->act == ACT_MOVE && t->states.n == 0) || t->field_count == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		enum outcome want = expect(who, purpose, p->act, rows[i]);

		any = any || want == ABSENT || want == REFUSED;
		hidden = hidden || want == ABSENT || want == REFUSED_KNOWN;
	}
	/* What is said openly is decided by the type alone: fewer of those tell enough. */
	if (!drawn(w) || (n > 0 && rows[0]->erased && !drawn(w)) ||
	    (!hidden && w->share < 100 && draw(w, 100) >= 25))
		return;
	if (any)
		ask_about(w, who, purpose, p, t, NOWHERE, 1, &twin);
	for (size_t i = 0; i < n; i++)
		probe_row(w, who, purpose, p, rows[i], i == 0, &twin);
	arena_reset(w->scratch);
}

/* Glass is broken for what the type is for, and for nothing else. */
static void
probe_glass_purposes(struct world *w, const struct person *who, const struct record_type *t,
		     const struct row *const *rows, size_t n)
{
	unsigned share = w->share;
	bool broke = false;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < who->glass_n; k++)
			broke = broke || strcmp(who->glass[k], rows[i]->id) == 0;
	w->share = 100;
	for (int purpose = -1; broke && purpose < PURPOSE_COUNT; purpose++)
		for (size_t p = 0; p < COUNT_OF(probes); p++)
			if (probes[p].act == ACT_READ || probes[p].act == ACT_HISTORY)
				probe_line(w, who, purpose, &probes[p], t, rows, n);
	w->share = share;
}

static void
probe_type(struct world *w, const struct record_type *t, const struct row *const *rows, size_t n)
{
	int read = purpose_of(&t->read), write = purpose_of(&t->write);

	/* By person: what is known of somebody is loaded when they come. */
	for (size_t i = 0; i < w->people_n; i++) {
		for (size_t p = 0; p < COUNT_OF(probes); p++) {
			bool reads = is_reading(probes[p].act) || probes[p].act == ACT_MOVE;

			probe_line(w, &w->people[i], reads ? read : write, &probes[p], t, rows, n);
		}
		probe_glass_purposes(w, &w->people[i], t, rows, n);
	}
	/* Everything right but the purpose; and one of the others for anybody. */
	for (size_t p = 0; p < COUNT_OF(probes); p++)
		for (int purpose = -1; purpose < PURPOSE_COUNT; purpose++)
			probe_line(w, &w->people[0], purpose, &probes[p], t, rows, n);
	for (size_t p = 0; p < COUNT_OF(probes); p++)
		probe_line(w, &w->people[draw(w, w->people_n)], (int)draw(w, PURPOSE_COUNT + 1) - 1,
			   &probes[p], t, rows, n);
}

static void
probe_rows_if(struct world *w, bool erased)
{
	for (size_t i = 0; i < w->model->type_count; i++) {
		const struct record_type *t = &w->model->types[i];
		const struct row *rows[16];
		size_t n = 0;

		for (size_t k = 0; k < w->rows.n && n < COUNT_OF(rows); k++)
			if (w->rows.at[k].type == t && w->rows.at[k].erased == erased)
				rows[n++] = &w->rows.at[k];
		if (n > 0)
			probe_type(w, t, rows, n);
	}
}

/* A record of one type is not found as one of another. */
static void
probe_wrong_type(struct world *w)
{
	const struct person *keeper = &w->people[0];
	const struct probe *read = &probes[0];

	for (size_t i = 0; i < w->rows.n; i++) {
		const struct row *row = &w->rows.at[i];
		const struct record_type *other =
		    &w->model->types[(row->type->index + 1) % w->model->type_count];
		int purpose = purpose_of(&other->read);
		struct answer a, twin;

		ask_about(w, keeper, purpose, read, other, row->id, 0, &a);
		ask_about(w, keeper, purpose, read, other, NOWHERE, 0, &twin);
		w->cells++;
		if (a.status != 404)
			wrong(w, "a %.*s was found as a %.*s", STR_ARG(row->type->name),
			      STR_ARG(other->name));
		else
			w->denied++;
		same(w, "a record asked for as another type", &a, row->id, &twin, NOWHERE);
		arena_reset(w->scratch);
	}
}

void
probe_rows(struct world *w)
{
	probe_rows_if(w, false);
	probe_wrong_type(w);
}

/*
 * The keeper may: what was refused to all others is granted to whoever has the right. The last
 * row of each type is erased, and then nobody finds it.
 */
void
probe_changes(struct world *w)
{
	const struct person *supervisor = NULL;

	for (size_t i = 0; i < w->people_n; i++)
		if (strcmp(w->people[i].login, "own-supervisor") == 0)
			supervisor = &w->people[i];
	for (size_t i = 0; i < w->rows.n; i++) {
		struct row *row = &w->rows.at[i];
		const struct person *keeper =
		    row->type->concerns_owner || row->names_keeper ? supervisor : &w->people[0];
		int purpose = purpose_of(&row->type->write);
		bool last = true;

		for (size_t k = i + 1; k < w->rows.n; k++)
			last = last && w->rows.at[k].type != row->type;
		for (size_t p = 0; p < COUNT_OF(probes); p++) {
			struct answer a;

			if (expect(keeper, purpose, probes[p].act, row) != GRANTED || row->held ||
			    is_reading(probes[p].act) ||
			    (probes[p].act == ACT_MOVE && row->type->states.n == 0) ||
			    (probes[p].act == ACT_ERASE && !last))
				continue;
			ask_about(w, keeper,
				  probes[p].act == ACT_MOVE ? purpose_of(&row->type->read)
							    : purpose,
				  &probes[p], row->type, row->id, row->version, &a);
			/* A move may wait for a gate, or be no move of people. */
			if (a.status == 401 || a.status == 404 ||
			    (a.status == 403 && probes[p].act != ACT_MOVE))
				wrong(w, "keeper: %s %s of a %.*s is not granted: %d %.*s",
				      probes[p].method, probes[p].path, STR_ARG(row->type->name),
				      a.status, STR_ARG(a.body));
			w->granted++;
			if (a.status == 200) {
				json_t *o = answer_json(&a);

				row->version = json_integer_value(json_object_get(o, "version"));
				json_decref(o);
			}
			row->erased =
			    row->erased || (probes[p].act == ACT_ERASE && a.status == 202);
			arena_reset(w->scratch);
		}
	}
	probe_rows_if(w, true);
}
