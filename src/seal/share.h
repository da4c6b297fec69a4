#ifndef SEAL_SHARE_H
#define SEAL_SHARE_H

#include "base/rc.h"
#include "base/str.h"

/*
 * share: a secret of 32 bytes in three parts, of which any two give it back and one alone tells
 * nothing (Shamir, "How to share a secret", CACM 22 (1979); a line over GF(2^8) for each byte,
 * with the field of AES, FIPS 197). Arithmetic takes the same time for all values. A share is a
 * line of text:
 *
 *	liaison-share-1 NNNNNNNN X HH..HH CCCCCCCC
 *
 * N: of which secret it is (hexadecimal); X: 1, 2 or 3; H: 32 bytes; C: the first four bytes of
 * the SHA-256 of all before it, against typing errors.
 */
#define SHARE_SECRET_BYTES 32
#define SHARE_COUNT 3
#define SHARE_NAME_BYTES 4
#define SHARE_TEXT_BYTES 112 /* with the NUL */

struct shares {
	char text[SHARE_COUNT][SHARE_TEXT_BYTES];
};

/* name: not secret; tells shares of different secrets apart. Wipe what comes out. */
void share_make(const unsigned char secret[SHARE_SECRET_BYTES],
		const unsigned char name[SHARE_NAME_BYTES], struct shares *out);
/* Does the text look like shares, and not like a passphrase? */
bool share_is(struct str text);
/*
 * Two or more different shares, a line each. RC_INVALID: one is not well-formed. RC_DENIED: too
 * few, twice the same, or not of this secret.
 */
MUST_USE enum rc share_join(struct str lines, const unsigned char name[SHARE_NAME_BYTES],
			    unsigned char secret[SHARE_SECRET_BYTES], struct err *err);

#endif
