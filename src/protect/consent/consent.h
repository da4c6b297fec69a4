#ifndef PROTECT_CONSENT_CONSENT_H
#define PROTECT_CONSENT_CONSENT_H

#include "serve/feature.h"

/* consent: rules 3, 4, 8 and 13, what a person allowed, and was asked, before it happens. */
extern const struct feature consent_feature;

#endif
