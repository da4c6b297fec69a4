#ifndef PROVE_CUSTODY_CUSTODY_H
#define PROVE_CUSTODY_CUSTODY_H

#include "serve/feature.h"

/* custody: rule 11, the gates of exhibits over their custody events. */
extern const struct feature custody_feature;

#endif
