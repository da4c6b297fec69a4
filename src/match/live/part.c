#include "match/live/part.h"

#include "base/arena.h"

#define PART_BYTES_MAX ((size_t)16 << 30)

struct part *
part_new(void)
{
	struct arena *a = arena_new(PART_BYTES_MAX);
	struct part *p;

	arena_wipes(a);
	p = NEW(a, struct part);
	p->arena = a;
	p->is_touched.arena = a;
	atomic_init(&p->refs, 1);
	return p;
}

static struct str_list
copy_texts(struct arena *a, const struct str_list *from)
{
	struct str_list to = {0};

	for (size_t i = 0; i < from->n; i++)
		*VEC_ADD(a, &to) = str_copy(a, from->at[i]);
	return to;
}

void
part_add(struct part *p, const struct listed_entry *e)
{
	*VEC_ADD(p->arena, &p->entries) =
	    (struct listed_entry){.listing = e->listing,
				  .list = e->list,
				  .subject = str_copy(p->arena, e->subject),
				  .names = copy_texts(p->arena, &e->names),
				  .birth_dates = copy_texts(p->arena, &e->birth_dates),
				  .countries = copy_texts(p->arena, &e->countries),
				  .ids = copy_texts(p->arena, &e->ids)};
}

static struct str
key_of(const struct id *id)
{
	return (struct str){(const char *)id->b, sizeof id->b};
}

void
part_touch(struct part *p, struct id listing)
{
	if (part_touched(p, listing))
		return;
	*VEC_ADD(p->arena, &p->touched) = listing;
	(void)map_put(&p->is_touched, str_copy(p->arena, key_of(&listing)), p);
}

bool
part_touched(const struct part *p, struct id listing)
{
	return map_find(&p->is_touched, key_of(&listing)) != NULL;
}

enum rc
part_index(struct part *p, struct err *err)
{
	struct arena *a = arena_new(PART_BYTES_MAX);
	struct screen_entry *entries = NEW_N(a, struct screen_entry, p->entries.n + 1);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < p->entries.n; i++) {
		const struct listed_entry *e = &p->entries.at[i];

		entries[i] = (struct screen_entry){.id = id_format(a, e->listing),
						   .type = e->subject,
						   .names = e->names,
						   .dobs = e->birth_dates,
						   .countries = e->countries,
						   .ids = e->ids};
	}
	if (p->entries.n > 0)
		rc = screen_index_new(entries, p->entries.n, &p->index, err);
	arena_free(a);
	return rc;
}

struct part *
part_hold(struct part *p)
{
	atomic_fetch_add(&p->refs, 1);
	return p;
}

void
part_drop(struct part *p)
{
	if (p == NULL || atomic_fetch_sub(&p->refs, 1) != 1)
		return;
	screen_index_free(p->index);
	arena_free(p->arena);
}
