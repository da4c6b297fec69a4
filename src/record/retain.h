#ifndef RECORD_RETAIN_H
#define RECORD_RETAIN_H

#include "record/record.h"

struct record_row;

/*
 * retain: until when a record is kept, and what holds it. Days of review and erasing come from
 * its type (retention: {class, review, erase}; an overlay may shorten them), counted from its
 * birth, unless two people set others (a retention_decision). LED (2016/680) art. 5; GDPR
 * art. 5(1)(e). Nothing here tells content; what goes to a person is decided on row by row.
 */
/* By the type alone. */
struct retain_dates retain_of_type(const struct record_type *type, int64_t created_ms);
/* Does the type hold personal data? What does not is reviewed, and erased by people alone. */
bool retain_is_personal(const struct record_type *type);

/* A record as a plan sees it: plain columns, no content. */
struct retain_row {
	struct id id;
	const struct record_type *type; /* NULL: not in this node's model */
	int64_t version;
	bool erased, held;
	bool open; /* one of its clocks runs: somebody still has to do something about it */
	struct str bucket;
	struct retain_dates dates;
};
/*
 * The next rows in order of id after *after, at most max, in the arena; *n 0: no more. On any
 * connection; for plans and jobs, who tell counts.
 */
MUST_USE enum rc retain_scan(const struct door_node *node, struct db *db, struct arena *a,
			     struct id *after, struct retain_row *out, size_t max, size_t *n,
			     struct err *err);

/* Of one record whose row row_find found: r->retain is set; whether it shows the caller says. */
void retain_of_row(struct record *r, const struct record_row *row);
/* Of one record that was read through the door: r->retain and r->shows_retain are set. */
MUST_USE enum rc retain_load(struct door *d, struct record *r, struct err *err);
/*
 * Records of a type (NULL: all) whose day of review has passed and which the actor may list, in
 * order of id; one leaf for the page. cursor as record_filter's.
 */
MUST_USE enum rc retain_due(struct door *d, const struct record_type *type, struct str cursor,
			    size_t limit, struct record_list *out, struct err *err);

/* Days set by a decision. decision: its id. In a changing door. RC_ABSENT: no such record. */
MUST_USE enum rc retain_set(struct door *d, struct id id, const struct retain_dates *dates,
			    struct id decision, struct err *err);
/* Records to be erased now without a plan, in order of id after *after (id, version, held). */
MUST_USE enum rc retain_at_once(struct door *d, struct id *after, struct retain_row *out,
				size_t max, size_t *n, struct err *err);
/*
 * What holds make of a record. KEPT: nobody erases it, and it is read as before. RESTRICTED: and it
 * is read for its court alone (LED art. 16(3)).
 */
enum retain_held { HELD_NOT, HELD_KEPT, HELD_RESTRICTED };
/*
 * By the node: hold a record for a court, or no longer (a new version, with its leaf: the flag is
 * sealed to the body, so a hand in the database lifts nothing). What is so already, or was
 * erased, stays as it is.
 */
MUST_USE enum rc retain_hold(struct door *d, struct id id, enum retain_held held, struct err *err);
/*
 * May this person erase it, by their roles and by the row, for the rights of whom it is about?
 * RC_ABSENT: it is not there, or was erased already.
 */
MUST_USE enum rc retain_may_erase(struct door *d, const struct actor *who, struct id id, bool *out,
				  struct err *err);
/* Is it erased in all versions, and does no bucket of it wait for its new key? */
MUST_USE enum rc retain_is_gone(struct door *d, struct id id, bool *gone, struct str *bucket,
				struct err *err);

/* What a bucket's erasing left as proof. */
struct retain_proof {
	int64_t leaf;
	struct str bucket;
	int64_t at_ms;
	bool destroyed;	 /* else renewed: what was not erased is read on */
	int64_t records; /* erased in this bucket by then */
	int64_t backups_until_ms;
};
struct retain_proofs {
	struct retain_proof *at;
	size_t n, cap;
};
/* Newest first, at most 200. before: a leaf, or 0. */
MUST_USE enum rc retain_proofs(struct door *d, int64_t before, size_t limit,
			       struct retain_proofs *out, struct err *err);
/* The last of a bucket. RC_ABSENT: none. */
MUST_USE enum rc retain_proof_of(struct door *d, struct str bucket, struct retain_proof *out,
				 struct err *err);

#endif
