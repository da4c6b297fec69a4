#ifndef MATCH_SCREENING_SEGMENT_CHECK_H
#define MATCH_SCREENING_SEGMENT_CHECK_H

#include "match/screening/segment.h"

/*
 * segment_check: may a segment from a file be searched? Places of parts are within the memory
 * already; here: the sizes of parts fit each other, and every number in them leads to something.
 */
MUST_USE bool segment_check_sizes(const struct segment_head *head);
MUST_USE bool segment_check_content(const struct segment *s);

#endif
