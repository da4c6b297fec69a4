#ifndef LINK_MONEY_MONEY_H
#define LINK_MONEY_MONEY_H

#include "serve/feature.h"

/* money: how money of exploitation moves, from files alone, without a node (run.h). */
extern const struct feature money_feature;

#endif
