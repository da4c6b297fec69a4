#ifndef MATCH_ENGINE_H
#define MATCH_ENGINE_H

/*
 * engine: what the features of this area share of screening/: a person asked about against an
 * index, and an index of list files. They ask through these headers alone, so the inside
 * of the index is screening's own. An area's own headers are the one place where its features
 * meet (tools/floors.sh).
 */
#include "match/screening/list.h"
#include "match/screening/said.h"
#include "match/screening/screen.h"

#endif
