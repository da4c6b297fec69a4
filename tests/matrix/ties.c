#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "matrix.h"

/*
 * Who stands to the rows by something that came and may have gone: a unit above and one below, the
 * team of a case, a certificate, broken glass. What was taken away is looked at while it holds, so
 * that the denial after it is for that and for nothing else.
 */
struct adding {
	struct world *w;
	struct id above, below, beside;
};

static json_t *
must_ask(struct world *w, const struct question *q, int want)
{
	struct answer a;

	ask(w, q, &a);
	if (a.status != want) {
		fprintf(stderr, "matrix: %s %s: %d instead of %d: %.*s\n", q->method, q->path,
			a.status, want, STR_ARG(a.body));
		exit(1);
	}
	return answer_json(&a);
}

static struct question
by_keeper(struct world *w, const char *method, const char *path, int purpose, struct str body)
{
	return (struct question){.who = &w->people[0],
				 .method = method,
				 .path = path,
				 .purpose = purpose,
				 .body = body,
				 .reason = "the matrix asks"};
}

/* The id of a new record of the keeper's, or of a helper's. */
static const char *
make(struct world *w, const char *helper, const char *type, int purpose, struct str fields)
{
	struct question q =
	    by_keeper(w, "POST", str_fmt(w->arena, "/api/v1/records/%s", type).p, purpose,
		      str_fmt(w->scratch, "{\"fields\":%.*s}", STR_ARG(fields)));
	json_t *o;
	const char *id;

	if (helper != NULL)
		q.who = NULL, q.helper = helper, q.account = 2;
	o = must_ask(w, &q, 201);
	id = str_z(w->arena, json_member_str(o, "id"));
	json_decref(o);
	return id;
}

static int64_t
version_of(struct world *w, const char *type, const char *id, int purpose)
{
	struct question q = by_keeper(
	    w, "GET", str_fmt(w->scratch, "/api/v1/records/%s/%s", type, id).p, purpose, STR_NONE);
	json_t *o = must_ask(w, &q, 200);
	int64_t version = json_integer_value(json_object_get(o, "version"));

	json_decref(o);
	return version;
}

static void
change(struct world *w, const char *type, const char *id, int purpose, struct str fields)
{
	struct question q = by_keeper(
	    w, "PATCH", str_fmt(w->scratch, "/api/v1/records/%s/%s", type, id).p, purpose, fields);

	q.version = version_of(w, type, id, purpose);
	json_decref(must_ask(w, &q, 200));
	for (size_t i = 0; i < w->rows.n; i++)
		if (strcmp(w->rows.at[i].id, id) == 0)
			w->rows.at[i].version = q.version + 1;
}

static enum rc
add_one(struct door *d, struct world *w, struct id unit, const char *login, uint32_t roles,
	bool foreign, struct err *err)
{
	struct person *p = &w->people[w->people_n++];

	must(w->people_n <= PEOPLE_MAX);
	(void)snprintf(p->login, sizeof p->login, "%s", login);
	p->roles = roles;
	p->foreign = foreign;
	return user_add(d, str_from(p->login), STR("Somebody"), roles, unit, (int64_t)getuid(),
			&p->user, err);
}

static enum rc
add_people(struct door *d, void *ctx, struct err *err)
{
	struct adding *c = ctx;
	struct world *w = c->w;
	const uint32_t analyst = BIT(ROLE_ANALYST), supervisor = BIT(ROLE_SUPERVISOR);
	const struct {
		const char *login;
		uint32_t roles;
		struct id unit;
	} all[] = {
	    {"above-supervisor", supervisor, c->above},
	    {"above-analyst", analyst, c->above},
	    {"below-supervisor", supervisor, c->below},
	    {"below-analyst", analyst, c->below},
	    {"team-analyst", analyst, c->beside},
	    {"team-supervisor", supervisor, c->beside},
	    {"removed-analyst", analyst, c->beside},
	    {"closed-analyst", analyst, c->beside},
	    {"lapsed-worker", BIT(ROLE_SUPPORT_WORKER), w->people[0].user.unit},
	    {"glass-analyst", analyst, c->beside},
	    {"expired-analyst", analyst, c->beside},
	    {"contested-analyst", analyst, c->beside},
	};
	struct user helper;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < COUNT_OF(all) && rc == RC_OK; i++)
		rc = add_one(d, w, all[i].unit, all[i].login, all[i].roles,
			     !id_eq(all[i].unit, w->people[0].user.unit), err);
	person_of(w, "above-supervisor")->above = true;
	/* Two who teach: what a certificate carries is nobody's own word. */
	for (int i = 0; i < 2 && rc == RC_OK; i++)
		rc = user_add(d, i == 0 ? STR("second") : STR("third"), STR("Somebody"),
			      supervisor | BIT(ROLE_ADMINISTRATOR), w->people[0].user.unit,
			      (int64_t)getuid() + 1 + (i == 0), &helper, err);
	return rc;
}

static struct str
unit_fields(struct world *w, const char *name, const char *part_of)
{
	return str_fmt(w->scratch, "{\"name\":\"%s\",\"kind\":\"police\"%s%s%s}", name,
		       part_of != NULL ? ",\"part_of\":\"" : "", part_of != NULL ? part_of : "",
		       part_of != NULL ? "\"" : "");
}

/* Above, the rows' unit and the one beside it; below, one of the rows' own. */
void
ties_people(struct world *w)
{
	const char *own = str_z(w->arena, id_format(w->arena, w->people[0].user.unit));
	const char *beside = w->rows.at[w->rows.n - 1].id, *above, *below;
	struct adding c = {.w = w};
	struct err err = {.text = ""};
	struct str part_of;

	above = make(w, NULL, "unit", PURPOSE_ADMINISTRATION, unit_fields(w, "Above", NULL));
	below = make(w, NULL, "unit", PURPOSE_ADMINISTRATION, unit_fields(w, "Below", own));
	part_of = str_fmt(w->arena, "{\"part_of\":\"%s\"}", above);
	change(w, "unit", own, PURPOSE_ADMINISTRATION, part_of);
	change(w, "unit", beside, PURPOSE_ADMINISTRATION, part_of);
	must(id_parse(str_from(above), &c.above) && id_parse(str_from(below), &c.below) &&
	     id_parse(str_from(beside), &c.beside));
	if (serve_write(w->serve, NULL, NULL, add_people, &c, &err) != RC_OK) {
		fprintf(stderr, "matrix: no people: %s: %s\n", err.key, err.text);
		exit(1);
	}
	arena_reset(w->scratch);
}

static struct str
user_of(struct world *w, const char *login)
{
	return id_format(w->scratch, person_of(w, login)->user.id);
}

/* Before it is taken away it holds. */
static void
holds_yet(struct world *w, const char *login, int purpose, const struct row *row, const char *why)
{
	struct answer a;

	ask(w,
	    &(struct question){.who = person_of(w, login),
			       .method = "GET",
			       .path = str_fmt(w->scratch, "/api/v1/records/%.*s/%s",
					       STR_ARG(row->type->name), row->id)
					   .p,
			       .purpose = purpose},
	    &a);
	w->granted++;
	if (a.status != 200)
		wrong(w, "%s: %s: %d %.*s", login, why, a.status, STR_ARG(a.body));
}

static const struct row *
row_with(struct world *w, const char *type, enum tlp tlp)
{
	for (size_t i = 0; i < w->rows.n; i++)
		if (str_eq_z(w->rows.at[i].type->name, type) && w->rows.at[i].tlp == tlp &&
		    !w->rows.at[i].held)
			return &w->rows.at[i];
	fprintf(stderr, "matrix: there is no %s %s\n", tlp_name(tlp), type);
	exit(1);
}

/* On the team, taken off it, and on that of a case which was closed. */
static void
set_teams(struct world *w)
{
	static const char *const types[] = {"transaction", "fact", "element_finding"};
	const struct row *first = row_of_type(w, model_type(w->model, STR("case")));
	const char *other;
	struct question q;
	size_t n = w->rows.n;

	change(w, "case", first->id, PURPOSE_INVESTIGATION,
	       str_fmt(w->scratch, "{\"team\":[\"%.*s\",\"%.*s\",\"%.*s\"]}",
		       STR_ARG(user_of(w, "team-analyst")), STR_ARG(user_of(w, "team-supervisor")),
		       STR_ARG(user_of(w, "removed-analyst"))));
	holds_yet(w, "removed-analyst", PURPOSE_INVESTIGATION, first, "on the team, and shut out");
	change(w, "case", first->id, PURPOSE_INVESTIGATION,
	       str_fmt(w->scratch, "{\"team\":[\"%.*s\",\"%.*s\"]}",
		       STR_ARG(user_of(w, "team-analyst")),
		       STR_ARG(user_of(w, "team-supervisor"))));
	person_of(w, "team-analyst")->team = person_of(w, "team-supervisor")->team = true;
	other = make(w, NULL, "case", PURPOSE_INVESTIGATION,
		     str_fmt(w->scratch, "{\"name\":\"Cannery\",\"team\":[\"%.*s\"]}",
			     STR_ARG(user_of(w, "closed-analyst"))));
	w->case_id = other;
	for (size_t i = 0; i < COUNT_OF(types); i++)
		must(row_make(w, model_type(w->model, str_from(types[i])), TLP_AMBER_STRICT));
	w->case_id = NULL;
	for (size_t i = n; i < w->rows.n; i++) {
		must(!w->rows.at[i].in_case);
		holds_yet(w, "closed-analyst", PURPOSE_PROSECUTION, &w->rows.at[i],
			  "on the team of an open case, and shut out");
	}
	q = by_keeper(w, "POST", str_fmt(w->scratch, "/api/v1/records/case/%s/move", other).p,
		      PURPOSE_INVESTIGATION,
		      STR("{\"to\":\"closed\",\"fields\":{\"closed_with\":\"All was decided.\"}}"));
	q.version = version_of(w, "case", other, PURPOSE_INVESTIGATION);
	json_decref(must_ask(w, &q, 200));
}

static void
certify(struct world *w, const struct person *p, const char *course, int64_t until_ms)
{
	const int64_t day = INT64_C(86400000);

	(void)make(
	    w, "second", "certificate", PURPOSE_ADMINISTRATION,
	    str_fmt(w->scratch,
		    "{\"holder\":\"%.*s\",\"course\":\"%s\",\"rights\":[\"survivor_reveal\"],"
		    "\"issued_by\":\"Academy\",\"passed_on\":\"%.*s\",\"valid_until\":\"%.*s\"}",
		    STR_ARG(id_format(w->scratch, p->user.id)), course,
		    STR_ARG(day_format(w->scratch, until_ms - 300 * day)),
		    STR_ARG(day_format(w->scratch, until_ms))));
}

/* A course is offered by two, all have its certificate, and one's ran out. */
static void
set_training(struct world *w)
{
	const int64_t day = INT64_C(86400000), now = clock_now(&clock_system);
	struct person *lapsed = person_of(w, "lapsed-worker");
	const char *course = make(w, "second", "course", PURPOSE_ADMINISTRATION,
				  STR("{\"name\":\"First do no harm\",\"rights\":[\"survivor_"
				      "reveal\"],\"contents\":\"How not to harm.\",\"hours\":\"8\","
				      "\"valid_for\":\"12\"}"));
	struct question q =
	    by_keeper(w, "POST", str_fmt(w->scratch, "/api/v1/records/course/%s/move", course).p,
		      PURPOSE_ADMINISTRATION, STR("{\"to\":\"offered\"}"));

	for (size_t i = 0; i < w->rows.n; i++)
		if (w->rows.at[i].guarded && may_list(lapsed, PURPOSE_PROTECTION, &w->rows.at[i])) {
			holds_yet(w, lapsed->login, PURPOSE_PROTECTION, &w->rows.at[i],
				  "before a course is offered, and shut out");
			break;
		}
	q.who = NULL;
	q.version = 1;
	q.helper = "second";
	q.account = 2;
	json_decref(must_ask(w, &q, 202));
	q.helper = "third";
	q.account = 1;
	json_decref(must_ask(w, &q, 200));
	for (size_t p = 0; p < w->people_n; p++)
		if (&w->people[p] != lapsed)
			certify(w, &w->people[p], course, now + 60 * day);
	certify(w, lapsed, course, now - 2 * day);
	lapsed->closed = BIT(PURPOSE_PROTECTION);
	w->last = NULL;
}

static void
break_glass(struct world *w, const char *login, const struct row *row)
{
	struct person *p = person_of(w, login);

	json_decref(must_ask(
	    w,
	    &(struct question){.who = p,
			       .method = "POST",
			       .path = str_fmt(w->scratch, "/api/v1/break-glass/%s", row->id).p,
			       .purpose = purpose_of(&row->type->read),
			       .reason = "They called: somebody is at the door."},
	    200));
	holds_yet(w, login, purpose_of(&row->type->read), row, "broke the glass, and is shut out");
	must(p->glass_n < GLASS_BROKEN_MAX);
	p->glass_type[p->glass_n] = row->type;
	(void)snprintf(p->glass[p->glass_n++], sizeof p->glass[0], "%s", row->id);
	w->last = NULL;
}

/* The second reader says no to all that this person opened. */
static void
contest(struct world *w, struct person *p)
{
	struct question q = {.who = person_of(w, "other-supervisor"),
			     .method = "GET",
			     .path =
				 str_fmt(w->scratch, "/api/v1/records/access_review?officer=%.*s",
					 STR_ARG(id_format(w->scratch, p->user.id)))
				     .p,
			     .purpose = PURPOSE_OVERSIGHT,
			     .reason = "the matrix asks"};
	json_t *list = must_ask(w, &q, 200), *item;
	size_t i;

	q.method = "POST";
	q.body = STR("{\"to\":\"contested\",\"fields\":{\"answer\":\"Nobody had called.\"}}");
	q.version = 1;
	json_array_foreach (json_object_get(list, "items"), i, item) {
		q.path = str_fmt(w->scratch, "/api/v1/records/access_review/%s/move",
				 json_string_value(json_object_get(item, "id")))
			     .p;
		json_decref(must_ask(w, &q, 200));
	}
	json_decref(list);
	p->glass_n = 0;
	w->last = NULL;
}

/* A survivor, what is RED, and what is its unit's; so the others of each type are record B. */
static void
set_glass(struct world *w)
{
	static const char *const who[] = {"expired-analyst", "glass-analyst", "contested-analyst"};
	bool made = row_make(w, model_type(w->model, STR("survivor")), TLP_RED);
	const struct row *rows[] = {row_of_type(w, model_type(w->model, STR("survivor"))),
				    row_with(w, "incident", TLP_RED),
				    row_with(w, "transaction", TLP_AMBER_STRICT)};

	must(made); /* another survivor, whose glass nobody broke */
	for (size_t p = 0; p < COUNT_OF(who); p++) {
		for (size_t i = 0; i < COUNT_OF(rows); i++)
			break_glass(w, who[p], rows[i]);
		/* Three hours later the first one's is whole again. */
		if (p == 0) {
			w->ahead_ms += INT64_C(3) * 3600 * 1000 + 60000;
			person_of(w, who[p])->glass_n = 0;
		}
	}
	contest(w, person_of(w, "contested-analyst"));
}

void
ties_bonds(struct world *w)
{
	set_training(w);
	set_teams(w);
	set_glass(w);
	w->last = NULL;
	arena_reset(w->scratch);
}
