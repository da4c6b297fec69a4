#ifndef EXCHANGE_IDENTITY_IDENTITY_H
#define EXCHANGE_IDENTITY_IDENTITY_H

#include "serve/api.h"
#include "serve/feature.h"

/* identity: who this node is to others: its root, its descriptor, its sheets. */
extern const struct feature identity_feature;
extern const struct api identity_api;

/* identity_root.c: `liaison exchange root`, which needs no node. */
extern const struct option identity_root_options[];
enum rc identity_root(struct cli *cli, struct err *err);

#endif
