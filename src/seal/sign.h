#ifndef SEAL_SIGN_H
#define SEAL_SIGN_H

#include "base/str.h"

/*
 * sign: Ed25519 (RFC 8032). A node's own log key stays inside keys.h; these serve tests,
 * exports and keys of others.
 */
#define SIGN_SEED_BYTES 32
#define SIGN_SECRET_BYTES 64
#define SIGN_PUBLIC_BYTES 32
#define SIGN_BYTES 64

void sign_pair(const unsigned char seed[SIGN_SEED_BYTES], unsigned char public[SIGN_PUBLIC_BYTES],
	       unsigned char secret[SIGN_SECRET_BYTES]);
void sign_make(const unsigned char secret[SIGN_SECRET_BYTES], struct str message,
	       unsigned char out[SIGN_BYTES]);
MUST_USE bool sign_is_good(const unsigned char public[SIGN_PUBLIC_BYTES], struct str message,
			   const unsigned char signature[SIGN_BYTES]);

/* The same over domain || 0 || message, so that what is signed for one use is good for no other.
 * domain holds no NUL. */
void sign_domain_make(const unsigned char secret[SIGN_SECRET_BYTES], struct str domain,
		      struct str message, unsigned char out[SIGN_BYTES]);
MUST_USE bool sign_domain_is_good(const unsigned char public[SIGN_PUBLIC_BYTES], struct str domain,
				  struct str message, const unsigned char signature[SIGN_BYTES]);

#endif
