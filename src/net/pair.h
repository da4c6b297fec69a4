#ifndef NET_PAIR_H
#define NET_PAIR_H

#include "base/str.h"

/*
 * pair: a name and a value: a header, or one query parameter. Lists keep the order of the
 * wire and may repeat a name.
 */
struct pair {
	struct str name, value;
};

struct pairs {
	const struct pair *at;
	size_t n;
};

/* The first value of that header; names compare without ASCII case. */
bool header_find(struct pairs headers, const char *name, struct str *value);
/* The first value of that query parameter; names compare byte by byte. */
bool query_find(struct pairs query, const char *name, struct str *value);
/* s with all but RFC 3986 unreserved characters as %XX, to stand in a path segment or query. */
struct str percent_encode(struct arena *a, struct str s);

#endif
