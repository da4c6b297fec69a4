#ifndef RECORD_DRAFT_WRAPS_H
#define RECORD_DRAFT_WRAPS_H

#include "record/row.h"

/*
 * draft_wraps: the inside of struct record_wraps (record/record.h): data keys of drafts that
 * wait to be wrapped together. Inside record/ only.
 */

/* A place for one more, whose row gets its wrapped key later; NULL: all are taken. */
struct key_wrap *record_wraps_place(struct record_wraps *wraps, struct arena *a,
				    struct record_row *row);

#endif
