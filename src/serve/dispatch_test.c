#include "base/test.h"

#include <stdatomic.h>
#include <unistd.h>

#include "audit/audit.h"
#include "audit/migrations.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "format/json.h"
#include "model/model.h"
#include "record/migrations.h"
#include "record/record.h"
#include "seal/keys.h"
#include "serve/budget.h"
#include "serve/clock_health.h"
#include "serve/file.h"
#include "serve/inside.h"
#include "serve/migrations.h"
#include "serve/ongoing.h"
#include "serve/request.h"
#include "serve/serve.h"
#include "serve/user.h"
#include "store/test_database.h"
#include "store/test_dir.h"

static int handled;

static enum rc
handle_read(struct request *rq, struct reply *reply, struct err *err)
{
	(void)err;
	handled++;
	reply->json = json_object();
	must(json_object_set_new(
		 reply->json, "id",
		 json_from_str(rq->path.n > 0 ? request_path(rq, "id") : STR("none"))) == 0);
	return RC_OK;
}

static enum rc
make_task(struct request *rq, struct record **out, struct err *err)
{
	json_t *fields = json_pack("{s:s}", "what", "call back");

	door_hold(&rq->door, fields);
	return record_create(&rq->door, model_type(rq->door.node->model, STR("task")), fields, NULL,
			     out, err);
}

static enum rc
handle_write(struct request *rq, struct reply *reply, struct err *err)
{
	struct record *r;
	enum rc rc;

	handled++;
	if ((rc = make_task(rq, &r, err)) != RC_OK)
		return rc;
	reply->json = record_json(&rq->door, r, rq->lang);
	reply->etag = r->version;
	return RC_OK;
}

/* Makes a record, and is then refused another: the first must not stay. */
static enum rc
handle_undone(struct request *rq, struct reply *reply, struct err *err)
{
	struct id missing = {{7}};
	struct record *r;
	enum rc rc;

	(void)reply;
	handled++;
	if ((rc = make_task(rq, &r, err)) != RC_OK)
		return rc;
	return record_load(&rq->door, missing, NULL, &r, err);
}

/* How many tasks there are, as this reading sees it. */
static enum rc
handle_count(struct request *rq, struct reply *reply, struct err *err)
{
	struct record_filter filter = {.type = model_type(rq->door.node->model, STR("task")),
				       .limit = 200};
	struct record_list page;
	enum rc rc = record_list(&rq->door, &filter, &page, err);

	reply->status = 200 + (rc == RC_OK ? (int)page.items.n : 90);
	reply->body = STR("counted");
	return RC_OK;
}

#define ANALYSTS BIT(ROLE_ANALYST)
#define FINDING BIT(PURPOSE_INVESTIGATION)

enum { LONG_STEPS = 100 };
static int64_t long_steps;

static enum rc
handle_long(struct request *rq, struct reply *reply, struct err *err)
{
	enum rc rc = RC_OK;

	(void)reply;
	while (rc == RC_OK && long_steps < LONG_STEPS)
		rc = request_progress(rq, "steps", ++long_steps, LONG_STEPS, err);
	return rc;
}

/* clang-format off */
static const struct route routes[] = {
	{ "GET",  "/t/things/{id}",    ANALYSTS,     FINDING,      0,            0,    handle_read,   "" },
	{ "GET",  "/t/things/special", ANALYSTS,     FINDING,      0,            0,    handle_read,   "" },
	{ "POST", "/t/things",         ANALYSTS,     FINDING,      ROUTE_WRITES, 1000, handle_write,  "" },
	{ "POST", "/t/undone",         ANALYSTS,     FINDING,      ROUTE_WRITES, 1000, handle_undone, "" },
	{ "GET",  "/t/count",          ANALYSTS,     FINDING,      0,            0,    handle_count,  "" },
	{ "GET",  "/t/anybody",        ROLES_ANY,    PURPOSES_ANY, 0,            0,    handle_read,   "" },
	{ "GET",  "/t/heavy",          ROLES_ANY,    PURPOSES_ANY, ROUTE_HEAVY,  0,    handle_read,   "" },
	{ "GET",  "/t/long",           ROLES_ANY,    PURPOSES_ANY, ROUTE_HEAVY,  0,    handle_long,   "" },
	{ "GET",  "/t/open",           ROLES_NOBODY, PURPOSES_ANY, ROUTE_OPEN,   0,    handle_read,   "" },
	{ .method = NULL },
};
static const struct setting settings[] = {
	{ "origin",  SETTING_TEXT, "node.example/log", 0, 0, "" },
	{ "store",   SETTING_TEXT, "", 0, 0, "" },
	{ "overlay", SETTING_TEXT, "", 0, 0, "" },
	{ .name = NULL },
};
/* clang-format on */
static const struct feature log_feature = {.name = "log",
					   .migrations = MIGRATION_SET(AUDIT_MIGRATIONS)};
static const struct feature store_feature = {.name = "store",
					     .migrations = MIGRATION_SET(RECORD_MIGRATIONS)};
static const struct feature user_feature = {.name = "users",
					    .migrations = MIGRATION_SET(SERVE_MIGRATIONS)};
static const struct feature test_feature = {.name = "test", .routes = routes, .settings = settings};
static const struct feature *const features[] = {&log_feature, &store_feature, &user_feature,
						 &test_feature, NULL};

struct fixture {
	struct test_dir *dir;
	struct serve *serve;
	struct user analyst, monitor;
	struct str token, narrow, late; /* of the analyst; late is revoked */
	int64_t leaves, tasks;
	bool ends; /* the node closes while long work is under way */
};

static enum rc
first_users(struct door *d, void *ctx, struct err *err)
{
	struct fixture *f = ctx;
	struct id unit = {{1}}, id;
	struct str token;
	enum rc rc;

	if ((rc = user_add(d, STR("ana"), STR("Ana L"), ANALYSTS, unit, 1000, &f->analyst, err)) !=
		RC_OK ||
	    (rc = user_add(d, STR("mon"), STR("Mo N"), BIT(ROLE_MONITOR), unit, 1001, &f->monitor,
			   err)) != RC_OK)
		return rc;
	if ((rc = token_add(d, f->analyst.id, FINDING, d->now_ms + 60000, &token, &id, err)) !=
	    RC_OK)
		return rc;
	f->token = str_copy(f->dir->a, token);
	if ((rc = token_add(d, f->analyst.id, BIT(PURPOSE_SCREENING), d->now_ms + 60000, &token,
			    &id, err)) != RC_OK)
		return rc;
	f->narrow = str_copy(f->dir->a, token);
	if ((rc = token_add(d, f->analyst.id, FINDING, d->now_ms + 60000, &token, &id, err)) !=
	    RC_OK)
		return rc;
	f->late = str_copy(f->dir->a, token);
	return token_revoke(d, id, err);
}

static enum rc
count(struct door *d, void *ctx, struct err *err)
{
	struct fixture *f = ctx;
	struct test_count {
		struct record_list page;
	} c;
	struct record_filter filter = {.type = model_type(d->node->model, STR("task")),
				       .limit = 200};
	enum rc rc = audit_size(d->db, &f->leaves, err);

	if (rc != RC_OK || (rc = record_list(d, &filter, &c.page, err)) != RC_OK)
		return rc;
	f->tasks = (int64_t)c.page.items.n;
	return RC_OK;
}

/* Leaves that a call added: the counting is one itself. */
static int64_t
added(struct fixture *f)
{
	int64_t before = f->leaves;
	struct err err;

	must(serve_write(f->serve, NULL, NULL, count, f, &err) == RC_OK);
	return f->leaves - before - 1;
}

static int
setup(void **state)
{
	struct fixture *f = heap_zeroed(sizeof *f);
	struct serve_options o = {.features = features, .is_new = true, .readers = 2};
	struct err err = {.text = ""};

	f->dir = test_dir_new();
	o.dir = f->dir->path;
	must(file_write(test_dir_path(f->dir, "liaison.yaml"),
			str_fmt(f->dir->a, "origin: \"a.example/log\"\n%.*s",
				STR_ARG(test_store_setting(f->dir->a))),
			0600, &err) == RC_OK);
	must(keys_create(test_dir_path(f->dir, "keys.liaison"), STR_NONE, &err) == RC_OK);
	if (serve_open(&o, &f->serve, &err) != RC_OK ||
	    serve_write(f->serve, NULL, NULL, first_users, f, &err) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
	(void)added(f);
	handled = 0;
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
	const char *method, *path;
	int64_t uid; /* -1: none */
	const char *purpose, *body;
	struct str token;
};

/* The status, and the answer as text in the fixture's arena. */
static int
ask(struct fixture *f, const struct ask *q, struct str *answer)
{
	struct pair header = {STR("Liaison-Purpose"), str_from(q->purpose)};
	struct call call = {.caller = {.uid = q->uid, .token = q->token},
			    .method = str_from(q->method),
			    .path = str_from(q->path),
			    .headers = {&header, q->purpose != NULL},
			    .body = str_from(q->body)};
	int status;

	serve_call(f->serve, &call);
	status = call.status;
	if (answer != NULL)
		*answer = str_copy(f->dir->a, call.answer);
	call_free(&call);
	return status;
}

static void
each_request_is_answered_by_its_row_of_the_table(void **state)
{
	static const struct {
		struct ask ask;
		int status, handled;
		int64_t leaves;
		const char *key;
	} cases[] = {
	    /* clang-format off */
	    {{"GET",  "/t/nothing",        1000, "investigation", NULL, {NULL, 0}}, 404, 0, 0, NULL},
	    {{"GET",  "/t/things",         1000, "investigation", NULL, {NULL, 0}}, 405, 0, 0, NULL},
	    {{"GET",  "/t/things/",        1000, "investigation", NULL, {NULL, 0}}, 404, 0, 0, NULL},
	    {{"GET",  "/t/things/5/more",  1000, "investigation", NULL, {NULL, 0}}, 404, 0, 0, NULL},
	    {{"GET",  "/t/things/5",       1000, "investigation", NULL, {NULL, 0}}, 200, 1, 0, NULL},
	    {{"GET",  "/t/things/5",       1000, NULL,            NULL, {NULL, 0}}, 403, 0, 1, "purpose"},
	    {{"GET",  "/t/things/5",       1000, "screening",     NULL, {NULL, 0}}, 403, 0, 1, "purpose"},
	    {{"GET",  "/t/things/5",       1000, "immigration",   NULL, {NULL, 0}}, 400, 0, 0, "purpose"},
	    {{"GET",  "/t/things/5",       1001, "investigation", NULL, {NULL, 0}}, 403, 0, 1, "role"},
	    {{"POST", "/t/things",         1001, "investigation", "{}", {NULL, 0}}, 403, 0, 1, "role"},
	    {{"GET",  "/t/things/5",       1002, "investigation", NULL, {NULL, 0}}, 401, 0, 0, "as"},
	    {{"GET",  "/t/things/5",       -1,   "investigation", NULL, {NULL, 0}}, 401, 0, 0, "token"},
	    {{"GET",  "/t/things/5",       -1,   "investigation", NULL, STR_INIT("liaison_x")}, 401, 0, 0, "token"},
	    {{"GET",  "/t/anybody",        1001, NULL,            NULL, {NULL, 0}}, 200, 1, 0, NULL},
	    {{"GET",  "/t/anybody",        -1,   NULL,            NULL, {NULL, 0}}, 401, 0, 0, "token"},
	    {{"GET",  "/t/open",           -1,   NULL,            NULL, {NULL, 0}}, 200, 1, 0, NULL},
	    {{"POST", "/t/things",         1000, "investigation", "[]", {NULL, 0}}, 422, 0, 0, "body"},
	    {{"POST", "/t/things",         1000, "investigation", "{",  {NULL, 0}}, 422, 0, 0, NULL},
	    {{"POST", "/t/things",         1000, "investigation", "{}", {NULL, 0}}, 200, 1, 1, NULL},
	    /* clang-format on */
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str answer;
		int status, before = handled;
		int64_t leaves;

		status = ask(f, &cases[i].ask, &answer);
		leaves = added(f);
		if (status != cases[i].status || handled - before != cases[i].handled ||
		    leaves != cases[i].leaves)
			fail_msg("%s %s (case %zu): %d, handled %d, %d leaves: %.*s\n",
				 cases[i].ask.method, cases[i].ask.path, i, status,
				 handled - before, (int)leaves, STR_ARG(answer));
		if (cases[i].key != NULL &&
		    str_find(answer, str_fmt(f->dir->a, "\"key\":\"%s\"", cases[i].key)) < 0)
			fail_msg("case %zu: %.*s\n", i, STR_ARG(answer));
	}
}

static void
heavy_work_has_a_budget_by_user(void **state)
{
	struct fixture *f = *state;
	const struct ask ana = {"GET", "/t/heavy", 1000}, mon = {"GET", "/t/heavy", 1001};
	struct str whose = {(const char *)f->analyst.id.b, 16}, answer;
	struct err err;

	/* In this thread, and then in a lane. */
	for (int lanes = 0; lanes < 2; lanes++) {
		if (lanes > 0)
			must(serve_lanes_open(f->serve, &err) == RC_OK);
		assert_int_equal(ask(f, &ana, NULL), 200);
		assert_true(budget_take(f->serve->heavy, whose, -1e9, 70000, monotonic_ms(), NULL));
		assert_int_equal(ask(f, &ana, &answer), 429);
		assert_true(str_find(answer, STR("urn:liaison:problem:busy")) >= 0);
		assert_int_equal(ask(f, &mon, NULL), 200);
		assert_true(
		    budget_take(f->serve->heavy, whose, -1e9, -70000, monotonic_ms(), NULL));
	}
	assert_int_equal(ask(f, &ana, NULL), 200);
	serve_lanes_close(f->serve);
}

static bool
until_third(struct call *call, const char *unit, int64_t done, int64_t all)
{
	struct fixture *f = call->ctx_progress;
	struct ongoing_one one[ONGOING_MAX];

	assert_string_equal(unit, "steps");
	assert_int_equal(all, LONG_STEPS);
	assert_int_equal(ongoing_of(&f->serve->ongoing, f->analyst.id, one), 1);
	assert_int_equal(one[0].done, done);
	assert_int_equal(ongoing_of(&f->serve->ongoing, f->monitor.id, one), 0);
	if (f->ends)
		serve_ending(f->serve);
	return done < 3;
}

/* A client that leaves ends what it asked for, and so does a node that closes. */
static void
long_work_that_nobody_waits_for_stops(void **state)
{
	struct fixture *f = *state;
	struct call call = {.caller = {.uid = 1000},
			    .method = STR("GET"),
			    .path = STR("/t/long"),
			    .goes_on = until_third,
			    .ctx_progress = f};
	struct ongoing_one one[ONGOING_MAX];

	long_steps = 0;
	serve_call(f->serve, &call);
	assert_int_equal(long_steps, 3);
	assert_true(call.status >= 400);
	call_free(&call);
	assert_int_equal(ongoing_of(&f->serve->ongoing, f->analyst.id, one), 0);
	long_steps = 0;
	f->ends = true;
	serve_call(f->serve, &call);
	assert_int_equal(long_steps, 2);
	assert_int_equal(call.status, 503);
	call_free(&call);
}

static void
of_two_paths_that_fit_the_plain_one_is_taken(void **state)
{
	struct fixture *f = *state;
	struct str answer;

	assert_int_equal(
	    ask(f, &(struct ask){"GET", "/t/things/special", 1000, "investigation"}, &answer), 200);
	assert_true(str_eq(answer, STR("{\"id\":\"none\"}")));
	assert_int_equal(
	    ask(f, &(struct ask){"GET", "/t/things/5", 1000, "investigation"}, &answer), 200);
	assert_true(str_eq(answer, STR("{\"id\":\"5\"}")));
}

static void
a_refusal_is_durable_while_the_change_around_it_is_undone(void **state)
{
	struct fixture *f = *state;
	struct str answer;

	assert_int_equal(
	    ask(f, &(struct ask){"POST", "/t/things", 1000, "investigation", "{}"}, &answer), 200);
	assert_int_equal(added(f), 1);
	assert_int_equal(f->tasks, 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    ask(f, &(struct ask){"POST", "/t/undone", 1000, "investigation", "{}"},
			&answer),
		    404);
		assert_int_equal(added(f), 1); /* the refusal's, and not the creation's */
		assert_int_equal(f->tasks, 1);
	}
	assert_true(str_find(answer, STR("there is no such record")) >= 0);
	assert_int_equal(handled, 4);
}

struct counted {
	struct call call;
	atomic_int done;
};

static void
note_done(struct call *call)
{
	atomic_store(&((struct counted *)call)->done, 1);
}

/* The second worker's count of tasks, for a call that was there at received_us. */
static int
count_tasks(struct fixture *f, int64_t received_us)
{
	struct pair header = {STR("Liaison-Purpose"), STR("investigation")};
	struct counted c = {.call = {.caller = {.uid = 1000},
				     .method = STR("GET"),
				     .path = STR("/t/count"),
				     .headers = {&header, 1},
				     .received_us = received_us,
				     .done = note_done}};

	(void)serve_submit(f->serve, 1, &c.call);
	while (atomic_load(&c.done) == 0)
		(void)usleep(100);
	call_free(&c.call);
	return c.call.status - 200;
}

/* Calls that waited share a look at the database; who asks after a change sees it. */
static void
whoever_asks_after_a_change_sees_it(void **state)
{
	struct fixture *f = *state;
	int64_t early = monotonic_us();

	(void)usleep(1000);
	for (int i = 0; i < 5; i++) {
		int shared, first = count_tasks(f, monotonic_us());

		assert_int_equal(first, i);
		assert_int_equal(
		    ask(f, &(struct ask){"POST", "/t/things", 1000, "investigation", "{}"}, NULL),
		    200);
		/* It was there before the look began, and may see what was then or now. */
		shared = count_tasks(f, early);
		assert_true(shared == i || shared == i + 1);
		if (i % 2 == 0)
			assert_int_equal(count_tasks(f, monotonic_us()), i + 1);
		if (i == 3)
			(void)serve_rest(f->serve, 1);
		assert_int_equal(count_tasks(f, 0), i + 1);
	}
	(void)serve_rest(f->serve, 1);
}

static void
a_token_is_good_for_its_purposes_until_it_is_revoked(void **state)
{
	struct fixture *f = *state;
	struct ask q = {"GET", "/t/things/5", -1, "investigation", NULL, f->token};

	assert_int_equal(ask(f, &q, NULL), 200);
	q.token = f->narrow;
	assert_int_equal(ask(f, &q, NULL), 403);
	assert_int_equal(added(f), 1);
	q.token = f->late;
	assert_int_equal(ask(f, &q, NULL), 401);
	q.token = str_sub(f->token, 0, f->token.n - 1);
	assert_int_equal(ask(f, &q, NULL), 401);
}

static enum rc
disable(struct door *d, void *ctx, struct err *err)
{
	struct fixture *f = ctx;
	struct user u = f->analyst;

	u.disabled = true;
	return user_set(d, &u, err);
}

static void
somebody_disabled_gets_in_by_no_way(void **state)
{
	struct fixture *f = *state;
	struct ask q = {"GET", "/t/things/5", -1, "investigation", NULL, f->token};
	struct err err;

	assert_int_equal(serve_write(f->serve, NULL, NULL, disable, f, &err), RC_OK);
	assert_int_equal(ask(f, &q, NULL), 401);
	q.token = STR_NONE;
	q.uid = 1000;
	assert_int_equal(ask(f, &q, NULL), 401);
}

static enum rc
refused_in_a_job(struct door *d, void *ctx, struct err *err)
{
	struct id missing = {{7}};
	struct record *r;

	(void)ctx;
	return record_load(d, missing, NULL, &r, err);
}

static void
what_a_job_is_refused_is_logged_too(void **state)
{
	struct fixture *f = *state;
	struct actor actor = {.id = f->analyst.id, .roles = ANALYSTS};
	struct access access = {.purpose = PURPOSE_INVESTIGATION, .has_purpose = true};
	struct err err;

	assert_int_equal(serve_write(f->serve, &actor, &access, refused_in_a_job, f, &err),
			 RC_ABSENT);
	assert_string_equal(err.text, "there is no such record");
	assert_int_equal(added(f), 1);
}

static enum rc
bad_users(struct door *d, void *ctx, struct err *err)
{
	static const char *const logins[] = {
	    "",
	    "a",
	    "Ana",
	    "a b",
	    "ana\n",
	    "ana/x",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	struct fixture *f = ctx;
	struct id unit = {{1}}, id;
	struct str token;
	struct user u;

	for (size_t i = 0; i < COUNT_OF(logins); i++)
		assert_int_equal(
		    user_add(d, str_from(logins[i]), STR("X"), ANALYSTS, unit, -1, &u, err),
		    RC_INVALID);
	assert_int_equal(user_add(d, STR("ok"), STR("X"), 0, unit, -1, &u, err), RC_INVALID);
	assert_int_equal(token_add(d, f->analyst.id, FINDING, d->now_ms, &token, &id, err),
			 RC_INVALID);
	assert_int_equal(token_add(d, f->analyst.id, 0, d->now_ms + 1, &token, &id, err),
			 RC_INVALID);
	assert_int_equal(user_find_login(d, STR("nobody"), &u, err), RC_ABSENT);
	assert_int_equal(user_find_login(d, STR("ana"), &u, err), RC_OK);
	assert_true(str_eq(u.name, STR("Ana L")));
	return RC_OK;
}

static enum rc
taken_login(struct door *d, void *ctx, struct err *err)
{
	struct id unit = {{1}};
	struct user u;

	(void)ctx;
	return user_add(d, STR("ana"), STR("X"), ANALYSTS, unit, -1, &u, err);
}

static void
users_and_tokens_are_checked_before_they_are_made(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_int_equal(serve_write(f->serve, NULL, NULL, bad_users, f, &err), RC_OK);
	assert_int_equal(serve_write(f->serve, NULL, NULL, taken_login, f, &err), RC_CONFLICT);
}

static void
a_second_process_does_not_get_the_folder(void **state)
{
	struct fixture *f = *state;
	struct serve_options o = {.dir = f->dir->path, .features = features};
	struct serve *other;
	struct err err;

	assert_int_equal(serve_open(&o, &other, &err), RC_CONFLICT);
}

static int64_t hand_ms; /* of a clock set by hand */

static int64_t
by_hand(void *ctx)
{
	(void)ctx;
	return hand_ms;
}

static void
reopen_at(struct fixture *f, int64_t ms)
{
	static const struct clock hand = {by_hand, NULL};
	struct serve_options o = {.dir = f->dir->path, .features = features, .clock = &hand};
	struct err err;

	hand_ms = ms;
	serve_close(f->serve);
	assert_int_equal(serve_open(&o, &f->serve, &err), RC_OK);
}

static void
a_clock_set_back_brings_no_token_back(void **state)
{
	struct fixture *f = *state;
	const struct ask read = {"GET", "/t/things/special", -1, "investigation", "", f->token};
	int64_t start = clock_now(&clock_system);
	struct str answer;

	assert_int_equal(ask(f, &read, &answer), 200);
	reopen_at(f, start + 120000);
	assert_int_equal(ask(f, &read, &answer), 401);
	assert_true(clock_health_report(serve_clock(f->serve)).healthy);
	/* While the node runs, and over a start. */
	hand_ms = start - 86400000;
	assert_int_equal(ask(f, &read, &answer), 401);
	assert_false(clock_health_report(serve_clock(f->serve)).healthy);
	reopen_at(f, start - 86400000);
	assert_int_equal(ask(f, &read, &answer), 401);
	assert_false(clock_health_report(serve_clock(f->serve)).healthy);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(each_request_is_answered_by_its_row_of_the_table),
	    T(heavy_work_has_a_budget_by_user),
	    T(long_work_that_nobody_waits_for_stops),
	    T(of_two_paths_that_fit_the_plain_one_is_taken),
	    T(a_refusal_is_durable_while_the_change_around_it_is_undone),
	    T(whoever_asks_after_a_change_sees_it),
	    T(a_token_is_good_for_its_purposes_until_it_is_revoked),
	    T(somebody_disabled_gets_in_by_no_way),
	    T(what_a_job_is_refused_is_logged_too),
	    T(users_and_tokens_are_checked_before_they_are_made),
	    T(a_second_process_does_not_get_the_folder),
	    T(a_clock_set_back_brings_no_token_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
