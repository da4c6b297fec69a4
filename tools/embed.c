/*
 * embed FOLDER SYMBOL OUT.S OUT.c: write an assembler file that takes in every file below
 * FOLDER, and a C table that names them. Used at build time only.
 */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
main(int argc, char **argv)
{
	char **paths = NULL;
	size_t n = 0, root;
	FILE *s, *c;

	if (argc != 5) {
		fprintf(stderr, "usage: embed FOLDER SYMBOL OUT.S OUT.c\n");
		return 2;
	}
	char *roots[] = {argv[1], NULL};
	FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	root = strlen(argv[1]) + 1;
	for (FTSENT *e; fts != NULL && (e = fts_read(fts)) != NULL;) {
		if (e->fts_info != FTS_F || e->fts_name[0] == '.')
			continue;
		paths = realloc(paths, (n + 1) * sizeof *paths);
		if (paths == NULL || (paths[n++] = strdup(e->fts_path)) == NULL)
			return 1;
	}
	if (n > 0)
		qsort(paths, n, sizeof *paths, by_path);
	if ((s = fopen(argv[3], "w")) == NULL || (c = fopen(argv[4], "w")) == NULL) {
		fprintf(stderr, "embed: %s: %s\n", argv[3], strerror(errno));
		return 1;
	}
	fprintf(s, "\t.section .rodata\n");
	fprintf(c, "#include \"base/embedded.h\"\n\n");
	for (size_t i = 0; i < n; i++) {
		fprintf(s, "\t.balign 8\n%s_%zu:\n\t.incbin \"%s\"\n%s_%zu_end:\n\t.byte 0\n",
			argv[2], i, paths[i], argv[2], i);
		fprintf(s, "\t.globl %s_%zu\n\t.globl %s_%zu_end\n", argv[2], i, argv[2], i);
		fprintf(c, "extern const char %s_%zu[], %s_%zu_end[];\n", argv[2], i, argv[2], i);
	}
	fprintf(s, "\t.section .note.GNU-stack,\"\",@progbits\n");
	/* Sizes are file sizes, since the linker's differences are no constants in C. */
	fprintf(c, "\nconst struct embedded_file %s[] = {\n", argv[2]);
	for (size_t i = 0; i < n; i++) {
		struct stat st;

		if (stat(paths[i], &st) != 0)
			return 1;
		fprintf(c, "\t{ \"%s\", %s_%zu, %lld },\n", paths[i] + root, argv[2], i,
			(long long)st.st_size);
	}
	fprintf(c, "\t{ 0, 0, 0 },\n};\n");
	return fclose(s) != 0 || fclose(c) != 0;
}
