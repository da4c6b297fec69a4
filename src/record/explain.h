#ifndef RECORD_EXPLAIN_H
#define RECORD_EXPLAIN_H

#include "record/record.h"

/*
 * explain: why somebody sees of a record what they see, and may do with it what they may, in
 * plain words and free of what stands in it. Reading it is a reading of the record: whoever may
 * not know of it gets the answer of absence, and no explanation.
 */
struct explained_move {
	struct str to;
	const struct move *move;
	bool for_you; /* your roles, unit and purpose admit it; gates are asked when it is made */
};
struct explained {
	struct record *record;
	struct str_list why;
	struct explained_move *moves;
	size_t move_count;
};

MUST_USE enum rc record_explain(struct door *d, struct id id, struct explained *out,
				struct err *err);

#endif
