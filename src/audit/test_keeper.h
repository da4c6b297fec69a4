#ifndef AUDIT_TEST_KEEPER_H
#define AUDIT_TEST_KEEPER_H

#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/keeper.h"
#include "audit/keeper_log.h"
#include "base/arena.h"
#include "base/buf.h"
#include "seal/checkpoint.h"
#include "seal/keywire.h"

#include "seal/sign.h"

/* The key process without its sockets: what it gives, against what it is told. */
static struct arena *arena;
static char folder[] = "/tmp/liaison-keeper-XXXXXX";
static const char *key_path, *state_path;
static struct keeper *keeper;
static struct keys *keys; /* the same key file, for making what the node would have */
static struct ledger_limits limits;
static int64_t now;
static bool greeted, shared;
static unsigned flags;

static const int64_t november = INT64_C(1795399834000);

static inline int64_t
at_november(void *ctx)
{
	(void)ctx;
	return november;
}

static const struct clock clock_november = {.now_ms = at_november};

static inline struct id
id_of(unsigned char kind, unsigned n)
{
	struct id id = {{kind}};

	id.b[14] = (unsigned char)(n >> 8);
	id.b[15] = (unsigned char)n;
	return id;
}

static inline void
start(void)
{
	const struct keeper_options options = {
	    .dir = folder, .from = -1, .limits = limits, .clock = &clock_november};

	keeper = keeper_new(&options);
	greeted = false;
}

static inline void
end(void)
{
	if (keeper != NULL)
		keeper_save(keeper);
	keeper_free(keeper);
	keeper = NULL;
}

/* It is gone between two instructions: nothing more is written. */
static inline void
kill_it(void)
{
	keeper_free(keeper);
	keeper = NULL;
}

static inline int
setup(void **state)
{
	struct err err;

	(void)state;
	(void)unlink(key_path);
	(void)unlink(state_path);
	limits = ledger_standard;
	now = 1000000;
	shared = false;
	assert_int_equal(keys_create(key_path, STR_NONE, &err), RC_OK);
	assert_int_equal(keys_open(key_path, STR_NONE, &keys, &err), RC_OK);
	start();
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	end();
	keys_close(keys);
	keys = NULL;
	return 0;
}

/* One request; its reply's body is copied. */
static inline enum rc
ask(enum keywire_message message, struct str body, struct str *out, struct err *err)
{
	struct buf request, reply;
	struct str inside, said;
	struct err own;
	enum rc rc;

	buf_init(&request, arena);
	buf_init(&reply, arena);
	buf_add_byte(&request, (char)message);
	buf_add(&request, body);
	keeper_answer(keeper, buf_str(&request), now, &greeted, shared, &reply);
	assert_int_equal(keywire_frame(buf_str(&reply), &inside), (long)reply.n);
	rc = keywire_reply(inside, &flags, &said, err != NULL ? err : &own);
	if (out != NULL)
		*out = rc == RC_OK ? str_copy(arena, said) : STR_NONE;
	return rc;
}

static inline enum rc
hello(void)
{
	return ask(KEYWIRE_HELLO_MESSAGE, STR(KEYWIRE_HELLO "\0\0\0\0"), NULL, NULL);
}

/* The log as the node keeps it. */
static struct merkle_range tree;

static inline enum rc
take_log(void)
{
	struct buf b;

	buf_init(&b, arena);
	tree = (struct merkle_range){.size = 0};
	buf_add_u64(&b, 0);
	buf_add_byte(&b, 0);
	keywire_add_name(&b, STR("node.example/log"));
	return ask(KEYWIRE_ACCEPT, buf_str(&b), NULL, NULL);
}

static inline void
greet(void)
{
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(take_log(), RC_OK);
}

struct opened {
	struct id record;
	struct str bucket, aad, wrapped;
};

static inline struct opened
sealed(unsigned n)
{
	struct opened o = {.record = id_of('r', n), .bucket = STR("case/2026-11")};
	unsigned char key[DATA_KEY_BYTES] = {(unsigned char)n, 7};
	struct err err;
	struct buf b;

	buf_init(&b, arena);
	buf_add_z(&b, "liaison/record/1");
	buf_add_bytes(&b, o.record.b, 16);
	buf_add_u64(&b, 1);
	buf_add_z(&b, "person");
	o.aad = buf_str(&b);
	buf_init(&b, arena);
	keywire_add_name(&b, o.bucket);
	keywire_add_text(&b, o.aad);
	buf_add_bytes(&b, key, sizeof key);
	assert_int_equal(ask(KEYWIRE_WRAP, buf_str(&b), &o.wrapped, &err), RC_OK);
	return o;
}

static inline struct str
opening(const struct opened *o, struct key_use use)
{
	struct buf b;

	buf_init(&b, arena);
	buf_add_byte(&b, (char)use.kind);
	buf_add_bytes(&b, use.actor.b, 16);
	buf_add_u64(&b, (uint64_t)use.time_ms);
	keywire_add_name(&b, use.word);
	keywire_add_name(&b, o->bucket);
	keywire_add_text(&b, o->aad);
	keywire_add_name(&b, o->wrapped);
	return buf_str(&b);
}

static inline enum rc
open_one(const struct opened *o, enum key_use_kind kind, struct id actor)
{
	const struct key_use use = {kind, actor, november, STR_NONE};
	struct str key;
	enum rc rc = ask(KEYWIRE_UNWRAP, opening(o, use), &key, NULL);

	if (rc == RC_OK) {
		assert_int_equal(key.n, DATA_KEY_BYTES);
		assert_int_equal((unsigned char)key.p[0], o->record.b[15]);
	} else {
		assert_int_equal(key.n, 0);
	}
	return rc;
}

/* The leaf that names one record, or a list; it goes to the end of the node's tree too. */
static inline struct str
leaf(enum audit_action action, struct id actor, const struct opened *record,
     const struct opened *list, size_t n, const char *type)
{
	struct audit_leaf_row row = {.index = (int64_t)tree.size,
				     .time_ms = november,
				     .action = action,
				     .type = str_from(type),
				     .has_record = record != NULL,
				     .about_count = (int64_t)n,
				     .has_about = n > 0};
	struct merkle_range about = {.size = 0};
	struct buf bytes, macs, out;
	struct hash hash;

	buf_init(&bytes, arena);
	buf_init(&macs, arena);
	buf_init(&out, arena);
	audit_actor_mac(keys, november, actor, row.actor_mac);
	if (record != NULL)
		audit_record_mac(keys, november, record->record, row.record_mac);
	for (size_t i = 0; i < n; i++) {
		unsigned char mac[AUDIT_MAC_BYTES];

		audit_record_mac(keys, november, list[i].record, mac);
		buf_add_bytes(&macs, mac, sizeof mac);
		merkle_leaf((struct str){(char *)mac, sizeof mac}, &hash);
		merkle_append(&about, &hash);
	}
	if (n > 0)
		merkle_root(&about, &row.about_root);
	audit_leaf_encode(&row, &bytes);
	merkle_leaf(buf_str(&bytes), &hash);
	merkle_append(&tree, &hash);
	keywire_add_text(&out, buf_str(&bytes));
	buf_add_u32(&out, (uint32_t)n);
	buf_add(&out, buf_str(&macs));
	return buf_str(&out);
}

static inline enum rc
present(uint64_t first, uint32_t n, struct str leaves)
{
	struct buf b;

	buf_init(&b, arena);
	buf_add_u64(&b, first);
	buf_add_u32(&b, n);
	buf_add(&b, leaves);
	return ask(KEYWIRE_LEAVES, buf_str(&b), NULL, NULL);
}

static inline uint64_t
number_of(int at)
{
	struct keywire_reader r;
	struct str body;

	assert_int_equal(ask(KEYWIRE_HEALTH, STR_NONE, &body, NULL), RC_OK);
	r = (struct keywire_reader){.rest = body};
	while (at-- > 0)
		(void)keywire_take_be(&r, 8);
	return keywire_take_be(&r, 8);
}

static inline uint64_t
owed_count(void)
{
	return number_of(1);
}

static inline enum rc
confirm(uint64_t size, const struct hash *root, const char *origin)
{
	struct buf b;

	buf_init(&b, arena);
	buf_add_u64(&b, size);
	buf_add_bytes(&b, root->b, HASH_BYTES);
	keywire_add_name(&b, str_from(origin));
	return ask(KEYWIRE_CONFIRM, buf_str(&b), NULL, NULL);
}

/* All tests in a folder of their own. */
static inline int
run_in_folder(int (*run)(void))
{
	int failed;

	arena = arena_new(0);
	must(mkdtemp(folder) != NULL);
	key_path = str_fmt(arena, "%s/keys.liaison", folder).p;
	state_path = str_fmt(arena, "%s/keys.state", folder).p;
	failed = run();
	(void)unlink(key_path);
	(void)unlink(state_path);
	(void)rmdir(folder);
	arena_free(arena);
	return failed;
}

#define KEEPER_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
