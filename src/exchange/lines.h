#ifndef EXCHANGE_LINES_H
#define EXCHANGE_LINES_H

#include "base/buf.h"
#include "base/rc.h"
#include "base/vec.h"
#include "seal/sign.h"

/*
 * lines: the form of what a node says of itself in public: UTF-8, a head, then lines of a word, a
 * space and a value, in one order, the last one a signature over all before it. There is one text
 * for one meaning: whoever parses writes it anew and compares, so that nothing is signed twice
 * under two readings.
 */
#define LINES_BYTES_MAX ((size_t)16 << 10)
#define LINES_VALUE_MAX 512

struct lines {
	struct str all, rest;
	int line; /* of the one read last, from 1 */
};

/* RC_INVALID, RC_TOO_LARGE: not such a text, or of another head ("liaison sheet 1"). */
MUST_USE enum rc lines_begin(struct lines *l, struct str text, const char *head, struct err *err);
/* The next line must be of this word. RC_INVALID names line and word, and no value. */
MUST_USE enum rc lines_text(struct lines *l, const char *word, struct str *out, struct err *err);
MUST_USE enum rc lines_key(struct lines *l, const char *word, unsigned char out[32],
			   struct err *err);
MUST_USE enum rc lines_bytes(struct lines *l, const char *word, unsigned char *out, size_t n,
			     struct err *err);
MUST_USE enum rc lines_time(struct lines *l, const char *word, int64_t *out, struct err *err);
MUST_USE enum rc lines_number(struct lines *l, const char *word, int64_t *out, struct err *err);
/* As many as come next, most at most. */
MUST_USE enum rc lines_list(struct lines *l, struct arena *a, const char *word, size_t most,
			    struct str_list *out, struct err *err);
/* What is signed: all that was read so far. Then the signature, and nothing after it. */
MUST_USE enum rc lines_signature(struct lines *l, unsigned char out[SIGN_BYTES], struct err *err);
/* Nothing may follow. */
MUST_USE enum rc lines_end(const struct lines *l, struct err *err);
/* The text must be what was written anew from what it was read as. */
MUST_USE enum rc lines_same(const struct lines *l, struct str written, struct err *err);
MUST_USE enum rc lines_bad(const struct lines *l, const char *word, const char *why,
			   struct err *err);

void lines_add(struct buf *b, const char *word, struct str value);
void lines_add_bytes(struct buf *b, const char *word, const unsigned char *p, size_t n);
void lines_add_time(struct buf *b, const char *word, int64_t ms);
void lines_add_number(struct buf *b, const char *word, int64_t n);

/* A name that people read on a screen: 1 to 80 characters, no control characters, none that turn
 * or hide text, no space at its ends. */
bool lines_name_is_good(struct str s);
/* "police", "LED", "QN": 1 to 40 letters, digits, '_' and '-'. */
bool lines_code_is_good(struct str s);

#endif
