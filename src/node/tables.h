#ifndef NODE_TABLES_H
#define NODE_TABLES_H

#include "base/rc.h"

struct cli;

/* The features' tables for people to read: what the node exposes, to whom, for what. */
MUST_USE enum rc tables_settings(struct cli *cli, struct err *err);
MUST_USE enum rc tables_routes(struct cli *cli, struct err *err);
MUST_USE enum rc tables_jobs(struct cli *cli, struct err *err);
/* Gates that features bring, and those that types name and no feature brings yet. */
MUST_USE enum rc tables_gates(struct cli *cli, struct err *err);

#endif
