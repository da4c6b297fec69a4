#ifndef RECORD_CHANGED_H
#define RECORD_CHANGED_H

#include <jansson.h>

#include "record/row.h"

/*
 * changed: what a change did, as the log says it, comma-separated: names of fields, states and
 * handling codes, never the value of a field. In the arena. It stands in the leaf's sealed
 * detail (audit/audit.h, `fields`).
 */

/*
 * "may_be_minor,position": the fields that differ, and masked ones that the patch (or NULL) names:
 * that one of these is the same would tell whoever guessed it that they guessed right.
 */
struct str changed_fields(struct arena *a, const struct record_type *type, json_t *before,
			  json_t *after, json_t *patch);
/* Does the patch (or NULL) name a field that is masked? */
bool changed_names_masked(const struct record_type *type, json_t *patch);
/* "state:reported>assessed,position"; row is as before; note stands after the states. */
struct str changed_state(struct arena *a, const struct record_row *row, struct str to,
			 const char *note, struct str fields);
/* "tlp:AMBER>RED,onward_ok:yes>no" */
struct str changed_handling(struct arena *a, struct handling from, struct handling to);

#endif
