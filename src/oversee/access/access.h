#ifndef OVERSEE_ACCESS_ACCESS_H
#define OVERSEE_ACCESS_ACCESS_H

#include "serve/feature.h"

/*
 * access: emergencies that open a record nobody's desk may open, what the overseer hears of
 * them, and the changes of records after which people reach more or less than before.
 */
extern const struct feature access_feature;
/* Where those who sign in live, for look-ups of it (record/own_name.h). */
extern const struct feature own_address_feature;
extern const struct api access_api;

#endif
