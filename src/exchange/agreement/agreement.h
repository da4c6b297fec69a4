#ifndef EXCHANGE_AGREEMENT_AGREEMENT_H
#define EXCHANGE_AGREEMENT_AGREEMENT_H

#include "serve/feature.h"

/* agreement: rules 1, 2 and 14, the gates before anything goes to a peer. */
extern const struct feature agreement_feature;

#endif
