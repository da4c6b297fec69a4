#ifndef PARSE_SANDBOX_H
#define PARSE_SANDBOX_H

#include <stddef.h>

#include "base/rc.h"

/*
 * sandbox: a process gives up, for good, all but computing and its open descriptors: no file,
 * no network, no program, no other process (seccomp, an allow-list; Landlock without a rule
 * where the kernel has it, in case the list has a hole); no new privileges, no core file, a
 * bound on memory and on processor time. Asking for a file by its name is refused (EACCES),
 * for libraries look for files on their own; anything else that is not on the list ends the
 * process by SIGSYS.
 */
struct sandbox_limits {
	size_t memory_bytes; /* of address space; not under sanitizers, which map all there is */
	unsigned cpu_s;
};

/*
 * RC_UNAVAILABLE: this kernel, or this machine's kind, has no seccomp: then foreign bytes are not
 * read at all. *landlock_abi 0: it has no Landlock, and seccomp stands alone.
 */
MUST_USE enum rc sandbox_enter(const struct sandbox_limits *limits, int *landlock_abi,
			       struct err *err);

/* What this kernel has; 0 for none. */
int sandbox_landlock_abi(void);

#endif
