#include "net/http_lines.h"

#include <stdint.h>
#include <string.h>

/* Where the line after one that ends at p begins, or NULL where it did not end with CR LF. */
static const char *
next_line(const char *p)
{
	return p[0] == '\0' && p[1] == '\0' ? p + 2 : NULL;
}

/* Between name and value stand the colon, a NUL now, and blanks. */
static bool
is_one_line(const struct pair *h)
{
	const char *p = h->name.p + h->name.n;

	if ((uintptr_t)h->value.p <= (uintptr_t)p || *p != '\0')
		return false;
	while (++p != h->value.p)
		if (*p != ' ' && *p != '\t')
			return false;
	return true;
}

bool
http_lines_are_whole(const char *method, const char *version, struct pairs headers,
		     size_t head_bytes)
{
	const char *line = next_line(version + strlen(version));

	for (size_t i = 0; i < headers.n && line != NULL; i++) {
		const struct pair *h = &headers.at[i];

		/* A folded line was put together elsewhere. */
		if (h->name.p != line || h->value.p == NULL || !is_one_line(h))
			return false;
		line = next_line(h->value.p + h->value.n);
	}
	/* The empty line is the last of the head. */
	return line != NULL && next_line(line) != NULL && line + 2 == method + head_bytes;
}
