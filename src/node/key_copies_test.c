#include "base/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "node/recovery.h"

#define DAY INT64_C(86400000)

static int
file_of(const char *dir, const char *name, const char *text)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	return fd;
}

/* As another process sees it. */
static bool
is_locked(const char *dir, const char *name)
{
	int status;
	pid_t child = fork();

	must(child >= 0);
	if (child == 0) {
		struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		char path[128];
		int fd;

		(void)snprintf(path, sizeof path, "%s/%s", dir, name);
		fd = open(path, O_RDWR | O_CLOEXEC);
		_exit(fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 0 : 1);
	}
	must(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
looking_for_copies_of_keys_ends_no_lock_of_the_store(void **state)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int64_t now = clock_now(&clock_system);
	char dir[] = "/tmp/liaison-copies-XXXXXX";
	struct arena *a = arena_new(0);
	int store;

	(void)state;
	must(mkdtemp(dir) != NULL);
	store = file_of(dir, "node.db", "SQLite format 3 and much more");
	(void)close(file_of(dir, "kept.keys", "liaison keys v1\nand what is sealed in it"));
	(void)close(file_of(dir, "keys.liaison", "liaison keys v1\nthe one in use"));
	must(fcntl(store, F_SETLK, &lock) == 0);
	assert_true(is_locked(dir, "node.db"));
	assert_int_equal(key_copies_old(dir, now), 0);
	assert_int_equal(key_copies_old(dir, now + 32 * DAY), 1);
	assert_true(is_locked(dir, "node.db"));
	(void)close(store);
	(void)unlink(str_fmt(a, "%s/node.db", dir).p);
	(void)unlink(str_fmt(a, "%s/kept.keys", dir).p);
	(void)unlink(str_fmt(a, "%s/keys.liaison", dir).p);
	(void)rmdir(dir);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(looking_for_copies_of_keys_ends_no_lock_of_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
