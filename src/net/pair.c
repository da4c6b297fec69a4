#include "net/pair.h"

#include "base/arena.h"

bool
header_find(struct pairs headers, const char *name, struct str *value)
{
	for (size_t i = 0; i < headers.n; i++) {
		if (!str_eq_ascii_case(headers.at[i].name, str_from(name)))
			continue;
		*value = headers.at[i].value;
		return true;
	}
	return false;
}

bool
query_find(struct pairs query, const char *name, struct str *value)
{
	for (size_t i = 0; i < query.n; i++) {
		if (!str_eq_z(query.at[i].name, name))
			continue;
		*value = query.at[i].value;
		return true;
	}
	return false;
}

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

struct str
percent_encode(struct arena *a, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = arena_bytes(a, 3 * s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_unreserved(s.p[i])) {
			out[n++] = s.p[i];
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	out[n] = '\0';
	return (struct str){out, n};
}
