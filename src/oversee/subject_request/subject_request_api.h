#ifndef OVERSEE_SUBJECT_REQUEST_SUBJECT_REQUEST_API_H
#define OVERSEE_SUBJECT_REQUEST_SUBJECT_REQUEST_API_H

#include "serve/api.h"

/* What the routes of requests of a person take and give. */
extern const struct api subject_request_api;

#endif
