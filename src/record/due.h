#ifndef RECORD_DUE_H
#define RECORD_DUE_H

#include <jansson.h>

#include "model/type.h"

/* When the first clock of a record that entered this state at now_ms is due; 0: none runs. */
int64_t record_due(const struct record_type *type, int state, json_t *fields, int64_t now_ms);

#endif
