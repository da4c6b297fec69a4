#ifndef OVERSEE_SUBJECT_REQUEST_SUBJECT_REQUEST_H
#define OVERSEE_SUBJECT_REQUEST_SUBJECT_REQUEST_H

#include "serve/feature.h"

/* subject_request: somebody asks what is held about them, or to have it corrected or erased. */
extern const struct feature subject_request_feature;

#endif
