#ifndef AUDIT_SHOW_H
#define AUDIT_SHOW_H

#include "audit/leaf.h"

/*
 * show: the log in words, for those who hold the keys. Whoever calls asks policy first and
 * writes a leaf about the asking.
 */
struct audit_shown {
	int64_t index, time_ms;
	enum audit_action action;
	struct str purpose, type;
	int64_t version, about_count;
	bool listed;	 /* about the record through a list or search, not alone */
	bool has_detail; /* false: erased, and what follows is empty */
	struct id actor;
	bool has_record, has_case;
	struct id record, case_id;
	struct str legal_basis, reason, fields, mark;
};

struct audit_shown_list {
	struct audit_shown *at;
	size_t n, cap;
};

#define AUDIT_SHOWN_MAX 10000

/* Leaves about a record, newest first, limit at most (0: AUDIT_SHOWN_MAX). */
MUST_USE enum rc audit_show(struct db *db, struct keys *keys, struct id record, size_t limit,
			    struct arena *a, struct audit_shown_list *out, struct err *err);

/* Every condition that is set must hold. */
struct audit_query {
	bool has_actor;
	struct id actor;
	struct str purpose;	    /* empty: any */
	enum audit_action action;   /* AUDIT_ACTIONS: any */
	int64_t from_ms, before_ms; /* before_ms 0: no end */
	int64_t before_index;	    /* keyset: only leaves below this one; 0: from the newest */
	size_t limit;		    /* 0: AUDIT_SHOWN_MAX */
};

/* Newest first, of what groups that ended hold. The next page starts at the last row's index. */
MUST_USE enum rc audit_search(struct db *db, struct keys *keys, const struct audit_query *query,
			      struct arena *a, struct audit_shown_list *out, struct err *err);

/* Is a leaf theirs, of the groups before the one that is being written? Opens none. */
MUST_USE enum rc audit_has_acted(struct db *db, struct keys *keys, struct id actor, bool *acted,
				 struct err *err);

#endif
