#ifndef NODE_RECOVERY_H
#define NODE_RECOVERY_H

#include "serve/cli.h"

/* recovery: `liaison node recovery-key make|use`, and what is known of copies of the key file. */
MUST_USE enum rc recovery_run(struct cli *cli, struct err *err);
MUST_USE enum rc key_copies_run(struct cli *cli, struct err *err);
/* What opens the key file is sealed anew for the recovery key, if there is one: after another
 * passphrase. */
MUST_USE enum rc recovery_reseal(struct cli *cli, struct str passphrase, struct err *err);
/*
 * For a node that is brought back: the recovery key whose halves were given, else the one whose
 * recovery.public lies beside the key file (`beside`: its folder with a / at the end, or empty),
 * and what opens the key file, sealed to it. *name empty: there is none to be had. Never one that
 * a backup names: whoever knows the public key can seal a backup to it.
 */
MUST_USE enum rc recovery_bring(struct cli *cli, struct str beside, struct str *name,
				struct err *err);
/* Copies in the node's folder that are older than 30 days. */
int key_copies_old(const char *dir, int64_t now_ms);

#endif
