#ifndef AUDIT_WITNESS_H
#define AUDIT_WITNESS_H

#include "audit/leaf.h"
#include "base/vec.h"

struct rows;

/*
 * witness: others who say that the log only grows (c2sp.org/tlog-witness). The node fetches no
 * address: it makes the request for add-checkpoint as text, somebody or something carries it,
 * and the answer comes back as text. Peers that are witnesses come with the exchange.
 */
struct audit_witness {
	struct str name, vkey;
	int64_t size, seconds; /* the last checkpoint it cosigned, and when; size 0: none */
};
struct audit_witness_list {
	struct audit_witness *at;
	size_t n, cap;
};

#define AUDIT_WITNESSES_MAX 32

/* By name. */
MUST_USE enum rc audit_witnesses(struct db *db, struct arena *a, struct audit_witness_list *out,
				 struct err *err);
/* RC_INVALID: no witness's key. RC_CONFLICT: the name is taken, or there are enough. */
MUST_USE enum rc audit_witness_add(struct db *db, struct str vkey, struct arena *a,
				   struct err *err);
/* What it signed stays. RC_ABSENT: no such witness. */
MUST_USE enum rc audit_witness_remove(struct db *db, struct str name, struct err *err);

/*
 * The body of POST add-checkpoint for this witness: from the size it cosigned last to the
 * latest checkpoint. RC_ABSENT: no such witness. RC_CONFLICT: it cosigned that one already.
 */
MUST_USE enum rc audit_witness_request(struct db *db, struct str name, struct arena *a,
				       struct str *out, struct err *err);

struct audit_cosigned {
	int64_t size;
	size_t added; /* cosignatures that were not there yet */
};
/*
 * Take in what witnesses answered: signature lines for the latest checkpoint, or a whole
 * cosigned checkpoint of any size the log has signed. Lines by nobody known are passed over.
 * RC_INVALID: neither. RC_INTEGRITY: a line of a known witness does not hold, or the note is not
 * one this log signed. RC_ABSENT: no line is by a known witness.
 */
MUST_USE enum rc audit_witness_take(struct db *db, struct str text, struct arena *a,
				    struct audit_cosigned *out, struct err *err);

/* What a witness's checkpoint says about this log. */
enum audit_standing {
	AUDIT_STANDS, /* the log holds that tree and extends it */
	AUDIT_BEHIND, /* it was longer: this database is older than what was cosigned */
	AUDIT_FORKED, /* it was another: the two went apart */
};
struct audit_witnessed {
	enum audit_standing standing;
	int64_t size;	   /* cosigned */
	int64_t here;	   /* the log's size */
	struct str origin; /* of the note */
};
/*
 * Compare the log with a checkpoint that this log's key signed and a known witness cosigned.
 * RC_INVALID: it is no such note, or of a name of the log that was left already. RC_ABSENT: no
 * known witness signed it. RC_INTEGRITY: a signature does not hold.
 */
MUST_USE enum rc audit_witness_compare(struct db *db, struct str note, struct arena *a,
				       struct audit_witnessed *out, struct err *err);

/* A stored cosignature. Borrows from the arena. */
struct audit_cosignature {
	int64_t size, seconds;
	struct str witness, vkey, line;
};
void audit_cosignature_read(const struct rows *rows, struct arena *a,
			    struct audit_cosignature *out);

#endif
