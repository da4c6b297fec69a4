#include "text/translit.h"

#include <string.h>

#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/utf8.h"
#include "text/hangul.h"
#include "text/normal.h"
#include "text/readings.h"
#include "text/script.h"
#include "text/translit_tables.h"

#define CACHE_BYTES_MAX ((size_t)8 << 20)
#define CACHED_TEXT_MAX 64

struct translit {
	struct arena *self;	/* holds this struct */
	UTransliterator *latin; /* Latin letters to ASCII */
	UTransliterator *any;	/* any script to ASCII */
	struct arena *cached;	/* reset when CACHE_BYTES_MAX is reached */
	struct map cache;
	struct arena *scratch;
};

static enum rc
open_one(const char *rules, UTransliterator **out, struct err *err)
{
	UErrorCode code = U_ZERO_ERROR;
	UChar id[64];
	int32_t n = 0;

	u_strFromUTF8(id, (int32_t)COUNT_OF(id), &n, rules, -1, &code);
	*out = utrans_openU(id, n, UTRANS_FORWARD, NULL, 0, NULL, &code);
	if (U_FAILURE(code))
		return fail(err, RC_FAILED, "", "ICU has no transliterator %s: %s", rules,
			    u_errorName(code));
	return RC_OK;
}

enum rc
translit_open(struct translit **out, struct err *err)
{
	struct arena *self = arena_new(0);
	struct translit *t = NEW(self, struct translit);
	enum rc rc;

	t->self = self;
	t->cached = arena_new(CACHE_BYTES_MAX * 4);
	t->cache.arena = t->cached;
	t->scratch = arena_new(0);
	if ((rc = open_one("Latin-ASCII", &t->latin, err)) != RC_OK ||
	    (rc = open_one("Any-Latin; Latin-ASCII", &t->any, err)) != RC_OK) {
		translit_close(t);
		return rc;
	}
	*out = t;
	return RC_OK;
}

void
translit_close(struct translit *t)
{
	if (t == NULL)
		return;
	utrans_close(t->latin);
	utrans_close(t->any);
	arena_free(t->cached);
	arena_free(t->scratch);
	arena_free(t->self);
}

/* Lower-case letters, digits and single spaces are kept; what ICU leaves is dropped. */
static void
add_plain(struct buf *out, const UChar *p, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		UChar c = p[i];

		if (c >= 'A' && c <= 'Z')
			c = (UChar)(c + 32);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ')
			buf_add_byte(out, (char)c);
	}
}

static void
by_icu(struct arena *scratch, UTransliterator *icu, struct str run, struct buf *out)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t n = 0, wanted, cap = (int32_t)run.n * 2 + 64;
	UChar *text = NEW_N(scratch, UChar, (size_t)cap);

	for (;;) {
		u_strFromUTF8WithSub(text, cap, &n, run.p, (int32_t)run.n, 0xfffd, NULL, &code);
		must(U_SUCCESS(code));
		wanted = n;
		utrans_transUChars(icu, text, &n, cap, 0, &wanted, &code);
		if (code != U_BUFFER_OVERFLOW_ERROR)
			break;
		/* Han and ligatures grow; each code point becomes a few letters at most. */
		must(cap < (1 << 28));
		code = U_ZERO_ERROR;
		cap *= 4;
		text = NEW_N(scratch, UChar, (size_t)cap);
	}
	if (U_SUCCESS(code))
		add_plain(out, text, n);
}

static void
by_hangul(struct arena *scratch, struct str run, struct buf *out)
{
	bool inside = false;

	for (size_t i = 0, used; i < run.n; i += used) {
		uint32_t c = utf8_decode(run.p + i, run.n - i, &used);
		struct readings readings = {.n = 0};

		hangul_read(scratch, c,
			    !inside && hangul_has_surname(hangul_together(run, i), i == 0),
			    &readings);
		if (readings.n == 0) {
			inside = false;
			if (c < 0x80)
				buf_add_byte(out, (char)c);
			continue;
		}
		if (inside)
			buf_add_byte(out, ' ');
		buf_add(out, readings.at[0]);
		inside = true;
	}
}

/* Letter by letter; false when a letter is not in the tables and ICU must do the run. */
static bool
by_table(struct str run, struct buf *out)
{
	size_t start = out->n;

	for (size_t i = 0, used; i < run.n; i += used) {
		uint32_t c = utf8_decode(run.p + i, run.n - i, &used);
		const char *ascii = c < 0x80 ? NULL : translit_letter(c);

		if (ascii != NULL) {
			buf_add_z(out, ascii);
		} else if (script_of(c) != SCRIPT_NONE) {
			out->n = start;
			return false;
		} else if (c < 0x80) {
			buf_add_byte(out, (char)c);
		}
	}
	return true;
}

/* Only what the contract names: letters, digits, single spaces, none at the ends. */
static struct str
tidy(struct arena *a, struct str s)
{
	char *out = arena_bytes(a, s.n + 1);
	size_t n = 0;
	bool gap = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (text_is_space((unsigned char)c)) {
			gap = n > 0;
			continue;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			continue;
		if (gap)
			out[n++] = ' ';
		gap = false;
		out[n++] = c;
	}
	return (struct str){out, n};
}

static struct str
transliterate(struct translit *t, struct arena *a, struct str s)
{
	struct str rest = text_digits(t->scratch, text_fold(t->scratch, s));
	struct buf out;
	bool han = false;

	buf_init(&out, t->scratch);
	while (rest.n > 0) {
		enum script script;
		struct str run = script_cut(&rest, &script);

		/* Han runs are words of their own, or their neighbours would stick to them. */
		if (out.n > 0 && (han || script == SCRIPT_HAN || script == SCRIPT_HANGUL))
			buf_add_byte(&out, ' ');
		han = script == SCRIPT_HAN || script == SCRIPT_HANGUL;
		if (text_is_ascii(run))
			buf_add(&out, run);
		else if (script == SCRIPT_HANGUL)
			by_hangul(t->scratch, run, &out);
		else if (!by_table(run, &out))
			by_icu(t->scratch, script == SCRIPT_LATIN ? t->latin : t->any, run, &out);
	}
	return tidy(a, buf_str(&out));
}

struct str
translit_ascii(struct translit *t, struct arena *a, struct str s)
{
	struct str *known, made;

	if (s.n > TEXT_INPUT_MAX)
		s.n = TEXT_INPUT_MAX;
	if (text_is_ascii(s))
		return tidy(a, str_lower_ascii(a, s));
	if ((known = map_find(&t->cache, s)) != NULL)
		return str_copy(a, *known);
	made = transliterate(t, a, s);
	arena_reset(t->scratch);
	if (s.n > CACHED_TEXT_MAX)
		return made;
	if (arena_used(t->cached) > CACHE_BYTES_MAX) {
		arena_reset(t->cached);
		t->cache = (struct map){.arena = t->cached};
	}
	known = NEW(t->cached, struct str);
	*known = str_copy(t->cached, made);
	map_put(&t->cache, str_copy(t->cached, s), known);
	return made;
}
