#ifndef NODE_SESSIONS_H
#define NODE_SESSIONS_H

#include "serve/feature.h"

/* sessions: passwords, one-time links, signing in with a browser; liaison user invite ... */
extern const struct feature sessions_feature;
extern const struct command session_commands[];

#endif
