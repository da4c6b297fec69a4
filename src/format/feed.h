#ifndef FORMAT_FEED_H
#define FORMAT_FEED_H

#include "base/rc.h"
#include "format/source.h"

/*
 * feed: the window of text that the line readers of this folder look through: bytes from a
 * source, without BOM, UTF-16 made UTF-8 (a lone surrogate becomes the byte 0xff, which no
 * UTF-8 has, so that the cell is refused where it stands). For this folder only.
 */
enum feed_encoding { FEED_UNKNOWN, FEED_BYTES, FEED_UTF16LE, FEED_UTF16BE };

struct feed {
	struct source source;
	struct arena *arena;
	char *p;	   /* p[start..end) is not used up yet */
	size_t start, end; /* offsets in p */
	size_t cap, cap_max;
	uint64_t bytes, bytes_max;
	enum feed_encoding encoding;
	unsigned char odd[4]; /* UTF-16 bytes that wait for the rest of their character */
	size_t odd_n;
	bool ended;    /* the source has no more */
	bool drop_sub; /* a 0x1A that ends the file is no text */
	enum rc broken;
	struct err why;
};

/* window_max: the most that start..end can hold. */
void feed_init(struct feed *f, struct arena *a, struct source source, size_t window_max,
	       uint64_t bytes_max);

/*
 * Get more behind end; moves the window to the front of p, so offsets from start hold, and
 * pointers do not. RC_OK may bring nothing but ended. RC_ABSENT: it had ended before. RC_TOO_LARGE
 * with broken unset: the window is full. Any other code is for good, and is kept in broken and why.
 */
MUST_USE enum rc feed_more(struct feed *f, struct err *err);

#endif
