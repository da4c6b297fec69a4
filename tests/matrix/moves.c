#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "matrix.h"

#include "base/embedded.h"
#include "node/features.h"
#include "record/record.h"

/*
 * Every move of the model that is marked four_eyes, from every state in which it begins: one person
 * asks for it and nothing moves; again, nothing; another login of the same system account, and
 * somebody without its role, are refused; a change in between voids the wish; the second person
 * with the role moves it. And closing_a_case_leaves_every_plan_as_it_was. The node has all
 * features, but its gates all hold, so that what is looked at is the two people and no gate.
 */
enum { FEATURES_MAX = 64, GATES_MAX = 200 };
#define ALL_ROLES (BIT(ROLE_COUNT) - 1)

static enum rc
holds(struct door *d, const struct record *r, const struct gate_use *use, struct err *err)
{
	(void)d;
	(void)r;
	(void)use;
	(void)err;
	return RC_OK;
}

/* All features, without their gates, and one that has them all. */
static const struct feature *const *
open_features(struct arena *a, const struct model *model)
{
	static struct feature copies[FEATURES_MAX], gates_feature = {.name = "open_gates"};
	static struct gate gates[GATES_MAX];
	static const struct feature *list[FEATURES_MAX + 2];
	const struct code_list *names = model_list(model, STR("gates"));
	size_t n = 0;

	for (; liaison_features[n] != NULL; n++) {
		must(n < FEATURES_MAX);
		memcpy(&copies[n], liaison_features[n], sizeof copies[n]);
		copies[n].gates = NULL;
		list[n] = &copies[n];
	}
	must(names != NULL && names->code_count < GATES_MAX);
	for (size_t i = 0; i < names->code_count; i++)
		gates[i] = (struct gate){str_z(a, names->codes[i].code), holds, "always"};
	gates_feature.gates = gates;
	list[n++] = &gates_feature;
	list[n] = NULL;
	return list;
}

struct helper {
	const char *login;
	int account;
	struct user user;
};
static struct helper second = {.login = "second", .account = 1},
		     stranger = {.login = "stranger", .account = 2}, twin = {.login = "twin"};

static enum rc
add_helpers(struct door *d, void *ctx, struct err *err)
{
	struct world *w = ctx;
	struct helper *all[] = {&second, &stranger, &twin};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < COUNT_OF(all) && rc == RC_OK; i++)
		rc = user_add(d, str_from(all[i]->login), STR("Somebody"), ALL_ROLES,
			      w->people[0].user.unit, (int64_t)getuid() + all[i]->account,
			      &all[i]->user, err);
	return rc;
}

static enum rc
set_stranger(struct door *d, void *ctx, struct err *err)
{
	(void)ctx;
	return user_set(d, &stranger.user, err);
}

/* A step of the node's own, on the way to the state where a move begins. */
struct step {
	const struct row *row;
	int64_t version;
	struct str to, needs; /* needs: made before, since it may make records */
};

static enum rc
take_step(struct door *d, void *ctx, struct err *err)
{
	struct step *s = ctx;
	struct answer needs = {.body = s->needs};
	struct record *r;
	struct id id;
	enum rc rc;

	must(id_parse(str_from(s->row->id), &id));
	rc = record_move(d, id, s->version, s->to, door_hold(d, answer_json(&needs)), &r, err);
	if (rc == RC_OK)
		s->version = r->version;
	return rc;
}

/* From the first state to this one by the fewest moves; the version it then has, or 0. */
static int64_t
bring_to(struct world *w, const struct row *row, int target)
{
	const struct record_type *t = row->type;
	int before[32], queue[32], n = 1, way[32], steps = 0;
	struct step s = {.row = row, .version = row->version};
	struct err err = {.text = ""};

	must(t->states.n <= COUNT_OF(before));
	for (size_t i = 0; i < t->states.n; i++)
		before[i] = -1;
	queue[0] = 0;
	for (int at = 0; at < n; at++)
		for (int to = 1; to < (int)t->states.n; to++)
			if (before[to] < 0 && type_move(t, queue[at], to) != NULL) {
				before[to] = queue[at];
				queue[n++] = to;
			}
	for (int at = target; at > 0 && before[at] >= 0; at = before[at])
		way[steps++] = at;
	if (target > 0 && (steps == 0 || before[way[steps - 1]] != 0))
		return 0;
	while (steps-- > 0) {
		s.to = t->states.at[way[steps]];
		s.needs = needs_of(w, t, type_move(t, before[way[steps]], way[steps]));
		if (serve_write(w->serve, NULL, NULL, take_step, &s, &err) != RC_OK) {
			wrong(w, "%.*s: no way to %.*s: %s: %s", STR_ARG(t->name), STR_ARG(s.to),
			      err.key, err.text);
			return 0;
		}
	}
	return s.version;
}

/* One for which somebody may read it as well as move it. */
static int
purpose_for(const struct record_type *t)
{
	uint32_t both = t->read.purposes & t->write.purposes;

	return purpose_of(both != 0 ? &(struct access_rule){.purposes = both} : &t->write);
}

struct two {
	struct world *w;
	const struct row *row;
	const struct move *move;
	struct str from, to;
	int64_t version;
	struct str needs;
};

static void
ask_move(struct two *m, const struct helper *by, int64_t version, struct answer *a)
{
	struct world *w = m->w;
	const char *type = str_z(w->scratch, m->row->type->name);

	ask(w,
	    &(struct question){
		.who = by == NULL ? &w->people[0] : NULL,
		.helper = by != NULL ? by->login : NULL,
		.account = by != NULL ? by->account : 0,
		.method = "POST",
		.path = str_fmt(w->scratch, "/api/v1/records/%s/%s/move", type, m->row->id).p,
		.purpose = purpose_for(m->row->type),
		.version = version,
		.body = str_fmt(w->scratch, "{\"fields\":%.*s,\"to\":\"%.*s\"}", STR_ARG(m->needs),
				STR_ARG(m->to)),
		.reason = "two people look at it"},
	    a);
}

/* The record's state and version, as the keeper reads it. */
static struct str
state_of(struct world *w, const struct row *row, int64_t *version)
{
	struct answer a;
	struct str state;
	json_t *o;

	ask(w,
	    &(struct question){.who = &w->people[0],
			       .method = "GET",
			       .path = str_fmt(w->scratch, "/api/v1/records/%.*s/%s",
					       STR_ARG(row->type->name), row->id)
					   .p,
			       .purpose = purpose_of(&row->type->read)},
	    &a);
	o = answer_json(&a);
	state = str_copy(w->scratch, json_member_str(o, "state"));
	*version = json_integer_value(json_object_get(o, "version"));
	json_decref(o);
	return state;
}

/* Asked so, it must be answered so, and stand where it stood. */
static void
stays(struct two *m, const char *what, const struct helper *by, int64_t version, int want)
{
	struct answer a;
	struct str state;
	int64_t now;

	ask_move(m, by, version, &a);
	state = state_of(m->w, m->row, &now);
	m->w->cells++;
	if (a.status != want && (want != 403 || a.status != 404))
		wrong(m->w, "%.*s, %.*s to %.*s: %s: %d instead of %d: %.*s",
		      STR_ARG(m->row->type->name), STR_ARG(m->from), STR_ARG(m->to), what, a.status,
		      want, STR_ARG(a.body));
	else if (!str_eq(state, m->from) || now != m->version)
		wrong(m->w, "%.*s, %.*s to %.*s: %s: it moved", STR_ARG(m->row->type->name),
		      STR_ARG(m->from), STR_ARG(m->to), what);
	else
		m->w->denied++;
}

/* A change of the record that is none of its state: a stricter handling. */
static enum rc
tighten(struct door *d, void *ctx, struct err *err)
{
	struct two *m = ctx;
	struct handling strict = {TLP_RED, false, false};
	struct record *r;
	struct id id;
	enum rc rc;

	must(id_parse(str_from(m->row->id), &id));
	rc = record_mark(d, id, m->version, strict, &r, err);
	if (rc == RC_OK)
		m->version = r->version;
	return rc;
}

static void
two_people(struct world *w, const struct record_type *t, int from, int to, const struct move *move)
{
	struct two m = {.w = w, .move = move, .from = t->states.at[from], .to = t->states.at[to]};
	uint32_t roles = move->roles != 0 ? move->roles : t->write.roles;
	struct row row;
	struct str state;
	struct answer a;
	struct err err = {.text = ""};
	int64_t old, now;

	if (!row_make(w, t, t->handling.tlp))
		return;
	row = w->rows.at[w->rows.n - 1];
	m.row = &row;
	if ((m.version = bring_to(w, &row, from)) == 0)
		return;
	m.needs = str_copy(w->scratch, needs_of(w, t, move));
	stranger.user.roles = ALL_ROLES & ~roles;
	must(serve_write(w->serve, NULL, NULL, set_stranger, NULL, &err) == RC_OK);
	stays(&m, "one person asks", NULL, m.version, 202);
	stays(&m, "the same person again", NULL, m.version, 202);
	stays(&m, "another login of the same system account", &twin, m.version, 403);
	stays(&m, "a second person without the role", &stranger, m.version, 403);
	old = m.version;
	if (serve_write(w->serve, NULL, NULL, tighten, &m, &err) != RC_OK || m.version == old) {
		wrong(w, "%.*s: no change in between: %s", STR_ARG(t->name), err.text);
		return;
	}
	stays(&m, "the second person, who saw the former version", &second, old, 412);
	stays(&m, "the second person, after a change in between", &second, m.version, 202);
	ask_move(&m, NULL, m.version, &a);
	state = state_of(w, &row, &now);
	w->granted++;
	if (a.status != 200 || !str_eq(state, m.to) || now <= m.version)
		wrong(w, "%.*s, %.*s to %.*s: two people do not move it: %d %.*s", STR_ARG(t->name),
		      STR_ARG(m.from), STR_ARG(m.to), a.status, STR_ARG(a.body));
}

static size_t
every_move_of_two_people_takes_two(struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->model->type_count; i++) {
		const struct record_type *t = &w->model->types[i];

		for (int from = 0; from < (int)t->states.n; from++)
			for (int to = 0; to < (int)t->states.n; to++) {
				const struct move *move = type_move(t, from, to);

				if (move == NULL || !move->four_eyes || move->automatic)
					continue;
				n++;
				two_people(w, t, from, to, move);
				arena_reset(w->scratch);
			}
	}
	return n;
}

static bool
has_gate(const struct move *move, const char *gate)
{
	for (size_t i = 0; move != NULL && i < move->gate_count; i++)
		if (str_eq_z(move->gates[i].name, gate))
			return true;
	return false;
}

/* Whatever helps somebody stands as it stood: the versions of all that protect/ keeps. */
static size_t
compare_help(struct world *w, int64_t *versions, const char *closed, const char *what)
{
	size_t n = 0;

	for (size_t i = 0; i < w->rows.n; i++) {
		const struct row *row = &w->rows.at[i];
		int64_t now;

		if (!str_eq_z(row->type->area, "protect") || strcmp(row->id, closed) == 0)
			continue;
		(void)state_of(w, row, &now);
		n++;
		if (what != NULL && versions[i] != now)
			wrong(w, "%s changed a %.*s", what, STR_ARG(row->type->name));
		versions[i] = now;
		arena_reset(w->scratch);
	}
	return n;
}

/* Each move with the gate plans_stay_open, of the very record that plans and referrals name. */
static size_t
closing_a_case_leaves_every_plan_as_it_was(struct world *w, size_t *moves)
{
	int64_t *versions;
	size_t looked = 0;

	for (size_t i = 0; i < w->model->type_count; i++)
		if (str_eq_z(w->model->types[i].area, "protect"))
			(void)row_of_type(w, &w->model->types[i]);
	versions = NEW_N(w->arena, int64_t, w->rows.n + 1000);
	for (size_t i = 0; i < w->model->type_count; i++) {
		const struct record_type *t = &w->model->types[i];
		const struct row *first;
		struct row row;
		struct two m = {.w = w};
		struct answer a;
		int from = -1, to = -1;

		for (int f = 0; f < (int)t->states.n && from < 0; f++)
			for (int o = 0; o < (int)t->states.n && from < 0; o++)
				if (has_gate(type_move(t, f, o), "plans_stay_open"))
					from = f, to = o;
		if (from < 0 || (first = row_of_type(w, t)) == NULL)
			continue;
		row = *first;
		m.row = &row;
		m.move = type_move(t, from, to);
		m.to = t->states.at[to];
		if ((m.version = bring_to(w, &row, from)) == 0)
			continue;
		m.needs = str_copy(w->arena, needs_of(w, t, m.move));
		(void)compare_help(w, versions, row.id, NULL);
		ask_move(&m, NULL, m.version, &a);
		if (a.status == 202)
			ask_move(&m, &second, m.version, &a);
		if (a.status != 200)
			wrong(w, "%.*s is not closed: %d %.*s", STR_ARG(t->name), a.status,
			      STR_ARG(a.body));
		looked += compare_help(w, versions, row.id, str_z(w->arena, t->name));
		(*moves)++;
	}
	return looked;
}

int
main(void)
{
	static struct world w;
	struct arena *a = arena_new(0);
	struct model *model;
	struct err err = {.text = ""};
	size_t two, plans, closed = 0;

	if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 1);
	must(model_load(a, model_files, NULL, &model, &err) == RC_OK);
	world_open_bare(&w, open_features(a, model));
	must(serve_write(w.serve, NULL, NULL, add_helpers, &w, &err) == RC_OK);
	plans = closing_a_case_leaves_every_plan_as_it_was(&w, &closed);
	two = every_move_of_two_people_takes_two(&w);
	printf("moves: %zu that take two people, each refused to one in 6 ways (%lld of %lld) and "
	       "made by two (%lld); %zu ends of cases and the like, %zu times a record of help "
	       "that stayed as it was; %d faults\n",
	       two, (long long)w.denied, (long long)w.cells, (long long)w.granted, closed, plans,
	       w.wrong);
	world_close(&w);
	arena_free(a);
	return w.wrong == 0 && w.denied == w.cells && two > 80 && closed > 3 ? 0 : 1;
}
