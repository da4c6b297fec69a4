#include "net/target.h"

#include "base/utf8.h"
#include "base/vec.h"

static bool
ascii_is_plain(struct str s, bool tab_ok, bool *ascii)
{
	unsigned char high = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < 0x20 && !(tab_ok && c == '\t')) || c == 0x7f)
			return false;
		high |= c;
	}
	*ascii = high < 0x80;
	return true;
}

bool
text_is_plain(struct str s, bool tab_ok)
{
	bool ascii;

	if (!ascii_is_plain(s, tab_ok, &ascii))
		return false;
	if (ascii)
		return true;
	if (!utf8_is_valid(s))
		return false;
	/* U+0080 to U+009F are C2 80 to C2 9F. */
	for (size_t i = 0; i + 1 < s.n; i++) {
		if ((unsigned char)s.p[i] == 0xc2 && (unsigned char)s.p[i + 1] < 0xa0)
			return false;
	}
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum part { PART_PATH, PART_QUERY };

static enum rc
decode(struct arena *a, struct str raw, enum part part, struct str *out, struct err *err)
{
	char *p = arena_bytes(a, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '%') {
			int high = raw.n - i > 2 ? hex_digit(raw.p[i + 1]) : -1;
			int low = raw.n - i > 2 ? hex_digit(raw.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return fail(err, RC_USAGE, "", "the address holds a broken %%XX");
			c = (char)(high << 4 | low);
			i += 2;
			if (part == PART_PATH && c == '/')
				return fail(err, RC_USAGE, "",
					    "the path holds a slash written as %%2F");
		} else if (part == PART_QUERY && c == '+') {
			c = ' ';
		}
		if (part == PART_PATH && c == '\\')
			return fail(err, RC_USAGE, "", "the path holds a backslash");
		p[n++] = c;
	}
	p[n] = '\0';
	*out = (struct str){p, n};
	if (!text_is_plain(*out, false))
		return fail(err, RC_USAGE, "",
			    "the address is not UTF-8 or holds control characters");
	return RC_OK;
}

static enum rc
path_check(struct str path, struct err *err)
{
	struct str rest = str_sub(path, 1, path.n);

	if (path.n == 1)
		return RC_OK;
	while (rest.p != NULL) {
		struct str segment = str_cut(&rest, '/');

		if (segment.n == 0 && rest.p != NULL)
			return fail(err, RC_USAGE, "", "the path holds an empty segment");
		if (str_eq_z(segment, ".") || str_eq_z(segment, ".."))
			return fail(err, RC_USAGE, "", "the path holds a dot segment");
	}
	return RC_OK;
}

static enum rc
query_parse(struct arena *a, struct str raw, struct pairs *out, struct err *err)
{
	VEC(struct pair) list = {0};
	enum rc rc;

	while (raw.p != NULL && raw.n > 0) {
		struct str value = str_cut(&raw, '&');
		struct str name = str_cut(&value, '=');
		struct pair *pair;

		if (name.n == 0 && value.n == 0)
			continue;
		if (list.n == TARGET_PARAMETERS_MAX)
			return fail(err, RC_USAGE, "", "the address has more than %d parameters",
				    TARGET_PARAMETERS_MAX);
		pair = VEC_ADD(a, &list);
		if ((rc = decode(a, name, PART_QUERY, &pair->name, err)) != RC_OK ||
		    (rc = decode(a, value, PART_QUERY, &pair->value, err)) != RC_OK)
			return rc;
	}
	*out = (struct pairs){list.at, list.n};
	return RC_OK;
}

enum rc
target_parse(struct arena *a, struct str raw, struct target *out, struct err *err)
{
	struct str query = raw;
	struct str path = str_cut(&query, '?');
	enum rc rc;

	*out = (struct target){0};
	if (path.n == 0 || path.p[0] != '/')
		return fail(err, RC_USAGE, "",
			    "the address must be a path that starts with a slash");
	if (str_chr(raw, '#') >= 0)
		return fail(err, RC_USAGE, "", "the address holds a fragment");
	if ((rc = decode(a, path, PART_PATH, &out->path, err)) != RC_OK ||
	    (rc = path_check(out->path, err)) != RC_OK)
		return rc;
	return query_parse(a, query, &out->query, err);
}
