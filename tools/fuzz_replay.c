/* Runs a fuzz target over the files of a corpus, where libFuzzer's own main is not linked. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	size_t n = 0, got;

	if (f == NULL)
		return 1;
	do {
		p = realloc(p, n + 65536);
		if (p == NULL)
			return 1;
		got = fread(p + n, 1, 65536, f);
		n += got;
	} while (got > 0);
	(void)fclose(f);
	/* An exact copy, so that a sanitizer sees a read past the end. */
	uint8_t *exact = malloc(n > 0 ? n : 1);
	if (exact == NULL)
		return 1;
	for (size_t i = 0; i < n; i++)
		exact[i] = p[i];
	free(p);
	(void)LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 0;
}

int
main(int argc, char **argv)
{
	int bad = 0, files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		char path[4096];

		for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
			struct stat st;

			(void)snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
			if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
				bad |= replay(path);
				files++;
			}
		}
		if (d != NULL)
			(void)closedir(d);
	}
	printf("%d files replayed\n", files);
	return bad || files == 0;
}
