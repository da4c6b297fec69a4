#ifndef NODE_DEMO_DATA_LIST_H
#define NODE_DEMO_DATA_LIST_H

#include "node/demo_data_free.h"
#include "node/demo_data_place.h"

/*
 * demo_list: the invented watch list, and its three files in OFAC's legacy shape. OFAC's own
 * are ASCII; ours carry aliases in UTF-8, as "SURNAME, Given" does not suit every script.
 */
enum { DEMO_LIST_PEOPLE = 31, DEMO_LIST_ORGANISATIONS = 8 };

struct demo_entry {
	uint32_t id;
	struct demo_name name;
	int year, month, day;
	bool female;
	const struct demo_place *birth_place;
	bool alias[DEMO_SCRIPT_COUNT]; /* scripts of its aliases; Latin: another romanisation */
};

struct demo_list {
	struct demo_entry person[DEMO_LIST_PEOPLE]; /* the recruiter, the driver, others */
	struct demo_word organisation[DEMO_LIST_ORGANISATIONS], vessel;
};

/* RC_CONFLICT: as demo_data_make. */
MUST_USE enum rc demo_list_draw(struct demo_free *f, uint64_t seed, struct demo_list *out,
				struct err *err);
void demo_list_write(struct arena *a, const struct demo_list *list, struct buf *sdn,
		     struct buf *alt, struct buf *add);

#endif
