#include "seal/sign.h"

#include <sodium.h>

#include "seal/secret.h"

void
sign_pair(const unsigned char seed[SIGN_SEED_BYTES], unsigned char public[SIGN_PUBLIC_BYTES],
	  unsigned char secret[SIGN_SECRET_BYTES])
{
	seal_ready();
	must(crypto_sign_seed_keypair(public, secret, seed) == 0);
}

void
sign_make(const unsigned char secret[SIGN_SECRET_BYTES], struct str message,
	  unsigned char out[SIGN_BYTES])
{
	seal_ready();
	must(crypto_sign_detached(out, NULL, (const unsigned char *)message.p, message.n, secret) ==
	     0);
}

bool
sign_is_good(const unsigned char public[SIGN_PUBLIC_BYTES], struct str message,
	     const unsigned char signature[SIGN_BYTES])
{
	seal_ready();
	return crypto_sign_verify_detached(signature, (const unsigned char *)message.p, message.n,
					   public) == 0;
}
