#ifndef SERVE_PAPER_H
#define SERVE_PAPER_H

#include "base/buf.h"
#include "base/rc.h"
#include "base/str.h"
#include "format/json.h"

struct door;
struct rows;

/*
 * paper: the sealed part of a row that the node keeps for itself (users, sessions, jobs): a small
 * JSON object under a data key of its own, which a bucket's key wraps. Both are bound to aad, the
 * text of the row's plain columns, so that a column changed by hand opens nothing.
 */
struct paper {
	struct str bucket;
	struct buf wrapped, body; /* in the door's arena */
};

/* Sealed in the bucket of this month's kind ("staff", "job"). */
MUST_USE enum rc paper_seal(struct door *d, const char *kind, struct str aad, struct str json,
			    struct paper *out, struct err *err);

/* {"a_name": "a", "b_name": "b"}, in the door's arena. */
struct str paper_pair(struct door *d, const char *a_name, struct str a, const char *b_name,
		      struct str b);

/* Of a row's columns at, at + 1 and at + 2: bucket, wrapped key, body. *out is the caller's. */
MUST_USE enum rc paper_open(struct door *d, const struct rows *rows, int at, struct str aad,
			    json_t **out, struct err *err);

#endif
