#ifndef NODE_RESTORE_H
#define NODE_RESTORE_H

#include <jansson.h>

#include "serve/cli.h"

/* restore: a node brought back from a backup (node/backup.h), into quarantine. */
struct restore_files {
	const char *dir;      /* where it was unpacked */
	const char *database; /* DIR/node.db */
	json_t *manifest;
};

/* Unpack into dir (NULL: a new one beside the backup, for a look), checked against the manifest. */
MUST_USE enum rc restore_unpack(struct cli *cli, const char *path, const char *dir,
				struct restore_files *out, struct err *err);
/* Remove all of it. */
void restore_discard(struct cli *cli, struct restore_files *files);

MUST_USE enum rc restore_run(struct cli *cli, struct err *err);

extern const struct option quarantine_options[];
MUST_USE enum rc quarantine_run(struct cli *cli, struct err *err);
extern const struct feature quarantine_feature;

#endif
