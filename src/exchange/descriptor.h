#ifndef EXCHANGE_DESCRIPTOR_H
#define EXCHANGE_DESCRIPTOR_H

#include "base/buf.h"
#include "base/rc.h"
#include "base/vec.h"
#include "seal/sign.h"

/*
 * descriptor: what a node says of itself to others, signed by its offline root:
 *
 *	liaison descriptor 1
 *	name North Coast Police
 *	country QN
 *	kind police
 *	regime LED
 *	version 3
 *	from 2026-11-23T00:00:00.000Z
 *	until 2027-02-21T00:00:00.000Z
 *	root HEX
 *	identity HEX
 *	tls HEX
 *	log HEX
 *	endpoint https://node.example:8443	(up to 4, or none: it has no inbound port)
 *	protocol 1 1
 *	feature envelopes			(up to 16, rising, or none)
 *	signature HEX
 *
 * Signed is "liaison/descriptor/1" || 0 || all lines before the signature's. Keys are Ed25519, in
 * lower-case hexadecimal. The identity is online, so it is good for 90 days at most.
 */
#define DESCRIPTOR_DAYS_MAX 90
#define DESCRIPTOR_ENDPOINTS_MAX 4
#define DESCRIPTOR_FEATURES_MAX 16

struct descriptor {
	struct str name, country, kind, regime;
	int64_t version, from_ms, until_ms;
	unsigned char root[SIGN_PUBLIC_BYTES], identity[SIGN_PUBLIC_BYTES], tls[SIGN_PUBLIC_BYTES],
	    log[SIGN_PUBLIC_BYTES];
	struct str_list endpoints;
	int64_t protocol_min, protocol_max;
	struct str_list features;
	unsigned char signature[SIGN_BYTES];
};

/* The form alone; borrows from the text. RC_INVALID, RC_TOO_LARGE. is_draft: not signed yet. */
MUST_USE enum rc descriptor_parse(struct arena *a, struct str text, bool is_draft,
				  struct descriptor *out, struct err *err);
/* Can it be written? The same rules. RC_INVALID. */
MUST_USE enum rc descriptor_form(const struct descriptor *d, struct err *err);
void descriptor_format(const struct descriptor *d, bool is_draft, struct buf *out);
/* By the root's secret, which must be that of d->root. */
void descriptor_sign(struct descriptor *d, const unsigned char secret[SIGN_SECRET_BYTES]);
/* RC_DENIED: not by the root that it names. RC_CONFLICT: not good yet, or no more, at now_ms. */
MUST_USE enum rc descriptor_check(const struct descriptor *d, int64_t now_ms, struct err *err);

/* What differs between what was pinned and what is said now. */
enum descriptor_change {
	DESCRIPTOR_ROOT = 1 << 0,     /* another root */
	DESCRIPTOR_ENDPOINT = 1 << 1, /* it is to be found elsewhere */
	DESCRIPTOR_WHO = 1 << 2,      /* another name, country, kind or legal regime */
	DESCRIPTOR_KEYS = 1 << 3,     /* another identity, TLS or log key, by the same root */
	DESCRIPTOR_OLDER = 1 << 4,    /* its version is not above that of what was pinned */
	DESCRIPTOR_OTHER = 1 << 5,    /* time, protocol, features */
};
/* Those after which people look again before anything goes on. */
#define DESCRIPTOR_BLOCKS (DESCRIPTOR_ROOT | DESCRIPTOR_ENDPOINT | DESCRIPTOR_WHO)
/* 0: the same. */
unsigned descriptor_changes(const struct descriptor *was, const struct descriptor *now);
/* "its root key and where it is found" of the bits in DESCRIPTOR_BLOCKS. */
struct str descriptor_changes_text(struct arena *a, unsigned changes);

/*
 * What two people read to each other: "04711 ..." , six groups of five digits of
 * SHA-256("liaison/fingerprint/1" || 0 || root): 99 bits, so that nobody finds a second root with
 * the same. The root signs all the rest.
 */
struct str root_fingerprint(struct arena *a, const unsigned char root[SIGN_PUBLIC_BYTES]);
/* The same digits, spaces and dashes aside? In constant time. */
bool root_fingerprint_is(const unsigned char root[SIGN_PUBLIC_BYTES], struct str said);

#endif
