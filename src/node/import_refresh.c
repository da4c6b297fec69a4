#include "node/import_refresh.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "format/json.h"
#include "seal/hash.h"
#include "text/normal.h"

#define MISSING_TOLD 20

/* What the publisher says of an entry; the rest is the agency's own, and stays. */
static const char *const theirs[] = {"subject",	   "number_there", "name",	 "also_called",
				     "weak_names", "birth_dates",  "gender",	 "birth_places",
				     "countries",  "addresses",	   "documents",	 "phones",
				     "plates",	   "accounts",	   "programmes", "remarks"};

struct entry {
	struct id id;
	int64_t version;
	struct hash says;
	bool delisted, seen;
	struct entry *next; /* of the same number, newer */
};

struct refresh {
	struct import *im;
	const struct record_type *listing;
	struct id list;
	struct str cursor; /* of the page that comes next */
	struct map known;  /* key -> oldest struct entry */
	VEC(struct entry *) entries;
	int64_t changed, same, delisted;
};

static void
add_theirs(json_t *from, json_t *to)
{
	for (size_t i = 0; i < COUNT_OF(theirs); i++) {
		json_t *value = json_object_get(from, theirs[i]);

		if (value != NULL)
			must(json_object_set(to, theirs[i], value) == 0);
	}
}

static void
hash_theirs(struct arena *a, json_t *fields, bool with_number, struct hash *out)
{
	json_t *o = json_object();
	struct sha256 h;
	struct buf b;

	add_theirs(fields, o);
	if (!with_number)
		(void)json_object_del(o, "number_there");
	buf_init(&b, a);
	json_canonical(o, &b);
	sha256_init(&h);
	sha256_add(&h, b.p, b.n);
	sha256_end(&h, out);
	json_decref(o);
}

/* A reader that finds no number gives the line's, which the next release has elsewhere. */
static bool
is_number(struct str number)
{
	return number.n > 0 && !str_starts(number, STR("line-")) &&
	       !str_starts(number, STR("un-line-"));
}

static struct str
key_of(struct arena *a, json_t *fields)
{
	struct str number = json_member_str(json_object_get(fields, "number_there"), "value");
	struct hash hash;

	/* A publisher who writes a2 for A2 means the same entry. */
	if (is_number(number))
		return text_fold(a, number);
	hash_theirs(a, fields, false, &hash);
	return str_fmt(a, " %.*s", STR_ARG(hex_format(a, hash.b, sizeof hash.b)));
}

/* Pages come newest first, so the one that comes last is the oldest of its number. */
static void
add_entry(struct refresh *r, struct arena *a, const struct record *record)
{
	struct arena *own = r->im->arena;
	struct entry *e = NEW(own, struct entry);
	struct str key = key_of(a, record->fields);

	*e = (struct entry){.id = record->id,
			    .version = record->version,
			    .delisted = record->state >= 0 &&
					str_eq_z(r->listing->states.at[record->state], "delisted"),
			    .next = map_find(&r->known, key)};
	hash_theirs(a, record->fields, true, &e->says);
	(void)map_put(&r->known, str_copy(own, key), e);
	*VEC_ADD(own, &r->entries) = e;
}

static enum rc
read_page(struct door *d, void *ctx, struct err *err)
{
	struct refresh *r = ctx;
	struct record_filter filter = {.type = r->listing,
				       .field = type_field(r->listing, STR("list")),
				       .value = id_format(d->arena, r->list),
				       .cursor = r->cursor,
				       .limit = RECORD_PAGE_MAX,
				       .with_fields = true};
	struct record_list page;
	struct door inner;
	enum rc rc;

	door_open_as_node(&inner, d, STR("a newer release of the list is read"));
	if ((rc = record_list(&inner, &filter, &page, err)) == RC_OK) {
		for (size_t i = 0; i < page.items.n; i++)
			if (!page.items.at[i]->erased && page.items.at[i]->fields != NULL)
				add_entry(r, d->arena, page.items.at[i]);
		r->cursor = str_copy(r->im->arena, page.next);
	}
	door_close(&inner);
	return rc;
}

enum rc
refresh_open(struct import *im, const struct record_type *listing, struct id list,
	     struct refresh **out, struct err *err)
{
	struct refresh *r = NEW(im->arena, struct refresh);
	enum rc rc;

	*r = (struct refresh){
	    .im = im, .listing = listing, .list = list, .known = {.arena = im->arena}};
	do
		rc = import_step(im, read_page, r, err);
	while (rc == RC_OK && r->cursor.n > 0);
	*out = r->entries.n > 0 ? r : NULL;
	return rc;
}

/* The oldest of its number that no entry of this release was yet. */
static struct entry *
find(struct refresh *r, struct arena *a, json_t *fields)
{
	struct entry *e = map_find(&r->known, key_of(a, fields));

	while (e != NULL && e->seen)
		e = e->next;
	if (e != NULL)
		e->seen = true;
	return e;
}

void
refresh_pass(struct refresh *r, struct arena *a, json_t *fields)
{
	(void)find(r, a, fields);
}

struct changing {
	const struct entry *entry;
	json_t *fields;
	enum rc rc;
	struct err *why;
};

/* With the rights of the job's user, as any change of the record. */
static enum rc
change(struct door *d, void *ctx, struct err *err)
{
	struct changing *c = ctx;
	json_t *patch = door_hold(d, json_object());
	struct record *after;

	for (size_t i = 0; i < COUNT_OF(theirs); i++)
		import_set(patch, theirs[i], json_null());
	add_theirs(c->fields, patch);
	c->rc = record_update(d, c->entry->id, c->entry->version, patch, &after, c->why);
	if (c->rc == RC_ABSENT)
		c->rc = fail(c->why, RC_DENIED, "list",
			     "this entry is in the list, and you may not change it");
	/* These are of this entry alone, and were found before anything was written. */
	if (c->rc == RC_OK || c->rc == RC_INVALID || c->rc == RC_DENIED || c->rc == RC_STALE ||
	    c->rc == RC_CONFLICT)
		return RC_OK;
	*err = *c->why;
	return c->rc;
}

enum rc
refresh_take(struct refresh *r, struct arena *a, json_t *fields, bool *known, struct err *err)
{
	struct entry *e = find(r, a, fields);
	struct err why = {.rc = RC_OK};
	struct changing c = {.entry = e, .fields = fields, .why = &why};
	struct hash says;
	enum rc rc;

	*known = e != NULL;
	if (e == NULL)
		return RC_OK;
	hash_theirs(a, fields, true, &says);
	if (e->delisted)
		r->delisted++;
	else if (memcmp(says.b, e->says.b, sizeof says.b) == 0 ||
		 !is_number(json_member_str(json_object_get(fields, "number_there"), "value")))
		r->same++;
	else {
		if ((rc = import_step(r->im, change, &c, err)) != RC_OK)
			return rc;
		if (c.rc != RC_OK) {
			*err = why;
			return c.rc;
		}
		r->changed++;
	}
	return RC_OK;
}

void
refresh_result(const struct refresh *r, int64_t added, json_t *result)
{
	json_t *o = json_object(), *ids = json_array();
	struct arena *a = r->im->arena;
	int64_t missing = 0;

	for (size_t i = 0; i < r->entries.n; i++) {
		const struct entry *e = r->entries.at[i];

		if (e->seen || e->delisted)
			continue;
		if (missing++ < MISSING_TOLD)
			must(json_array_append_new(ids, json_from_str(id_format(a, e->id))) == 0);
	}
	import_set(o, "added", json_integer(added));
	import_set(o, "changed", json_integer(r->changed));
	import_set(o, "same", json_integer(r->same));
	import_set(o, "delisted_here", json_integer(r->delisted));
	import_set(o, "missing", json_integer(missing));
	import_set(o, "missing_first", ids);
	import_set(result, "refresh", o);
}
