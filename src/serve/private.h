#ifndef SERVE_PRIVATE_H
#define SERVE_PRIVATE_H

#include "base/str.h"

struct arena;

/*
 * private: what a process of the node keeps to itself. No core file is written of it, and no
 * other process of the account looks into it (ptrace(2), /proc/PID/mem).
 */
void private_process(void);

/*
 * The first swap area that is in use and not known to be encrypted or to lie in memory, as
 * /proc/swaps names it; empty: none. Keys are locked in memory; bodies that were opened are not,
 * and may be written to swap. text: of /proc/swaps. sys: "/sys", or a test's folder.
 */
struct str private_open_swap(struct arena *a, struct str text, const char *sys);
/* Say so in a line, at the start of a node. */
void private_warn_of_swap(void);

#endif
