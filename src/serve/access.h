#ifndef SERVE_ACCESS_H
#define SERVE_ACCESS_H

#include "serve/request.h"

/*
 * The headers with which a request says what it is for: Liaison-Purpose (a code),
 * Liaison-Case (an id), Liaison-Legal-Basis and Liaison-Reason (UTF-8, percent-encoded, at
 * most 1,000 bytes each), If-Match and Accept-Language. Fills rq->if_match and rq->lang too.
 */
MUST_USE enum rc access_parse(struct request *rq, struct access *out, struct err *err);

#endif
