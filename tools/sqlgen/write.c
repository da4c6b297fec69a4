#include "sqlgen.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *
relative_symbol(const char *name)
{
	char *s = strdup(name);

	if (s == NULL)
		die(name, 0, "%s", strerror(errno));
	for (char *p = s; *p != '\0'; p++)
		*p = name_char(*p) ? (char)toupper((unsigned char)*p) : '_';
	return s;
}

void
put_word(FILE *f, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\\' || p[i] == '"')
			fprintf(f, "\\%c", p[i]);
		else
			fputc(p[i], f);
}

FILE *
out_open(const char *path, const char *tmp)
{
	char *folder = folder_of(path);
	FILE *f;

	for (char *p = folder + 1; *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(folder, 0755);
			*p = '/';
		}
	(void)mkdir(folder, 0755);
	free(folder);
	if ((f = fopen(tmp, "w")) == NULL)
		die(tmp, 0, "%s", strerror(errno));
	return f;
}

int
out_close(FILE *f, const char *tmp, const char *path)
{
	if (fclose(f) != 0 || rename(tmp, path) != 0)
		die(path, 0, "%s", strerror(errno));
	return 0;
}
