#ifndef MATCH_STREAM_STANDING_H
#define MATCH_STREAM_STANDING_H

#include "match/listed.h"
#include "match/stream/rule.h"
#include "record/look.h"

/*
 * standing: the node's own rules, records of the type rule that two people authorised, and which of
 * them may run now (rights.md, rule 9): authorised, for the purpose of the request, within its
 * days, on an authorisation that is granted, in force and covers it, with a condition that rests on
 * conduct, and stopped by nobody. Asked anew for each request, and once more in the transaction
 * that raises an alert, so that what ends ends at once. Looked up as a gate does it.
 */
struct standing_rule {
	struct id id;
	struct str name;
	struct handling handling;
	struct rule rule;
	struct ids lists; /* none: all */
	double threshold; /* a listing counts from here on, 0 to 1 */
	int64_t screened; /* events of its stream in this request */
};
struct standing_rules {
	struct standing_rule *at;
	size_t n, cap;
};

/* Those that may run for this purpose; in the door's arena. */
MUST_USE enum rc standing_rules(struct door *d, enum purpose purpose, struct standing_rules *out,
				struct err *err);

/* May this one run now? RC_CONFLICT: no, and err says why. RC_ABSENT: there is none. */
MUST_USE enum rc standing_rule(struct door *d, struct id id, enum purpose purpose,
			       struct standing_rule *out, struct err *err);

/* The least score from which on a rule of this kind of event asks for a listing; most otherwise. */
double standing_least(const struct standing_rules *rules, enum event_kind kind, double most);
/* Does it ask whether somebody is listed? */
bool standing_asks_lists(const struct standing_rule *rule);
/* Is a hit on this list one for the rule? */
bool standing_counts(const struct standing_rule *rule, const struct listed_hit *hit);

/* What belongs to helpers and protected people holds no condition (match/left_out.h). */
MUST_USE enum rc standing_leave_out(struct door *d, struct event *e, bool *changed,
				    struct err *err);

/* Reaction: a rule was made, changed or imported; a condition that is a profile is RC_INVALID. */
MUST_USE enum rc standing_check(struct door *d, const struct record *rule, struct err *err);

#endif
