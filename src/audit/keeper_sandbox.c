#include "audit/keeper_sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#endif

/* Debian 12's headers know an earlier Landlock than many kernels: the numbers are the kernel's. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#define LANDLOCK_ASK_VERSION 1U
#define LANDLOCK_PATH_BENEATH 1
/* linux/landlock.h: rights on files by ABI, and those the key process keeps in its folder. */
#define LANDLOCK_ALL_1 UINT64_C(0x1fff)
#define LANDLOCK_REFER (UINT64_C(1) << 13)
#define LANDLOCK_TRUNCATE (UINT64_C(1) << 14)
#define LANDLOCK_WRITE_FILE (UINT64_C(1) << 1)
#define LANDLOCK_READ_FILE (UINT64_C(1) << 2)
#define LANDLOCK_READ_DIR (UINT64_C(1) << 3)
#define LANDLOCK_REMOVE_FILE (UINT64_C(1) << 5)
#define LANDLOCK_MAKE_REG (UINT64_C(1) << 8)

struct landlock_beneath {
	uint64_t allowed;
	int32_t folder;
} __attribute__((packed));

void
keeper_sandbox_early(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static enum rc
close_files(const char *dir, struct err *err)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_ASK_VERSION), rules;
	struct landlock_beneath beneath = {LANDLOCK_WRITE_FILE | LANDLOCK_READ_FILE |
					       LANDLOCK_READ_DIR | LANDLOCK_REMOVE_FILE |
					       LANDLOCK_MAKE_REG,
					   -1};
	uint64_t handled = LANDLOCK_ALL_1;
	int failed;

	if (abi < 1) {
		log_debug("this kernel has no Landlock; seccomp alone keeps the key process in");
		return RC_OK;
	}
	if (abi >= 2)
		handled |= LANDLOCK_REFER;
	if (abi >= 3) {
		handled |= LANDLOCK_TRUNCATE;
		beneath.allowed |= LANDLOCK_TRUNCATE;
	}
	rules = syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
	beneath.folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	failed = rules < 0 || beneath.folder < 0 ||
		 syscall(SYS_landlock_add_rule, rules, LANDLOCK_PATH_BENEATH, &beneath, 0) != 0 ||
		 syscall(SYS_landlock_restrict_self, rules, 0) != 0;
	if (beneath.folder >= 0)
		(void)close(beneath.folder);
	if (rules >= 0)
		(void)close((int)rules);
	return failed ? fail(err, RC_UNAVAILABLE, "keys", "Landlock refuses (error %d)", errno)
		      : RC_OK;
}

#ifdef OUR_ARCH
static const uint32_t allowed[] = {
    /* clang-format off */
	SYS_read, SYS_write, SYS_pread64, SYS_pwrite64, SYS_lseek, SYS_close, SYS_fcntl,
	SYS_openat, SYS_newfstatat, SYS_fstat, SYS_statx,
	SYS_fsync, SYS_fdatasync, SYS_flock, SYS_renameat, SYS_renameat2, SYS_unlinkat,
#ifdef SYS_open
	SYS_open, SYS_stat, SYS_rename, SYS_unlink, SYS_poll,
#endif
	SYS_ppoll, SYS_accept4, SYS_recvfrom, SYS_recvmsg, SYS_sendto, SYS_sendmsg, SYS_getsockopt,
	SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_mlock, SYS_munlock, SYS_futex,
	SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep, SYS_getrandom, SYS_getpid,
	SYS_gettid, SYS_getuid, SYS_geteuid, SYS_rt_sigprocmask, SYS_rt_sigaction,
	SYS_rt_sigreturn, SYS_restart_syscall, SYS_sigaltstack, SYS_sched_yield,
	SYS_exit, SYS_exit_group,
#if UNDER_SANITIZER
	SYS_rseq, SYS_set_robust_list, SYS_gettimeofday,
#endif
    /* clang-format on */
};

struct program {
	struct sock_filter at[192];
	unsigned short n;
};

static void
add(struct program *p, struct sock_filter instruction)
{
	must(p->n < COUNT_OF(p->at));
	p->at[p->n++] = instruction;
}

/* A call that is good unless the bits stand in that argument. */
static void
add_without(struct program *p, uint32_t call, size_t argument, uint32_t bits)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4));
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)argument));
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

static enum rc
close_calls(struct err *err)
{
	struct program p = {.n = 0};
	struct sock_fprog program;

	add(&p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					     offsetof(struct seccomp_data, arch)));
	add(&p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0));
	add(&p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	add(&p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					     offsetof(struct seccomp_data, nr)));
	for (size_t i = 0; i < COUNT_OF(allowed); i++) {
		add(&p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1));
		add(&p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	}
	/* Memory that nobody may execute. */
	add_without(&p, SYS_mmap, offsetof(struct seccomp_data, args[2]), PROT_EXEC);
	add_without(&p, SYS_mprotect, offsetof(struct seccomp_data, args[2]), PROT_EXEC);
	/* abort() sends a signal to itself, which has the same effect as the verdict. */
	add(&p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	program = (struct sock_fprog){.len = p.n, .filter = p.at};
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
		return fail(err, RC_UNAVAILABLE, "keys",
			    "this kernel refuses seccomp (error %d), so no keys are opened", errno);
	return RC_OK;
}
#else
static enum rc
close_calls(struct err *err)
{
	return fail(err, RC_UNAVAILABLE, "keys",
		    "there is no seccomp list for this kind of machine, so no keys are opened");
}
#endif

enum rc
keeper_sandbox_enter(const char *dir, struct err *err)
{
	enum rc rc = close_files(dir, err);

	return rc == RC_OK ? close_calls(err) : rc;
}
