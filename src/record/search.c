#include "record/search.h"

#include <pthread.h>
#include <stdatomic.h>

#include "audit/leaf.h"
#include "base/arena.h"
#include "format/json.h"
#include "model/model.h"
#include "record/damaged.h"
#include "record/open.h"
#include "record/own_name.h"
#include "record/reach.h"
#include "record/record.sql.h"
#include "text/similar.h"
#include "text/token.h"
#include "text/translit.h"

/* One name of one record. A newer version of the record leaves it dead behind. */
struct entry {
	struct id id;
	uint32_t type;
	uint32_t first, count; /* its keys in snapshot.keys, other readings too */
	uint32_t parts;	       /* of the name */
	bool dead;
};

/* A distinct key and the entries that have it. */
struct key {
	struct str text;
	uint32_t number; /* in snapshot.distinct */
	VEC(uint32_t) entries;
};

struct name_snapshot {
	pthread_mutex_t lock;
	struct arena *arena;
	struct translit *translit;
	int64_t next_leaf;
	/* The last leaf that it was told of, and what it said. */
	int64_t seen_leaf;
	struct hash seen;
	bool holds_erased; /* names of an erased record: it is made anew before it answers */
	VEC(struct entry) entries;
	VEC(uint32_t) keys; /* numbers into distinct, entry by entry */
	VEC(struct key *) distinct;
	struct map by_key; /* -> struct key */
	struct map by_id;  /* 16 bytes -> VEC of entry numbers */
};

struct entry_list {
	VEC(uint32_t) at;
};

struct name_snapshot *
name_snapshot_new(void)
{
	struct name_snapshot *s = heap_zeroed(sizeof *s);

	must(pthread_mutex_init(&s->lock, NULL) == 0);
	s->arena = arena_new((size_t)16 << 30);
	s->by_key.arena = s->by_id.arena = s->arena;
	return s;
}

/* Empty again, with memory that holds nothing of before. */
static void
start_over(struct name_snapshot *s)
{
	arena_free(s->arena);
	s->arena = arena_new((size_t)16 << 30);
	s->by_key = (struct map){.arena = s->arena};
	s->by_id = (struct map){.arena = s->arena};
	memset(&s->entries, 0, sizeof s->entries);
	memset(&s->keys, 0, sizeof s->keys);
	memset(&s->distinct, 0, sizeof s->distinct);
	s->next_leaf = s->seen_leaf = 0;
	s->holds_erased = false;
}

void
name_snapshot_free(struct name_snapshot *s)
{
	if (s == NULL)
		return;
	translit_close(s->translit);
	arena_free(s->arena);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static bool
searchable(const struct door_node *node, const struct record_type *type)
{
	if (node->type_keys[type->index].keyed)
		return false;
	for (size_t i = 0; i < type->field_count; i++)
		if (str_eq_z(type->fields[i].match, "name"))
			return true;
	return false;
}

static struct key *
key_of(struct name_snapshot *s, struct str text)
{
	struct key *key = map_find(&s->by_key, text);

	if (key == NULL) {
		key = NEW(s->arena, struct key);
		key->text = str_copy(s->arena, text);
		key->number = (uint32_t)s->distinct.n;
		*VEC_ADD(s->arena, &s->distinct) = key;
		(void)map_put(&s->by_key, key->text, key);
	}
	return key;
}

/* Did it hold names of this record? */
static bool
forget(struct name_snapshot *s, struct id id)
{
	struct entry_list *l = map_find(&s->by_id, (struct str){(char *)id.b, sizeof id.b});

	for (size_t i = 0; l != NULL && i < l->at.n; i++)
		s->entries.at[l->at.at[i]].dead = true;
	if (l == NULL || l->at.n == 0)
		return false;
	l->at.n = 0;
	return true;
}

/* One more key of the newest entry. */
static void
add_key(struct name_snapshot *s, struct str text)
{
	struct key *key = key_of(s, text);

	*VEC_ADD(s->arena, &s->keys) = key->number;
	*VEC_ADD(s->arena, &key->entries) = (uint32_t)(s->entries.n - 1);
	s->entries.at[s->entries.n - 1].count++;
}

static void
add_name(struct name_snapshot *s, struct arena *scratch, struct id id,
	 const struct record_type *type, struct str name)
{
	struct name_tokens tokens;
	struct entry_list *l = map_find(&s->by_id, (struct str){(char *)id.b, sizeof id.b});
	struct entry *e;

	token_split(s->translit, scratch, name, &tokens);
	if (tokens.n == 0)
		return;
	if (l == NULL) {
		struct str key = str_copy(s->arena, (struct str){(char *)id.b, sizeof id.b});

		l = NEW(s->arena, struct entry_list);
		(void)map_put(&s->by_id, key, l);
	}
	*VEC_ADD(s->arena, &l->at) = (uint32_t)s->entries.n;
	e = VEC_ADD(s->arena, &s->entries);
	*e = (struct entry){.id = id,
			    .type = type->index,
			    .first = (uint32_t)s->keys.n,
			    .parts = (uint32_t)tokens.n};
	for (size_t i = 0; i < tokens.n; i++) {
		add_key(s, tokens.at[i].key);
		for (size_t k = 0; k < tokens.at[i].alternates_n; k++)
			add_key(s, tokens.at[i].alternates[k]);
	}
}

static void
add_record(struct name_snapshot *s, struct arena *scratch, const struct record_row *row,
	   json_t *fields)
{
	for (size_t i = 0; i < row->type->field_count; i++) {
		const struct field *f = &row->type->fields[i];
		json_t *value = json_member(fields, f->name), *item;
		size_t k;

		if (!str_eq_z(f->match, "name") || value == NULL)
			continue;
		if (!json_is_array(value)) {
			add_name(s, scratch, row->id, row->type, json_str(value));
			continue;
		}
		json_array_foreach (value, k, item)
			add_name(s, scratch, row->id, row->type, json_str(item));
	}
}

static enum rc
hash_of_leaf(struct door *d, struct arena *scratch, int64_t index, struct hash *out,
	     struct err *err)
{
	struct audit_leaf_row leaf;
	struct buf bytes;
	enum rc rc = audit_leaf_find(d->db, scratch, index, &leaf, err);

	buf_init(&bytes, scratch);
	if (rc == RC_OK)
		audit_leaf_hash(&leaf, &bytes, out);
	return rc;
}

/*
 * A server that crashed may have lost what other processes had just written and said to nobody.
 * Other leaves take those numbers then, and would be passed over: so it is made anew.
 */
static enum rc
check_seen(struct name_snapshot *s, struct door *d, struct arena *scratch, struct err *err)
{
	struct hash now;
	enum rc rc;

	if (s->next_leaf == 0)
		return RC_OK;
	rc = hash_of_leaf(d, scratch, s->seen_leaf, &now, err);
	if (rc != RC_OK && rc != RC_ABSENT)
		return rc;
	if (rc == RC_ABSENT || !hash_eq(&now, &s->seen))
		start_over(s);
	return RC_OK;
}

#define ROWS_A_STEP 1000
/* So many the leaf names one by one; more are a run, which a leaf announces. */
#define NAMED_MAX 200

/* How the node opens what it catches up with. */
struct catching {
	bool is_run, must_announce;
	VEC(struct id) opened; /* in the door's arena, unless it is a run */
};

/* Opened with one question to the keys. */
static enum rc
add_rows(struct name_snapshot *s, struct door *d, struct key_use use, struct arena *scratch,
	 const struct record_row *const *rows, size_t n, struct err *err)
{
	struct str *bodies = NEW_N(scratch, struct str, n);
	enum rc *rcs = NEW_N(scratch, enum rc, n + 1);
	enum rc rc = damaged_open(d->node, use, scratch, rows, n, bodies, rcs, err);
	json_t *body;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		bool counts;

		/* Found by no name until it is brought back; by id, in lists, it is seen. */
		if (rcs[i] != RC_OK) {
			rc = damaged_note(d, rows[i], rcs[i], &counts);
			continue;
		}
		if ((rc = json_read(bodies[i], NULL, &body, err)) != RC_OK)
			break;
		add_record(s, scratch, rows[i], json_object_get(body, "fields"));
		json_decref(body);
	}
	return rc;
}

/* One step of catching up; *n says how many rows it took. */
static enum rc
catch_up_step(struct name_snapshot *s, struct door *d, struct arena *scratch, struct catching *c,
	      size_t *n, struct err *err)
{
	struct key_use use = {.kind = c->is_run ? KEY_USE_RUN : KEY_USE_LIST,
			      .time_ms = d->now_ms,
			      .word = STR("name_snapshot")};
	struct record_row *batch = NEW_N(scratch, struct record_row, ROWS_A_STEP);
	const struct record_row **rows = NEW_N(scratch, const struct record_row *, ROWS_A_STEP);
	struct rows *found_rows;
	size_t found = 0;
	enum rc rc = db_select(d->db, &SQL_RECORD_CHANGED,
			       BINDS(B_I64(s->next_leaf), B_I64(ROWS_A_STEP)), &found_rows, err);

	*n = 0;
	if (rc != RC_OK)
		return rc;
	while ((rc = rows_next(found_rows, err)) == RC_OK)
		row_read(d->node, scratch, found_rows, &batch[(*n)++]);
	rows_close(found_rows);
	if (rc != RC_ABSENT)
		return rc;
	if (!c->is_run && c->opened.n + *n > NAMED_MAX) {
		c->must_announce = true;
		*n = 0;
		return RC_OK;
	}
	if (*n > 0) {
		int64_t last = batch[*n - 1].leaf;

		if ((rc = hash_of_leaf(d, scratch, last, &s->seen, err)) != RC_OK)
			return rc;
		s->seen_leaf = last;
	}
	for (size_t i = 0; i < *n; i++) {
		bool had;

		s->next_leaf = batch[i].leaf + 1;
		if (batch[i].type == NULL || !searchable(d->node, batch[i].type))
			continue;
		had = forget(s, batch[i].id);
		if ((batch[i].flags & ROW_ERASED) != 0)
			s->holds_erased = s->holds_erased || had;
		else
			rows[found++] = &batch[i];
		if (!c->is_run && (batch[i].flags & ROW_ERASED) == 0)
			*VEC_ADD(d->arena, &c->opened) = batch[i].id;
	}
	/* What did not go in is looked at again the next time. */
	if ((rc = add_rows(s, d, use, scratch, rows, found, err)) != RC_OK)
		s->next_leaf = batch[0].leaf;
	return rc;
}

static const struct actor itself = {.is_node = true};

/* The node itself reads here, as a job does: one leaf a run, when there was anything. */
static enum rc
catch_up(struct name_snapshot *s, struct door *d, struct catching *c, struct err *err)
{
	struct audit_entry entry = {.action = AUDIT_JOB, .type = STR("name_snapshot")};
	const struct actor *person = d->actor;
	struct arena *scratch = arena_new(0);
	size_t n, all = 0;
	enum rc rc = RC_OK;

	if (s->translit == NULL)
		rc = translit_open(&s->translit, err);
	if (rc == RC_OK)
		rc = check_seen(s, d, scratch, err);
	while (rc == RC_OK) {
		rc = catch_up_step(s, d, scratch, c, &n, err);
		arena_reset(scratch);
		all += n;
		if (n == ROWS_A_STEP)
			continue;
		if (!s->holds_erased || c->must_announce)
			break;
		start_over(s);
	}
	arena_free(scratch);
	if (rc != RC_OK || all == 0)
		return rc;
	entry.about = c->opened.at;
	entry.about_count = c->opened.n;
	d->actor = &itself;
	if ((rc = door_log(d, &entry, NULL, err)) == RC_OK)
		rc = damaged_log(d, err);
	d->actor = person;
	return rc;
}

struct scored {
	uint32_t entry;
	double score;
};

static int
best_first(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	return x->score > y->score ? -1 : x->score < y->score;
}

/* Two keys this alike may be one name spelled in two ways. */
#define ALIKE_MIN 0.86

/*
 * Each part of the query takes its most alike part in the entry; the score is the mean over
 * the longer of the two, so that a missing part costs.
 */
static void
alike_keys(const struct name_snapshot *s, struct str key, double *alike)
{
	for (size_t i = 0; i < s->distinct.n; i++) {
		struct str other = s->distinct.at[i]->text;
		double v =
		    str_starts(other, key) && key.n >= 3 ? 0.9 : similar_jaro_winkler(key, other);

		if (str_eq(key, other))
			v = 1.0;
		if (v >= ALIKE_MIN && v > alike[i])
			alike[i] = v;
	}
}

static double
score_entry(const struct name_snapshot *s, const struct entry *e, double *const *alike, size_t n)
{
	double sum = 0;

	for (size_t q = 0; q < n; q++) {
		double best = 0;

		for (uint32_t k = 0; k < e->count; k++) {
			double v = alike[q][s->keys.at[e->first + k]];

			if (v > best)
				best = v;
		}
		sum += best;
	}
	/* A query of one part may be just a family name: what more the entry has costs little. */
	return sum / ((double)n + (e->parts > n ? 0.15 * (double)(e->parts - n) : 0));
}

static void
score_all(struct name_snapshot *s, struct arena *a, struct str query,
	  const struct record_type *type, struct scored **out, size_t *n_out)
{
	struct name_tokens tokens;
	double *alike[NAME_TOKENS_MAX];
	VEC(struct scored) found = {0};
	unsigned char *seen = NEW_N(a, unsigned char, s->entries.n);

	token_split(s->translit, a, query, &tokens);
	for (size_t q = 0; q < tokens.n; q++) {
		alike[q] = NEW_N(a, double, s->distinct.n);
		alike_keys(s, tokens.at[q].key, alike[q]);
		for (size_t k = 0; k < tokens.at[q].alternates_n; k++)
			alike_keys(s, tokens.at[q].alternates[k], alike[q]);
	}
	for (size_t q = 0; q < tokens.n; q++)
		for (size_t i = 0; i < s->distinct.n; i++) {
			const struct key *key = s->distinct.at[i];

			for (size_t k = 0; alike[q][i] > 0 && k < key->entries.n; k++) {
				uint32_t number = key->entries.at[k];
				const struct entry *e = &s->entries.at[number];
				double score;

				if (seen[number] || e->dead ||
				    (type != NULL && e->type != type->index))
					continue;
				seen[number] = 1;
				score = score_entry(s, e, alike, tokens.n);
				if (score >= 0.6)
					*VEC_ADD(a, &found) = (struct scored){number, score};
			}
		}
	if (found.n > 1)
		qsort(found.at, found.n, sizeof *found.at, best_first);
	*out = found.at;
	*n_out = found.n;
}

/*
 * A candidate through the door, as a list shows it; absent when the actor may not know. Past
 * the limit it only says that there is more: of what the actor may see, so that the word does
 * not tell of hidden names.
 */
static enum rc
offer(struct door *d, struct id id, double score, size_t limit, struct search_hits *out,
      struct err *err)
{
	struct handling handling;
	struct decision decision;
	struct record_row row;
	struct record *r;
	json_t *fields;
	bool there;
	enum rc rc = damaged_find(d, id, &row, &there, err);

	if (rc != RC_OK || !there)
		return rc;
	for (size_t i = 0; i < out->items.n; i++)
		if (id_eq(out->items.at[i].record->id, id))
			return RC_OK;
	if ((rc = reach_decide(d, POLICY_LIST, &row, NULL, &decision, err)) != RC_OK)
		return rc;
	if (decision.rung == RUNG_NONE)
		return RC_OK;
	if (out->items.n == limit) {
		out->more = true;
		return RC_OK;
	}
	rc = row_open(d->node, door_use(d, KEY_USE_LIST), d->arena, &row, &fields, &handling, err);
	if (rc == RC_OK) {
		door_hold(d, fields);
		rc = record_of_row(d, &row, fields, NULL, decision.rung, NULL, &r, err);
		if (rc == RC_OK)
			r->handling = handling;
	} else {
		rc = damaged_record(d, &row, rc, &r, err);
	}
	if (rc != RC_OK || r == NULL)
		return rc;
	*VEC_ADD(d->arena, &out->items) = (struct search_hit){r, score};
	return RC_OK;
}

/* With the lock held, which is let go while the node's leaf becomes durable. */
static enum rc
catch_up_logged(struct name_snapshot *s, struct door *d, struct err *err)
{
	struct catching c = {.is_run = d->node->announce == NULL};
	const struct actor *person = d->actor;
	enum rc rc = catch_up(s, d, &c, err);

	if (rc != RC_OK || !c.must_announce)
		return rc;
	must(pthread_mutex_unlock(&s->lock) == 0);
	d->actor = &itself;
	rc = door_announce(d, "name_snapshot", err);
	d->actor = person;
	d->run = NULL;
	must(pthread_mutex_lock(&s->lock) == 0);
	c = (struct catching){.is_run = true};
	return rc == RC_OK ? catch_up(s, d, &c, err) : rc;
}

enum rc
record_search_name(struct door *d, const struct record_type *type, struct str query, size_t limit,
		   struct search_hits *out, struct err *err)
{
	struct name_snapshot *s = d->node->names;
	struct audit_entry entry = {.action = AUDIT_SEARCH};
	struct scored *found = NULL;
	struct id *ids;
	struct ids_list {
		VEC(struct id) at;
	} about = {0};
	size_t n = 0;
	enum rc rc;

	*out = (struct search_hits){0};
	if ((rc = door_trained(d, err)) != RC_OK)
		return rc;
	own_name_searched(d, query);
	if (limit == 0 || limit > RECORD_PAGE_MAX)
		limit = 50;
	must(pthread_mutex_lock(&s->lock) == 0);
	if ((rc = catch_up_logged(s, d, err)) == RC_OK)
		score_all(s, d->arena, query, type, &found, &n);
	ids = NEW_N(d->arena, struct id, n);
	for (size_t i = 0; i < n; i++)
		ids[i] = s->entries.at[found[i].entry].id;
	must(pthread_mutex_unlock(&s->lock) == 0);
	for (size_t i = 0; i < n && rc == RC_OK && !out->more; i++)
		rc = offer(d, ids[i], found[i].score, limit, out, err);
	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < out->items.n; i++)
		*VEC_ADD(d->arena, &about.at) = out->items.at[i].record->id;
	entry.about = about.at.at;
	entry.about_count = about.at.n;
	rc = door_log(d, &entry, NULL, err);
	return rc == RC_OK ? damaged_log(d, err) : rc;
}
