#ifndef NODE_EXPORT_H
#define NODE_EXPORT_H

#include "serve/feature.h"

/*
 * export: records leave as files, as a job whose parts are fetched when it is done. What the
 * actor may not see is not in it; masked fields are only with --reveal and a reason; each
 * record that left stands in the log (AUDIT_EXPORT).
 * Formats: htcds (CSV), htcds-json, ftm (FollowTheMoney), ndjson, csv (of one type), and all:
 * every record in every version, for administrators. That one waits until a second person
 * starts it (POST /api/v1/jobs/{id}/start), and its parts are one file sealed under the
 * passphrase of the request (node/sealed_file.h); the node forgets it when the job ends.
 *
 *     POST   /api/v1/exports {"format":"htcds"}
 *     GET    /api/v1/exports/{id}/parts/{n}    until 404
 *     DELETE /api/v1/exports/{id}              the parts go
 */
extern const struct feature export_feature;

#endif
