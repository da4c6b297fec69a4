#ifndef AUDIT_KEEPER_LEDGER_H
#define AUDIT_KEEPER_LEDGER_H

#include "audit/leaf.h"
#include "seal/keys_process.h"

/*
 * keeper_ledger: what the key process has opened and no leaf has named yet, who opened how much
 * of late, and which runs a leaf has announced. Times are of a clock that never jumps, in ms.
 */
struct ledger;

struct ledger_limits {
	int opens_a_minute; /* by one person, one at a time; 0: no limit */
	int64_t owed_ms;    /* opened and not named for so long: nothing more is opened */
	int64_t remind_ms;  /* for so long: the node is told that it owes a leaf */
	size_t owed_max;    /* so many not named at once: likewise */
	int64_t run_ms;	    /* an announced run ends */
};
/* 300 a minute, 30 s, 3 s, 20,000, a day. */
extern const struct ledger_limits ledger_standard;

/* One in a list, a search or a change counts as so much of one asked for by itself. */
#define LEDGER_LIST_SHARE 20
/* The node itself, which is no person, opens as much as so many persons. */
#define LEDGER_NODE_SHARE 20

/* keys give the MACs of leaves. */
struct ledger *ledger_new(struct keys *keys, const struct ledger_limits *limits);
void ledger_free(struct ledger *l);
/* The same keys, opened anew. */
void ledger_use_keys(struct ledger *l, struct keys *keys);

/*
 * May it be opened? It then counts as opened. record is the one that the wrapping is bound to.
 * RC_BUSY: over the person's limit. RC_UNAVAILABLE: withheld. RC_DENIED: no leaf announced it.
 */
MUST_USE enum rc ledger_open(struct ledger *l, int64_t now, const struct key_use *use,
			     struct id record, struct err *err);
/* A leaf of the log, and the records of its list: what they name is owed no more. */
void ledger_leaf(struct ledger *l, int64_t now, const struct audit_leaf_row *leaf,
		 struct str about_macs);

size_t ledger_owed_count(const struct ledger *l);
bool ledger_is_withheld(const struct ledger *l, int64_t now);
/* Has anything been owed for so long that the node should say it by a leaf of its own? */
bool ledger_reminds(const struct ledger *l, int64_t now);
/* The oldest, at most most; also those that are not old. */
size_t ledger_owed(const struct ledger *l, struct keys_owed *out, size_t most);
/* Those that this never gave yet, and that are owed still; the oldest first, at most most. */
size_t ledger_take_new(struct ledger *l, struct keys_owed *out, size_t most);
/* What an earlier process left. It is owed from now on. */
void ledger_owe(struct ledger *l, int64_t now, const struct keys_owed *owed);
/* By decision of somebody who answers for it. */
void ledger_forgive(struct ledger *l);

#endif
