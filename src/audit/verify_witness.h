#ifndef AUDIT_VERIFY_WITNESS_H
#define AUDIT_VERIFY_WITNESS_H

#include "audit/verify_tree.h"

/*
 * verify_witness: the stored keys of witnesses and what they signed. That a key is a witness's
 * is somebody's word; whoever verifies brings keys of their own (prove.h). audit/ only.
 */
MUST_USE enum rc verify_witnesses(struct db *db, struct verify_problems *problems,
				  struct arena *scratch, struct err *err);

#endif
