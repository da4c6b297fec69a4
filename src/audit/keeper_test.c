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

static int64_t
at_november(void *ctx)
{
	(void)ctx;
	return november;
}

static const struct clock clock_november = {.now_ms = at_november};

static struct id
id_of(unsigned char kind, unsigned n)
{
	struct id id = {{kind}};

	id.b[14] = (unsigned char)(n >> 8);
	id.b[15] = (unsigned char)n;
	return id;
}

static void
start(void)
{
	const struct keeper_options options = {
	    .dir = folder, .from = -1, .limits = limits, .clock = &clock_november};

	keeper = keeper_new(&options);
	greeted = false;
}

static void
end(void)
{
	if (keeper != NULL)
		keeper_save(keeper);
	keeper_free(keeper);
	keeper = NULL;
}

/* It is gone between two instructions: nothing more is written. */
static void
kill_it(void)
{
	keeper_free(keeper);
	keeper = NULL;
}

static int
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

static int
teardown(void **state)
{
	(void)state;
	end();
	keys_close(keys);
	keys = NULL;
	return 0;
}

/* One request; its reply's body is copied. */
static enum rc
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

static enum rc
hello(void)
{
	return ask(KEYWIRE_HELLO_MESSAGE, STR(KEYWIRE_HELLO "\0\0\0\0"), NULL, NULL);
}

/* The log as the node keeps it. */
static struct merkle_range tree;

static enum rc
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

static void
greet(void)
{
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(take_log(), RC_OK);
}

struct opened {
	struct id record;
	struct str bucket, aad, wrapped;
};

static struct opened
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

static struct str
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

static enum rc
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
static struct str
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

static enum rc
present(uint64_t first, uint32_t n, struct str leaves)
{
	struct buf b;

	buf_init(&b, arena);
	buf_add_u64(&b, first);
	buf_add_u32(&b, n);
	buf_add(&b, leaves);
	return ask(KEYWIRE_LEAVES, buf_str(&b), NULL, NULL);
}

static uint64_t
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

static uint64_t
owed_count(void)
{
	return number_of(1);
}

static void
what_is_opened_is_owed_until_a_leaf_names_record_and_person(void **state)
{
	struct id ana = id_of('a', 1), mei = id_of('a', 2);
	struct opened o, other;

	(void)state;
	greet();
	o = sealed(1);
	other = sealed(2);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(owed_count(), 1);
	/* Another person's leaf, another record's, and a refusal: none tells of it. */
	assert_int_equal(present(0, 1, leaf(AUDIT_READ, mei, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(present(1, 1, leaf(AUDIT_READ, ana, &other, NULL, 0, "person")), RC_OK);
	assert_int_equal(present(2, 1, leaf(AUDIT_DENIED, ana, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(owed_count(), 1);
	assert_int_equal(present(3, 1, leaf(AUDIT_READ, ana, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(owed_count(), 0);
}

static void
a_list_pays_for_all_that_it_names_and_no_other_list_is_taken(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o[3];
	struct str good;
	char *bent;

	(void)state;
	greet();
	for (unsigned i = 0; i < 3; i++) {
		o[i] = sealed(i);
		assert_int_equal(open_one(&o[i], KEY_USE_LIST, ana), RC_OK);
	}
	good = leaf(AUDIT_LIST, ana, NULL, o, 3, "person");
	/* The MACs of the list must be those that the leaf commits to. */
	bent = str_z(arena, good);
	bent = memcpy(arena_bytes(arena, good.n), good.p, good.n);
	bent[good.n - 1] ^= 1;
	assert_int_equal(present(0, 1, (struct str){bent, good.n}), RC_INVALID);
	assert_int_equal(owed_count(), 3);
	assert_int_equal(present(0, 1, good), RC_OK);
	assert_int_equal(owed_count(), 0);
}

static void
after_half_a_minute_without_a_leaf_nothing_is_opened_until_one_comes(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o, other;

	(void)state;
	greet();
	o = sealed(1);
	other = sealed(2);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	now += 4000;
	(void)owed_count();
	assert_int_equal(flags & (KEYWIRE_OWES | KEYWIRE_WITHHELD), KEYWIRE_OWES);
	now += 27000;
	assert_int_equal(open_one(&other, KEY_USE_RECORD, id_of('a', 9)), RC_UNAVAILABLE);
	assert_int_equal(flags & KEYWIRE_WITHHELD, KEYWIRE_WITHHELD);
	assert_int_equal(present(0, 1, leaf(AUDIT_READ, ana, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(open_one(&other, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(flags & KEYWIRE_WITHHELD, 0);
}

static void
too_many_without_a_leaf_are_withheld_at_once(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o[5];

	(void)state;
	end();
	limits.owed_max = 4;
	start();
	greet();
	for (unsigned i = 0; i < 5; i++) {
		o[i] = sealed(i);
		assert_int_equal(open_one(&o[i], KEY_USE_LIST, ana),
				 i < 4 ? RC_OK : RC_UNAVAILABLE);
	}
}

static void
what_is_owed_outlives_the_process_and_is_told_to_the_next(void **state)
{
	struct id ana = id_of('a', 1);
	struct keywire_reader r;
	struct opened o;
	struct str body;

	(void)state;
	greet();
	o = sealed(1);
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	end();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(ask(KEYWIRE_OWED, STR_NONE, &body, NULL), RC_OK);
	r = (struct keywire_reader){.rest = body};
	assert_int_equal(keywire_take_be(&r, 4), 1);
	assert_true(id_eq(keywire_take_id(&r), ana));
	assert_true(id_eq(keywire_take_id(&r), o.record));
	assert_int_equal(present(1, 1, leaf(AUDIT_READ, ana, NULL, &o, 1, "opened")), RC_OK);
	assert_int_equal(owed_count(), 0);
}

static enum rc
open_and_let_go(const struct opened *o, struct id actor)
{
	enum rc rc = open_one(o, KEY_USE_LIST, actor);

	assert_true(keeper_commit(keeper));
	return rc;
}

static void
what_was_opened_when_the_process_was_killed_is_owed_by_the_next(void **state)
{
	struct id ana = id_of('a', 1), nobody = id_of(0, 0);
	struct opened o[700];
	struct str first;

	(void)state;
	greet();
	for (unsigned i = 0; i < 700; i++)
		o[i] = sealed(i);
	first = leaf(AUDIT_START, nobody, NULL, NULL, 0, "start");
	assert_int_equal(present(0, 1, first), RC_OK);
	for (unsigned i = 0; i < 600; i++)
		assert_int_equal(open_and_let_go(&o[i], i % 2 ? ana : nobody), RC_OK);
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(owed_count(), 600);
	/* And those of that one, which begins with all that was owed, and of one after. */
	for (unsigned i = 600; i < 700; i++)
		assert_int_equal(open_and_let_go(&o[i], ana), RC_OK);
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(owed_count(), 700);
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(owed_count(), 700);
	assert_int_equal(present(0, 1, first), RC_OK);
	assert_int_equal(present(1, 1, leaf(AUDIT_READ, ana, &o[699], NULL, 0, "opened")), RC_OK);
	assert_int_equal(owed_count(), 699);
}

static void
what_a_leaf_paid_before_the_process_was_killed_is_owed_no_more(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o = {0}, other;
	struct str paid;

	(void)state;
	greet();
	o = sealed(1);
	other = sealed(2);
	assert_int_equal(open_and_let_go(&o, ana), RC_OK);
	paid = leaf(AUDIT_READ, ana, &o, NULL, 0, "person");
	assert_int_equal(present(0, 1, paid), RC_OK);
	/* The state was not written since: the leaf is told again, and pays again. */
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(number_of(2), 0);
	assert_int_equal(owed_count(), 1);
	assert_int_equal(present(0, 1, paid), RC_OK);
	assert_int_equal(owed_count(), 0);
	/* The state was written: what it knows the leaf of is not in the journal either. */
	assert_int_equal(open_and_let_go(&other, ana), RC_OK);
	assert_true(keeper_tick(keeper, now += 2000));
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(number_of(2), 1);
	assert_int_equal(owed_count(), 1);
	assert_int_equal(present(1, 1, leaf(AUDIT_READ, ana, &other, NULL, 0, "person")), RC_OK);
	assert_int_equal(owed_count(), 0);
}

/* 125 bytes a reading: an area holds 8,000 of them. */
static void
a_journal_that_is_full_begins_anew_with_what_is_owed(void **state)
{
	struct id nobody = id_of(0, 0);
	struct opened first, o;
	uint64_t leaves = 0;

	(void)state;
	end();
	limits.opens_a_minute = 0;
	start();
	greet();
	first = sealed(1);
	o = sealed(2);
	assert_int_equal(open_and_let_go(&first, nobody), RC_OK);
	for (unsigned i = 0; i < 20000; i++) {
		assert_int_equal(open_and_let_go(&o, nobody), RC_OK);
		assert_int_equal(
		    present(leaves++, 1, leaf(AUDIT_READ, nobody, &o, NULL, 0, "person")), RC_OK);
	}
	assert_int_equal(owed_count(), 1);
	kill_it();
	start();
	assert_int_equal(hello(), RC_OK);
	/* Those of the last area are owed until the leaves that the state does not know come. */
	assert_in_range(number_of(2), 1, leaves);
	assert_int_equal(owed_count(), number_of(2) == leaves ? 1 : 2);
}

static void
only_readings_of_now_are_opened(void **state)
{
	const int64_t times[] = {0, 1, november - INT64_C(7200000), november + INT64_C(7200000),
				 INT64_C(253402300799999)};
	struct key_use use = {KEY_USE_RECORD, id_of('a', 1), november, STR_NONE};
	struct opened o;

	(void)state;
	greet();
	o = sealed(1);
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		use.time_ms = times[i];
		use.kind = i % 2 ? KEY_USE_LIST : KEY_USE_RECORD;
		assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_DENIED);
	}
	assert_int_equal(owed_count(), 0);
	use.time_ms = november - 60000;
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_OK);
}

static enum rc
wrap_into(struct str bucket)
{
	unsigned char key[DATA_KEY_BYTES] = {9};
	struct buf b;

	buf_init(&b, arena);
	keywire_add_name(&b, bucket);
	keywire_add_text(&b, STR("liaison/user/1"));
	buf_add_bytes(&b, key, sizeof key);
	return ask(KEYWIRE_WRAP, buf_str(&b), NULL, NULL);
}

static void
buckets_are_named_as_a_class_and_month_and_are_not_made_without_end(void **state)
{
	const char *const bad[] = {"",
				   "/",
				   "case",
				   "/2026-11",
				   "case/2026-1",
				   "case/2026-111",
				   "case/2026_11",
				   "../x/2026-11",
				   "case/x/2026-11",
				   "ca se/2026-11",
				   "case/20a6-11"};
	int made = 0;

	(void)state;
	greet();
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(wrap_into(str_from(bad[i])), RC_INVALID);
		for (char act = 0; act <= KEY_BUCKET_DESTROY; act++) {
			struct buf b;

			buf_init(&b, arena);
			buf_add_byte(&b, act);
			keywire_add_name(&b, str_from(bad[i]));
			assert_int_equal(ask(KEYWIRE_BUCKET, buf_str(&b), NULL, NULL), RC_INVALID);
		}
	}
	assert_int_equal(wrap_into(STR("x_AGENCY_anti-trafficking.2/2026-11")), RC_OK);
	while (wrap_into(str_fmt(arena, "x%d/2026-11", made)) == RC_OK)
		assert_in_range(++made, 1, 500);
	assert_int_equal(wrap_into(STR("y/2026-11")), RC_BUSY);
	/* Those that are there go on, and in a while another one may be made. */
	assert_int_equal(wrap_into(STR("x0/2026-11")), RC_OK);
	now += 60000;
	assert_int_equal(wrap_into(STR("y/2026-11")), RC_OK);
	assert_int_equal(wrap_into(STR("z/2026-11")), RC_BUSY);
}

static void
one_person_opens_so_many_a_minute_and_lists_count_less(void **state)
{
	struct id ana = id_of('a', 1), mei = id_of('a', 2);
	struct opened o;

	(void)state;
	end();
	limits.opens_a_minute = 3;
	start();
	greet();
	o = sealed(1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_BUSY);
	assert_int_equal(open_one(&o, KEY_USE_LIST, ana), RC_BUSY);
	/* Another person is not held up; the node itself is much later. */
	for (int i = 0; i < 3 * LEDGER_LIST_SHARE; i++)
		assert_int_equal(open_one(&o, KEY_USE_LIST, mei), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_LIST, mei), RC_BUSY);
	for (int i = 0; i < 200; i++)
		assert_int_equal(open_one(&o, KEY_USE_LIST, id_of(0, 0)), RC_OK);
	for (int i = 200; i < 3 * LEDGER_LIST_SHARE * LEDGER_NODE_SHARE; i++)
		assert_int_equal(open_one(&o, KEY_USE_LIST, id_of(0, 0)), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_LIST, id_of(0, 0)), RC_BUSY);
	assert_int_equal(number_of(3), 4);
	now += 20000;
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_BUSY);
}

static void
a_run_opens_only_what_a_leaf_has_announced_before(void **state)
{
	struct id ana = id_of('a', 1), mei = id_of('a', 2);
	struct key_use use = {KEY_USE_RUN, ana, november, STR("export")};
	struct opened o;

	(void)state;
	greet();
	o = sealed(1);
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_DENIED);
	/* Another's, another word, one about a record, and no job: none announces it. */
	assert_int_equal(present(0, 1, leaf(AUDIT_JOB, mei, NULL, NULL, 0, "export")), RC_OK);
	assert_int_equal(present(1, 1, leaf(AUDIT_JOB, ana, NULL, NULL, 0, "verify_open")), RC_OK);
	assert_int_equal(present(2, 1, leaf(AUDIT_JOB, ana, &o, NULL, 0, "export")), RC_OK);
	assert_int_equal(present(3, 1, leaf(AUDIT_READ, ana, NULL, NULL, 0, "export")), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_DENIED);
	assert_int_equal(present(4, 1, leaf(AUDIT_JOB, ana, NULL, NULL, 0, "export")), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_OK);
	assert_int_equal(owed_count(), 0);
	now += limits.run_ms + 1;
	assert_int_equal(ask(KEYWIRE_UNWRAP, opening(&o, use), NULL, NULL), RC_DENIED);
}

static void
a_record_does_not_open_as_papers_nor_papers_as_a_record(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o, papers = {.bucket = STR("staff/2026-11"), .aad = STR("liaison/user")};
	unsigned char key[DATA_KEY_BYTES] = {3};
	struct opened bent;
	struct buf b;

	(void)state;
	greet();
	o = sealed(1);
	assert_int_equal(open_one(&o, KEY_USE_PAPERS, ana), RC_DENIED);
	/* The wrapping is bound to its place: no other bucket or record is its own. */
	bent = o;
	bent.bucket = STR("staff/2026-11");
	assert_int_equal(open_one(&bent, KEY_USE_PAPERS, ana), RC_INTEGRITY);
	bent = sealed(2);
	bent.wrapped = o.wrapped;
	assert_int_equal(open_one(&bent, KEY_USE_RECORD, ana), RC_INTEGRITY);
	assert_int_equal(owed_count(), 0);
	buf_init(&b, arena);
	keywire_add_name(&b, papers.bucket);
	keywire_add_text(&b, papers.aad);
	buf_add_bytes(&b, key, sizeof key);
	assert_int_equal(ask(KEYWIRE_WRAP, buf_str(&b), &papers.wrapped, NULL), RC_OK);
	assert_int_equal(
	    ask(KEYWIRE_UNWRAP,
		opening(&papers, (struct key_use){KEY_USE_RECORD, ana, november, STR_NONE}), NULL,
		NULL),
	    RC_DENIED);
	assert_int_equal(
	    ask(KEYWIRE_UNWRAP,
		opening(&papers, (struct key_use){KEY_USE_PAPERS, ana, november, STR_NONE}), NULL,
		NULL),
	    RC_OK);
}

static struct str
checkpoint_text(const char *origin, uint64_t size, const struct hash *root)
{
	const struct checkpoint c = {.origin = str_from(origin), .size = size, .root = *root};
	struct buf b;

	buf_init(&b, arena);
	checkpoint_format(&b, &c);
	return buf_str(&b);
}

static void
only_heads_of_the_log_it_was_told_are_signed(void **state)
{
	unsigned char public[PUBLIC_KEY_BYTES];
	struct str signature, text;
	struct hash one, two;

	(void)state;
	greet();
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	merkle_root(&tree, &one);
	text = checkpoint_text("node.example/log", 1, &one);
	assert_int_equal(ask(KEYWIRE_SIGN, text, &signature, NULL), RC_OK);
	keys_log_public(keys, public);
	assert_int_equal(signature.n, SIGNATURE_BYTES);
	assert_true(sign_is_good(public, text, (const unsigned char *)signature.p));
	/* The group before the last one too; and nothing that it was not told. */
	assert_int_equal(present(1, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	merkle_root(&tree, &two);
	assert_int_equal(ask(KEYWIRE_SIGN, text, NULL, NULL), RC_OK);
	assert_int_equal(
	    ask(KEYWIRE_SIGN, checkpoint_text("node.example/log", 2, &one), NULL, NULL), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_SIGN, checkpoint_text("other/log", 2, &two), NULL, NULL),
			 RC_DENIED);
	assert_int_equal(
	    ask(KEYWIRE_SIGN, checkpoint_text("node.example/log", 3, &two), NULL, NULL), RC_BUSY);
	assert_int_equal(ask(KEYWIRE_SIGN, STR("a text of any kind\n"), NULL, NULL), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_SIGN, STR_NONE, NULL, NULL), RC_DENIED);
}

static enum rc
confirm(uint64_t size, const struct hash *root, const char *origin)
{
	struct buf b;

	buf_init(&b, arena);
	buf_add_u64(&b, size);
	buf_add_bytes(&b, root->b, HASH_BYTES);
	keywire_add_name(&b, str_from(origin));
	return ask(KEYWIRE_CONFIRM, buf_str(&b), NULL, NULL);
}

static void
an_older_log_another_one_and_one_that_went_on_elsewhere_are_seen(void **state)
{
	struct hash old, last;

	(void)state;
	greet();
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	merkle_root(&tree, &old);
	assert_int_equal(present(1, 1, leaf(AUDIT_JOB, id_of(0, 0), NULL, NULL, 0, "x")), RC_OK);
	merkle_root(&tree, &last);
	end();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(confirm(2, &last, "node.example/log"), RC_OK);
	assert_int_equal(confirm(1, &old, "node.example/log"), RC_INTEGRITY);
	assert_int_equal(confirm(2, &old, "node.example/log"), RC_INTEGRITY);
	assert_int_equal(confirm(2, &last, "other/log"), RC_INTEGRITY);
	assert_int_equal(confirm(3, &last, "node.example/log"), RC_INTEGRITY);
	/* It is taken as it is by a process that has done nothing yet, and by no other. */
	(void)sealed(1);
	assert_int_equal(take_log(), RC_DENIED);
	end();
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(take_log(), RC_OK);
	assert_int_equal(number_of(2), 0);
}

static void
leaves_that_come_too_early_wait_and_those_told_twice_count_once(void **state)
{
	struct str first, second;
	struct buf both;

	(void)state;
	greet();
	first = leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start");
	second = leaf(AUDIT_JOB, id_of(0, 0), NULL, NULL, 0, "x");
	assert_int_equal(present(1, 1, second), RC_OK);
	assert_int_equal(flags & KEYWIRE_BEHIND, KEYWIRE_BEHIND);
	assert_int_equal(number_of(2), 0);
	buf_init(&both, arena);
	buf_add(&both, first);
	buf_add(&both, second);
	/* What came early is taken as soon as what it follows is there. */
	assert_int_equal(present(0, 1, first), RC_OK);
	assert_int_equal(flags & KEYWIRE_BEHIND, 0);
	assert_int_equal(number_of(2), 2);
	assert_int_equal(present(0, 2, buf_str(&both)), RC_OK);
	assert_int_equal(number_of(2), 2);
	/* More than is kept is caught up from the database, when the node hears that it is behind.
	 */
	for (uint64_t i = 0; i < 40; i++)
		assert_int_equal(present(10 + i, 1, second), RC_OK);
	assert_int_equal(flags & KEYWIRE_BEHIND, KEYWIRE_BEHIND);
	assert_int_equal(number_of(2), 2);
	/* A leaf that says another index than its place. */
	assert_int_equal(present(2, 1, first), RC_INVALID);
	assert_int_equal(number_of(2), 2);
}

static void
locked_it_does_nothing_until_it_is_unlocked_and_owes_what_it_owed(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o;

	(void)state;
	greet();
	o = sealed(1);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
	assert_int_equal(ask(KEYWIRE_LOCK, STR_NONE, NULL, NULL), RC_OK);
	assert_int_equal(flags & KEYWIRE_LOCKED, KEYWIRE_LOCKED);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_UNAVAILABLE);
	assert_int_equal(ask(KEYWIRE_WRAP, STR_NONE, NULL, NULL), RC_UNAVAILABLE);
	assert_int_equal(ask(KEYWIRE_SIGN, STR_NONE, NULL, NULL), RC_UNAVAILABLE);
	assert_int_equal(hello(), RC_UNAVAILABLE);
	assert_int_equal(ask(KEYWIRE_LOCK, STR_NONE, NULL, NULL), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\5wrong"), NULL, NULL), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\0"), NULL, NULL), RC_CONFLICT);
	assert_int_equal(owed_count(), 1);
	assert_int_equal(present(0, 1, leaf(AUDIT_READ, ana, &o, NULL, 0, "person")), RC_OK);
	assert_int_equal(owed_count(), 0);
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
}

static void
a_passphrase_is_needed_again_to_unlock_and_to_connect(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(keys_change_passphrase(keys, STR("correct horse"), &err), RC_OK);
	assert_int_equal(hello(), RC_DENIED);
	assert_false(greeted);
	assert_int_equal(
	    ask(KEYWIRE_HELLO_MESSAGE, STR(KEYWIRE_HELLO "\0\0\0\15correct horse"), NULL, NULL),
	    RC_OK);
	assert_true(greeted);
	greeted = false;
	assert_int_equal(hello(), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_LOCK, STR_NONE, NULL, NULL), RC_OK);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\0"), NULL, NULL), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\5wrong"), NULL, NULL), RC_DENIED);
	assert_int_equal(ask(KEYWIRE_UNLOCK, STR("\0\0\0\15correct horse"), NULL, NULL), RC_OK);
}

static void
nothing_is_answered_before_a_hello(void **state)
{
	(void)state;
	for (int m = 0; m <= KEYWIRE_MESSAGES; m++) {
		enum rc rc;

		if (m == KEYWIRE_HEALTH || m == KEYWIRE_LOCK || m == KEYWIRE_UNLOCK)
			continue;
		rc = ask((enum keywire_message)m, STR_NONE, NULL, NULL);
		assert_true(rc == RC_DENIED || rc == RC_INVALID);
	}
}

/* Every good request cut at each byte, and with each byte bent: refused, or answered as good. */
static void
requests_that_are_cut_or_bent_do_no_harm(void **state)
{
	struct id ana = id_of('a', 1);
	struct opened o;
	struct str bodies[4];
	static const enum keywire_message messages[4] = {KEYWIRE_UNWRAP, KEYWIRE_LEAVES,
							 KEYWIRE_REWRAP, KEYWIRE_WRAP};
	struct buf b;

	(void)state;
	greet();
	o = sealed(1);
	bodies[0] = opening(&o, (struct key_use){KEY_USE_LIST, ana, november, STR_NONE});
	buf_init(&b, arena);
	buf_add_u64(&b, 0);
	buf_add_u32(&b, 1);
	buf_add(&b, leaf(AUDIT_LIST, ana, NULL, &o, 1, "person"));
	bodies[1] = buf_str(&b);
	buf_init(&b, arena);
	keywire_add_name(&b, o.bucket);
	keywire_add_text(&b, o.aad);
	keywire_add_name(&b, o.wrapped);
	bodies[2] = buf_str(&b);
	buf_init(&b, arena);
	keywire_add_name(&b, STR("x/2026-11"));
	keywire_add_text(&b, o.aad);
	keywire_add_text(&b, STR("0123456789012345678901234567"));
	bodies[3] = buf_str(&b);
	for (int m = 0; m < 4; m++)
		for (size_t i = 0; i < bodies[m].n; i++) {
			char *bent =
			    memcpy(arena_bytes(arena, bodies[m].n), bodies[m].p, bodies[m].n);

			assert_int_not_equal(ask(messages[m], str_sub(bodies[m], 0, i), NULL, NULL),
					     RC_OK);
			bent[i] ^= 0x41;
			(void)ask(messages[m], (struct str){bent, bodies[m].n}, NULL, NULL);
		}
	assert_int_equal(open_one(&o, KEY_USE_RECORD, ana), RC_OK);
}

static void
a_frame_over_its_length_is_refused_and_one_not_whole_waited_for(void **state)
{
	struct str inside;

	(void)state;
	assert_int_equal(keywire_frame(STR("\0\0\0"), &inside), 0);
	assert_int_equal(keywire_frame(STR("\0\0\0\2a"), &inside), 0);
	assert_int_equal(keywire_frame(STR("\0\0\0\2abc"), &inside), 6);
	assert_true(str_eq(inside, STR("ab")));
	assert_int_equal(keywire_frame(STR("\0\0\0\0abc"), &inside), -1);
	assert_int_equal(keywire_frame(STR("\0\x40\0\1abc"), &inside), -1);
	assert_int_equal(keywire_frame(STR("\xff\xff\xff\xff"), &inside), -1);
}

static void
a_state_file_of_other_keys_or_bent_is_refused(void **state)
{
	FILE *f;

	(void)state;
	greet();
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	end();
	assert_non_null(f = fopen(state_path, "r+b"));
	for (long place = 0; place < 2; place++) {
		assert_int_equal(fseek(f, place * 32768 + 60, SEEK_SET), 0);
		assert_int_equal(fputc(7, f), 7);
	}
	assert_int_equal(fclose(f), 0);
	start();
	assert_int_equal(hello(), RC_INTEGRITY);
}

static void
of_two_places_the_whole_one_counts(void **state)
{
	struct hash root;
	FILE *f;

	(void)state;
	greet();
	assert_int_equal(present(0, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")),
			 RC_OK);
	merkle_root(&tree, &root);
	keeper_save(keeper);
	keeper_save(keeper);
	end();
	/* Half written when the power went. */
	assert_non_null(f = fopen(state_path, "r+b"));
	assert_int_equal(fseek(f, 60, SEEK_SET), 0);
	assert_int_equal(fputc(7, f), 7);
	assert_int_equal(fclose(f), 0);
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(confirm(1, &root, "node.example/log"), RC_OK);
}

static void
read_state(char bytes[65536])
{
	FILE *f = fopen(state_path, "rb");

	assert_non_null(f);
	memset(bytes, 0, 65536);
	assert_true(fread(bytes, 1, 65536, f) > 0);
	assert_int_equal(fclose(f), 0);
}

/* Leaves that are told and written, second after second, without a sync. */
static void
tell_for_five_seconds(void)
{
	for (int64_t at = 1000; at <= 5000; at += 1000) {
		uint64_t n = tree.size;

		assert_int_equal(
		    present(n, 1, leaf(AUDIT_START, id_of(0, 0), NULL, NULL, 0, "start")), RC_OK);
		(void)keeper_tick(keeper, at);
	}
}

static void
a_power_cut_between_two_syncs_tears_one_place_alone(void **state)
{
	static char synced[65536], found[65536];
	uint64_t size = 0;
	struct hash root;
	int torn = 0;
	FILE *f;

	(void)state;
	greet();
	keeper_save(keeper);
	for (int life = 0; life < 2; life++) {
		tell_for_five_seconds();
		/* Killed: nothing is saved at its end. */
		keeper_free(keeper);
		start();
		assert_int_equal(hello(), RC_OK);
		if (life == 0) {
			merkle_root(&tree, &root);
			size = tree.size;
			read_state(synced);
		}
	}
	keeper_free(keeper);
	keeper = NULL;
	/* What was written since the last start is half there. */
	read_state(found);
	for (size_t place = 0; place < 2; place++) {
		if (memcmp(synced + place * 32768, found + place * 32768, 32768) == 0)
			continue;
		found[place * 32768 + 60] ^= 7;
		torn++;
	}
	assert_int_equal(torn, 1);
	assert_non_null(f = fopen(state_path, "r+b"));
	assert_int_equal(fwrite(found, 1, sizeof found, f), sizeof found);
	assert_int_equal(fclose(f), 0);
	start();
	assert_int_equal(hello(), RC_OK);
	assert_int_equal(confirm(size, &root, "node.example/log"), RC_OK);
}

static void
a_second_key_process_does_not_get_the_folder(void **state)
{
	const struct keeper_options options = {
	    .dir = folder, .from = -1, .limits = limits, .clock = &clock_november};
	struct keeper *second = keeper_new(&options);
	struct err err;

	(void)state;
	assert_int_equal(keeper_take_folder(keeper, &err), RC_OK);
	assert_int_equal(keeper_take_folder(second, &err), RC_CONFLICT);
	keeper_free(second);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(what_is_opened_is_owed_until_a_leaf_names_record_and_person),
	    T(a_list_pays_for_all_that_it_names_and_no_other_list_is_taken),
	    T(after_half_a_minute_without_a_leaf_nothing_is_opened_until_one_comes),
	    T(too_many_without_a_leaf_are_withheld_at_once),
	    T(what_is_owed_outlives_the_process_and_is_told_to_the_next),
	    T(what_was_opened_when_the_process_was_killed_is_owed_by_the_next),
	    T(what_a_leaf_paid_before_the_process_was_killed_is_owed_no_more),
	    T(a_journal_that_is_full_begins_anew_with_what_is_owed),
	    T(only_readings_of_now_are_opened),
	    T(buckets_are_named_as_a_class_and_month_and_are_not_made_without_end),
	    T(one_person_opens_so_many_a_minute_and_lists_count_less),
	    T(a_run_opens_only_what_a_leaf_has_announced_before),
	    T(a_record_does_not_open_as_papers_nor_papers_as_a_record),
	    T(only_heads_of_the_log_it_was_told_are_signed),
	    T(an_older_log_another_one_and_one_that_went_on_elsewhere_are_seen),
	    T(leaves_that_come_too_early_wait_and_those_told_twice_count_once),
	    T(locked_it_does_nothing_until_it_is_unlocked_and_owes_what_it_owed),
	    T(a_passphrase_is_needed_again_to_unlock_and_to_connect),
	    T(nothing_is_answered_before_a_hello),
	    T(requests_that_are_cut_or_bent_do_no_harm),
	    T(a_frame_over_its_length_is_refused_and_one_not_whole_waited_for),
	    T(a_state_file_of_other_keys_or_bent_is_refused),
	    T(of_two_places_the_whole_one_counts),
	    T(a_power_cut_between_two_syncs_tears_one_place_alone),
	    T(a_second_key_process_does_not_get_the_folder),
	};
	int failed;

	arena = arena_new(0);
	assert_non_null(mkdtemp(folder));
	key_path = str_fmt(arena, "%s/keys.liaison", folder).p;
	state_path = str_fmt(arena, "%s/keys.state", folder).p;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(key_path);
	(void)unlink(state_path);
	(void)rmdir(folder);
	arena_free(arena);
	return failed;
}
