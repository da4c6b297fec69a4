#ifndef EXCHANGE_SHEET_H
#define EXCHANGE_SHEET_H

#include "base/buf.h"
#include "base/rc.h"
#include "seal/sign.h"

/*
 * sheet: what changes often, signed by the node's identity; a new one is no change of key. A week
 * is of SEALING_WEEK_MS since 1970 (seal/keys_exchange.h). Keys of lists, hashes of filters and
 * roots of tags come with the questions that need them, as "liaison sheet 2".
 *
 *	liaison sheet 1
 *	root HEX
 *	identity HEX
 *	week 2968
 *	from 2026-11-19T00:00:00.000Z
 *	until 2026-12-03T00:00:00.000Z
 *	sealing HEX				(X25519)
 *	signature HEX
 *
 * revocation: a key is at an end, at once, signed by the root. key is an identity, or the root
 * itself, and with it all that it ever signed.
 *
 *	liaison revoke 1
 *	root HEX
 *	key HEX
 *	at 2026-11-23T21:40:00.000Z
 *	signature HEX
 */
#define SHEET_DAYS_MAX 14

struct sheet {
	unsigned char root[SIGN_PUBLIC_BYTES], identity[SIGN_PUBLIC_BYTES];
	int64_t week, from_ms, until_ms;
	unsigned char sealing[32];
	unsigned char signature[SIGN_BYTES];
};

/* The form alone. RC_INVALID, RC_TOO_LARGE. */
MUST_USE enum rc sheet_parse(struct arena *a, struct str text, struct sheet *out, struct err *err);
/* What is signed, and the whole. */
void sheet_format_signed(const struct sheet *s, struct buf *out);
void sheet_format(const struct sheet *s, struct buf *out);
/*
 * Of this root and identity? RC_DENIED: of others, or not signed by it. RC_CONFLICT: not good yet,
 * or no more.
 */
MUST_USE enum rc sheet_check(const struct sheet *s, const unsigned char root[SIGN_PUBLIC_BYTES],
			     const unsigned char identity[SIGN_PUBLIC_BYTES], int64_t now_ms,
			     struct err *err);

struct revocation {
	unsigned char root[SIGN_PUBLIC_BYTES], key[SIGN_PUBLIC_BYTES];
	int64_t at_ms;
	unsigned char signature[SIGN_BYTES];
};

MUST_USE enum rc revocation_parse(struct arena *a, struct str text, struct revocation *out,
				  struct err *err);
void revocation_format(const struct revocation *r, struct buf *out);
void revocation_sign(struct revocation *r, const unsigned char secret[SIGN_SECRET_BYTES]);
/* RC_DENIED: not by the root that it names. It holds whatever the time. */
MUST_USE enum rc revocation_check(const struct revocation *r, struct err *err);

#endif
