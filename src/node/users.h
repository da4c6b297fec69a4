#ifndef NODE_USERS_H
#define NODE_USERS_H

#include "serve/feature.h"

/* users: who may sign in, and the tokens of programs; liaison user ... */
extern const struct feature users_feature;

#endif
