#ifndef MATCH_CALIBRATION_CALIBRATE_H
#define MATCH_CALIBRATION_CALIBRATE_H

#include "serve/feature.h"

/* calibrate: GET /api/v1/match/calibration and `match calibration`; feature.md. */
extern const struct feature calibration_feature;

#endif
