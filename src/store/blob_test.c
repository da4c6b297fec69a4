#include "base/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seal/hash.h"
#include "store/blob.h"
#include "store/test_dir.h"

static int
files_in(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	if (d != NULL)
		closedir(d);
	return n;
}

static void
put_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
}

static struct str
name_str(const struct blob_name *n)
{
	return str_from(n->z);
}

static void
a_blob_comes_back_whole_under_a_name_without_meaning(void **state)
{
	struct test_dir *t = *state;
	const char *dir = test_dir_path(t, "blobs");
	struct blob_writer *w;
	struct blob_name name, other;
	unsigned char hash[BLOB_HASH_BYTES];
	struct hash want;
	uint64_t bytes = 0;
	char back[16];
	struct stat st;
	int fd;

	assert_int_equal(blob_new(dir, 100, &w, NULL), RC_OK);
	assert_int_equal(blob_add(w, STR("sealed"), NULL), RC_OK);
	assert_int_equal(blob_add(w, STR_NONE, NULL), RC_OK);
	assert_int_equal(blob_add(w, STR(" bytes"), NULL), RC_OK);
	assert_int_equal(blob_keep(w, &name, hash, &bytes, NULL), RC_OK);
	assert_int_equal(bytes, 12);
	sha256(STR("sealed bytes"), &want);
	assert_memory_equal(hash, want.b, sizeof hash);
	assert_int_equal(files_in(dir), 1);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	bytes = 0;
	assert_int_equal(blob_open_read(dir, name_str(&name), &fd, &bytes, NULL), RC_OK);
	assert_int_equal(bytes, 12);
	assert_int_equal(read(fd, back, sizeof back), 12);
	assert_memory_equal(back, "sealed bytes", 12);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	close(fd);
	/* The same bytes get another name. */
	assert_int_equal(blob_new(dir, 100, &w, NULL), RC_OK);
	assert_int_equal(blob_add(w, STR("sealed bytes"), NULL), RC_OK);
	assert_int_equal(blob_keep(w, &other, hash, &bytes, NULL), RC_OK);
	assert_string_not_equal(name.z, other.z);
	assert_int_equal(blob_remove(dir, name_str(&name), NULL), RC_OK);
	assert_int_equal(blob_remove(dir, name_str(&name), NULL), RC_OK);
	assert_int_equal(blob_open_read(dir, name_str(&name), &fd, &bytes, NULL), RC_ABSENT);
	assert_int_equal(fd, -1);
	assert_int_equal(files_in(dir), 1);
}

static void
names_that_were_not_made_here_never_reach_the_disk(void **state)
{
	static const char *const bad[] = {"",
					  "../node.db",
					  "/etc/passwd",
					  "tmp-",
					  "0123456789abcdef0123456789abcde",
					  "0123456789abcdef0123456789abcdefa",
					  "0123456789ABCDEF0123456789abcdef",
					  "../../../../../../../../etc/pass",
					  "0123456789abcdef0123456789abcd/."};
	struct test_dir *t = *state;
	uint64_t bytes;
	int fd;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(blob_open_read(t->path, str_from(bad[i]), &fd, &bytes, NULL),
				 RC_INVALID);
		assert_int_equal(blob_remove(t->path, str_from(bad[i]), NULL), RC_INVALID);
	}
	/* A link in a blob's place is not followed. */
	assert_int_equal(
	    symlink("/etc/passwd", test_dir_path(t, "0123456789abcdef0123456789abcdef")), 0);
	assert_int_not_equal(
	    blob_open_read(t->path, STR("0123456789abcdef0123456789abcdef"), &fd, &bytes, NULL),
	    RC_OK);
}

static void
a_blob_has_a_limit_and_leaves_no_trace_when_given_up(void **state)
{
	struct test_dir *t = *state;
	const char *dir = test_dir_path(t, "blobs");
	struct blob_writer *w;

	assert_int_equal(blob_new(dir, 10, &w, NULL), RC_OK);
	assert_int_equal(blob_add(w, STR("0123456789"), NULL), RC_OK);
	assert_int_equal(blob_add(w, STR("0"), NULL), RC_TOO_LARGE);
	assert_int_equal(files_in(dir), 1);
	blob_discard(w);
	blob_discard(NULL);
	assert_int_equal(files_in(dir), 0);
	assert_int_equal(blob_new(test_dir_path(t, "no/such"), 10, &w, NULL), RC_UNAVAILABLE);
	assert_null(w);
}

static void
a_disk_that_takes_no_more_is_said_so(void **state)
{
	struct test_dir *t = *state;
	const char *dir = test_dir_path(t, "blobs");
	struct rlimit before, small;
	struct blob_writer *w;
	char big[8192] = {0};
	enum rc rc;

	assert_int_equal(blob_new(dir, 1 << 20, &w, NULL), RC_OK);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = blob_add(w, (struct str){big, sizeof big}, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(rc, RC_UNAVAILABLE);
	blob_discard(w);
	assert_int_equal(files_in(dir), 0);
}

static void
what_a_crash_left_unfinished_is_swept_and_nothing_else(void **state)
{
	struct test_dir *t = *state;
	const char *dir = test_dir_path(t, "blobs");
	struct blob_writer *w;
	struct blob_name name;
	unsigned char hash[BLOB_HASH_BYTES];
	uint64_t bytes;
	size_t removed = 9;
	int fd, status;
	pid_t pid;

	assert_int_equal(blob_sweep(dir, 0, NULL, NULL, &removed, NULL), RC_OK);
	assert_int_equal(removed, 0);
	assert_int_equal(blob_new(dir, 100, &w, NULL), RC_OK);
	assert_int_equal(blob_keep(w, &name, hash, &bytes, NULL), RC_OK);
	put_file(test_dir_path(t, "blobs/tmp-notes.txt"));
	pid = fork();
	if (pid == 0) {
		if (blob_new(dir, 100, &w, NULL) == RC_OK &&
		    blob_add(w, STR("half"), NULL) == RC_OK)
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(files_in(dir), 3);
	assert_int_equal(blob_sweep(dir, 0, NULL, NULL, &removed, NULL), RC_OK);
	assert_int_equal(removed, 1);
	assert_int_equal(files_in(dir), 2);
	assert_int_equal(blob_open_read(dir, name_str(&name), &fd, &bytes, NULL), RC_OK);
	assert_int_equal(bytes, 0);
	close(fd);
}

static bool
is_a(void *ctx, struct str name)
{
	(void)ctx;
	return name.p[0] == 'a';
}

static void
what_nobody_names_is_swept_when_it_is_old_enough(void **state)
{
	static const char *const named = "blobs/a123456789abcdef0123456789abcdef",
				 *const young = "blobs/b123456789abcdef0123456789abcdef",
				 *const old = "blobs/c123456789abcdef0123456789abcdef",
				 *const unfinished = "blobs/tmp-d123456789abcdef0123456789abcdef";
	const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct test_dir *t = *state;
	const char *dir = test_dir_path(t, "blobs");
	size_t removed;

	assert_int_equal(mkdir(dir, 0700), 0);
	put_file(test_dir_path(t, named));
	put_file(test_dir_path(t, young));
	put_file(test_dir_path(t, old));
	put_file(test_dir_path(t, unfinished));
	put_file(test_dir_path(t, "blobs/notes.txt"));
	assert_int_equal(utimensat(AT_FDCWD, test_dir_path(t, named), long_ago, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, test_dir_path(t, old), long_ago, 0), 0);
	assert_int_equal(blob_sweep(dir, 3600, is_a, NULL, &removed, NULL), RC_OK);
	assert_int_equal(removed, 1);
	assert_int_equal(access(test_dir_path(t, old), F_OK), -1);
	assert_int_equal(blob_sweep(dir, 0, is_a, NULL, &removed, NULL), RC_OK);
	assert_int_equal(removed, 2);
	assert_int_equal(access(test_dir_path(t, named), F_OK), 0);
	assert_int_equal(files_in(dir), 2);
}

int
main(void)
{
	/* clang-format off */
#define T(name) cmocka_unit_test_setup_teardown(name, test_dir_set_up, test_dir_tear_down)
	const struct CMUnitTest tests[] = {
		T(a_blob_comes_back_whole_under_a_name_without_meaning),
		T(names_that_were_not_made_here_never_reach_the_disk),
		T(a_blob_has_a_limit_and_leaves_no_trace_when_given_up),
		T(a_disk_that_takes_no_more_is_said_so),
		T(what_a_crash_left_unfinished_is_swept_and_nothing_else),
		T(what_nobody_names_is_swept_when_it_is_old_enough),
	};
	/* clang-format on */

	return cmocka_run_group_tests(tests, NULL, NULL);
}
