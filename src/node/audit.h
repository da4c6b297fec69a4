#ifndef NODE_AUDIT_H
#define NODE_AUDIT_H

#include "serve/feature.h"

/* audit: the log by HTTP and on the command line. */
extern const struct feature audit_feature;
/* audit_mirror.c: tiles, counts and timed checkpoints, for who watches from outside. */
extern const struct feature audit_mirror_feature;
/* audit_witness.c: who cosigns the log's checkpoints. */
extern const struct feature audit_witness_feature;
/* audit_commands.c; ends with a NULL noun. */
extern const struct command audit_commands[];

#endif
