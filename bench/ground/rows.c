#include <stdlib.h>

#include "node/demo_data.h"

/* bench_ground_rows N FILE: N invented HTCDS rows (demo.md). */
int
main(int argc, char **argv)
{
	FILE *out = argc == 3 ? fopen(argv[2], "wb") : NULL;
	struct err err = {.rc = RC_OK};

	if (out == NULL) {
		(void)fputs("bench_ground_rows N FILE\n", stderr);
		return 2;
	}
	if (demo_htcds_bench_write(1, (size_t)atol(argv[1]), out, &err) != RC_OK ||
	    fclose(out) != 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	return 0;
}
