#ifndef MATCH_LINKAGE_DUPLICATES_INSIDE_H
#define MATCH_LINKAGE_DUPLICATES_INSIDE_H

#include "match/engine.h"
#include "record/record.h"
#include "serve/job.h"

/* One run of the job; for duplicates*.c alone. */

/* A person or organisation as it is compared. */
struct standing {
	struct id id;
	const struct record_type *type;
	int64_t version;
	struct str_list names; /* never empty */
	struct str birth_date;
	struct str_list countries, ids;
};

struct standings {
	struct standing *at; /* by id */
	size_t n, cap;
	size_t read; /* all records that were looked at */
};

#define STANDINGS_MAX 500000

/* Two of them that may be one: left is the older. */
struct twin {
	size_t left, right;
};
struct twins {
	struct twin *at;
	size_t n, cap;
};

struct repeat_run {
	struct job_run *job;
	struct arena *arena;
	double line;
	struct standings all;
	struct screen_index *index;
	struct screen_worker *worker;
	struct twins twins;		/* of the step at hand */
	int64_t proposed, known, again; /* of which the job's owner may know */
};

/* All people and organisations, a page a step, so that nobody waits long for the writer. */
MUST_USE enum rc standings_read(struct repeat_run *run, struct err *err);
void standings_query(const struct standing *s, struct screen_query *out);

/* A step of the writer's: propose what run->twins holds. Contract of serve_write_fn. */
MUST_USE enum rc twins_propose(struct door *d, void *ctx, struct err *err);

/*
 * A reaction's: open proposals about this person are withdrawn, where nobody may be asked about
 * them any longer.
 */
MUST_USE enum rc twins_withdraw(struct door *d, struct id person, struct err *err);

#endif
