#ifndef OVERSEE_RETENTION_RETENTION_API_H
#define OVERSEE_RETENTION_RETENTION_API_H

#include "serve/api.h"

/* What the routes of retention take and give. */
extern const struct api retention_api;

#endif
