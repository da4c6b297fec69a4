#ifndef AUDIT_VERIFY_H
#define AUDIT_VERIFY_H

#include "audit/leaf.h"

/*
 * verify: the whole log recomputed from its rows, in flat memory, and compared with tiles,
 * head and checkpoints. Needs no keys; with keys it also opens each sealed detail and compares
 * the actor and record in it with the leaf's MACs. Changes nothing.
 */
enum audit_problem_kind {
	AUDIT_PROBLEM_LEAF,    /* at: index of a leaf that is not what was logged */
	AUDIT_PROBLEM_MISSING, /* at: index of a leaf that is not there */
	AUDIT_PROBLEM_EXTRA,   /* at: index of a leaf beyond the head */
	AUDIT_PROBLEM_DETAIL,  /* at: index of a leaf whose sealed detail is wrong */
	AUDIT_PROBLEM_ABOUT,   /* at: index of a leaf whose list of records is wrong */
	AUDIT_PROBLEM_TILE,    /* level, at: a tile */
	AUDIT_PROBLEM_HEAD,
	AUDIT_PROBLEM_CHECKPOINT, /* at: its size */
	AUDIT_PROBLEM_ORIGIN,
	AUDIT_PROBLEM_DETAIL_KEY, /* at: its id */
	AUDIT_PROBLEM_FILE,	  /* the database's own check of its file */
	AUDIT_PROBLEM_WITNESS,	  /* at: size of the checkpoint cosigned; or a witness's key */
	AUDIT_PROBLEM_TRACE,	  /* at: index of the first leaf of a run (trace.h) */
};

struct audit_problem {
	enum audit_problem_kind kind;
	int level;
	int64_t at;
	struct str text; /* a sentence: "leaf 17 is not what was logged" */
};

#define AUDIT_PROBLEMS_KEPT 100

struct audit_report {
	int64_t leaves;		 /* leaves read */
	struct hash root;	 /* root over them */
	int64_t checkpoint_size; /* largest signed size that holds; -1: none */
	int64_t cosigned_size;	 /* largest one with a cosignature that holds; -1: none */
	int64_t details_erased;
	bool whole;	       /* read to its end, so that records can be compared with it */
	int64_t problem_count; /* all of them */
	struct audit_problem *problems; /* the first AUDIT_PROBLEMS_KEPT */
};

struct audit_verify_options {
	struct str vkey; /* the log's verifier key as known elsewhere; empty: the stored one */
	struct str checkpoint; /* a signed note kept elsewhere that the log must extend; or empty */
	audit_leaf_fn *each;   /* sees each leaf as it passes; may be NULL */
	void *each_ctx;
	audit_progress_fn *progress; /* may be NULL */
	void *progress_ctx;
};

/*
 * RC_INTEGRITY: problems, one at least, are in the report, the first also in err. RC_INVALID:
 * the checkpoint of the options is not of this log, or not signed by its key, which says nothing
 * about the log. keys and options may be NULL. Run it in one read transaction of the caller's,
 * so that it sees one state. The database's file is checked first, by the engine itself.
 */
MUST_USE enum rc audit_verify(struct db *db, struct keys *keys,
			      const struct audit_verify_options *options, struct arena *a,
			      struct audit_report *report, struct err *err);

#endif
