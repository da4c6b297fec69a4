#ifndef RECORD_LOOK_H
#define RECORD_LOOK_H

#include "record/blind.h"
#include "record/record.h"

/*
 * look: what a gate or reaction has to know to decide, whatever the person at the door may
 * see. Opened by the node itself, whole; no leaf tells of it, for the move's own leaf stands
 * for the decision. Nothing seen here may go into an answer or an error text: a gate says
 * that it does not hold, never what it saw.
 */
struct look_list {
	struct record **at;
	size_t n, cap;
};

/* All fields, rung full. RC_ABSENT: there is none, or it was erased. */
MUST_USE enum rc look_record(struct door *d, struct id id, struct record **out, struct err *err);
/* A former version; RC_ABSENT as above. */
MUST_USE enum rc look_version(struct door *d, struct id id, int64_t version, struct record **out,
			      struct err *err);

/*
 * Records of a type whose reference field names id, added to out: those alone that may count by
 * their plain columns, which are looked at before anything is opened: in one of these states (0:
 * any), made since then (0: ever). A type or field that the model lacks has none. At most max (0:
 * LOOK_MAX, and RC_CONFLICT beyond, for a gate does not decide on a part), the oldest; 1 asks
 * whether there is any, of however many.
 */
#define LOOK_MAX 2000
struct look_only {
	uint32_t states; /* bits of positions in type->states */
	int64_t since_ms;
	bool due; /* with a clock that runs, alone */
	size_t max;
	const struct id *of_unit, *not_of_unit; /* NULL: of any */
};
MUST_USE enum rc look_holders_only(struct door *d, const char *type, const char *field,
				   struct id id, const struct look_only *only,
				   struct look_list *out, struct err *err);

/*
 * The same, one by one, however many there are, until fn says yes; *out: it did. fn borrows.
 */
typedef bool look_fn(void *ctx, struct record *r);
MUST_USE enum rc look_until(struct door *d, const char *type, const char *field, struct id id,
			    look_fn *fn, void *ctx, bool *out, struct err *err);

/* The bit of a state for look_only; 0, which is any, where the model lacks it. */
uint32_t look_state(const struct door *d, const char *type, const char *state);
/*
 * For what has to go on whoever writes records that name id: those of this unit, then those of
 * others, the oldest LOOK_MAX of each, so that nobody's flood hides what is older or the unit's
 * own. *all: these are all; false: the caller takes the side that is safe.
 */
MUST_USE enum rc look_holders_some(struct door *d, const char *type, const char *field,
				   struct id id, struct id unit, uint32_t states,
				   struct look_list *out, bool *all, struct err *err);

/* Of those that left their first state, so that drafts hide none: the oldest LOOK_MAX. */
MUST_USE enum rc look_begun(struct door *d, const struct record_type *type, struct ids *out,
			    struct err *err);

/* Of those that are not in this state: the next in order of id after this one, at most max. */
MUST_USE enum rc look_not_in(struct door *d, const struct record_type *type, struct str state,
			     struct id after, size_t max, struct ids *out, struct err *err);
/* How many records of a type the door's actor made in their unit since then; erased ones count. */
MUST_USE enum rc look_made_since(struct door *d, const struct record_type *type, int64_t since_ms,
				 int64_t *out, struct err *err);

/*
 * Does a gate hold for a record, outside of any move? RC_CONFLICT: it does not, or no feature
 * brings it, so that nothing opens by omission.
 */
MUST_USE enum rc look_gate(struct door *d, const char *gate, const struct record *r,
			   struct err *err);

/*
 * Did the door's actor make the record, or change its fields since? From the log's leaves of its
 * versions, the newest 200; a move writes when it carries fields.
 */
MUST_USE enum rc look_wrote(struct door *d, const struct record *r, bool *out, struct err *err);
/* Did this person make, change or move the record since then? From the same leaves. */
MUST_USE enum rc look_had_hand_in(struct door *d, const struct record *r, struct id who,
				  int64_t since_ms, bool *out, struct err *err);

/*
 * Of a move that takes two people: who asked for it first and is waited for; *out false: nobody.
 * Whether both want the same is for the move to see.
 */
MUST_USE enum rc look_first(struct door *d, struct id record, bool *out, struct id *who,
			    struct err *err);

/* The ids in a reference field, list or not, added to out. */
void look_ids(struct door *d, const struct record *r, const char *field, struct ids *out);
/* A text, code, yes-no or day of the record; empty when it is not set. */
struct str look_text(const struct record *r, const char *field);
/* Is code in a list of codes? */
bool look_has(const struct record *r, const char *field, struct str code);

#endif
