#include "seal/sign.h"

#include <sodium.h>

#include "base/arena.h"
#include "base/buf.h"
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

/* domain || 0 || message, in the arena. */
static struct str
under(struct arena *a, struct str domain, struct str message)
{
	struct buf b;

	must(memchr(domain.p, 0, domain.n) == NULL);
	buf_init(&b, a);
	buf_add(&b, domain);
	buf_add_byte(&b, '\0');
	buf_add(&b, message);
	return buf_str(&b);
}

void
sign_domain_make(const unsigned char secret[SIGN_SECRET_BYTES], struct str domain,
		 struct str message, unsigned char out[SIGN_BYTES])
{
	struct arena *a = arena_new(0);

	sign_make(secret, under(a, domain, message), out);
	arena_free(a);
}

bool
sign_domain_is_good(const unsigned char public[SIGN_PUBLIC_BYTES], struct str domain,
		    struct str message, const unsigned char signature[SIGN_BYTES])
{
	struct arena *a = arena_new(0);
	bool good = sign_is_good(public, under(a, domain, message), signature);

	arena_free(a);
	return good;
}
