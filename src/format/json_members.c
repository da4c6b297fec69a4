#include "format/json_members.h"

#include <string.h>

/* Behind the string that begins at i, or 0 when it has no end. */
static size_t
past_string(struct str s, size_t i)
{
	while (++i < s.n) {
		const char *quote = memchr(s.p + i, '"', s.n - i);
		size_t end, escapes = 0;

		if (quote == NULL)
			return 0;
		end = (size_t)(quote - s.p);
		/* An odd number of \ before it: it is part of the string. */
		while (end - escapes > i && s.p[end - escapes - 1] == '\\')
			escapes++;
		if (escapes % 2 == 0)
			return end + 1;
		i = end;
	}
	return 0;
}

/* Behind the value that begins at i, or 0. */
static size_t
past_value(struct str s, size_t i)
{
	size_t depth = 0, from = i;

	while (i < s.n) {
		char c = s.p[i];

		if (c == '"') {
			if ((i = past_string(s, i)) == 0)
				return 0;
			if (depth == 0)
				return i;
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			return i > from ? i : 0;
		depth += c == '{' || c == '[';
		i++;
		if ((c == '}' || c == ']') && --depth == 0)
			return i;
	}
	return 0;
}

static bool
end(struct json_members *m, bool bad)
{
	m->bad = bad;
	m->rest = STR_NONE;
	return false;
}

bool
json_members_next(struct json_members *m, struct json_member_text *out)
{
	struct str s = m->rest;
	size_t key_end, value_end;

	if (m->begun && s.n == 0)
		return false;
	/* Here stands what goes before a member, or the end. */
	if (s.n < 2 || s.p[0] != (m->begun ? ',' : '{'))
		return end(m, !(m->begun && s.n == 1 && s.p[0] == '}'));
	if (!m->begun && s.p[1] == '}')
		return end(m, s.n > 2);
	m->begun = true;
	if (s.p[1] != '"' || (key_end = past_string(s, 1)) == 0 || key_end >= s.n ||
	    s.p[key_end] != ':' || (value_end = past_value(s, key_end + 1)) == 0 ||
	    value_end >= s.n)
		return end(m, true);
	out->key = str_sub(s, 2, key_end - 1);
	if (memchr(out->key.p, '\\', out->key.n) != NULL)
		return end(m, true);
	out->value = str_sub(s, key_end + 1, value_end);
	out->whole = str_sub(s, 1, value_end);
	m->rest = str_sub(s, value_end, s.n);
	return true;
}
