#ifndef SERVE_QUARANTINE_H
#define SERVE_QUARANTINE_H

#include <jansson.h>

#include "base/rc.h"
#include "base/str.h"

struct arena;
struct door;
struct serve;

/*
 * quarantine: a node that was brought back from a backup may hold what was erased, users who
 * left, a log behind what others cosigned. As long as the file DIR/quarantine is there it answers
 * only open routes and those marked ROUTE_QUARANTINE, runs no jobs and fires no timers. Two
 * administrators with system accounts of their own end it: their words stand in the database,
 * with the log's leaf about them, and the file goes when they are durable there, so that a change
 * that failed, or a crash, ends nothing by halves. Whoever may write the folder could take the
 * file away: they could as well put another database there.
 */
MUST_USE enum rc quarantine_begin(const char *dir, json_t *about, struct err *err);
/*
 * From the beginning to quarantine_whole the folder is no node yet, for what was erased after the
 * backup is still in it: nothing but the restoring opens it. RC_CONFLICT: it is such a one.
 */
MUST_USE enum rc quarantine_check_whole(const char *dir, struct err *err);
MUST_USE enum rc quarantine_whole(const char *dir, struct err *err);
/* Looks at the file as long as it was there, so that other processes' end of it is seen. */
bool serve_is_quarantined(struct serve *s);
/* {"about":.., "id":ITS NUMBER}; RC_ABSENT: there is none. A new reference. */
MUST_USE enum rc quarantine_read(struct arena *a, const char *dir, json_t **out, struct err *err);
/* What was brought back (borrowed from the door), and how many words were given; RC_ABSENT. */
MUST_USE enum rc quarantine_show(struct door *d, const char *dir, json_t **about, int *given,
				 struct err *err);
/*
 * One administrator's word, in a changing door: *ended false: the other's is missing; true: once
 * this is durable, quarantine_lift() is due (reply->durable). RC_DENIED: the same person or
 * system account twice.
 */
MUST_USE enum rc quarantine_confirm(struct serve *s, struct door *d, bool *ended, struct err *err);
/* The file goes, and the jobs may run. */
void quarantine_lift(struct serve *s);
/* At the start: where the database says that it has ended, a crash left the file; it goes. */
MUST_USE enum rc quarantine_mend(struct serve *s, struct err *err);
/* By the node: tokens and sessions of before are void, jobs of before are stopped. */
MUST_USE enum rc quarantine_burn(struct door *d, struct err *err);

#endif
