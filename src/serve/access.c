#include "serve/access.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "model/role.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#define TEXT_MAX 1000

/* A NUL would make the log's sealed detail, which is JSON, one that nobody can read again. */
static bool
is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\t') ||
		    s.p[i] == 0x7f)
			return false;
	return utf8_is_valid(s);
}

static enum rc
decode(struct arena *a, struct str s, const char *name, struct str *out, struct err *err)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < s.n; i++) {
		int hi = s.p[i] == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1;
		int lo = hi >= 0 ? hex(s.p[i + 2]) : -1;

		if (lo >= 0) {
			buf_add_byte(&b, (char)(unsigned char)(hi << 4 | lo));
			i += 2;
		} else {
			buf_add_byte(&b, s.p[i]);
		}
	}
	*out = str_trim(buf_str(&b));
	if (out->n > TEXT_MAX || !is_text(*out))
		return fail(err, RC_USAGE, name,
			    "takes UTF-8 text of at most %d bytes, without control characters",
			    TEXT_MAX);
	return RC_OK;
}

/* "7" or W/"7", as ETag gave it. */
static enum rc
version(struct str s, int64_t *out, struct err *err)
{
	s = str_trim(s);
	if (str_starts(s, STR("W/")))
		s = str_sub(s, 2, s.n);
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = str_sub(s, 1, s.n - 1);
	if (!str_to_i64(s, out) || *out <= 0)
		return fail(err, RC_USAGE, "If-Match", "takes one version number, as ETag gave it");
	return RC_OK;
}

static enum rc
no_purpose(struct arena *a, struct err *err)
{
	struct buf all;

	buf_init(&all, a);
	for (int i = 0; i < PURPOSE_COUNT; i++)
		buf_addf(&all, "%s%s", i > 0 ? ", " : "", purpose_name((enum purpose)i));
	return fail(err, RC_USAGE, "purpose", "takes one of: %.*s", STR_ARG(buf_str(&all)));
}

enum rc
access_parse(struct request *rq, struct access *out, struct err *err)
{
	struct str v;
	enum rc rc;

	*out = (struct access){0};
	if (header_find(rq->headers, "Liaison-Purpose", &v) && v.n > 0) {
		int p = purpose_find(str_trim(v));

		if (p < 0)
			return no_purpose(rq->arena, err);
		out->purpose = (enum purpose)p;
		out->has_purpose = true;
	}
	if (header_find(rq->headers, "Liaison-Case", &v) && v.n > 0) {
		if (!id_parse(str_trim(v), &out->case_id))
			return fail(err, RC_USAGE, "case", "is no record id");
		out->has_case = true;
	}
	if (header_find(rq->headers, "Liaison-Legal-Basis", &v) &&
	    (rc = decode(rq->arena, v, "legal-basis", &out->legal_basis, err)) != RC_OK)
		return rc;
	if (header_find(rq->headers, "Liaison-Reason", &v) &&
	    (rc = decode(rq->arena, v, "reason", &out->reason, err)) != RC_OK)
		return rc;
	if (header_find(rq->headers, "If-Match", &v) &&
	    (rc = version(v, &rq->if_match, err)) != RC_OK)
		return rc;
	rq->lang = header_find(rq->headers, "Accept-Language", &v) && v.n >= 2 ? str_sub(v, 0, 2)
									       : STR("en");
	return RC_OK;
}
