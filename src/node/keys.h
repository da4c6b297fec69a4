#ifndef NODE_KEYS_H
#define NODE_KEYS_H

#include "serve/feature.h"

/* keys: the key process as a command, and those that lock it, unlock it, and take a log as it is.
 */
extern const struct feature keys_feature;

#endif
