#include "faults/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * fail_state FILE: what processes under fail.c left there. "count OWN ALLOC SERVED IO"; "hit PID
 * CALL" if the fault hit; "crash PID SIGNAL" for each process that ended so; and after the latter
 * two a line for each place of the stack: "at FILE OFFSET". fail_state --new FILE makes an empty
 * one.
 */
static void
stack(const uintptr_t *at, char (*const name)[FAULT_NAME])
{
	for (int i = 0; i < FAULT_FRAMES && at[i] != 0; i++)
		(void)printf("at %s 0x%" PRIxPTR "\n", name[i], at[i]);
}

int
main(int argc, char **argv)
{
	static struct fault_state s;
	int is_new = argc == 3 && strcmp(argv[1], "--new") == 0;
	FILE *f;
	size_t n;

	if ((argc != 2 && !is_new) || (f = fopen(argv[argc - 1], is_new ? "wb" : "rb")) == NULL)
		return 2;
	n = is_new ? fwrite(&s, sizeof s, 1, f) : fread(&s, sizeof s, 1, f);
	if (fclose(f) != 0 || n != 1)
		return 2;
	if (is_new)
		return 0;
	(void)printf("count %" PRIuFAST64 " %" PRIuFAST64 " %" PRIuFAST64 " %" PRIuFAST64 "\n",
		     s.count[FAULT_OWN], s.count[FAULT_ALLOC], s.count[FAULT_SERVED],
		     s.count[FAULT_IO]);
	if (s.hit_pid != 0) {
		(void)printf("hit %" PRIu64 " %s\n", s.hit_pid, s.hit_what);
		stack(s.hit_at, s.hit_name);
	}
	for (uint32_t i = 0; i < s.crashes && i < FAULT_CRASHES; i++) {
		(void)printf("crash %" PRIu64 " %d\n", s.crash[i].pid, s.crash[i].signal);
		stack(s.crash[i].at, s.crash[i].name);
	}
	return 0;
}
