#include "record/blind.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/json.h"
#include "model/model.h"
#include "record/record.sql.h"
#include "seal/keys.h"
#include "store/db.h"

int
blind_bits(int64_t rows)
{
	int log2 = 0;

	while (log2 < 62 && ((int64_t)1 << (log2 + 1)) <= rows)
		log2++;
	return log2 <= 3 ? 0 : log2 - 3 < BLIND_BITS_MAX ? log2 - 3 : BLIND_BITS_MAX;
}

bool
blind_field(const struct field *field)
{
	return field->index_exact || field->kind == FIELD_REF;
}

struct str
blind_value(const struct field *field, const json_t *value)
{
	if (field->kind == FIELD_IDENTIFIER)
		return json_member_str(value, "value");
	return json_str(value);
}

static struct str
domain_of(const struct record_type *type, const struct field *field, char *at, size_t size)
{
	int n = snprintf(at, size, "%.*s.%.*s", STR_ARG(type->name), STR_ARG(field->name));

	must(n > 0 && (size_t)n < size);
	return (struct str){at, (size_t)n};
}

/* A token is made in two steps so that the MACs are computed once for all lengths. */
struct blind_mac {
	unsigned char tag[MAC_BYTES], value[MAC_BYTES];
};

static void
mac_value(const struct door_node *node, const struct record_type *type, const struct field *field,
	  struct str value, struct blind_mac *out)
{
	char name[160];
	struct str domain = domain_of(type, field, name, sizeof name);

	keys_index_mac(node->keys, STR("token-tag"), domain, out->tag);
	keys_index_mac(node->keys, domain, value, out->value);
}

static struct blind_token
blind_cut(const struct blind_mac *mac, int bits)
{
	struct blind_token t = {{0}};

	must(bits >= 0 && bits <= BLIND_BITS_MAX);
	memcpy(t.b, mac->tag, 3);
	t.b[3] = (unsigned char)bits;
	for (int i = 0; i < 5 && bits > 0; i++, bits -= 8) {
		unsigned char keep = bits >= 8 ? 0xff : (unsigned char)(0xff << (8 - bits));

		t.b[4 + i] = mac->value[i] & keep;
	}
	return t;
}

struct blind_token
blind_make(const struct door_node *node, const struct record_type *type, const struct field *field,
	   struct str value, int bits)
{
	struct blind_mac mac;

	mac_value(node, type, field, value, &mac);
	return blind_cut(&mac, bits);
}

/*
 * Drafts count, for else all rows of an import's batch would share tokens for ever; but not
 * by more than this, for they may never be stored. Of several processes each counts what was
 * there when it started and what it wrote: tokens are shorter than they might be, never longer.
 */
#define BITS_AHEAD 4

static int
bits_now(const struct door_node *node, const struct record_type *type)
{
	const struct type_key *key = &node->type_keys[type->index];
	int64_t rows = atomic_load(&key->rows);
	int low = blind_bits(rows), bits = blind_bits(rows + atomic_load(&key->drafts));

	return bits > low + BITS_AHEAD ? low + BITS_AHEAD : bits;
}

/*
 * The most bits that a token of the field has: tokens are in order of tag and bits, so the last
 * one of the tag tells. Asked of the database and not of memory, for other processes write too.
 */
static enum rc
bits_most(struct db *db, const struct blind_mac *mac, int *out, struct err *err)
{
	unsigned char first[BLIND_BYTES] = {0}, last[BLIND_BYTES];
	struct rows *rows;
	enum rc rc;

	memcpy(first, mac->tag, 3);
	memset(last, 0xff, sizeof last);
	memcpy(last, mac->tag, 3);
	*out = -1;
	rc = db_select(db, &SQL_RECORD_TOKEN_LAST,
		       BINDS(B_BYTES(first, sizeof first), B_BYTES(last, sizeof last)), &rows, err);
	if (rc != RC_OK)
		return rc;
	if ((rc = rows_next(rows, err)) == RC_OK) {
		struct str token = rows_blob(rows, 0);

		*out = token.n == BLIND_BYTES ? (unsigned char)token.p[3] : -1;
		if (*out > BLIND_BITS_MAX)
			*out = BLIND_BITS_MAX;
	}
	rows_close(rows);
	return rc == RC_ABSENT ? RC_OK : rc;
}

/* Each indexed value, one at a time: index counts through fields and lists. */
typedef void each_value(void *ctx, const struct field *field, struct str value);

static void
each_indexed(const struct record_type *type, json_t *fields, each_value *fn, void *ctx)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		json_t *value, *item;
		size_t k;

		if (!blind_field(field) || (value = json_member(fields, field->name)) == NULL)
			continue;
		if (!json_is_array(value)) {
			fn(ctx, field, blind_value(field, value));
			continue;
		}
		json_array_foreach (value, k, item)
			fn(ctx, field, blind_value(field, item));
	}
}

struct collect {
	const struct door_node *node;
	struct arena *arena;
	const struct record_type *type;
	int bits;
	struct db *all_bits; /* NULL: those bits alone; else all that this database has */
	struct blind_tokens *out;
	enum rc rc;
	struct err *err;
};

static void
collect_tokens(void *ctx, const struct field *field, struct str value)
{
	struct collect *c = ctx;
	struct blind_mac mac;

	if (value.n == 0 || c->rc != RC_OK)
		return;
	mac_value(c->node, c->type, field, value, &mac);
	if (c->all_bits != NULL)
		c->rc = bits_most(c->all_bits, &mac, &c->bits, c->err);
	for (int b = c->all_bits != NULL ? 0 : c->bits; c->rc == RC_OK && b <= c->bits; b++)
		*VEC_ADD(c->arena, c->out) = blind_cut(&mac, b);
}

void
blind_of(const struct door_node *node, struct arena *a, const struct record_type *type,
	 json_t *fields, struct blind_tokens *out)
{
	struct collect c = {node, a, type, bits_now(node, type), NULL, out, RC_OK, NULL};

	each_indexed(type, fields, collect_tokens, &c);
}

enum rc
blind_add(struct door *d, struct id id, const struct blind_tokens *tokens, struct err *err)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < tokens->n && rc == RC_OK; i++)
		rc = db_post(d->db, &SQL_RECORD_TOKEN_INSERT,
			     BINDS(B_BYTES(tokens->at[i].b, BLIND_BYTES), B_ID(id)), err);
	return rc;
}

enum rc
blind_remove(struct door *d, struct id id, const struct record_type *type, json_t *fields,
	     struct err *err)
{
	struct blind_tokens all = {0};
	struct collect c = {d->node, d->arena, type, 0, d->db, &all, RC_OK, err};
	enum rc rc;

	each_indexed(type, fields, collect_tokens, &c);
	rc = c.rc;
	for (size_t i = 0; i < all.n && rc == RC_OK; i++)
		rc = db_post(d->db, &SQL_RECORD_TOKEN_DELETE,
			     BINDS(B_BYTES(all.at[i].b, BLIND_BYTES), B_ID(id)), err);
	return rc;
}

enum rc
blind_find(struct door *d, const struct record_type *type, const struct field *field,
	   struct str value, size_t limit, struct ids *out, struct err *err)
{
	struct id zero = {{0}};
	struct blind_mac mac;
	enum rc rc;
	int most;

	mac_value(d->node, type, field, value, &mac);
	if ((rc = bits_most(d->db, &mac, &most, err)) != RC_OK)
		return rc;
	for (int b = 0; b <= most && out->n < limit; b++) {
		struct blind_token t = blind_cut(&mac, b);
		struct rows *rows;

		rc =
		    db_select(d->db, &SQL_RECORD_TOKEN_ROWS,
			      BINDS(B_BYTES(t.b, BLIND_BYTES), B_ID(zero), B_LIMIT(limit - out->n)),
			      &rows, err);
		if (rc != RC_OK)
			return rc;
		while ((rc = rows_next(rows, err)) == RC_OK)
			*VEC_ADD(d->arena, out) = rows_id(rows, 0);
		rows_close(rows);
		if (rc != RC_ABSENT)
			return rc;
	}
	return RC_OK;
}

struct missing {
	const struct door_node *node;
	struct db *db;
	const struct record_type *type;
	struct id id;
	int64_t n;
	enum rc rc;
	struct err *err;
};

/* A value's token may have any of the lengths there were. */
static void
look_for_token(void *ctx, const struct field *field, struct str value)
{
	struct missing *m = ctx;
	struct blind_mac mac;
	int64_t one;
	int most;

	if (value.n == 0 || m->rc != RC_OK)
		return;
	mac_value(m->node, m->type, field, value, &mac);
	if ((m->rc = bits_most(m->db, &mac, &most, m->err)) != RC_OK)
		return;
	for (int b = most; b >= 0; b--) {
		struct blind_token t = blind_cut(&mac, b);

		m->rc = db_select_i64(m->db, &SQL_RECORD_TOKEN_THERE,
				      BINDS(B_BYTES(t.b, BLIND_BYTES), B_ID(m->id)), &one, m->err);
		if (m->rc != RC_ABSENT)
			return;
		m->rc = RC_OK;
	}
	m->n++;
}

enum rc
blind_missing(const struct door_node *node, struct db *db, struct id id,
	      const struct record_type *type, json_t *fields, int64_t *missing, struct err *err)
{
	struct missing m = {.node = node, .db = db, .type = type, .id = id, .err = err};

	each_indexed(type, fields, look_for_token, &m);
	*missing = m.n;
	return m.rc;
}

struct holds {
	const struct field *field;
	struct str value;
	bool found;
};

static void
compare_value(void *ctx, const struct field *field, struct str value)
{
	struct holds *h = ctx;

	if (field == h->field && str_eq(value, h->value))
		h->found = true;
}

bool
blind_holds(const struct field *field, json_t *fields, struct str value)
{
	struct record_type one = {.fields = (struct field *)(uintptr_t)field, .field_count = 1};
	struct holds h = {field, value, false};

	each_indexed(&one, fields, compare_value, &h);
	return h.found;
}
