#include "format/feed.h"

#include "base/arena.h"
#include "base/utf8.h"

#define FIRST_WINDOW ((size_t)256 << 10)

void
feed_init(struct feed *f, struct arena *a, struct source source, size_t window_max,
	  uint64_t bytes_max)
{
	*f = (struct feed){.source = source, .arena = a, .bytes_max = bytes_max};
	f->cap_max = window_max < 64 ? 64 : window_max;
	if (source.rest.p != NULL && source.rest.n < FIRST_WINDOW)
		f->cap = source.rest.n + 64; /* short text in memory: no large window for it */
	else
		f->cap = FIRST_WINDOW;
	if (f->cap > f->cap_max)
		f->cap = f->cap_max;
	f->p = arena_bytes(a, f->cap);
}

static enum rc
break_off(struct feed *f, struct err *err, enum rc rc, const char *text)
{
	f->broken = fail_at(&f->why, rc, f->source.name, 0, 0, "", "%s", text);
	if (err != NULL)
		*err = f->why;
	return rc;
}

/* What the first bytes say; *skip is the length of the BOM. */
static enum feed_encoding
guess_encoding(const unsigned char *p, size_t n, size_t *skip)
{
	*skip = 2;
	if (n >= 2 && p[0] == 0xff && p[1] == 0xfe)
		return FEED_UTF16LE;
	if (n >= 2 && p[0] == 0xfe && p[1] == 0xff)
		return FEED_UTF16BE;
	*skip = 0;
	/* Without BOM: headers start with an ASCII letter or quote, half of whose bytes are 0. */
	if (n >= 4 && p[0] != 0 && p[1] == 0 && p[2] != 0 && p[3] == 0)
		return FEED_UTF16LE;
	if (n >= 4 && p[0] == 0 && p[1] != 0 && p[2] == 0 && p[3] != 0)
		return FEED_UTF16BE;
	if (n >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
		*skip = 3;
	return FEED_BYTES;
}

static uint32_t
unit(const struct feed *f, const unsigned char *p)
{
	return f->encoding == FEED_UTF16LE ? (uint32_t)p[0] | (uint32_t)p[1] << 8
					   : (uint32_t)p[1] | (uint32_t)p[0] << 8;
}

/* One character from p[0..n), n >= 2; 0 when the second half of a pair has not come yet. */
static size_t
utf16_step(struct feed *f, const unsigned char *p, size_t n, bool last)
{
	uint32_t c = unit(f, p), low;

	if (c < 0xd800 || c > 0xdfff) {
		f->end += utf8_encode(c, f->p + f->end);
		return 2;
	}
	if (c < 0xdc00 && n < 4 && !last)
		return 0;
	low = c < 0xdc00 && n >= 4 ? unit(f, p + 2) : 0;
	if (low < 0xdc00 || low > 0xdfff) {
		f->p[f->end++] = (char)0xff;
		return 2;
	}
	f->end += utf8_encode(0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff), f->p + f->end);
	return 4;
}

/* Pull UTF-16 and put UTF-8 behind end; room bytes are free there, at least 16. */
static ptrdiff_t
pull_utf16(struct feed *f, size_t room)
{
	unsigned char raw[4096];
	size_t n = f->odd_n, want = room / 2 < sizeof raw ? room / 2 : sizeof raw, i = 0, step;
	size_t before = f->end;
	ptrdiff_t got;

	memcpy(raw, f->odd, n);
	got = f->source.pull(&f->source, (char *)raw + n, want - n);
	if (got < 0)
		return got;
	n += (size_t)got;
	while (n - i >= 2 && (step = utf16_step(f, raw + i, n - i, got == 0)) > 0)
		i += step;
	f->odd_n = n - i;
	memcpy(f->odd, raw + i, f->odd_n);
	if (got == 0 && f->odd_n > 0) {
		f->p[f->end++] = (char)0xff; /* half a unit at the end of the file */
		f->odd_n = 0;
	}
	/* Half a pair may give no text yet; say that something came all the same. */
	return got > 0 ? got : (ptrdiff_t)(f->end - before);
}

static enum rc
start(struct feed *f, struct err *err)
{
	unsigned char first[4];
	size_t n = 0, skip;

	while (n < sizeof first) {
		ptrdiff_t got = f->source.pull(&f->source, (char *)first + n, sizeof first - n);

		if (got < 0)
			return break_off(f, err, RC_FAILED, "the file cannot be read");
		if (got == 0)
			break;
		n += (size_t)got;
	}
	f->encoding = guess_encoding(first, n, &skip);
	f->bytes += n;
	if (f->encoding == FEED_BYTES) {
		memcpy(f->p, first + skip, n - skip);
		f->end = n - skip;
	} else {
		f->odd_n = n - skip;
		memcpy(f->odd, first + skip, f->odd_n);
	}
	return RC_OK;
}

static void
make_room(struct feed *f)
{
	size_t n = f->end - f->start;

	if (n > f->cap / 2 && f->cap < f->cap_max) {
		size_t cap = f->cap * 2 < f->cap_max ? f->cap * 2 : f->cap_max;
		char *p = arena_bytes(f->arena, cap);

		memcpy(p, f->p + f->start, n);
		f->p = p;
		f->cap = cap;
	} else if (f->start > 0) {
		memmove(f->p, f->p + f->start, n);
	}
	f->start = 0;
	f->end = n;
}

enum rc
feed_more(struct feed *f, struct err *err)
{
	enum rc rc;

	if (f->broken != RC_OK) {
		if (err != NULL)
			*err = f->why;
		return f->broken;
	}
	if (f->ended)
		return RC_ABSENT;
	if (f->encoding == FEED_UNKNOWN && (rc = start(f, err)) != RC_OK)
		return rc;
	make_room(f);
	/* 16 bytes stay free for what one UTF-16 step may write. */
	if (f->cap - f->end < 32)
		return RC_TOO_LARGE;
	while (f->cap - f->end >= 32) {
		size_t room = f->cap - f->end - 16;
		ptrdiff_t got = f->encoding == FEED_BYTES
				    ? f->source.pull(&f->source, f->p + f->end, room)
				    : pull_utf16(f, room);

		if (got < 0)
			return break_off(f, err, RC_FAILED, "the file cannot be read");
		if (got == 0) {
			f->ended = true;
			break;
		}
		if (f->encoding == FEED_BYTES)
			f->end += (size_t)got;
		f->bytes += (size_t)got;
		if (f->bytes > f->bytes_max)
			return break_off(f, err, RC_TOO_LARGE, "the file is over its limit");
		if (f->source.live)
			break;
	}
	if (f->ended && f->drop_sub && f->end > f->start && f->p[f->end - 1] == 0x1a)
		f->end--;
	return RC_OK;
}
