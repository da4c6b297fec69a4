#include "seal/password.h"

#include <sodium.h>

#include "seal/secret.h"

/* Beyond these a changed row could make one sign-in take all of the machine. */
#define PASSES_MAX 16
#define MEMORY_KIB_MAX (1u << 20)

const struct password_cost password_cost = {.passes = 3, .memory_kib = 64u << 10};

bool
password_cost_grew(const struct password_cost *was)
{
	return was->passes < password_cost.passes || was->memory_kib < password_cost.memory_kib;
}

enum rc
password_stretch(struct str password, const unsigned char salt[PASSWORD_SALT_BYTES],
		 const struct password_cost *cost, unsigned char key[PASSWORD_KEY_BYTES],
		 struct err *err)
{
	must(PASSWORD_SALT_BYTES == crypto_pwhash_argon2id_SALTBYTES);
	seal_ready();
	if (cost->passes < 1 || cost->passes > PASSES_MAX || cost->memory_kib < 8 ||
	    cost->memory_kib > MEMORY_KIB_MAX)
		return fail(err, RC_INTEGRITY, "password",
			    "the cost of stretching it is none that this node ever set");
	if (crypto_pwhash(key, PASSWORD_KEY_BYTES, password.p != NULL ? password.p : "", password.n,
			  salt, cost->passes, (size_t)cost->memory_kib << 10,
			  crypto_pwhash_ALG_ARGON2ID13) != 0)
		return fail(err, RC_UNAVAILABLE, "password",
			    "there is not the memory (%u MiB) to check a password; try again later",
			    cost->memory_kib >> 10);
	return RC_OK;
}
