#ifndef OVERSEE_READER_READER_H
#define OVERSEE_READER_READER_H

#include "serve/feature.h"

/* reader: who may make a move at all, seen from what they did, whom they serve, what they learnt.
 */
extern const struct feature reader_feature;

#endif
