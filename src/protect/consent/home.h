#ifndef PROTECT_CONSENT_HOME_H
#define PROTECT_CONSENT_HOME_H

#include "serve/feature.h"

/* home: a return, and what stands against it (rule 8). */
extern const struct feature home_feature;

#endif
