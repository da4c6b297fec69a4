#ifndef EXCHANGE_ROOT_H
#define EXCHANGE_ROOT_H

#include "base/rc.h"
#include "base/vec.h"
#include "seal/share.h"
#include "seal/sign.h"

/*
 * root: the key that says who a node is, for good. It is on no node: it is made on another
 * machine, its seed (Ed25519) as three parts of which two give it back (seal/share.h), or whole in
 * one file for who has one safe and nobody else:
 *
 *	liaison root secret 1 HEX
 *
 * It signs descriptors and revocations, and nothing else.
 */
#define ROOT_SECRET_BYTES_MAX 256 /* of a file with one part, or the whole */

/* A new one: the seed is the caller's to wipe. */
void root_make(unsigned char seed[SIGN_SEED_BYTES], unsigned char public[SIGN_PUBLIC_BYTES]);
void root_parts(const unsigned char seed[SIGN_SEED_BYTES],
		const unsigned char public[SIGN_PUBLIC_BYTES], struct shares *out);
/* "liaison root secret 1 HEX", in the arena: wipe. */
struct str root_whole(struct arena *a, const unsigned char seed[SIGN_SEED_BYTES]);
/*
 * Two parts, or the whole: what the files hold. RC_INVALID: not of this form. RC_DENIED: too few,
 * or not of this root. secret is wiped when it fails.
 */
MUST_USE enum rc root_join(struct arena *a, const struct str_list *texts,
			   const unsigned char public[SIGN_PUBLIC_BYTES],
			   unsigned char secret[SIGN_SECRET_BYTES], struct err *err);

/* "liaison root key 1 HEX" and back. RC_INVALID. */
struct str root_public_format(struct arena *a, const unsigned char public[SIGN_PUBLIC_BYTES]);
MUST_USE enum rc root_public_parse(struct str text, unsigned char public[SIGN_PUBLIC_BYTES],
				   struct err *err);

#endif
