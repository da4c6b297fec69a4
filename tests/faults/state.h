#ifndef FAULTS_STATE_H
#define FAULTS_STATE_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * The file that fail.c's processes share: calls counted by kind, where the fault hit, and what
 * ended processes by a signal. Places are offsets in a file of the process (addr2line -e takes
 * them). It begins as zeros.
 */
enum { FAULT_FRAMES = 24, FAULT_CRASHES = 8, FAULT_NAME = 32 };
enum fault_kind { FAULT_OWN, FAULT_ALLOC, FAULT_SERVED, FAULT_IO, FAULT_KINDS };

struct fault_state {
	atomic_uint_fast64_t count[FAULT_KINDS];
	uint64_t hit_pid; /* 0: it hit nothing */
	char hit_what[FAULT_NAME];
	uintptr_t hit_at[FAULT_FRAMES];
	char hit_name[FAULT_FRAMES][FAULT_NAME];
	atomic_uint_fast32_t crashes;
	struct {
		int signal;
		uint64_t pid;
		uintptr_t at[FAULT_FRAMES];
		char name[FAULT_FRAMES][FAULT_NAME];
	} crash[FAULT_CRASHES];
};

#endif
