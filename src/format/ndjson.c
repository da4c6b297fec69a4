#include "format/ndjson.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "format/feed.h"
#include "format/json.h"

struct ndjson {
	struct feed feed;
	struct limits limits;
	unsigned flags;
	bool skipping; /* the rest of a line that was too long */
	long line;     /* of the line given last */
	size_t rows;
};

struct ndjson *
ndjson_new(struct arena *a, struct source source, unsigned flags, const struct limits *limits)
{
	struct ndjson *r = NEW(a, struct ndjson);

	r->limits = limits_full(limits);
	r->flags = flags;
	feed_init(&r->feed, a, source, r->limits.row_bytes_max,
		  r->limits.bytes_max > 0 ? r->limits.bytes_max : (uint64_t)16 << 30);
	return r;
}

bool
ndjson_can_go_on(const struct ndjson *r)
{
	return r->feed.broken == RC_OK;
}

static enum rc
too_long(struct ndjson *r, struct err *err)
{
	r->skipping = true;
	r->feed.start = r->feed.end;
	return fail_at(err, RC_TOO_LARGE, r->feed.source.name, r->line + 1, 0, "",
		       "the line is over its limit");
}

/* The next line without its LF, whatever it holds. */
static enum rc
take_line(struct ndjson *r, struct str *out, struct err *err)
{
	struct feed *f = &r->feed;
	size_t seen = 0;
	enum rc rc;

	for (;;) {
		size_t n = f->end - f->start;
		const char *at = f->p + f->start;
		const char *lf = n > seen ? memchr(at + seen, '\n', n - seen) : NULL;

		if (lf != NULL || (f->ended && n > 0)) {
			*out = (struct str){at, lf != NULL ? (size_t)(lf - at) : n};
			f->start += out->n + (lf != NULL);
			return RC_OK;
		}
		seen = n;
		rc = feed_more(f, err);
		if (rc == RC_TOO_LARGE && f->broken == RC_OK)
			return too_long(r, err);
		if (rc != RC_OK)
			return rc;
	}
}

/* Too many lines: nothing follows. */
static enum rc
stop(struct ndjson *r, struct err *err)
{
	struct feed *f = &r->feed;

	f->broken = fail_at(&f->why, RC_TOO_LARGE, f->source.name, r->line, 0, "",
			    "the file has more than %zu lines", r->limits.rows_max);
	if (err != NULL)
		*err = f->why;
	return f->broken;
}

enum rc
ndjson_next_text(struct ndjson *r, struct str *out, long *line, struct err *err)
{
	size_t bad;
	enum rc rc;

	while (r->skipping) {
		/* Pieces of a line that was reported already, each as large as the window. */
		rc = take_line(r, out, NULL);
		if (rc == RC_TOO_LARGE && r->feed.broken == RC_OK)
			continue;
		*line = r->line + 1;
		if (rc != RC_OK) {
			if (err != NULL && r->feed.broken != RC_OK)
				*err = r->feed.why;
			return rc;
		}
		r->skipping = false;
		r->line++;
	}
	do {
		*line = r->line + 1;
		if ((rc = take_line(r, out, err)) != RC_OK)
			return rc;
		r->line++;
		*out = str_trim(*out);
	} while (out->n == 0);
	if (r->rows++ >= r->limits.rows_max)
		return stop(r, err);
	if ((bad = utf8_bad_at(*out)) < out->n)
		return fail_at(err, RC_INVALID, r->feed.source.name, r->line, (long)bad + 1, "",
			       "text that is not UTF-8");
	return RC_OK;
}

enum rc
ndjson_next(struct ndjson *r, json_t **out, long *line, struct err *err)
{
	struct limits l = r->limits;
	struct err inner = {0};
	struct str text;
	enum rc rc;

	*out = NULL;
	if ((rc = ndjson_next_text(r, &text, line, err)) != RC_OK)
		return rc;
	l.bytes_max = l.row_bytes_max;
	rc = r->flags & NDJSON_REALS ? json_read_reals(text, &l, out, &inner)
				     : json_read(text, &l, out, &inner);
	if (rc != RC_OK)
		return fail_at(err, rc, r->feed.source.name, *line, inner.column, "", "%s",
			       inner.text);
	return RC_OK;
}
