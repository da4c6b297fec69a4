#ifndef AUDIT_KEEPER_SANDBOX_H
#define AUDIT_KEEPER_SANDBOX_H

#include "base/rc.h"

/*
 * keeper_sandbox: what the key process gives up for good. Before: core files, being traced or
 * read by others of the same account, new privileges. After its socket is open: every call that
 * is not on a short list (seccomp; the process ends), and every file outside the node's folder
 * (Landlock, where the kernel has it). Inside the folder it may write: the key file is replaced
 * whole, by a new file of another name, which is a right on the folder and not on one file.
 */
void keeper_sandbox_early(void);
/* RC_UNAVAILABLE: the kernel refuses the filter. A kernel without Landlock is told of in a line. */
MUST_USE enum rc keeper_sandbox_enter(const char *dir, struct err *err);

#endif
