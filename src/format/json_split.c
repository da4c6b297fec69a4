#include "format/json_split.h"

#include "base/arena.h"
#include "format/feed.h"

struct json_split {
	struct feed feed;
	struct limits limits;
	size_t rows;
	long line; /* of feed.start */
	bool in_array, past_array, want_comma;
};

struct json_split *
json_split_new(struct arena *a, struct source source, const struct limits *limits)
{
	struct json_split *s = NEW(a, struct json_split);

	s->limits = limits_full(limits);
	s->line = 1;
	feed_init(&s->feed, a, source, s->limits.row_bytes_max,
		  s->limits.bytes_max > 0 ? s->limits.bytes_max : (uint64_t)16 << 30);
	return s;
}

static enum rc
stop(struct json_split *s, enum rc rc, const char *text, struct err *err)
{
	struct feed *f = &s->feed;

	f->broken = fail_at(&f->why, rc, f->source.name, s->line, 0, "", "%s", text);
	if (err != NULL)
		*err = f->why;
	return f->broken;
}

/* One byte between the objects; false when it has no place there. */
static bool
between(struct json_split *s, char c)
{
	switch (c) {
	case '\n': s->line++; return true;
	case ' ':
	case '\t':
	case '\r': return true;
	case '[':
		if (s->rows > 0 || s->in_array || s->past_array)
			return false;
		return s->in_array = true;
	case ',':
		if (!s->in_array || !s->want_comma)
			return false;
		s->want_comma = false;
		return true;
	case ']':
		if (!s->in_array || (s->rows > 0 && !s->want_comma))
			return false;
		s->in_array = false;
		return s->past_array = true;
	default: return false;
	}
}

/* Up to the '{' of the next object. */
static enum rc
find_object(struct json_split *s, struct err *err)
{
	struct feed *f = &s->feed;
	enum rc rc;

	for (;;) {
		while (f->start < f->end && f->p[f->start] != '{') {
			if (!between(s, f->p[f->start]))
				return stop(s, RC_INVALID, "an object should stand here", err);
			f->start++;
		}
		if (f->start < f->end)
			break;
		rc = feed_more(f, err);
		if (rc == RC_ABSENT && s->in_array)
			return stop(s, RC_INVALID, "the list of objects does not end", err);
		if (rc != RC_OK)
			return rc;
	}
	if ((s->in_array && s->want_comma) || s->past_array)
		return stop(s, RC_INVALID, "an object stands where none can", err);
	return RC_OK;
}

/* Where a scan through an object stands; offsets from feed.start. */
struct walk {
	size_t i, depth;
	long lines;
	bool in_string, escaped, ended;
};

static void
walk(struct walk *w, const char *p, size_t n)
{
	for (; w->i < n && !w->ended; w->i++) {
		char c = p[w->i];

		w->lines += c == '\n';
		if (w->in_string) {
			if (w->escaped)
				w->escaped = false;
			else if (c == '\\')
				w->escaped = true;
			else if (c == '"')
				w->in_string = false;
		} else if (c == '"') {
			w->in_string = true;
		} else if (c == '{' || c == '[') {
			w->depth++;
		} else if (c == '}' || c == ']') {
			w->ended = --w->depth == 0;
		}
	}
}

enum rc
json_split_next(struct json_split *s, struct str *out, long *line, struct err *err)
{
	struct feed *f = &s->feed;
	struct walk w = {0};
	enum rc rc;

	if (f->broken != RC_OK) {
		if (err != NULL)
			*err = f->why;
		return f->broken;
	}
	if ((rc = find_object(s, err)) != RC_OK)
		return rc;
	if (s->rows >= s->limits.rows_max)
		return stop(s, RC_TOO_LARGE, "too many objects", err);
	for (;;) {
		walk(&w, f->p + f->start, f->end - f->start);
		if (w.ended)
			break;
		rc = feed_more(f, err);
		if (rc == RC_ABSENT)
			return stop(s, RC_INVALID, "the object that starts here does not end", err);
		if (rc == RC_TOO_LARGE && f->broken == RC_OK)
			return stop(s, rc, "the object is over its limit", err);
		if (rc != RC_OK)
			return rc;
	}
	*out = (struct str){f->p + f->start, w.i};
	*line = s->line;
	s->line += w.lines;
	f->start += w.i;
	s->rows++;
	s->want_comma = true;
	return RC_OK;
}
