#ifndef SEAL_PASSPHRASE_H
#define SEAL_PASSPHRASE_H

#include "base/rc.h"
#include "base/str.h"
#include "seal/envelope.h"

/*
 * passphrase: a key from words that a person knows (Argon2id, 256 MiB, 3 passes), for files
 * that leave the node. The salt stands beside the sealed bytes. RC_UNAVAILABLE: no memory.
 */
#define PASSPHRASE_SALT_BYTES 16
#define PASSPHRASE_BYTES_MIN 12

MUST_USE enum rc passphrase_key(struct str passphrase,
				const unsigned char salt[PASSPHRASE_SALT_BYTES],
				unsigned char key[DATA_KEY_BYTES], struct err *err);

#endif
