#ifndef NODE_API_H
#define NODE_API_H

#include "serve/api.h"

/* What the routes of the node's features take and give; each beside its feature's rows. */
extern const struct api records_api, users_api, sessions_api, audit_api, audit_mirror_api,
    audit_witness_api, node_api, import_api, export_api;

#endif
