#ifndef MATCH_STREAM_RULE_H
#define MATCH_STREAM_RULE_H

#include "base/rc.h"
#include "base/vec.h"
#include "match/stream/event.h"

/*
 * rule: what is flagged in a stream, why it may be, and until when: a YAML or JSON file that is
 * checked before anything runs. Refused, with rule, line and reason: a rule without purpose,
 * authorisation or expiry; and one that rests on nationality, birthplace, language, religion, sex
 * or route alone (rights.md, What the product never does), which is any rule that can alert
 * without a specific indicator. A rule whose day is past does not run. The format: event.md.
 */
#define RULES_MAX 1000
#define RULE_VALUES_MAX 10000
#define RULE_CONDITIONS_MAX 32
#define RULE_WORD_MIN 3 /* letters of a word that is looked for */

enum rule_op { RULE_IS, RULE_IS_NOT, RULE_AT_LEAST, RULE_AT_MOST, RULE_CONTAINS };

struct rule_condition {
	enum event_field field;
	enum rule_op op;
	struct str_list values; /* in the field's form */
	double number;		/* also of a yes or no */
};

/* One condition, or several of which one has to hold. */
struct rule_item {
	struct rule_condition *at;
	size_t n, cap;
};
struct rule_items {
	struct rule_item *at;
	size_t n, cap;
};

struct rule {
	struct str id, name, purpose, authorisation, expires;
	int64_t expires_ms; /* it runs before that */
	unsigned kinds;
	struct rule_items when, unless;
	double expected_hits, expected_false; /* in 10,000 events; below 0: not said */
	long line;
};

struct rules {
	struct rule *at;
	size_t n, cap;
};

/* Why a file is refused, all of it. */
struct rule_faults {
	struct err *at;
	size_t n, cap;
};

/*
 * name stands in errors. RC_INVALID: err has the first of faults (which may be NULL). The rules
 * live in the arena. What is expired is taken; rule_runs() says so.
 */
MUST_USE enum rc rules_read(struct arena *a, const char *name, struct str text, struct rules *out,
			    struct rule_faults *faults, struct err *err);

/*
 * The condition alone (a YAML list, as under `when`), as the record of a rule has it, of the
 * streams in kinds. Refused as above.
 */
MUST_USE enum rc rule_condition_read(struct arena *a, struct str text, unsigned kinds,
				     struct rule_items *out, struct err *err);

bool rule_runs(const struct rule *rule, int64_t now_ms);

/* Does it hold for this event? listed: the best score of anybody named, 0 when none is. */
bool rule_holds(const struct rule *rule, const struct event *event, double listed);

#endif
