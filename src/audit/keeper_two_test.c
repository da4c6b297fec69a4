#include "base/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "audit/keeper.h"
#include "base/arena.h"
#include "base/buf.h"
#include "seal/keys_process.h"
#include "seal/keywire.h"

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

static void
start_keeper(void)
{
	struct stat st;

	(void)unlink(socket_path);
	keeper = fork();
	must(keeper >= 0);
	if (keeper == 0)
		be_keeper();
	while (stat(socket_path, &st) != 0 || (st.st_mode & 0777) != 0600) {
		assert_int_equal(waitpid(keeper, NULL, WNOHANG), 0);
		(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

static int
setup(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(keys_create(key_path, STR_NONE, &err), RC_OK);
	start_keeper();
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

static void
open_for(struct keys *keys, unsigned n, struct id actor)
{
	const struct key_use use = {.kind = KEY_USE_LIST,
				    .actor = actor,
				    .time_ms = clock_now(&clock_system),
				    .word = STR_NONE};
	unsigned char data_key[DATA_KEY_BYTES] = {7}, again[DATA_KEY_BYTES];
	struct buf aad, out;
	struct err err;

	buf_init(&aad, arena);
	buf_init(&out, arena);
	buf_add_z(&aad, "liaison/record/1");
	buf_add_u64(&aad, 1);
	buf_add_u64(&aad, n);
	assert_int_equal(keys_wrap(keys, bucket, buf_str(&aad), data_key, &out, &err), RC_OK);
	assert_int_equal(keys_unwrap(keys, &use, bucket, buf_str(&aad), buf_str(&out), again, &err),
			 RC_OK);
	assert_memory_equal(data_key, again, sizeof again);
}

/* Whatever left the process is known to the next one, also of what was opened for nobody. */
static void
a_key_process_that_is_killed_forgets_nothing_that_it_opened(void **state)
{
	struct keys *keys = process();
	struct keys_health health;
	struct keys_owed *owed = NEW_N(arena, struct keys_owed, KEYS_OWED_MAX);
	struct err err;
	size_t n;

	(void)state;
	assert_int_equal(keys_log_accept(keys, 0, NULL, 0, STR("node.example/log"), &err), RC_OK);
	for (unsigned i = 0; i < 600; i++)
		open_for(keys, i, (struct id){{i % 2}});
	assert_int_equal(kill(keeper, SIGKILL), 0);
	assert_int_equal(waitpid(keeper, NULL, 0), keeper);
	keys_close(keys);
	start_keeper();
	keys = process();
	assert_true(keys_know_log(keys));
	assert_int_equal(keys_health(keys, &health, &err), RC_OK);
	assert_int_equal(health.owed, 600);
	assert_int_equal(keys_owed(keys, owed, &n, &err), RC_OK);
	assert_int_equal(n, 600);
	keys_close(keys);
}

static void
say(int fd, enum keywire_message message, struct str body)
{
	struct buf b;
	size_t at;

	buf_init(&b, arena);
	at = keywire_begin(&b, (unsigned char)message);
	buf_add(&b, body);
	keywire_end(&b, at);
	assert_int_equal(write(fd, b.p, b.n), (ssize_t)b.n);
}

/* One reply's bytes; 0: it hung up. */
static size_t
hear(int fd)
{
	unsigned char head[4], rest[65536];
	size_t n, got = 0;

	if (recv(fd, head, sizeof head, MSG_WAITALL) != sizeof head)
		return 0;
	n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	while (got < n) {
		ssize_t more = recv(fd, rest, n - got < sizeof rest ? n - got : sizeof rest, 0);

		if (more <= 0)
			return 0;
		got += (size_t)more;
	}
	return 4 + n;
}

/* 24 KB each, 48 MB in all: more than it would ever hold. */
#define QUESTIONS 2000

static void
questions_whose_answers_nobody_reads_wait(void **state)
{
	struct keys *keys = process();
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct keys_health health;
	struct buf many;
	struct err err;

	(void)state;
	assert_int_equal(keys_log_accept(keys, 0, NULL, 0, STR("node.example/log"), &err), RC_OK);
	for (unsigned i = 0; i < 600; i++)
		open_for(keys, i, (struct id){{1}});
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", socket_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	say(fd, KEYWIRE_HELLO_MESSAGE, STR(KEYWIRE_HELLO "\0\0\0\0"));
	assert_int_not_equal(hear(fd), 0);
	buf_init(&many, arena);
	for (int i = 0; i < QUESTIONS; i++)
		keywire_end(&many, keywire_begin(&many, KEYWIRE_OWED));
	assert_int_equal(write(fd, many.p, many.n), (ssize_t)many.n);
	/* It lives, answers others, and then each question. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(keys_health(keys, &health, &err), RC_OK);
	for (int i = 0; i < QUESTIONS; i++)
		assert_int_equal(hear(fd), 4 + 2 + 4 + 600 * 40);
	(void)close(fd);
	keys_close(keys);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(what_another_process_renewed_is_known_when_a_group_begins),
	    T(also_when_that_process_is_gone_again),
	    T(a_key_process_that_is_killed_forgets_nothing_that_it_opened),
	    T(questions_whose_answers_nobody_reads_wait),
	};
	int failed;

	if (test_under_valgrind()) {
		puts("a key process of another program cannot be started under valgrind");
		return 77;
	}
	must(mkdtemp(folder) != NULL);
	arena = arena_new(0);
	key_path = str_fmt(arena, "%s/keys.liaison", folder).p;
	socket_path = str_fmt(arena, "%s/keys.sock", folder).p;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	arena_free(arena);
	return failed;
}
