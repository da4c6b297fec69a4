#ifndef NODE_RECORD_COMMANDS_H
#define NODE_RECORD_COMMANDS_H

#include "serve/feature.h"

/* liaison record ...: the generic routes from the command line. */
extern const struct feature record_commands_feature;

#endif
