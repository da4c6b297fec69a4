#ifndef MATCH_LEFT_OUT_H
#define MATCH_LEFT_OUT_H

#include "record/door.h"

/*
 * left_out: who enters no ranking and no rule (rights.md, rules 5 and 16): registered helpers (a
 * hotline, a shelter, a lawyer), with their telephones, accounts, profiles and vehicles; whoever
 * was ever a victim, presumed, undetermined or helped as a survivor and not reviewed since; whoever
 * was ever a witness; what is set aside as privileged. Looked up as a gate does it: no leaf tells
 * of it, and nothing of it may go into an answer. When it cannot be told, the answer is yes.
 */

/*
 * Is this record such a person or helper, or does it belong to one? Ids of records of other kinds
 * (lists, users) are no.
 */
MUST_USE enum rc left_out_record(struct door *d, struct id id, bool *out, struct err *err);

/* Does a telephone, account, document or address, in any spelling, belong to one of them? */
MUST_USE enum rc left_out_value(struct door *d, struct str value, bool *out, struct err *err);

/* The gate helpers_left_out: nothing that the record names, and no value of a rule's condition. */
struct gate_use;
MUST_USE enum rc left_out_gate(struct door *d, const struct record *r, const struct gate_use *use,
			       struct err *err);
#define LEFT_OUT_VALUES_MAX 200 /* of a condition, for the gate to look at */

#endif
