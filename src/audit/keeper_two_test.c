#include "base/test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "audit/keeper.h"
#include "base/arena.h"
#include "base/buf.h"
#include "seal/keys_process.h"

/* Two processes of a node at one key process, over its socket: what one does with a bucket's key
 * the other knows. */

static struct arena *arena;
static char folder[] = "/tmp/liaison-keepers-XXXXXX";
static const char *key_path, *socket_path;
static pid_t keeper;

static const struct str bucket = STR_INIT("person/2026-11"), place = STR_INIT("here");

NORETURN static void
be_keeper(void)
{
	const struct keeper_options options = {
	    .dir = folder, .from = -1, .limits = ledger_standard};
	struct err err;

	_exit(keeper_run(&options, &err) == RC_OK ? 0 : 1);
}

static int
setup(void **state)
{
	struct err err;
	struct stat st;

	(void)state;
	assert_int_equal(keys_create(key_path, STR_NONE, &err), RC_OK);
	keeper = fork();
	must(keeper >= 0);
	if (keeper == 0)
		be_keeper();
	while (stat(socket_path, &st) != 0 || (st.st_mode & 0777) != 0600) {
		assert_int_equal(waitpid(keeper, NULL, WNOHANG), 0);
		(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	return 0;
}

static int
teardown(void **state)
{
	int status;

	(void)state;
	(void)kill(keeper, SIGTERM);
	assert_int_equal(waitpid(keeper, &status, 0), keeper);
	/* By itself, and not by its own walls. */
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)unlink(key_path);
	(void)unlink(socket_path);
	(void)unlink(str_fmt(arena, "%s/keys.state", folder).p);
	return 0;
}

static struct keys *
process(void)
{
	const struct keys_connect_options options = {.dir = folder};
	struct keys *keys;
	struct err err;

	assert_int_equal(keys_connect(&options, &keys, &err), RC_OK);
	assert_int_equal(keys_meet(keys, &err), RC_OK);
	assert_true(keys_are_apart(keys));
	return keys;
}

static struct str
wrapped_by(struct keys *keys)
{
	unsigned char data_key[DATA_KEY_BYTES] = {7};
	struct buf out;
	struct err err;

	buf_init(&out, arena);
	assert_int_equal(keys_wrap(keys, bucket, place, data_key, &out, &err), RC_OK);
	return buf_str(&out);
}

static void
erase_with(struct keys *keys)
{
	struct err err;

	assert_int_equal(keys_bucket_renew(keys, bucket, &err), RC_OK);
	assert_int_equal(keys_bucket_drop_old(keys, bucket, &err), RC_OK);
}

static void
check_known_anew(bool goes)
{
	struct keys *one = process(), *two;
	struct str wrapped = wrapped_by(one), again;
	struct err err;

	assert_true(keys_is_current(one, bucket, wrapped));
	/* It comes, renews, and perhaps is gone, while the first asks nothing. */
	two = process();
	erase_with(two);
	if (goes) {
		keys_close(two);
		assert_int_equal(keys_look(one, &err), RC_OK);
	}
	/* A group of the first: it asks something, and then knows. */
	assert_int_equal(keys_look(one, &err), RC_OK);
	keys_know_anew(one);
	assert_false(keys_is_current(one, bucket, wrapped));
	again = wrapped_by(one);
	assert_true(keys_is_current(one, bucket, again));
	/* And so for each further group. */
	if (goes)
		two = process();
	erase_with(two);
	keys_close(two);
	assert_int_equal(keys_look(one, &err), RC_OK);
	keys_know_anew(one);
	assert_false(keys_is_current(one, bucket, again));
	keys_close(one);
}

static void
what_another_process_renewed_is_known_when_a_group_begins(void **state)
{
	(void)state;
	check_known_anew(false);
}

static void
also_when_that_process_is_gone_again(void **state)
{
	(void)state;
	check_known_anew(true);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(what_another_process_renewed_is_known_when_a_group_begins),
	    T(also_when_that_process_is_gone_again),
	};
	int failed;

	must(mkdtemp(folder) != NULL);
	arena = arena_new(0);
	key_path = str_fmt(arena, "%s/keys.liaison", folder).p;
	socket_path = str_fmt(arena, "%s/keys.sock", folder).p;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	arena_free(arena);
	return failed;
}
