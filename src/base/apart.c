#include "base/apart.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

static bool
is_same(const char *a, const char *b)
{
	struct stat one, two;

	if (b == NULL || strcmp(b, "-") == 0)
		return false;
	if (strcmp(a, b) == 0)
		return true;
	return stat(a, &one) == 0 && stat(b, &two) == 0 && S_ISREG(one.st_mode) &&
	       one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

enum rc
files_apart(const struct files_apart *f, struct err *err)
{
	for (size_t i = 0; i < f->out_n; i++) {
		const char *out = f->out[i];

		if (out == NULL || strcmp(out, "-") == 0)
			continue;
		for (size_t k = 0; k < f->in_n; k++)
			if (is_same(out, f->in[k]))
				return fail(err, RC_INVALID, "output",
					    "the file \"%s\" is read, and would be lost; name "
					    "another to write",
					    out);
		for (size_t k = 0; k < i; k++)
			if (is_same(out, f->out[k]))
				return fail(err, RC_INVALID, "output",
					    "the file \"%s\" would be written twice", out);
	}
	return RC_OK;
}
