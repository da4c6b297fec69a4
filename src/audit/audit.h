#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/rc.h"
#include "base/str.h"

struct arena;
struct db;
struct keys;

/*
 * audit: the node's log, an RFC 6962 tree whose leaves stand in the same transaction as what
 * they tell of. A leaf holds no text and no stable personal id: actor and record are HMACs
 * under a key of the month; the reason, the case and the actor's id lie sealed in `detail`,
 * which may be erased while its hash stays. LED (2016/680) art. 25 names what is logged.
 */
enum audit_action {
	AUDIT_CREATE,
	AUDIT_READ,
	AUDIT_REVEAL,
	AUDIT_UPDATE,
	AUDIT_MOVE,
	AUDIT_ERASE,
	AUDIT_LIST,
	AUDIT_SEARCH,
	AUDIT_SCREEN,
	AUDIT_IMPORT,
	AUDIT_EXPORT,
	AUDIT_DENIED,
	AUDIT_SIGN_IN,
	AUDIT_SETTING,
	AUDIT_START,
	AUDIT_JOB,
	AUDIT_VERIFY,
	AUDIT_ORIGIN,	   /* the log goes on under another name (origin.h) */
	AUDIT_BREAK_GLASS, /* a record opened in an emergency, by nobody's desk */
	AUDIT_ALARM,	   /* an access that somebody else is asked to look at */
	AUDIT_DAMAGED,	   /* rows that did not open, left out or shown without content */
	AUDIT_ACTIONS
};

/* "read"; and back (AUDIT_ACTIONS when it is none). */
const char *audit_action_name(enum audit_action action);
enum audit_action audit_action_parse(struct str name);

/* What is to be logged. Borrowed for the length of audit_append. */
struct audit_entry {
	int64_t time_ms;
	enum audit_action action;
	struct id actor;
	struct str purpose; /* code of model/purposes.csv, or empty for the node itself */
	bool has_record;
	struct id record;
	struct str type;	     /* record type, or the kind of thing listed */
	int64_t version;	     /* of the record after the change; 0 when none */
	bool has_body;		     /* a sealed body was written with this leaf */
	unsigned char body_hash[32]; /* SHA-256 of the sealed body */
	unsigned char key_commitment[32];
	struct str plain;		/* the record's plain columns, encoded by record/ */
	struct str legal_basis, reason; /* go into the sealed detail */
	bool has_case;
	struct id case_id;
	struct str fields;	/* names of fields revealed or changed, comma-separated */
	struct str mark;	/* by which exception it was allowed: "break_glass"; or empty */
	const struct id *about; /* a list, search or bulk read: the records shown */
	size_t about_count;
};

/*
 * Start the log: its origin ("node.agency.example/log", no spaces or plus), its verifier key,
 * an empty head. Inside the caller's transaction. RC_CONFLICT: it is started already.
 */
MUST_USE enum rc audit_init(struct db *db, struct keys *keys, struct str origin, struct err *err);
/* Was the log begun with these keys? RC_INTEGRITY: with others, so nothing may be added to it. */
MUST_USE enum rc audit_is_ours(struct db *db, struct keys *keys, struct err *err);

/*
 * A group: leaves of one transaction. Begin reads the head from the database (and so takes
 * its row); append writes the leaf row; end writes tiles and head. All on one db, inside the
 * caller's transaction. A savepoint rolled back takes its leaves with it: call mark before
 * and back_to after.
 */
struct audit_group;
/* RC_CONFLICT: audit_init has not run. */
MUST_USE enum rc audit_group_begin(struct db *db, struct keys *keys, struct audit_group **out,
				   struct err *err);
/* Begin anew with one that has ended, on the same keys: its locked memory need not be made for
 * each group. After a failure audit_group_free is all that is left. */
MUST_USE enum rc audit_group_again(struct audit_group *g, struct db *db, struct err *err);
/*
 * Once it has begun, where other processes write too: the key of its details is asked for at
 * once, whose answer tells what they did with the keys before this group had the head; what was
 * known of keys from before is forgotten if it may have changed.
 */
void audit_group_meet_others(struct audit_group *g, int64_t now_ms);
/* Whether append will take it: RC_TOO_LARGE when a text or list is over its limit (leaf.h). */
MUST_USE enum rc audit_entry_check(const struct audit_entry *entry, struct err *err);
/*
 * RC_TOO_LARGE: as audit_entry_check. After any failure the caller rolls its
 * savepoint or transaction back: some rows of the leaf may be there.
 */
MUST_USE enum rc audit_append(struct audit_group *g, const struct audit_entry *entry,
			      int64_t *index, struct err *err);
int64_t audit_mark(const struct audit_group *g);
void audit_back_to(struct audit_group *g, int64_t mark);
MUST_USE enum rc audit_group_end(struct audit_group *g, struct err *err);
/* What a key process is to be told of the group once it is durable (present.h); else NULL. The
 * caller's; after audit_group_end, before audit_group_free. */
struct audit_told *audit_group_told(const struct audit_group *g);
/* NULL does nothing. */
void audit_group_free(struct audit_group *g);

/* Size of the log by its head. RC_CONFLICT: audit_init has not run. */
MUST_USE enum rc audit_size(struct db *db, int64_t *size, struct err *err);
/*
 * The time of its last leaf; 0 of an empty log. RC_INTEGRITY, naming the leaf: it is gone, it is
 * not the one that the tree was made of, or its time is none (base/clock.h); or naming a tile.
 */
MUST_USE enum rc audit_last_ms(struct db *db, int64_t *ms, struct err *err);

#endif
