#ifndef NODE_IMPORT_H
#define NODE_IMPORT_H

#include "serve/feature.h"

/*
 * import: files become records, as a job that stops, resumes and is safe to kill. A row is
 * taken whole or not at all; what is wrong with a row is told by line and column, never by
 * its text, and the other rows go in. Formats: HTCDS 2.0 (CSV, JSON), watch lists (OFAC, UN,
 * FollowTheMoney, CSV), records of one type (NDJSON, CSV), the links of incidents (CSV), and
 * an export of everything (export.h).
 *
 *     POST /api/v1/imports {"format":"htcds","files":[{"name":"a.csv","bytes":120}], ...}
 *     PUT  /api/v1/imports/{id}/parts/{n}     pieces of 16 MiB, file after file
 *     POST /api/v1/jobs/{id}/start
 */
#define IMPORT_FILES_MAX 64

extern const struct feature import_feature;

#endif
