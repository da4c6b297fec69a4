#include "record/damaged.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "base/log.h"

#define WARN_AGAIN_MS (INT64_C(60) * 1000)
#define FLAGS ((int64_t)(ROW_ERASED | ROW_QUICK_NOTE | ROW_HELD | ROW_HELD_OPEN))

bool
damaged_is(enum rc why)
{
	/* Absent: the key of the bucket; invalid: a bucket that none can have. */
	return why == RC_INTEGRITY || why == RC_ABSENT || why == RC_INVALID;
}

/* Could a record stand in these columns? If not, nobody knows who may see it. */
static bool
columns_decide(const struct record_row *row)
{
	return row->guard >= GUARD_NONE && row->guard <= GUARD_MINOR &&
	       row->handling >= TLP_CLEAR && row->handling <= TLP_RED &&
	       (row->flags & ~FLAGS) == 0 &&
	       (row->type->states.n == 0 ? row->state.n == 0
					 : type_state(row->type, row->state) >= 0);
}

/* The type as it stands in the row: of a type under a key no name. */
static void
warn(const struct door *d, const struct record_row *row)
{
	_Atomic int64_t *last = &d->node->type_keys[row->type->index].damaged_ms;
	int64_t before = atomic_load(last), now = clock_now(d->node->clock);

	if (before != 0 && now >= before && now - before < WARN_AGAIN_MS)
		return;
	if (atomic_compare_exchange_strong(last, &before, now))
		log_warn("damaged: a record of the type %.*s does not open: what is stored is not "
			 "what was written; `liaison audit verify --open` names it, and a backup "
			 "brings it back",
			 STR_ARG(row->type_key));
}

enum rc
damaged_note(struct door *d, const struct record_row *row, enum rc why, bool *counts)
{
	*counts = false;
	if (!damaged_is(why))
		return why;
	warn(d, row);
	*counts = columns_decide(row);
	*VEC_ADD(d->arena, &d->damaged) = row->id;
	return RC_OK;
}

enum rc
damaged_record(struct door *d, const struct record_row *row, enum rc why, struct record **out,
	       struct err *err)
{
	struct record *r;
	bool counts;
	enum rc rc = damaged_note(d, row, why, &counts);

	(void)err; /* says why already */
	*out = NULL;
	if (rc != RC_OK || !counts)
		return rc;
	r = NEW(d->arena, struct record);
	*r = (struct record){.id = row->id, .type = row->type, .state = -1, .damaged = true};
	*out = r;
	return RC_OK;
}

enum rc
damaged_open(const struct door_node *node, struct key_use use, struct arena *a,
	     const struct record_row *const *rows, size_t n, struct str *bodies, enum rc *rcs,
	     struct err *err)
{
	row_open_each(node, use, a, rows, n, bodies, rcs);
	/* One that failed is asked for by itself, so that what failed all is not taken for damage.
	 */
	for (size_t i = 0; i < n; i++) {
		if (rcs[i] == RC_OK)
			continue;
		rcs[i] = row_open_text(node, use, a, rows[i], &bodies[i], err);
		if (rcs[i] != RC_OK && !damaged_is(rcs[i]))
			return rcs[i];
	}
	return RC_OK;
}

enum rc
damaged_find(struct door *d, struct id id, struct record_row *out, bool *there, struct err *err)
{
	enum rc rc = row_find(d, id, out, err);

	*there = rc == RC_OK;
	return rc == RC_ABSENT || rc == RC_CONFLICT ? RC_OK : rc;
}

enum rc
damaged_log(struct door *d, struct err *err)
{
	struct audit_entry entry = {
	    .action = AUDIT_DAMAGED,
	    .type = STR("records"),
	    .about = d->damaged.at,
	    .about_count = d->damaged.n,
	};
	const char *mark = d->mark;
	enum rc rc;

	if (d->damaged.n == 0)
		return RC_OK;
	d->mark = NULL;
	rc = door_log(d, &entry, NULL, err);
	d->mark = mark;
	d->damaged.at = NULL; /* the entry borrows them */
	d->damaged.n = d->damaged.cap = 0;
	return rc;
}
