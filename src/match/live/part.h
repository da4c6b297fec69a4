#ifndef MATCH_LIVE_PART_H
#define MATCH_LIVE_PART_H

#include <stdatomic.h>

#include "base/map.h"
#include "base/vec.h"
#include "match/engine.h"
#include "record/door.h"

/*
 * part: some listings with their index; not changed once it is made, and shared by count. The index
 * of all is one large part, and a small one with what changed since.
 */
struct listed_entry {
	struct id listing, list;
	struct str subject;
	struct str_list names, birth_dates, countries, ids;
};

struct part {
	atomic_size_t refs;
	struct arena *arena; /* the part lies in it too */
	VEC(struct listed_entry) entries;
	VEC(struct id) touched; /* listings that changed: what an older part says of them is void */
	struct map is_touched;	/* by the 16 bytes of an id */
	struct screen_index *index; /* NULL: no entries, or not made yet */
};

struct part *part_new(void);
/* Copies the texts. */
void part_add(struct part *p, const struct listed_entry *e);
void part_touch(struct part *p, struct id listing);
bool part_touched(const struct part *p, struct id listing);
/* Make the index of what was added; nothing is added afterwards. */
MUST_USE enum rc part_index(struct part *p, struct err *err);

struct part *part_hold(struct part *p);
/* NULL does nothing. */
void part_drop(struct part *p);

#endif
