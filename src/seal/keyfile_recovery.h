#ifndef SEAL_KEYFILE_RECOVERY_H
#define SEAL_KEYFILE_RECOVERY_H

#include "base/rc.h"
#include "base/str.h"
#include "seal/recovery.h"

struct buf;

/*
 * keyfile_recovery: what opens a key file, sealed for a recovery key, so that a lost passphrase
 * is no lost node. It opens the key file beside it and no copy from before another passphrase.
 */

/* RC_DENIED: not the file's passphrase. Others as keys_open's. */
MUST_USE enum rc keyfile_recovery_seal(const char *key_path, struct str passphrase,
				       const struct recovery_public *public, struct buf *sealed,
				       struct err *err);
/* Give the file a new passphrase. RC_DENIED: sealed for another key, or another passphrase than
 * the file has now. */
MUST_USE enum rc keyfile_recovery_use(const char *key_path,
				      const unsigned char secret[RECOVERY_KEY_BYTES],
				      struct str sealed, struct str passphrase, struct err *err);

#endif
