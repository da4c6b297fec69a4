#ifndef EXCHANGE_HELLO_H
#define EXCHANGE_HELLO_H

#include "exchange/descriptor.h"

/*
 * hello: what two nodes say to each other first, in both directions, in the form of lines.h:
 *
 *	liaison hello 1
 *	to HEX					(the root of whom it is for)
 *	challenge HEX				(random; an answer repeats the question's)
 *	at 2026-11-23T21:40:00.000Z
 *	signature HEX
 *
 * and then the descriptor of whom it is from. The descriptor's identity signs, in the domain
 * EXCHANGE_WORD_HELLO, the lines before the signature and the descriptor. So a hello is good for
 *one node, for some minutes, and no answer to another question.
 */
#define HELLO_BYTES_MAX ((size_t)16 << 10)
#define HELLO_CHALLENGE_BYTES 32
#define HELLO_MINUTES 5 /* that two clocks may differ by */

struct hello {
	unsigned char to[SIGN_PUBLIC_BYTES], challenge[HELLO_CHALLENGE_BYTES];
	int64_t at_ms;
	unsigned char signature[SIGN_BYTES];
	struct str descriptor_text;
	struct descriptor is;
};

/* The form alone; borrows from the text. RC_INVALID, RC_TOO_LARGE. */
MUST_USE enum rc hello_parse(struct arena *a, struct str text, struct hello *out, struct err *err);
/* What is signed, and the whole. */
void hello_format_signed(const struct hello *h, struct buf *out);
void hello_format(const struct hello *h, struct buf *out);
/*
 * Is it for this root, of now, the answer to this challenge (NULL: it is a question), and by the
 * identity that its own descriptor names? Whether that is the one that was pinned is not asked
 * here. RC_DENIED; RC_CONFLICT: the clocks, or the descriptor's time.
 */
MUST_USE enum rc hello_check(const struct hello *h, const unsigned char own_root[SIGN_PUBLIC_BYTES],
			     const unsigned char *challenge, int64_t now_ms, struct err *err);
/* The highest version that both speak. RC_CONFLICT: there is none. */
MUST_USE enum rc hello_protocol(const struct descriptor *own, const struct descriptor *other,
				int64_t *out, struct err *err);

#endif
