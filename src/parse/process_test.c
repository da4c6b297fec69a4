#include "base/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "parse/child.h"
#include "parse/process.h"
#include "parse/sandbox.h"

/*
 * A parser that was taken over: kinds that only this program has try what an attacker would.
 * Each says through its error how it went; most do not come to that.
 */
#define KEY_FILE "/tmp/liaison-process-test-key"
#define SILENCE_MS 300

static char secret[32]; /* as keys lie in the node's memory */

static enum rc
say(struct err *err, long result)
{
	return fail(err, RC_INVALID, "", "result %ld errno %d", result, result < 0 ? errno : 0);
}

static enum rc
try_open(struct child *c, struct err *err)
{
	(void)c;
	return say(err, open("/etc/passwd", O_RDONLY));
}

static enum rc
try_key_file(struct child *c, struct err *err)
{
	(void)c;
	return say(err, open(KEY_FILE, O_RDONLY));
}

static enum rc
try_write_file(struct child *c, struct err *err)
{
	(void)c;
	return say(err, open(KEY_FILE "-new", O_WRONLY | O_CREAT, 0600));
}

static enum rc
try_stat(struct child *c, struct err *err)
{
	(void)c;
	return say(err, access(KEY_FILE, F_OK));
}

static enum rc
try_descriptors(struct child *c, struct err *err)
{
	char byte;

	(void)c;
	for (int fd = UNDER_SANITIZER ? 3 : 1; fd < 1024; fd++)
		if (read(fd, &byte, 1) >= 0 || errno != EBADF)
			return say(err, fd);
	return say(err, 0);
}

static enum rc
try_environment(struct child *c, struct err *err)
{
	(void)c;
	return say(err, environ[0] != NULL);
}

static enum rc
try_secret(struct child *c, struct err *err)
{
	(void)c;
	return say(err, secret[0]);
}

#define TRY_CALL(name, call)                                                                       \
	static enum rc name(struct child *c, struct err *err)                                      \
	{                                                                                          \
		(void)c;                                                                           \
		return say(err, (call));                                                           \
	}

TRY_CALL(try_socket, socket(AF_INET, SOCK_STREAM, 0))
TRY_CALL(try_unix, socket(AF_UNIX, SOCK_STREAM, 0))
TRY_CALL(try_exec, execl("/bin/true", "true", (char *)NULL))
TRY_CALL(try_fork, syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))
TRY_CALL(try_kill, kill(getppid(), SIGTERM))
TRY_CALL(try_tgkill, syscall(SYS_tgkill, 1, 1, SIGTERM))
TRY_CALL(try_ptrace, ptrace(PTRACE_ATTACH, 1, NULL, NULL))
TRY_CALL(try_memory_of_others, syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0))
TRY_CALL(try_executable, (long)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
TRY_CALL(try_dup, dup(0))
TRY_CALL(try_io_uring, syscall(SYS_io_uring_setup, 1, NULL))
TRY_CALL(try_sleep, pause())

static enum rc
try_protect(struct child *c, struct err *err)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)c;
	return say(err, mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static enum rc
crash(struct child *c, struct err *err)
{
	(void)c;
	(void)err;
	(void)signal(SIGSEGV, SIG_DFL);
	(void)raise(SIGSEGV);
	return RC_OK;
}

static enum rc
hang(struct child *c, struct err *err)
{
	volatile unsigned spin = 0;

	(void)c;
	(void)err;
	while (spin < UINT_MAX)
		spin |= 1;
	return RC_OK;
}

static enum rc
eat_memory(struct child *c, struct err *err)
{
	(void)err;
	while (child_arena(c) != NULL)
		(void)arena_bytes(child_arena(c), 1 << 20);
	return RC_OK;
}

static enum rc
leave(struct child *c, struct err *err)
{
	(void)c;
	(void)err;
	_exit(0);
}

/* Closes the only way to the node and stays: nobody may wait for it. */
static enum rc
hide(struct child *c, struct err *err)
{
	(void)close(0);
	return hang(c, err);
}

static void
raw(const char *bytes, size_t n)
{
	must(write(0, bytes, n) == (ssize_t)n);
}

#define LIE(name, bytes)                                                                           \
	static enum rc name(struct child *c, struct err *err)                                      \
	{                                                                                          \
		(void)c;                                                                           \
		raw(bytes, sizeof(bytes) - 1);                                                     \
		return hang(c, err);                                                               \
	}

LIE(lie_length, "\xff\xff\xff\xff"
		"C")
LIE(lie_kind, "\0\0\0\0"
	      "z")
LIE(lie_request, "\0\0\0\0"
		 "D")
LIE(lie_hello, "\0\0\0\1H\0")
LIE(lie_file, "\0\0\0\4O\0\0\0\7")
LIE(lie_need, "\0\0\0\0"
	      "N")
LIE(lie_end, "\0\0\0\1E\0")
LIE(lie_bad, "\0\0\0\x1d"
	     "B\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")

/* A file's end is asked for without end. */
static enum rc
ask_for_ever(struct child *c, struct err *err)
{
	struct source s = child_open(c, 0);
	char byte;

	(void)err;
	while (s.pull(&s, &byte, 1) >= 0)
		;
	return RC_OK;
}

static enum rc
open_for_ever(struct child *c, struct err *err)
{
	struct source s = child_open(c, 0);
	char byte;

	(void)err;
	while (s.pull(&s, &byte, 1) >= 0)
		s = child_open(c, 0);
	return RC_OK;
}

/* Rows that no file holds. */
static enum rc
rows_for_ever(struct child *c, struct err *err)
{
	struct source s = child_open(c, 0);
	char byte;

	(void)err;
	(void)s.pull(&s, &byte, 1);
	for (int i = 0; i < 1000; i++) {
		buf_add_u32(child_frame(c), 0);
		child_send(c, FRAME_CSV);
	}
	return RC_OK;
}

static enum rc
much_from_little(struct child *c, struct err *err)
{
	struct source s = child_open(c, 0);
	char byte;

	(void)err;
	(void)s.pull(&s, &byte, 1);
	for (int i = 0; i < 4; i++) {
		memset(buf_room(child_frame(c), 1 << 19), 'x', 1 << 19);
		child_send(c, FRAME_CSV);
	}
	return RC_OK;
}

static const struct parse_kind test_kinds[] = {
    /* clang-format off */
	{ "open", try_open }, { "key_file", try_key_file }, { "write_file", try_write_file },
	{ "stat", try_stat }, { "descriptors", try_descriptors },
	{ "environment", try_environment }, { "secret", try_secret },
	{ "socket", try_socket }, { "unix", try_unix }, { "exec", try_exec }, { "fork", try_fork },
	{ "kill", try_kill }, { "tgkill", try_tgkill }, { "ptrace", try_ptrace },
	{ "vm_readv", try_memory_of_others }, { "executable", try_executable },
	{ "protect", try_protect }, { "dup", try_dup }, { "io_uring", try_io_uring },
	{ "sleep", try_sleep },
	{ "crash", crash }, { "hang", hang }, { "eat_memory", eat_memory }, { "leave", leave },
	{ "hide", hide },
	{ "lie_length", lie_length }, { "lie_kind", lie_kind }, { "lie_request", lie_request },
	{ "lie_hello", lie_hello }, { "lie_file", lie_file }, { "lie_need", lie_need },
	{ "lie_end", lie_end }, { "lie_bad", lie_bad },
	{ "ask_for_ever", ask_for_ever }, { "open_for_ever", open_for_ever },
	{ "rows_for_ever", rows_for_ever }, { "much_from_little", much_from_little },
	{ .name = NULL },
    /* clang-format on */
};

#define PARSE_TEST_KINDS test_kinds
#include "parse/test_child.h"

static enum rc
open_empty(void *ctx, size_t file, struct source *out, struct err *err)
{
	(void)ctx;
	(void)file;
	(void)err;
	*out = source_memory(STR("a,b\n"), NULL);
	return RC_OK;
}

/* How the node hears of a kind's end. */
static enum rc
run(const char *kind, struct err *err)
{
	static const char *const names[] = {"file.csv"};
	const struct source_files files = {.n = 1, .names = names, .open = open_empty};
	const struct process_start start = {.kind = kind,
					    .what = "test",
					    .files = &files,
					    .silence_ms =
						strcmp(kind, "hang") == 0 ? SILENCE_MS : 0};
	enum frame_kind frame;
	struct process *p;
	struct wire body;
	enum rc rc;

	assert_int_equal(process_open(&start, &p, err), RC_OK);
	do
		rc = process_next(p, &frame, &body, err);
	while (rc == RC_OK);
	if (!process_is_over(p))
		fail_msg("%s: %s", kind, err->text);
	/* It says the same again, and nothing else can come. */
	assert_int_equal(process_next(p, &frame, &body, NULL), rc);
	process_close(p);
	/* Whatever it did, it is gone: no child is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return rc;
}

static void
expect(const char *kind, enum rc rc, const char *text)
{
	struct err err = {.rc = RC_OK};
	enum rc got = run(kind, &err);

	if (got != rc || strstr(err.text, text) == NULL)
		fail_msg("%s: %s \"%s\"", kind, rc_name(got), err.text);
}

static void
a_file_cannot_be_opened_the_key_file_neither(void **state)
{
	static const char *const kinds[] = {"open", "key_file", "write_file", "stat"};
	int fd = open(KEY_FILE, O_WRONLY | O_CREAT, 0644);
	char refused[64];

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(refused, sizeof refused, "result -1 errno %d", EACCES);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		expect(kinds[i], RC_INVALID, refused);
	assert_int_equal(access(KEY_FILE "-new", F_OK), -1);
	(void)unlink(KEY_FILE);
}

static void
nothing_of_the_node_comes_along(void **state)
{
	(void)state;
	(void)snprintf(secret, sizeof secret, "a key");
	expect("descriptors", RC_INVALID, "result 0 ");
	expect("environment", RC_INVALID, "result 0 ");
	expect("secret", RC_INVALID, "result 0 ");
}

static void
what_is_not_on_the_list_ends_it(void **state)
{
	static const char *const kinds[] = {
	    "socket",	"unix",	      "exec",	 "fork", "kill",     "tgkill", "ptrace",
	    "vm_readv", "executable", "protect", "dup",	 "io_uring", "sleep"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		expect(kinds[i], RC_FAILED,
		       "the parser of test files tried what it may not do, and was ended");
}

static void
whatever_becomes_of_it_the_node_says_so_and_lives(void **state)
{
	(void)state;
	expect("crash", RC_FAILED, "the parser of test files crashed");
	expect("hang", RC_FAILED, "said nothing for too long");
	expect("leave", RC_FAILED, "ended without a word");
	expect("hide", RC_FAILED, "was killed, or closed its end");
	/* Sanitizers map what they like, so memory has no bound there. */
	if (!UNDER_SANITIZER)
		expect("eat_memory", RC_FAILED, "it needed more memory than it may have");
}

static void
an_answer_that_none_may_give_ends_it(void **state)
{
	static const char *const kinds[] = {"lie_length",    "lie_kind",      "lie_request",
					    "lie_hello",     "lie_file",      "lie_need",
					    "lie_end",	     "lie_bad",	      "ask_for_ever",
					    "open_for_ever", "rows_for_ever", "much_from_little"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		expect(kinds[i], RC_FAILED, "gave an answer that none may give");
}

static void
more_files_than_may_be_are_refused_before_it_starts(void **state)
{
	const struct source_files files = {.n = FRAME_FILES_MAX + 1};
	const struct process_start start = {.kind = "csv", .what = "CSV", .files = &files};
	struct process *p;

	(void)state;
	assert_int_equal(process_open(&start, &p, NULL), RC_TOO_LARGE);
	assert_null(p);
}

static void
no_descriptor_is_left_behind(void **state)
{
	struct err err;
	int before = dup(0), after;

	(void)state;
	(void)close(before);
	for (int i = 0; i < 3; i++) {
		(void)!run("leave", &err);
		(void)!run("lie_kind", &err);
	}
	after = dup(0);
	(void)close(after);
	assert_int_equal(after, before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_cannot_be_opened_the_key_file_neither),
	    cmocka_unit_test(nothing_of_the_node_comes_along),
	    cmocka_unit_test(what_is_not_on_the_list_ends_it),
	    cmocka_unit_test(whatever_becomes_of_it_the_node_says_so_and_lives),
	    cmocka_unit_test(an_answer_that_none_may_give_ends_it),
	    cmocka_unit_test(more_files_than_may_be_are_refused_before_it_starts),
	    cmocka_unit_test(no_descriptor_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
