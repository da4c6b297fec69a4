#ifndef MATCH_STREAM_STREAM_COMMANDS_H
#define MATCH_STREAM_STREAM_COMMANDS_H

#include "serve/feature.h"

/* The commands `liaison match stream` and `liaison match rules`, and the gate of a rule's record.
 */
extern const struct feature match_stream_feature;

#endif
