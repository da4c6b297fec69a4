#ifndef NODE_COPY_H
#define NODE_COPY_H

#include "serve/cli.h"

/* copy: `liaison node copy`: a stopped node's database into another, on either engine. */
extern const struct option node_copy_options[];
enum rc node_copy(struct cli *cli, struct err *err);
/* `liaison node grant`: a role of PostgreSQL that cannot change the log. */
extern const struct option node_grant_options[];
enum rc node_grant(struct cli *cli, struct err *err);

/* Does this line of liaison.yaml name the database, however its key is written? */
bool copy_is_store_line(struct str line);

#endif
