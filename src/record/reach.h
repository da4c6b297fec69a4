#ifndef RECORD_REACH_H
#define RECORD_REACH_H

#include "record/row.h"

/*
 * reach: what policy/ has to know of somebody beside who they are, loaded from the records that
 * say so: units below theirs, cases on whose team they are, certificates, broken glass, rights
 * kept for an open alert. Whoever keeps it loads it again when reach.until_ms is past or when a
 * reaction says that one of these records changed (serve/reach_cache.h).
 */
#define REACH_MS_MAX (INT64_C(60) * 1000)
#define REACH_UNITS_MAX 200
#define REACH_CASES_MAX 500
/* A right that lapses during an open alert is kept for it so long (rights, "3 a.m."). */
#define KEPT_MS (INT64_C(12) * 3600 * 1000)

/* d: a door that opens any record (the node's). Everything lives in d's arena. */
MUST_USE enum rc reach_load(struct door *d, const struct actor *who, struct reach *out,
			    struct err *err);
/* A copy in another arena. */
struct reach *reach_copy(struct arena *a, const struct reach *reach);

/* How a case stands in record_case. */
struct id reach_case_key(const struct door_node *node, struct id case_id);
/* Note which cases a new or changed record belongs to; before NULL: it is new. */
MUST_USE enum rc reach_note(struct door *d, const struct record_row *row, json_t *before,
			    json_t *after, struct err *err);
/* An erased record belongs to none. */
MUST_USE enum rc reach_forget(struct door *d, struct id id, struct err *err);

/*
 * May the door's actor do this with this row? As policy_decide, after asking for the team where
 * the row alone says no. An absent row (NULL) takes the same statements as one that is denied.
 */
MUST_USE enum rc reach_decide(struct door *d, enum policy_action action,
			      const struct record_row *row, const struct move *move,
			      struct decision *out, struct err *err);
/*
 * The same; *read: whether a denied one may at least read it. The team is asked for once for both,
 * since whoever is refused a hidden row must cost what an absence does.
 */
MUST_USE enum rc reach_decide_shown(struct door *d, enum policy_action action,
				    const struct record_row *row, const struct move *move,
				    struct decision *out, struct decision *read, struct err *err);
/* Is the record in one of the actor's cases? Asks nothing where they have none. */
MUST_USE enum rc reach_on_team(struct door *d, struct id record, bool *out, struct err *err);
/*
 * What a denial costs, for an id that names nothing or nothing of the type asked for (NULL: any):
 * like, from row_find_or_like, is decided on, and whatever is decided is thrown away.
 */
MUST_USE enum rc reach_absent(struct door *d, const struct record_row *like,
			      const struct record_type *asked, struct err *err);

#endif
