#include "base/test.h"

#include <stdatomic.h>
#include <sys/stat.h>
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
#include "serve/file.h"
#include "serve/inside.h"
#include "serve/migrations.h"
#include "serve/request.h"
#include "serve/serve.h"
#include "serve/user.h"
#include "store/test_database.h"
#include "store/test_dir.h"
#include "store/writer.h"

/* Drafts of requests that came together wait in their worker's look for their keys. */

static enum rc
store(struct request *rq, void *draft, struct err *err)
{
	return record_add(&rq->door, draft, err);
}

static enum rc
draft(struct request *rq, struct reply *reply, struct err *err)
{
	struct record_new options = {.wraps = rq->wraps};
	json_t *fields = json_pack("{s:s}", "what", "call back");
	struct record_draft *d;
	enum rc rc;

	door_hold(&rq->door, fields);
	rc = record_draft(&rq->door, model_type(rq->door.node->model, STR("task")), fields,
			  &options, &d, err);
	if (rc != RC_OK)
		return rc;
	if (json_object_get(rq->json, "fails") != NULL)
		return fail(err, RC_INVALID, "fails", "was asked to");
	reply->write = store;
	reply->draft = d;
	reply->status = 201;
	reply->json = json_pack("{s:s}", "what", "call back");
	return RC_OK;
}

static enum rc
nothing(struct request *rq, struct reply *reply, struct err *err)
{
	(void)rq;
	(void)err;
	reply->status = 200;
	return RC_OK;
}

#define ANALYSTS BIT(ROLE_ANALYST)
#define FINDING BIT(PURPOSE_INVESTIGATION)

/* clang-format off */
static const struct route routes[] = {
	{ "POST", "/t/draft", ANALYSTS, FINDING, ROUTE_WRITES | ROUTE_DRAFTS, 1000, draft,   "" },
	{ "GET",  "/t/other", ANALYSTS, FINDING, 0,                           0,    nothing, "" },
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
	struct str token;
	int64_t early_us;
};

static enum rc
first_user(struct door *d, void *ctx, struct err *err)
{
	struct fixture *f = ctx;
	struct id unit = {{1}}, id;
	struct str token;
	struct user u;
	enum rc rc = user_add(d, STR("ana"), STR("Ana L"), ANALYSTS, unit, 1000, &u, err);

	if (rc == RC_OK)
		rc = token_add(d, u.id, FINDING, d->now_ms + 600000, &token, &id, err);
	if (rc == RC_OK)
		f->token = str_copy(f->dir->a, token);
	return rc;
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
	    serve_write(f->serve, NULL, NULL, first_user, f, &err) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
	/* All calls say that they were there before the look that they share began. */
	f->early_us = monotonic_us();
	(void)usleep(1000);
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

struct sent {
	struct call call;
	struct pair header;
	atomic_int done;
};

static void
note_done(struct call *call)
{
	atomic_store(&((struct sent *)call)->done, 1);
}

/* To the second worker; how many calls went on. */
static unsigned
submit(struct fixture *f, const char *method, const char *path, const char *body, struct sent *s)
{
	s->header = (struct pair){STR("Liaison-Purpose"), STR("investigation")};
	s->done = 0;
	s->call = (struct call){.caller = {.uid = -1, .token = f->token},
				.method = str_from(method),
				.path = str_from(path),
				.headers = {&s->header, 1},
				.body = str_from(body),
				.received_us = f->early_us,
				.done = note_done};
	return serve_submit(f->serve, 1, &s->call);
}

static unsigned
submit_draft(struct fixture *f, struct sent *s)
{
	return submit(f, "POST", "/t/draft", "{}", s);
}

static int
status_of(struct sent *s)
{
	while (atomic_load(&s->done) == 0)
		(void)usleep(100);
	call_free(&s->call);
	return s->call.status;
}

static enum rc
count(struct door *d, void *ctx, struct err *err)
{
	struct record_filter filter = {.type = model_type(d->node->model, STR("task")),
				       .limit = 200};
	struct record_list page;
	enum rc rc = record_list(d, &filter, &page, err);

	if (rc == RC_OK)
		*(size_t *)ctx = page.items.n;
	return rc;
}

/* All that are there, each opened. */
static size_t
stored(struct fixture *f)
{
	struct err err;
	size_t n = 0;

	must(serve_write(f->serve, NULL, NULL, count, &n, &err) == RC_OK);
	return n;
}

static void
drafts_that_came_together_ask_for_their_keys_with_one_question(void **state)
{
	struct fixture *f = *state;
	struct sent sent[LOOK_DRAFTS_MAX - 1];
	uint64_t asked, groups;

	/* Who asks is opened once, and remembered. */
	assert_int_equal(submit(f, "GET", "/t/other", "", &sent[0]), 1);
	assert_int_equal(status_of(&sent[0]), 200);
	asked = keys_questions(f->serve->keys);
	groups = writer_counts(f->serve->writer).groups;
	for (size_t i = 0; i < COUNT_OF(sent); i++)
		assert_int_equal(submit_draft(f, &sent[i]), 0);
	assert_int_equal(keys_questions(f->serve->keys), asked);
	for (size_t i = 0; i < COUNT_OF(sent); i++)
		assert_int_equal(atomic_load(&sent[i].done), 0);
	assert_int_equal(serve_rest(f->serve, 1), COUNT_OF(sent));
	for (size_t i = 0; i < COUNT_OF(sent); i++)
		assert_int_equal(status_of(&sent[i]), 201);
	/* Beside it the log's details, once a group. */
	asked = keys_questions(f->serve->keys) - asked;
	groups = writer_counts(f->serve->writer).groups - groups;
	assert_true(asked <= 1 + groups && groups <= COUNT_OF(sent) / 2);
	assert_int_equal(stored(f), COUNT_OF(sent));
}

static void
as_many_as_have_room_go_on_together(void **state)
{
	struct fixture *f = *state;
	struct sent sent[LOOK_DRAFTS_MAX + 1];

	for (unsigned i = 0; i < LOOK_DRAFTS_MAX + 1; i++)
		assert_int_equal(submit_draft(f, &sent[i]),
				 i + 1 == LOOK_DRAFTS_MAX ? LOOK_DRAFTS_MAX : 0);
	for (size_t i = 0; i < LOOK_DRAFTS_MAX; i++)
		assert_int_equal(status_of(&sent[i]), 201);
	assert_int_equal(stored(f), LOOK_DRAFTS_MAX);
	assert_int_equal(serve_rest(f->serve, 1), 1);
	assert_int_equal(status_of(&sent[LOOK_DRAFTS_MAX]), 201);
	assert_int_equal(stored(f), LOOK_DRAFTS_MAX + 1);
}

static void
one_that_fails_after_it_drafted_is_in_nobodys_way(void **state)
{
	struct fixture *f = *state;
	struct sent first, failing, last;

	assert_int_equal(submit_draft(f, &first), 0);
	/* It is answered at once, and its memory goes. */
	assert_int_equal(submit(f, "POST", "/t/draft", "{\"fails\":true}", &failing),
			 1 + 1 /* its look ends, for what failed may have lost the connection */);
	assert_int_equal(status_of(&failing), 422);
	assert_int_equal(status_of(&first), 201);
	assert_int_equal(submit_draft(f, &last), 0);
	assert_int_equal(serve_rest(f->serve, 1), 1);
	assert_int_equal(status_of(&last), 201);
	assert_int_equal(stored(f), 2);
	/* Alone in its look too. */
	assert_int_equal(submit(f, "POST", "/t/draft", "{\"fails\":true}", &failing), 1);
	assert_int_equal(status_of(&failing), 422);
	assert_int_equal(serve_rest(f->serve, 1), 0);
	assert_int_equal(stored(f), 2);
}

static void
drafts_do_not_wait_for_work_of_another_kind(void **state)
{
	struct fixture *f = *state;
	struct sent first, second, other;

	assert_int_equal(submit_draft(f, &first), 0);
	assert_int_equal(submit_draft(f, &second), 0);
	assert_int_equal(submit(f, "GET", "/t/other", "", &other), 3);
	assert_int_equal(status_of(&other), 200);
	assert_int_equal(status_of(&first), 201);
	assert_int_equal(status_of(&second), 201);
	assert_int_equal(serve_rest(f->serve, 1), 0);
}

static void
drafts_whose_keys_are_refused_are_told_so_and_leave_nothing(void **state)
{
	struct fixture *f = *state;
	struct sent first, second;
	const char *in_the_way = test_dir_path(f->dir, ".keys.liaison.new");

	/* The first record of a month needs a new key, and there is no place to keep it. */
	must(mkdir(in_the_way, 0700) == 0);
	assert_int_equal(submit_draft(f, &first), 0);
	assert_int_equal(submit_draft(f, &second), 0);
	assert_int_equal(serve_rest(f->serve, 1), 2);
	for (int i = 0; i < 2; i++) {
		struct sent *s = i == 0 ? &first : &second;

		while (atomic_load(&s->done) == 0)
			(void)usleep(100);
		assert_true(s->call.status >= 500);
		assert_true(str_find(s->call.answer, STR("call back")) < 0);
		call_free(&s->call);
	}
	assert_int_equal(stored(f), 0);
	must(rmdir(in_the_way) == 0);
	assert_int_equal(submit_draft(f, &first), 0);
	assert_int_equal(serve_rest(f->serve, 1), 1);
	assert_int_equal(status_of(&first), 201);
	assert_int_equal(stored(f), 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(drafts_that_came_together_ask_for_their_keys_with_one_question),
	    T(as_many_as_have_room_go_on_together),
	    T(one_that_fails_after_it_drafted_is_in_nobodys_way),
	    T(drafts_do_not_wait_for_work_of_another_kind),
	    T(drafts_whose_keys_are_refused_are_told_so_and_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
