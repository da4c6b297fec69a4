#include "base/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "format/json.h"
#include "model/model.h"
#include "node/erasing.h"
#include "node/test_house.h"
#include "record/record.h"
#include "store/test_database.h"
#include "store/test_dir.h"

/* A key file is replaced by renameat alone: once it was, the process ends as by kill -9. */
static atomic_bool armed;

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	long rc = syscall(SYS_renameat, from_dir, from, to_dir, to);

	if (atomic_load(&armed))
		(void)raise(SIGKILL);
	return (int)rc;
}

static int64_t later;

static int64_t
late_now(void *ctx)
{
	(void)ctx;
	return clock_now(&clock_system) + later;
}

static const struct clock late = {late_now, NULL};

struct house {
	struct test_dir *dir;
	struct serve_options options;
	struct serve *s;
	struct user who;
	struct id one, other;
};

static void
sleep_ms(long ms)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static enum rc
nothing(struct door *d, void *ctx, struct err *err)
{
	(void)d;
	(void)ctx;
	(void)err;
	return RC_OK;
}

static enum rc
add_who(struct door *d, void *ctx, struct err *err)
{
	struct house *h = ctx;
	struct user admin;
	enum rc rc = user_find_login(d, STR("admin"), &admin, err);

	return rc == RC_OK ? user_add(d, STR("sup"), STR("X"), BIT(ROLE_SUPERVISOR), admin.unit,
				      (int64_t)getuid(), &h->who, err)
			   : rc;
}

static enum rc
create(struct door *d, struct id *out, struct err *err)
{
	const struct record_type *type = model_type(d->node->model, STR("person"));
	struct record *r;
	enum rc rc = record_create(d, type, door_hold(d, json_object()), NULL, &r, err);

	if (rc == RC_OK)
		*out = r->id;
	return rc;
}

static enum rc
create_both(struct door *d, void *ctx, struct err *err)
{
	struct house *h = ctx;
	enum rc rc = create(d, &h->one, err);

	return rc == RC_OK ? create(d, &h->other, err) : rc;
}

static enum rc
erase_one(struct door *d, void *ctx, struct err *err)
{
	return record_erase(d, ((struct house *)ctx)->one, 1, err);
}

/* Long enough for whoever hears of the group before to come into this one. */
static enum rc
erase_other_slowly(struct door *d, void *ctx, struct err *err)
{
	enum rc rc = record_erase(d, ((struct house *)ctx)->other, 1, err);

	sleep_ms(500);
	return rc;
}

static enum rc
wait_a_little(struct door *d, void *ctx, struct err *err)
{
	(void)d;
	(void)ctx;
	(void)err;
	sleep_ms(500);
	return RC_OK;
}

static enum rc
as_who(struct house *h, serve_write_fn *fn)
{
	const struct actor actor = {.id = h->who.id, .roles = h->who.roles, .unit = h->who.unit};
	struct access access = {
	    .has_purpose = true, .purpose = PURPOSE_INVESTIGATION, .reason = STR("because")};
	struct err err = {.text = ""};
	enum rc rc = serve_write(h->s, &actor, &access, fn, h, &err);

	if (rc != RC_OK)
		fprintf(stderr, "%s %s\n", err.key, err.text);
	return rc;
}

static void *
block(void *ctx)
{
	(void)(as_who(ctx, wait_a_little) == RC_OK);
	return NULL;
}

static void *
finish(void *ctx)
{
	struct err err;

	(void)(erasing_finish(((struct house *)ctx)->s, &err) == RC_OK);
	return NULL;
}

static void
open_again(struct house *h)
{
	h->s = test_house_open(&h->options, nothing, NULL);
}

/*
 * Groups of two: what keeps the writer busy and the look for buckets, then the erasing and what
 * comes next of the work on the bucket. Where a machine is too slow for that, nothing is shown.
 */
static void
erase_and_die(struct house *h)
{
	pthread_t first, second;

	h->options.group_max = 2;
	open_again(h);
	atomic_store(&armed, true);
	must(pthread_create(&first, NULL, block, h) == 0);
	sleep_ms(100);
	must(pthread_create(&second, NULL, finish, h) == 0);
	sleep_ms(100);
	(void)(as_who(h, erase_other_slowly) == RC_OK);
	(void)pthread_join(first, NULL);
	(void)pthread_join(second, NULL);
	_exit(0);
}

/* 200: whole. 404: erased. */
static int
status_of(struct house *h, struct id id)
{
	struct test_ask q = {
	    .login = "sup",
	    .purpose = "investigation",
	    .method = "GET",
	    .path = str_z(h->dir->a, str_fmt(h->dir->a, "/api/v1/records/person/%.*s",
					     STR_ARG(id_format(h->dir->a, id)))),
	    .body = "",
	    .reason = "because",
	};

	return test_house_ask(h->s, h->dir->a, &q, NULL);
}

static void
key_of_a_record_goes_only_when_its_erasing_is_durable(void **state)
{
	struct house h = {.dir = test_dir_new()};
	struct err err = {.text = ""};
	int status, answer;
	pid_t pid;

	(void)state;
	later = -40 * INT64_C(86400000);
	h.options = (struct serve_options){
	    .dir = test_house_init(h.dir, test_store(h.dir->a), &late),
	    .features = liaison_features,
	    .clock = &late,
	};
	h.s = test_house_open(&h.options, add_who, &h);
	assert_int_equal(as_who(&h, create_both), RC_OK);
	serve_close(h.s);
	later = 0;
	open_again(&h);
	assert_int_equal(as_who(&h, erase_one), RC_OK);
	serve_close(h.s);
	if ((pid = fork()) == 0)
		erase_and_die(&h);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	h.options.group_max = 0;
	open_again(&h);
	/* It is erased, or whole. */
	answer = status_of(&h, h.other);
	if (answer != 200 && answer != 404 && answer != 410)
		fail_msg("the record is neither whole nor gone: %d", answer);
	if (erasing_finish(h.s, &err) != RC_OK)
		fail_msg("%s %s", err.key, err.text);
	serve_close(h.s);
	test_dir_free(h.dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(key_of_a_record_goes_only_when_its_erasing_is_durable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
