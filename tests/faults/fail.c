/*
 * fail: with LD_PRELOAD, the n-th allocation or the n-th I/O of a liaison program fails, once.
 * Counted is over all processes that share FAULT_STATE, a file of this layout, so that n goes
 * through a whole story: commands, the serving node, its key process. (The parser process has no
 * environment, and so none of this.) FAULT_KIND says what fails:
 *	own     an allocation that our own code asks for: malloc gives NULL
 *	alloc   any allocation, the libraries' too
 *	served  the same, in a process that has accepted a connection
 *	io      a call about a regular file (open, read, write, sync, rename, ...: EIO or ENOSPC),
 *	        or about a connection, which is then gone
 * FAULT_AT is n; 0 only counts. Whatever ends a process by a signal of its own leaves the signal
 * and the stack in the file, which `fail_state FILE` prints.
 */
#include "faults/state.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static struct fault_state *state;
static enum fault_kind kind = FAULT_KINDS;
static uint64_t fail_at;
static uintptr_t own_start, own_end;
static bool is_keys;
static atomic_bool serves;
static _Thread_local int inside;

#define REAL(name)                                                                                 \
	static __typeof__(name) *real;                                                             \
	if (real == NULL)                                                                          \
		*(void **)&real = dlsym(RTLD_NEXT, #name);

static void
note_stack(uintptr_t *at, char (*names)[FAULT_NAME])
{
	void *frames[FAULT_FRAMES] = {NULL};
	int n = backtrace(frames, FAULT_FRAMES);

	for (int i = 0; i < n; i++) {
		Dl_info info;

		if (dladdr(frames[i], &info) == 0 || info.dli_fname == NULL)
			continue;
		at[i] = (uintptr_t)frames[i] - (uintptr_t)info.dli_fbase;
		const char *slash = strrchr(info.dli_fname, '/');
		(void)strncpy(names[i], slash != NULL ? slash + 1 : info.dli_fname, FAULT_NAME - 1);
	}
}

/* Is this the one? */
static bool
hit(enum fault_kind k, const char *what)
{
	uint64_t n;

	if (state == NULL || inside > 0)
		return false;
	n = atomic_fetch_add(&state->count[k], 1) + 1;
	if (k != kind || n != fail_at)
		return false;
	inside++;
	state->hit_pid = (uint64_t)getpid();
	(void)strncpy(state->hit_what, what, FAULT_NAME - 1);
	note_stack(state->hit_at, state->hit_name);
	inside--;
	return true;
}

static bool
no_memory(void *caller, const char *what)
{
	bool fails = hit(FAULT_ALLOC, what);

	if ((uintptr_t)caller >= own_start && (uintptr_t)caller < own_end)
		fails = hit(FAULT_OWN, what) || fails;
	if (atomic_load_explicit(&serves, memory_order_relaxed))
		fails = hit(FAULT_SERVED, what) || fails;
	if (fails)
		errno = ENOMEM;
	return fails;
}

void *
malloc(size_t n)
{
	return no_memory(__builtin_return_address(0), "malloc") ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return no_memory(__builtin_return_address(0), "calloc") ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return no_memory(__builtin_return_address(0), "realloc") ? NULL : __libc_realloc(p, n);
}

/* A call about a file: it fails with what a disk says. */
static bool
file_fails(const char *what, bool takes_room)
{
	if (!hit(FAULT_IO, what))
		return false;
	errno = takes_room && fail_at % 2 == 0 ? ENOSPC : EIO;
	return true;
}

static bool
fd_fails(int fd, const char *what, bool takes_room)
{
	struct stat st;
	int kept = errno;

	if (state == NULL || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		errno = kept;
		return false;
	}
	errno = kept;
	return file_fails(what, takes_room);
}

/* A call about a connection, which is gone with it. What the key process says is the node's to
 * lose: its filter knows no shutdown(2). */
static bool
socket_fails(int fd, const char *what)
{
	if (is_keys || !hit(FAULT_IO, what))
		return false;
	(void)shutdown(fd, SHUT_RDWR);
	errno = ECONNRESET;
	return true;
}

#define OPENS(name)                                                                                \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		mode_t mode = 0;                                                                   \
		va_list ap;                                                                        \
		REAL(name)                                                                         \
		va_start(ap, flags);                                                               \
		if (flags & (O_CREAT | __O_TMPFILE))                                               \
			mode = va_arg(ap, mode_t);                                                 \
		va_end(ap);                                                                        \
		return file_fails(#name, (flags & O_CREAT) != 0) ? -1 : real(path, flags, mode);   \
	}
OPENS(open)
OPENS(open64)

#define OPENS_AT(name)                                                                             \
	int name(int at, const char *path, int flags, ...)                                         \
	{                                                                                          \
		mode_t mode = 0;                                                                   \
		va_list ap;                                                                        \
		REAL(name)                                                                         \
		va_start(ap, flags);                                                               \
		if (flags & (O_CREAT | __O_TMPFILE))                                               \
			mode = va_arg(ap, mode_t);                                                 \
		va_end(ap);                                                                        \
		return file_fails(#name, (flags & O_CREAT) != 0) ? -1                              \
								 : real(at, path, flags, mode);    \
	}
OPENS_AT(openat)
OPENS_AT(openat64)

#define ON_FILE(type, name, takes_room, parameters, arguments)                                     \
	type name parameters                                                                       \
	{                                                                                          \
		REAL(name)                                                                         \
		return fd_fails(fd, #name, takes_room) ? -1 : real arguments;                      \
	}
ON_FILE(ssize_t, read, false, (int fd, void *p, size_t n), (fd, p, n))
ON_FILE(ssize_t, pread, false, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
ON_FILE(ssize_t, pread64, false, (int fd, void *p, size_t n, off64_t at), (fd, p, n, at))
ON_FILE(ssize_t, write, true, (int fd, const void *p, size_t n), (fd, p, n))
ON_FILE(ssize_t, writev, true, (int fd, const struct iovec *v, int n), (fd, v, n))
ON_FILE(ssize_t, pwrite, true, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at))
ON_FILE(ssize_t, pwrite64, true, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at))
ON_FILE(int, fsync, false, (int fd), (fd))
ON_FILE(int, fdatasync, false, (int fd), (fd))
ON_FILE(int, ftruncate, true, (int fd, off_t size), (fd, size))
ON_FILE(int, ftruncate64, true, (int fd, off64_t size), (fd, size))
ON_FILE(int, fallocate, true, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n))

#define ON_PATH(name, takes_room, parameters, arguments)                                           \
	int name parameters                                                                        \
	{                                                                                          \
		REAL(name)                                                                         \
		return file_fails(#name, takes_room) ? -1 : real arguments;                        \
	}
ON_PATH(rename, false, (const char *from, const char *to), (from, to))
ON_PATH(renameat, false, (int a, const char *from, int b, const char *to), (a, from, b, to))
ON_PATH(unlink, false, (const char *path), (path))
ON_PATH(unlinkat, false, (int a, const char *path, int flags), (a, path, flags))
ON_PATH(link, true, (const char *from, const char *to), (from, to))
ON_PATH(mkdir, true, (const char *path, mode_t mode), (path, mode))

#define ON_SOCKET(name, parameters, arguments)                                                     \
	ssize_t name parameters                                                                    \
	{                                                                                          \
		REAL(name)                                                                         \
		return socket_fails(fd, #name) ? -1 : real arguments;                              \
	}
ON_SOCKET(send, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags))
ON_SOCKET(sendmsg, (int fd, const struct msghdr *m, int flags), (fd, m, flags))
ON_SOCKET(recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))
ON_SOCKET(recvmsg, (int fd, struct msghdr *m, int flags), (fd, m, flags))

int
accept4(int fd, struct sockaddr *address, socklen_t *bytes, int flags)
{
	int got;

	REAL(accept4)
	got = real(fd, address, bytes, flags);
	if (got >= 0)
		atomic_store_explicit(&serves, true, memory_order_relaxed);
	return got;
}

static void
died(int signal_number)
{
	uint32_t i;

	inside++;
	i = atomic_fetch_add(&state->crashes, 1);
	if (i < FAULT_CRASHES) {
		state->crash[i].signal = signal_number;
		state->crash[i].pid = (uint64_t)getpid();
		note_stack(state->crash[i].at, state->crash[i].name);
	}
	(void)raise(signal_number); /* SA_RESETHAND: now it ends the process */
}

static int
own_text(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size, (void)ctx;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || (p->p_flags & PF_X) == 0)
			continue;
		own_start = info->dlpi_addr + p->p_vaddr;
		own_end = own_start + p->p_memsz;
	}
	return 1; /* the program itself comes first */
}

__attribute__((constructor)) static void
begin(void)
{
	static const char *const names[] = {[FAULT_OWN] = "own",
					    [FAULT_ALLOC] = "alloc",
					    [FAULT_SERVED] = "served",
					    [FAULT_IO] = "io"};
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
	const char *path = getenv("FAULT_STATE"), *which = getenv("FAULT_KIND"),
		   *at = getenv("FAULT_AT");
	struct sigaction act = {.sa_handler = died, .sa_flags = (int)SA_RESETHAND | SA_NODEFER};
	struct fault_state *mapped;
	void *frames[2];
	char words[256] = "", program[256] = "";
	ssize_t n;
	int fd;

	/* What a liaison program starts and is none (pg_dump, a shell) is let alone. */
	n = readlink("/proc/self/exe", program, sizeof program - 1);
	if (path == NULL || n < 8 || strcmp(program + n - 8, "/liaison") != 0)
		return;
	inside++;
	if ((fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC)) >= 0) {
		n = read(fd, words, sizeof words - 1);
		(void)close(fd);
		for (ssize_t i = 0; i + 6 < n; i++)
			is_keys = is_keys || memcmp(words + i, "\0keys", 6) == 0;
	}
	if ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0)
		return;
	mapped = mmap(NULL, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (mapped == MAP_FAILED)
		return;
	for (enum fault_kind k = 0; which != NULL && k < FAULT_KINDS; k++)
		if (strcmp(which, names[k]) == 0)
			kind = k;
	fail_at = at != NULL ? strtoull(at, NULL, 10) : 0;
	(void)dl_iterate_phdr(own_text, NULL);
	(void)backtrace(frames, 2); /* it loads a library the first time */
	state = mapped;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		(void)sigaction(signals[i], &act, NULL);
	inside--;
}
