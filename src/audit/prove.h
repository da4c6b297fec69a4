#ifndef AUDIT_PROVE_H
#define AUDIT_PROVE_H

#include "audit/leaf.h"
#include "seal/merkle.h"

/*
 * prove: checkpoints and proofs that stand alone (C2SP tlog-checkpoint, tlog-proof). A proof's
 * extra line holds the leaf's encoded bytes, so that whoever gets it needs nothing else.
 */

/* Sign the head and store the note; inside the caller's transaction. RC_CONFLICT: empty log.
 * Asking again at one size gives the same note. */
MUST_USE enum rc audit_checkpoint_make(struct db *db, struct keys *keys, struct arena *a,
				       struct str *note, struct err *err);
/* With the lines of its witnesses. RC_ABSENT: none of this size. */
MUST_USE enum rc audit_checkpoint_of_size(struct db *db, int64_t size, struct arena *a,
					  struct str *note, struct err *err);
/* With the lines of its witnesses. RC_ABSENT: none yet. */
MUST_USE enum rc audit_checkpoint_latest(struct db *db, struct arena *a, struct str *note,
					 int64_t *size, struct err *err);
/* The stored verifier key of the present name, "origin+id+key". */
MUST_USE enum rc audit_vkey(struct db *db, struct arena *a, struct str *vkey, struct err *err);

/* Proof that leaf index stands in the latest checkpoint. RC_ABSENT: no such leaf, or no
 * checkpoint covers it yet. */
MUST_USE enum rc audit_prove(struct db *db, int64_t index, struct arena *a, struct str *proof,
			     struct err *err);
/* That the log of size1 is a prefix of the log of size2. */
MUST_USE enum rc audit_prove_consistency(struct db *db, int64_t size1, int64_t size2,
					 struct merkle_proof *out, struct err *err);
/*
 * Check a proof, with the log's verifier key, on any machine. leaf may be NULL; it borrows
 * from the arena. RC_INVALID: no proof. RC_INTEGRITY: it does not hold.
 */
MUST_USE enum rc audit_proof_verify(struct arena *a, struct str proof, struct str vkey,
				    struct audit_leaf_row *leaf, struct err *err);

#endif
