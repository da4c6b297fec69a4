#ifndef EXCHANGE_PEERS_PEERS_H
#define EXCHANGE_PEERS_PEERS_H

#include "serve/api.h"
#include "serve/feature.h"

/* peers: which nodes this one knows, and who may say so. */
extern const struct feature peers_feature;
extern const struct api peers_api;
extern const struct command peers_commands[];

#endif
