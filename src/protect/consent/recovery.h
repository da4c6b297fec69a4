#ifndef PROTECT_CONSENT_RECOVERY_H
#define PROTECT_CONSENT_RECOVERY_H

#include "serve/feature.h"

/* recovery: the period of reflection, and what must not happen to somebody meanwhile. */
extern const struct feature recovery_feature;

#endif
