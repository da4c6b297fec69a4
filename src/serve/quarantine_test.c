#include "base/test.h"

#include <unistd.h>

#include "audit/migrations.h"
#include "base/arena.h"
#include "format/json.h"
#include "record/migrations.h"
#include "seal/keys.h"
#include "serve/file.h"
#include "serve/migrations.h"
#include "serve/quarantine.h"
#include "serve/serve.h"
#include "serve/user.h"
#include "store/test_database.h"
#include "store/test_dir.h"

/* clang-format off */
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
static const struct feature test_feature = {
    .name = "users", .settings = settings, .migrations = MIGRATION_SET(SERVE_MIGRATIONS)};
static const struct feature *const features[] = {&log_feature, &store_feature, &test_feature, NULL};

struct fixture {
	struct test_dir *dir;
	struct serve *serve;
	struct actor people[2];
	const char *file;
	bool then_fail, ended;
	int given;
	enum rc shown;
};

static void
start(struct fixture *f, bool is_new)
{
	struct serve_options o = {.dir = f->dir->path, .features = features, .is_new = is_new};
	struct err err = {.text = ""};

	if (serve_open(&o, &f->serve, &err) != RC_OK)
		fail_msg("%s %s\n", err.key, err.text);
}

static int
setup(void **state)
{
	struct fixture *f = heap_zeroed(sizeof *f);
	struct err err = {.text = ""};
	json_t *about = json_pack("{s:s}", "made", "today");

	f->dir = test_dir_new();
	f->file = test_dir_path(f->dir, "quarantine");
	for (size_t i = 0; i < 2; i++)
		f->people[i] = (struct actor){.id.b = {(unsigned char)(i + 1)},
					      .roles = BIT(ROLE_ADMINISTRATOR),
					      .account = 1000 + (int64_t)i};
	must(file_write(test_dir_path(f->dir, "liaison.yaml"),
			str_fmt(f->dir->a, "origin: \"a.example/log\"\n%.*s",
				STR_ARG(test_store_setting(f->dir->a))),
			0600, &err) == RC_OK);
	must(keys_create(test_dir_path(f->dir, "keys.liaison"), STR_NONE, &err) == RC_OK);
	must(quarantine_begin(f->dir->path, about, &err) == RC_OK);
	must(quarantine_whole(f->dir->path, &err) == RC_OK);
	json_decref(about);
	start(f, true);
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

static enum rc
confirm(struct door *d, void *ctx, struct err *err)
{
	struct fixture *f = ctx;
	enum rc rc = quarantine_confirm(f->serve, d, &f->ended, err);

	return rc == RC_OK && f->then_fail ? fail(err, RC_CONFLICT, "", "something else") : rc;
}

static enum rc
say(struct fixture *f, int who)
{
	const struct access why = {.reason = STR("looked at it")};

	return serve_write(f->serve, &f->people[who], &why, confirm, f, NULL);
}

static enum rc
look(struct door *d, void *ctx, struct err *err)
{
	struct fixture *f = ctx;
	json_t *about;

	f->shown = quarantine_show(d, f->dir->path, &about, &f->given, err);
	return RC_OK;
}

static int
given(struct fixture *f)
{
	must(serve_write(f->serve, NULL, NULL, look, f, NULL) == RC_OK);
	return f->shown == RC_OK ? f->given : -1;
}

static void
a_word_that_is_undone_ends_no_quarantine(void **state)
{
	struct fixture *f = *state;

	f->then_fail = true;
	assert_int_equal(say(f, 0), RC_CONFLICT);
	assert_int_equal(given(f), 0);
	f->then_fail = false;
	assert_int_equal(say(f, 0), RC_OK);
	assert_int_equal(given(f), 1);
	assert_int_equal(say(f, 0), RC_DENIED);
	f->then_fail = true;
	assert_int_equal(say(f, 1), RC_CONFLICT);
	assert_int_equal(access(f->file, F_OK), 0);
	assert_true(serve_is_quarantined(f->serve));
	assert_int_equal(given(f), 1);
}

static void
a_crash_between_commit_and_file_is_mended_at_the_start(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(say(f, 0), RC_OK);
	serve_close(f->serve);
	start(f, false);
	assert_true(serve_is_quarantined(f->serve));
	assert_int_equal(say(f, 1), RC_OK);
	assert_true(f->ended);
	/* It is committed, and the process ends before the file goes. */
	assert_int_equal(access(f->file, F_OK), 0);
	serve_close(f->serve);
	start(f, false);
	assert_int_not_equal(access(f->file, F_OK), 0);
	assert_false(serve_is_quarantined(f->serve));
	assert_int_equal(given(f), -1);
}

static void
another_process_s_end_is_an_end_for_all(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(say(f, 0), RC_OK);
	assert_int_equal(say(f, 1), RC_OK);
	f->ended = false;
	assert_int_equal(say(f, 0), RC_OK);
	assert_true(f->ended);
	quarantine_lift(f->serve);
	assert_false(serve_is_quarantined(f->serve));
	assert_int_equal(say(f, 0), RC_CONFLICT);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_word_that_is_undone_ends_no_quarantine),
	    T(a_crash_between_commit_and_file_is_mended_at_the_start),
	    T(another_process_s_end_is_an_end_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
