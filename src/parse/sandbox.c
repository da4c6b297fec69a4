#include "parse/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

/* Debian 12's headers know an earlier Landlock than many kernels: the numbers are the kernel's. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif
#define LANDLOCK_ASK_VERSION 1U

struct landlock_handled {
	uint64_t files, network, scoped;
};

/* By ABI: the rights on files and networks that exist, and so are taken away (linux/landlock.h). */
static struct landlock_handled
landlock_all(int abi)
{
	struct landlock_handled all = {.files = 0x1fff};

	if (abi >= 2)
		all.files |= UINT64_C(1) << 13;
	if (abi >= 3)
		all.files |= UINT64_C(1) << 14;
	if (abi >= 4)
		all.network = 3;
	if (abi >= 5)
		all.files |= UINT64_C(1) << 15;
	if (abi >= 6)
		all.scoped = 3;
	return all;
}

int
sandbox_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_ASK_VERSION);

	return abi > 0 && abi < 256 ? (int)abi : 0;
}

static enum rc
close_files(int abi, struct err *err)
{
	struct landlock_handled all = landlock_all(abi);
	size_t bytes = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	long fd = syscall(SYS_landlock_create_ruleset, &all, bytes, 0);

	if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		return fail(err, RC_UNAVAILABLE, "parser", "Landlock refuses (error %d)", errno);
	(void)close((int)fd);
	return RC_OK;
}

#ifdef OUR_ARCH
static const uint32_t allowed[] = {
    /* clang-format off */
	SYS_read, SYS_write, SYS_close,
	SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_futex,
	SYS_clock_gettime, SYS_getrandom, SYS_getpid, SYS_gettid,
	SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_rt_sigreturn, SYS_restart_syscall,
	SYS_exit, SYS_exit_group,
#if UNDER_SANITIZER
	SYS_sigaltstack, SYS_sched_yield, SYS_clock_nanosleep, SYS_nanosleep,
#endif
    /* clang-format on */
};

/* Files by name: refused, and the process goes on. */
static const uint32_t refused[] = {
    /* clang-format off */
	SYS_openat, SYS_newfstatat, SYS_readlinkat, SYS_faccessat, SYS_statx,
#ifdef SYS_faccessat2
	SYS_faccessat2,
#endif
#ifdef SYS_open
	SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink,
#endif
    /* clang-format on */
};

struct program {
	struct sock_filter at[160];
	unsigned short n;
};

static void
add(struct program *p, struct sock_filter instruction)
{
	must(p->n < COUNT_OF(p->at));
	p->at[p->n++] = instruction;
}

static void
add_load(struct program *p, size_t offset)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void
add_if_equal(struct program *p, uint32_t value, uint32_t verdict)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
}

/* Memory that nobody may execute. */
static void
add_memory(struct program *p, uint32_t call)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4));
	add_load(p, offsetof(struct seccomp_data, args[2]));
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

/* abort() sends itself a signal, and may send nobody else one. */
static void
add_own_signal(struct program *p)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 4));
	add_load(p, offsetof(struct seccomp_data, args[0]));
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 1, 0));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

static enum rc
close_calls(struct err *err)
{
	struct program p = {.n = 0};
	struct sock_fprog program;

	add_load(&p, offsetof(struct seccomp_data, arch));
	add(&p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0));
	add(&p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	/* The x32 calls of x86-64 have numbers of their own, which are not in the list. */
	add_load(&p, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < COUNT_OF(allowed); i++)
		add_if_equal(&p, allowed[i], SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		add_if_equal(&p, refused[i], SECCOMP_RET_ERRNO | EACCES);
	/* These look at arguments, so the number must be loaded again behind each. */
	add_memory(&p, SYS_mmap);
	add_memory(&p, SYS_mprotect);
	add_own_signal(&p);
	add(&p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	program = (struct sock_fprog){.len = p.n, .filter = p.at};
	/* All threads, where a sanitizer has one of its own. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
		return fail(err, RC_UNAVAILABLE, "parser",
			    "this kernel has no seccomp (error %d), so foreign files are not read",
			    errno);
	return RC_OK;
}
#else
static enum rc
close_calls(struct err *err)
{
	return fail(err, RC_UNAVAILABLE, "parser",
		    "there is no seccomp list for this kind of machine, so foreign files are not "
		    "read");
}
#endif

static bool
limit(int what, rlim_t most)
{
	struct rlimit l = {most, most};

	return setrlimit((__rlimit_resource_t)what, &l) == 0;
}

enum rc
sandbox_enter(const struct sandbox_limits *limits, int *landlock_abi, struct err *err)
{
	enum rc rc;

	*landlock_abi = sandbox_landlock_abi();
	if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_NPROC, 0) ||
	    !limit(RLIMIT_CPU, limits->cpu_s) ||
	    (!UNDER_SANITIZER && !limit(RLIMIT_AS, limits->memory_bytes)) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(err, RC_UNAVAILABLE, "parser", "its limits cannot be set (error %d)",
			    errno);
	if (*landlock_abi > 0 && (rc = close_files(*landlock_abi, err)) != RC_OK)
		return rc;
	/* From here on no descriptor can be made. */
	if (!limit(RLIMIT_NOFILE, 0))
		return fail(err, RC_UNAVAILABLE, "parser", "its limits cannot be set (error %d)",
			    errno);
	return close_calls(err);
}
