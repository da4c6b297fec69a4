#include "base/test.h"

#include <unistd.h>

#include "format/json.h"
#include "match/screening/suspects.h"
#include "node/test_house.h"
#include "record/record.h"
#include "store/test_database.h"
#include "store/test_dir.h"

/* Records over their routes, in a node as `liaison node init` makes it, with all features. */
struct fixture {
	struct test_dir *dir;
	struct serve *serve;
	struct user people[4];
	int64_t leaves;
};

enum who { ANALYST, SUPERVISOR, WORKER, MONITOR, ADMIN };
static const char *const logins[] = {"ana", "sup", "wor", "mon", "admin"};
static const uint32_t roles[] = {BIT(ROLE_ANALYST), BIT(ROLE_SUPERVISOR), BIT(ROLE_SUPPORT_WORKER),
				 BIT(ROLE_MONITOR)};

static enum rc
add_people(struct door *d, void *ctx, struct err *err)
{
	struct fixture *f = ctx;
	struct user admin;
	enum rc rc = user_find_login(d, STR("admin"), &admin, err);

	for (size_t i = 0; i < COUNT_OF(roles) && rc == RC_OK; i++)
		rc = user_add(d, str_from(logins[i]), STR("X"), roles[i], admin.unit,
			      (int64_t)getuid(), &f->people[i], err);
	return rc;
}

static int
setup(void **state)
{
	struct fixture *f = heap_zeroed(sizeof *f);
	struct serve_options options = {.features = liaison_features};

	f->dir = test_dir_new();
	options.dir = test_house_init(f->dir, test_store(f->dir->a), NULL);
	f->serve = test_house_open(&options, add_people, f);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	serve_close(f->serve);
	test_dir_free(f->dir);
	free(f);
	return 0;
}

struct ask {
	enum who who;
	const char *purpose, *method, *path;
	int64_t version;  /* 0: none */
	const char *body; /* with ' for " */
	const char *reason;
};

static int
ask(struct fixture *f, struct ask q, struct str *answer)
{
	const struct test_ask house = {logins[q.who], q.purpose, q.method, q.path,
				       q.body,	      q.reason,	 q.version};

	return test_house_ask(f->serve, f->dir->a, &house, answer);
}

static bool
holds(struct str text, const char *part)
{
	return str_find(text, str_from(part)) >= 0;
}

static const char *
path_of(struct fixture *f, const char *type, struct str id, const char *more)
{
	return str_z(f->dir->a,
		     str_fmt(f->dir->a, "/api/v1/records/%s/%.*s%s", type, STR_ARG(id), more));
}

static struct str
made(struct fixture *f, enum who who, const char *purpose, const char *type, const char *body)
{
	struct str answer;
	struct err err;
	json_t *json;
	struct str id;

	if (ask(f,
		(struct ask){who, purpose, "POST", path_of(f, type, STR_NONE, "") /* a slash */, 0,
			     body, NULL},
		&answer) == 201)
		fail_msg("a path with a slash too many was taken\n");
	if (ask(f,
		(struct ask){who, purpose, "POST", str_fmt(f->dir->a, "/api/v1/records/%s", type).p,
			     0, body, NULL},
		&answer) != 201)
		fail_msg("%s: %.*s\n", type, STR_ARG(answer));
	must(json_read(answer, NULL, &json, &err) == RC_OK);
	id = str_copy(f->dir->a, json_member_str(json, "id"));
	json_decref(json);
	return id;
}

static void
a_record_lives_over_its_routes(void **state)
{
	struct fixture *f = *state;
	struct str id = made(f, ANALYST, "investigation", "person",
			     "{'fields':{'name':'Orvek Taluneth','may_be_minor':'no'}}"),
		   a;
	const char *path = path_of(f, "person", id, "");

	assert_int_equal(
	    ask(f, (struct ask){ANALYST, "investigation", "GET", path, 0, NULL, NULL}, &a), 200);
	assert_false(holds(a, "Taluneth"));
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "GET",
					  path_of(f, "person", id, "?reveal=name"), 0, NULL, NULL},
			     &a),
			 403);
	assert_int_equal(
	    ask(f,
		(struct ask){ANALYST, "investigation", "GET",
			     path_of(f, "person", id, "?reveal=name"), 0, NULL, "to call back"},
		&a),
	    200);
	assert_true(holds(a, "Taluneth"));
	/* a change names its version */
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "PATCH", path, 0,
					  "{'may_be_minor':'unknown'}", NULL},
			     &a),
			 428);
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "PATCH", path, 1,
					  "{'may_be_minor':'unknown'}", NULL},
			     &a),
			 200);
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "PATCH", path, 1,
					  "{'may_be_minor':'no'}", NULL},
			     &a),
			 412);
	assert_true(holds(a, "\"current\":{") && holds(a, "\"version\":2"));
	assert_false(holds(a, "Taluneth"));
	/* erasing is the supervisor's */
	assert_int_equal(
	    ask(f, (struct ask){ANALYST, "investigation", "DELETE", path, 2, NULL, NULL}, &a), 403);
	assert_int_equal(
	    ask(f, (struct ask){SUPERVISOR, "investigation", "DELETE", path, 2, NULL, NULL}, &a),
	    202);
	assert_int_equal(
	    ask(f, (struct ask){ANALYST, "investigation", "GET", path, 0, NULL, NULL}, &a), 404);
}

/* What is asked of a record that is there and of one that is not must answer alike. */
static void
no_route_tells_of_a_record_that_the_asker_may_not_know(void **state)
{
	static const struct {
		const char *method, *more, *body;
	} routes[] = {
	    {"GET", "", NULL},
	    {"GET", "?reveal=chosen_name", NULL},
	    {"GET", "?version=1", NULL},
	    {"PATCH", "", "{'tag':'x'}"},
	    {"DELETE", "", NULL},
	    {"POST", "/move", "{'to':'x'}"},
	    {"POST", "/mark", "{'tlp':'RED'}"},
	    {"GET", "/links", NULL},
	};
	static const char *const types[] = {"survivor", "person", "incident", "unit"};
	struct fixture *f = *state;
	struct str there =
	    made(f, WORKER, "protection", "survivor", "{'fields':{'chosen_name':'Tirelu'}}");
	struct str missing = STR("0192f0c1-0000-7000-8000-000000000001");

	for (size_t i = 0; i < COUNT_OF(routes); i++)
		for (size_t k = 0; k < COUNT_OF(types); k++)
			for (int who = ANALYST; who <= ADMIN; who++) {
				const char *purpose = who == ADMIN     ? "administration"
						      : who == MONITOR ? "oversight"
								       : "investigation";
				struct str a, b;
				int x, y;

				if (who == WORKER)
					continue;
				x = ask(f,
					(struct ask){(enum who)who, purpose, routes[i].method,
						     path_of(f, types[k], there, routes[i].more), 1,
						     routes[i].body, "why not"},
					&a);
				y = ask(f,
					(struct ask){(enum who)who, purpose, routes[i].method,
						     path_of(f, types[k], missing, routes[i].more),
						     1, routes[i].body, "why not"},
					&b);
				if (x != y || !str_eq(a, b) || x < 400 || holds(a, "Tirelu"))
					fail_msg("%s %s%s as %s: %d %.*s, else %d %.*s\n",
						 routes[i].method, types[k], routes[i].more,
						 logins[who], x, STR_ARG(a), y, STR_ARG(b));
			}
}

/* One who may not know of a record learns nothing by referring to it, nor by filtering. */
static void
a_reference_tells_nothing_of_what_the_asker_may_not_know(void **state)
{
	struct fixture *f = *state;
	struct str there =
	    made(f, WORKER, "protection", "survivor", "{'fields':{'chosen_name':'Tirelu'}}");
	struct str missing = STR("0192f0c1-0000-7000-8000-000000000001");
	struct str task = made(f, ANALYST, "investigation", "task", "{'fields':{'what':'x'}}");
	const struct {
		const char *method, *path, *body;
		int64_t version;
	} tries[] = {
	    {"POST", "/api/v1/records/note", "{'fields':{'text':'x','about':'%.*s'}}", 0},
	    {"POST", "/api/v1/records/task", "{'fields':{'what':'x','of':'%.*s'}}", 0},
	    {"PATCH", path_of(f, "task", task, ""), "{'of':'%.*s'}", 1},
	    {"POST", path_of(f, "task", task, "/move"), "{'to':'taken','fields':{'of':'%.*s'}}", 1},
	};

	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		struct str id[] = {there, missing}, a[2];
		int status[2];

		for (size_t k = 0; k < 2; k++) {
			struct str body = str_from(tries[i].body), before = body;
			ptrdiff_t at = str_find(body, STR("%.*s"));

			before = str_sub(body, 0, (size_t)at);
			body = str_fmt(f->dir->a, "%.*s%.*s%s", STR_ARG(before), STR_ARG(id[k]),
				       tries[i].body + at + 4);
			status[k] = ask(f,
					(struct ask){ANALYST, "investigation", tries[i].method,
						     tries[i].path, tries[i].version, body.p, NULL},
					&a[k]);
		}
		if (status[0] != 422 || status[1] != 422 || !str_eq(a[0], a[1]))
			fail_msg("%s %s: %d %.*s, else %d %.*s\n", tries[i].method, tries[i].path,
				 status[0], STR_ARG(a[0]), status[1], STR_ARG(a[1]));
	}
}

static void
a_list_says_which_states_there_are_when_asked_for_another(void **state)
{
	struct fixture *f = *state;
	struct str a;

	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "GET",
					  "/api/v1/records/incident?state=nope", 0, NULL, NULL},
			     &a),
			 400);
	assert_true(holds(a, "reported, assessed, linked, dismissed"));
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "GET",
					  "/api/v1/records/phone?state=nope", 0, NULL, NULL},
			     &a),
			 400);
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "GET",
					  "/api/v1/records/incident?state=linked", 0, NULL, NULL},
			     &a),
			 200);
}

static void
a_node_is_of_a_country_that_there_is(void **state)
{
	static const char *const bad[] = {"ZZZ", "fr", "FRA", "F", "ZZ", "fr\nkind: x"};
	struct fixture *f = *state;
	struct init_options init = {.name = STR("X"),
				    .dir = test_dir_path(f->dir, "other"),
				    .kind = STR("police"),
				    .legal_regime = STR("LED"),
				    .unit = STR("First desk"),
				    .login = STR("admin"),
				    .features = liaison_features};
	struct err err;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		init.country = str_from(bad[i]);
		assert_int_equal(node_init(&init, &err), RC_USAGE);
		assert_string_equal(err.key, "country");
		assert_int_equal(access(init.dir, F_OK), -1);
	}
	init.country = STR("FR");
	assert_int_equal(node_init(&init, &err), RC_OK);
}

static void
a_route_of_one_type_changes_no_record_of_another(void **state)
{
	struct fixture *f = *state;
	struct str id = made(f, ANALYST, "investigation", "task", "{'fields':{'what':'x'}}"), a;

	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "GET",
					  path_of(f, "incident", id, ""), 0, NULL, NULL},
			     &a),
			 404);
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "PATCH",
					  path_of(f, "incident", id, ""), 1, "{'what':'y'}", NULL},
			     &a),
			 404);
	assert_int_equal(ask(f,
			     (struct ask){SUPERVISOR, "investigation", "DELETE",
					  path_of(f, "incident", id, ""), 1, NULL, NULL},
			     &a),
			 404);
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "GET",
					  path_of(f, "task", id, ""), 0, NULL, NULL},
			     &a),
			 200);
	assert_true(holds(a, "\"version\":1"));
}

static void
nothing_but_fields_and_handling_is_taken_at_birth(void **state)
{
	static const char *const bodies[] = {
	    "{'fields':{'what':'x'},'owner':'0192f0c1-0000-7000-8000-000000000001'}",
	    "{'fields':{'what':'x'},'unit':'0192f0c1-0000-7000-8000-000000000001'}",
	    "{'fields':{'what':'x'},'state':'done'}",
	    "{'fields':{'what':'x'},'id':'1'}",
	    "{'fields':[]}",
	    "{}",
	    ""};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(bodies); i++)
		assert_int_equal(ask(f,
				     (struct ask){ANALYST, "investigation", "POST",
						  "/api/v1/records/task", 0, bodies[i], NULL},
				     NULL),
				 422);
}

/* Pointers of a problem's errors, by blanks; a parameter by its name in brackets. */
static struct str
pointers(struct fixture *f, struct str problem)
{
	json_t *o, *one;
	struct buf b;
	size_t i;

	assert_int_equal(json_read(problem, NULL, &o, NULL), RC_OK);
	buf_init(&b, f->dir->a);
	json_array_foreach (json_object_get(o, "errors"), i, one) {
		json_t *pointer = json_object_get(one, "pointer");

		assert_true(json_member_str(one, "detail").n > 0);
		if (i > 0)
			buf_add_byte(&b, ' ');
		if (pointer != NULL)
			buf_add(&b, json_str(pointer));
		else
			buf_addf(&b, "[%.*s]", STR_ARG(json_member_str(one, "key")));
	}
	json_decref(o);
	return buf_str(&b);
}

static void
all_faults_of_a_body_are_told_each_by_its_pointer(void **state)
{
	static const struct {
		const char *method, *path, *body, *pointers;
		int status;
	} cases[] = {
	    /* clang-format off */
	    {"POST", "/api/v1/records/person", "{'fields':{'birth_date':'soon','gender':'Atlantis','nothing':1}}",
	     "/fields/birth_date /fields/gender /fields/nothing", 422},
	    {"POST", "/api/v1/records/person", "{'fields':{'birth_date':'soon'}}", "/fields/birth_date", 422},
	    {"POST", "/api/v1/records/person", "{'fields':{'number':'1','phones':['Atlantis','Atlantis']}}",
	     "/fields/number /fields/phones/0 /fields/phones/1", 422},
	    {"POST", "/api/v1/records/person", "{'owner':'Atlantis','fields':7,'handling':{'tlp':'Atlantis'}}",
	     " /fields /handling/tlp", 422},
	    {"POST", "/api/v1/records/task", "{'fields':{}}", "/fields/what", 422},
	    {"PATCH", "@", "{'number':'1','owner':'Atlantis'}", "/number", 422},
	    {"PATCH", "@", "{'birth_date':'soon','mobile_phone':'Atlantis'}", "/birth_date /mobile_phone", 422},
	    {"GET", "/api/v1/records/person?Atlantis=1", NULL, "[Atlantis]", 400},
	    {"GET", "/api/v1/records/nothing", NULL, "", 404},
	    /* clang-format on */
	};
	struct fixture *f = *state;
	struct str id = made(f, ANALYST, "investigation", "person", "{'fields':{}}");

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool there = strcmp(cases[i].path, "@") == 0;
		const char *path = there ? path_of(f, "person", id, "") : cases[i].path;
		struct str answer, said;
		int status = ask(f,
				 (struct ask){ANALYST, "investigation", cases[i].method, path,
					      there ? 1 : 0, cases[i].body, NULL},
				 &answer);

		said = pointers(f, answer);
		if (status != cases[i].status || !str_eq_z(said, cases[i].pointers))
			fail_msg("%s %s: %d %.*s\n%.*s\n", cases[i].method,
				 cases[i].body != NULL ? cases[i].body : path, status,
				 STR_ARG(said), STR_ARG(answer));
		/* No value comes back. */
		if (cases[i].body != NULL)
			assert_true(str_find(answer, STR("Atlantis")) < 0);
	}
}

static void
the_agency_and_its_first_unit_are_there_to_be_changed(void **state)
{
	struct fixture *f = *state;
	struct str a;

	assert_int_equal(
	    ask(f,
		(struct ask){ADMIN, "administration", "GET", "/api/v1/records/unit", 0, NULL, NULL},
		&a),
	    200);
	assert_true(holds(a, "First desk"));
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "GET",
					  "/api/v1/records/organisation", 0, NULL, NULL},
			     &a),
			 200);
	assert_true(holds(a, "North Coast Police"));
}

/* Rule 5 in a whole node: the reaction stands in the table of features. */
static void
marking_a_victim_over_http_suspends_the_listing(void **state)
{
	struct fixture *f = *state;
	struct arena *m = f->dir->a;
	struct str person =
	    made(f, ANALYST, "investigation", "person", "{'fields':{'name':'D L'}}");
	struct str incident =
	    made(f, ANALYST, "investigation", "incident",
		 "{'fields':{'kind':'observation','summary':'x','summary_basis':'fact'}}");
	struct str list = made(f, SUPERVISOR, "screening", "watchlist",
			       "{'fields':{'name':'L','kind':'suspects','purpose':'screening'}}");
	struct str listing =
	    made(f, SUPERVISOR, "screening", "listing",
		 str_fmt(m, "{'fields':{'list':'%s','subject':'person','person':'%s'}}", list.p,
			 person.p)
		     .p);
	struct str a;

	(void)made(f, ANALYST, "investigation", "involvement",
		   str_fmt(m,
			   "{'fields':{'person':'%s','in':'%s','category':'PRESUMED',"
			   "'category_basis':'assessment'}}",
			   person.p, incident.p)
		       .p);
	assert_int_equal(ask(f,
			     (struct ask){SUPERVISOR, "screening", "GET",
					  path_of(f, "listing", listing, ""), 0, NULL, NULL},
			     &a),
			 200);
	assert_true(holds(a, "\"state\":\"suspended\""));
	assert_int_equal(ask(f,
			     (struct ask){SUPERVISOR, "screening", "POST",
					  path_of(f, "listing", listing, "/move"), 2,
					  "{'to':'active'}", "it was a mistake"},
			     &a),
			 409);
	assert_true(holds(a, "non-punishment review"));
}

/* It would stand in the log, which everybody who oversees has to be able to read. */
static void
a_reason_that_is_no_text_is_refused(void **state)
{
	static const struct {
		const char *reason;
		int status;
	} cases[] = {{"a%00b", 400}, {"%1b[2J", 400},	   {"a%7f", 400},
		     {"%ff", 400},   {"two%0alines", 200}, {"%D0%B4%D0%B0", 200}};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(ask(*state,
				     (struct ask){ANALYST, "investigation", "GET",
						  "/api/v1/records/person", 0, "", cases[i].reason},
				     NULL),
				 cases[i].status);
	assert_int_equal(ask(*state,
			     (struct ask){SUPERVISOR, "oversight", "GET",
					  "/api/v1/audit/search?actor=ana", 0, "", NULL},
			     NULL),
			 200);
}

/* Who looks through the whole log for a supervisor's reasons is not told of survivors. */
static void
the_log_at_large_tells_the_overseer_alone_of_types_under_keys(void **state)
{
	static const char search[] = "/api/v1/audit/search?limit=50";
	struct fixture *f = *state;
	struct str a,
	    id = made(f, WORKER, "protection", "survivor", "{'fields':{'chosen_name':'Tirelu'}}");

	assert_int_equal(
	    ask(f, (struct ask){SUPERVISOR, "oversight", "GET", search, 0, "", NULL}, &a), 200);
	assert_true(holds(a, "\"create\""));
	assert_false(holds(a, "survivor"));
	assert_false(holds(a, "~"));
	assert_false(holds(a, str_z(f->dir->a, id)));
	assert_int_equal(ask(f, (struct ask){MONITOR, "oversight", "GET", search, 0, "", NULL}, &a),
			 200);
	assert_true(holds(a, "\"survivor\""));
}

/* Nor is it missed among the ids that name nothing. */
static void
the_log_tells_an_overseer_nothing_of_what_is_said_of_them(void **state)
{
	static const char *const search[] = {"/api/v1/audit/search?limit=50",
					     "/api/v1/audit/search?actor=sup",
					     "/api/v1/audit/search?action=create"};
	struct fixture *f = *state;
	struct str a, id = made(f, SUPERVISOR, "oversight", "complaint",
				str_fmt(f->dir->a,
					"{'fields':{'channel':'letter','about':['treatment'],"
					"'words':'They hit me.','against':'%s'}}",
					id_format(f->dir->a, f->people[MONITOR].id).p)
				    .p);
	const char *of_record =
	    str_fmt(f->dir->a, "/api/v1/audit/search?record=%.*s", STR_ARG(id)).p;

	for (size_t i = 0; i < COUNT_OF(search); i++) {
		assert_int_equal(
		    ask(f, (struct ask){MONITOR, "oversight", "GET", search[i], 0, "", NULL}, &a),
		    200);
		assert_false(holds(a, "complaint"));
		assert_false(holds(a, str_z(f->dir->a, id)));
		assert_false(holds(a, "\"sup\""));
	}
	for (size_t i = 0; i < COUNT_OF(search); i++) {
		assert_int_equal(
		    ask(f, (struct ask){SUPERVISOR, "oversight", "GET", search[i], 0, "", NULL},
			&a),
		    200);
		assert_true(holds(a, "\"complaint\""));
	}
	assert_int_equal(
	    ask(f, (struct ask){MONITOR, "oversight", "GET", of_record, 0, "", NULL}, &a), 200);
	assert_true(holds(a, "\"items\":[]"));
}

/* A refusal names the record that was referred to, and the reason is about another one. */
static void
a_refused_reference_is_logged_without_the_reason_of_what_was_written(void **state)
{
	static const char search[] = "/api/v1/audit/search?limit=50";
	struct fixture *f = *state;
	struct str a,
	    id = made(f, WORKER, "protection", "survivor", "{'fields':{'chosen_name':'Tirelu'}}");

	assert_int_equal(
	    ask(f,
		(struct ask){
		    ANALYST, "investigation", "POST", "/api/v1/records/note", 0,
		    str_fmt(f->dir->a, "{'fields':{'text':'x','about':'%.*s'}}", STR_ARG(id)).p,
		    "Anaximander did this"},
		NULL),
	    422);
	assert_int_equal(ask(f, (struct ask){MONITOR, "oversight", "GET", search, 0, "", NULL}, &a),
			 200);
	assert_true(holds(a, "\"denied\""));
	assert_true(holds(a, str_z(f->dir->a, id)));
	assert_false(holds(a, "Anaximander"));
}

struct screening {
	struct fixture *f;
	struct suspects suspects;
};

static enum rc
read_suspects(struct door *d, void *ctx, struct err *err)
{
	struct screening *s = ctx;
	struct door inner;
	enum rc rc;

	door_open_as_node(&inner, d, STR("a test wants it"));
	rc = suspects_read(&inner, s->f->dir->a, &s->suspects, err);
	door_close(&inner);
	return rc;
}

static struct str
involved(struct fixture *f, struct str person, struct str incident, const char *category)
{
	return made(f, ANALYST, "investigation", "involvement",
		    str_fmt(f->dir->a,
			    "{'fields':{'person':'%.*s','in':'%.*s','category':'%s',"
			    "'category_basis':'assessment'}}",
			    STR_ARG(person), STR_ARG(incident), category)
			.p);
}

/* What somebody is called today does not undo what they were marked as before. */
static void
nobody_ever_marked_or_helped_is_screened_as_a_suspect(void **state)
{
	static const char person[] = "{'fields':{'name':'Orvek Taluneth'}}";
	struct fixture *f = *state;
	struct screening s = {.f = f};
	struct str incident = made(f, ANALYST, "investigation", "incident",
				   "{'fields':{'kind':'report','summary':'Wages kept.',"
				   "'summary_basis':'assessment'}}");
	struct str suspect = made(f, ANALYST, "investigation", "person", person);
	struct str marked = made(f, ANALYST, "investigation", "person", person);
	struct str helped = made(f, ANALYST, "investigation", "person", person);
	struct str involvement = involved(f, marked, incident, "PRESUMED");
	struct err err;
	struct id id;

	(void)involved(f, suspect, incident, "SUSPECT");
	(void)involved(f, helped, incident, "SUSPECT");
	assert_int_equal(ask(f,
			     (struct ask){ANALYST, "investigation", "PATCH",
					  path_of(f, "involvement", involvement, ""), 1,
					  "{'category':'SUSPECT'}", NULL},
			     NULL),
			 200);
	(void)made(f, WORKER, "protection", "survivor",
		   str_fmt(f->dir->a, "{'fields':{'chosen_name':'Tirelu','person':'%.*s'}}",
			   STR_ARG(helped))
		       .p);
	assert_int_equal(serve_write(f->serve, NULL, NULL, read_suspects, &s, &err), RC_OK);
	/* All three are read alike; one is asked about. */
	assert_int_equal(s.suspects.n, 3);
	for (size_t i = 0; i < 3; i++) {
		struct str answer, who = i == 0 ? suspect : i == 1 ? marked : helped;
		size_t k = 0;

		assert_true(id_parse(who, &id));
		while (k < 2 && !id_eq(s.suspects.at[k].id, id))
			k++;
		assert_true(id_eq(s.suspects.at[k].id, id));
		assert_int_equal(s.suspects.at[k].left_out, i > 0);
		assert_int_equal(
		    ask(f,
			(struct ask){
			    ANALYST, "investigation", "GET",
			    str_fmt(f->dir->a, "/api/v1/audit/records/%.*s", STR_ARG(who)).p, 0,
			    NULL, NULL},
			&answer),
		    200);
		assert_true(holds(answer, "\"actor\":\"node\""));
	}
}

static int
ask_by_token(struct fixture *f, struct str token, const char *purpose, const char *method,
	     const char *path, const char *body)
{
	struct pair headers[] = {
	    {STR("Authorization"), str_fmt(f->dir->a, "Bearer %.*s", STR_ARG(token))},
	    {STR("Liaison-Purpose"), str_from(purpose)}};
	struct call call = {.caller = {.uid = -1, .token = token},
			    .method = str_from(method),
			    .path = str_from(path),
			    .headers = {headers, purpose[0] != '\0' ? 2 : 1},
			    .body = str_from(body)};
	int status;

	serve_call(f->serve, &call);
	status = call.status;
	call_free(&call);
	return status;
}

/* A token stolen for a day and one purpose stays that. */
static void
a_token_widens_neither_itself_nor_anybody(void **state)
{
	static const char all[] = "{\"purposes\":[\"administration\"],\"days\":366}";
	static const char user[] = "{\"login\":\"other\",\"roles\":[\"analyst\"]}";
	struct fixture *f = *state;
	const char *purposes[] = {"{'purposes':['statistics']}", "{'purposes':['administration']}"};
	struct str tokens[2], answer;
	struct err err;

	for (size_t i = 0; i < 2; i++) {
		json_t *json;

		assert_int_equal(ask(f,
				     (struct ask){ADMIN, "administration", "POST", "/api/v1/tokens",
						  0, purposes[i], NULL},
				     &answer),
				 201);
		assert_int_equal(json_read(answer, NULL, &json, &err), RC_OK);
		tokens[i] = str_copy(f->dir->a, json_member_str(json, "token"));
		json_decref(json);
		assert_int_equal(ask_by_token(f, tokens[i], "", "POST", "/api/v1/tokens", all),
				 403);
		assert_int_equal(ask_by_token(f, tokens[i], "", "POST", "/api/v1/users", user),
				 403);
		assert_int_equal(ask_by_token(f, tokens[i], "", "PATCH", "/api/v1/users/ana",
					      "{\"roles\":[\"administrator\"]}"),
				 403);
	}
	assert_int_equal(
	    ask_by_token(f, tokens[0], "administration", "POST", "/api/v1/users", user), 403);
	assert_int_equal(
	    ask_by_token(f, tokens[1], "administration", "POST", "/api/v1/users", user), 403);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_record_lives_over_its_routes),
	    T(no_route_tells_of_a_record_that_the_asker_may_not_know),
	    T(a_reference_tells_nothing_of_what_the_asker_may_not_know),
	    T(a_list_says_which_states_there_are_when_asked_for_another),
	    T(a_node_is_of_a_country_that_there_is),
	    T(a_route_of_one_type_changes_no_record_of_another),
	    T(all_faults_of_a_body_are_told_each_by_its_pointer),
	    T(nothing_but_fields_and_handling_is_taken_at_birth),
	    T(the_agency_and_its_first_unit_are_there_to_be_changed),
	    T(marking_a_victim_over_http_suspends_the_listing),
	    T(a_reason_that_is_no_text_is_refused),
	    T(the_log_tells_an_overseer_nothing_of_what_is_said_of_them),
	    T(a_refused_reference_is_logged_without_the_reason_of_what_was_written),
	    T(the_log_at_large_tells_the_overseer_alone_of_types_under_keys),
	    T(nobody_ever_marked_or_helped_is_screened_as_a_suspect),
	    T(a_token_widens_neither_itself_nor_anybody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
