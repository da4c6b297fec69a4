#include "exchange/lines.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/utf8.h"

enum rc
lines_bad(const struct lines *l, const char *word, const char *why, struct err *err)
{
	return fail(err, RC_INVALID, word, "line %d: %s", l->line, why);
}

enum rc
lines_begin(struct lines *l, struct str text, const char *head, struct err *err)
{
	*l = (struct lines){.all = text, .rest = text};
	if (text.n > LINES_BYTES_MAX)
		return fail(err, RC_TOO_LARGE, "text", "is longer than 16 KiB");
	if (!utf8_is_valid(text) || memchr(text.p, 0, text.n) != NULL || !str_ends(text, STR("\n")))
		return fail(err, RC_INVALID, "text", "is not UTF-8 lines that each end");
	l->line = 1;
	if (!str_eq_z(str_cut(&l->rest, '\n'), head))
		return fail(err, RC_INVALID, "text", "does not begin with \"%s\"", head);
	return RC_OK;
}

enum rc
lines_text(struct lines *l, const char *word, struct str *out, struct err *err)
{
	struct str name = str_from(word), line;

	l->line++;
	if (l->rest.n == 0)
		return lines_bad(l, word, "is missing", err);
	line = str_cut(&l->rest, '\n');
	if (line.n <= name.n || !str_starts(line, name) || line.p[name.n] != ' ')
		return lines_bad(l, word, "must stand here", err);
	*out = str_sub(line, name.n + 1, line.n);
	if (out->n == 0 || out->n > LINES_VALUE_MAX)
		return lines_bad(l, word, "is empty, or too long", err);
	return RC_OK;
}

enum rc
lines_bytes(struct lines *l, const char *word, unsigned char *out, size_t n, struct err *err)
{
	struct str text;
	enum rc rc = lines_text(l, word, &text, err);

	if (rc == RC_OK && !hex_parse(text, out, n))
		rc = lines_bad(l, word, "is not a key in hexadecimal digits", err);
	return rc;
}

enum rc
lines_key(struct lines *l, const char *word, unsigned char out[32], struct err *err)
{
	return lines_bytes(l, word, out, 32, err);
}

enum rc
lines_time(struct lines *l, const char *word, int64_t *out, struct err *err)
{
	struct str text;
	enum rc rc = lines_text(l, word, &text, err);

	if (rc == RC_OK && (!time_parse(text, out) || *out < TIME_MIN_MS || *out > TIME_MAX_MS))
		rc = lines_bad(l, word, "is not a time", err);
	return rc;
}

enum rc
lines_number(struct lines *l, const char *word, int64_t *out, struct err *err)
{
	struct str text;
	enum rc rc = lines_text(l, word, &text, err);

	if (rc == RC_OK && (!str_to_i64(text, out) || *out < 0 || *out >= INT64_C(1) << 31))
		rc = lines_bad(l, word, "is not a number in range", err);
	return rc;
}

static bool
is_next(const struct lines *l, const char *word)
{
	struct str name = str_from(word);

	return str_starts(l->rest, name) && l->rest.n > name.n && l->rest.p[name.n] == ' ';
}

enum rc
lines_list(struct lines *l, struct arena *a, const char *word, size_t most, struct str_list *out,
	   struct err *err)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK && is_next(l, word)) {
		struct str text;

		if ((rc = lines_text(l, word, &text, err)) != RC_OK)
			break;
		if (out->n == most)
			return lines_bad(l, word, "stands here too often", err);
		*VEC_ADD(a, out) = text;
	}
	return rc;
}

enum rc
lines_signature(struct lines *l, unsigned char out[SIGN_BYTES], struct err *err)
{
	enum rc rc = lines_bytes(l, "signature", out, SIGN_BYTES, err);

	return rc == RC_OK ? lines_end(l, err) : rc;
}

enum rc
lines_end(const struct lines *l, struct err *err)
{
	return l->rest.n == 0 ? RC_OK
			      : lines_bad(l, "text", "something follows its last line", err);
}

enum rc
lines_same(const struct lines *l, struct str written, struct err *err)
{
	return str_eq(l->all, written)
		   ? RC_OK
		   : fail(err, RC_INVALID, "text", "is not written as this program writes it");
}

void
lines_add(struct buf *b, const char *word, struct str value)
{
	buf_add_z(b, word);
	buf_add_byte(b, ' ');
	buf_add(b, value);
	buf_add_byte(b, '\n');
}

void
lines_add_bytes(struct buf *b, const char *word, const unsigned char *p, size_t n)
{
	lines_add(b, word, hex_format(b->arena, p, n));
}

void
lines_add_time(struct buf *b, const char *word, int64_t ms)
{
	lines_add(b, word, time_format(b->arena, ms));
}

void
lines_add_number(struct buf *b, const char *word, int64_t n)
{
	buf_addf(b, "%s %lld\n", word, (long long)n);
}

/* Characters that turn, join or hide what stands beside them: a name with them looks like another.
 */
static bool
is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
	       (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x206F) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF ||
	       (c >= 0xFFF0 && c <= 0xFFFD) || (c >= 0xE0000 && c <= 0xE0FFF) || c == 0xA0 ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
	       c == 0x3000 || c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0;
}

bool
lines_name_is_good(struct str s)
{
	size_t used;

	if (s.n == 0 || !utf8_is_valid(s) || utf8_count(s) > 80 || s.p[0] == ' ' ||
	    s.p[s.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.n; i += used)
		if (is_hidden(utf8_decode(s.p + i, s.n - i, &used)))
			return false;
	return str_find(s, STR("  ")) < 0;
}

bool
lines_code_is_good(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-'))
			return false;
	}
	return s.n > 0 && s.n <= 40;
}
