#ifndef NODE_COMMANDS_H
#define NODE_COMMANDS_H

#include "serve/feature.h"

/* Commands that need no node: they read files and print. */
extern const struct feature model_command_feature; /* liaison model ... */
extern const struct feature match_command_feature; /* liaison match screen|compare|pairs */
extern const struct feature paper_command_feature; /* liaison node manpages|completion */

#endif
