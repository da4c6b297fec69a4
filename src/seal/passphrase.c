#include "seal/passphrase.h"

#include <sodium.h>

enum rc
passphrase_key(struct str passphrase, const unsigned char salt[PASSPHRASE_SALT_BYTES],
	       unsigned char key[DATA_KEY_BYTES], struct err *err)
{
	must(PASSPHRASE_SALT_BYTES == crypto_pwhash_argon2id_SALTBYTES);
	if (passphrase.n < PASSPHRASE_BYTES_MIN)
		return fail(err, RC_INVALID, "passphrase", "takes %d characters at least",
			    PASSPHRASE_BYTES_MIN);
	if (crypto_pwhash(key, DATA_KEY_BYTES, passphrase.p, passphrase.n, salt,
			  crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
			  crypto_pwhash_argon2id_MEMLIMIT_MODERATE,
			  crypto_pwhash_ALG_ARGON2ID13) != 0)
		return fail(err, RC_UNAVAILABLE, "passphrase",
			    "there is not the memory (256 MiB) to stretch the passphrase");
	return RC_OK;
}
