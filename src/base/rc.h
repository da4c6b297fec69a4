#ifndef BASE_RC_H
#define BASE_RC_H

#include "base/base.h"
#include "base/str.h"

/*
 * rc: how a call ended; one list for the node, each value with one HTTP status and one
 * exit code (the table is in rc.c; ux.md fixes the exit codes).
 */
enum rc {
	RC_OK,
	RC_FAILED,	    /* something of ours or the machine's went wrong       500  1 */
	RC_INVALID,	    /* the input, configuration or file is not acceptable  422  2 */
	RC_USAGE,	    /* the call's words are off                            400  2 */
	RC_ABSENT,	    /* no such thing, or none that the asker may know of   404  3 */
	RC_DENIED,	    /* role, purpose or rule refuses                       403  4 */
	RC_UNAUTHENTICATED, /* no valid token or session                           401  4 */
	RC_CONFLICT,	    /* the state forbids it                                409  5 */
	RC_STALE,	    /* another version is there now                        412  5 */
	RC_VERSION_MISSING, /* a change must name the version it saw (If-Match)    428  2 */
	RC_STOPPED,	    /* a long operation was told to stop                   409  5 */
	RC_METHOD,	    /* no such method on this path                         405  2 */
	RC_MEDIA,	    /* a content type we do not read                       415  2 */
	RC_TOO_LARGE,	    /* over a limit                                        413  2 */
	RC_BUSY,	    /* too many at once; try again later                   429  1 */
	RC_UNAVAILABLE,	    /* store, peer or disk does not answer                 503  6 */
	RC_INTEGRITY,	    /* bytes are not what was written                      500  7 */
	RC_COUNT
};

/*
 * err: one sentence for a person, written once where the failure is detected. Free of
 * personal data. key: the field, option or column it is about, or "". line, column: in a
 * file, 1 and up, or 0.
 */
struct fault_list;
struct err {
	enum rc rc;
	char key[64];
	char file[256];
	long line, column;
	char text[512];
	/* What several values are refused for (base/fault.h), or NULL; in the arena of the call
	 * that failed, and read no later than that lives. */
	const struct fault_list *faults;
};

int rc_http_status(enum rc rc);
int rc_exit_code(enum rc rc);
/* Stable word for RFC 9457 "type" and for --json: "conflict". */
const char *rc_name(enum rc rc);
/* Short title for people: "Conflict". */
const char *rc_title(enum rc rc);

/* Fill err and return rc; err may be NULL. */
enum rc fail(struct err *err, enum rc rc, const char *key, const char *fmt, ...) PRINTF(4, 5);
/* The same with a place in a file. */
enum rc fail_at(struct err *err, enum rc rc, const char *file, long line, long column,
		const char *key, const char *fmt, ...) PRINTF(7, 8);
/* "file:line:column: key: text", leaving out what is unknown. */
struct str err_line(struct arena *a, const struct err *err);

#endif
