#include "base/test.h"

#include "audit/log_for_test.h"
#include "audit/origin.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "audit/witness.h"
#include "base/hex.h"
#include "seal/checkpoint.h"
#include "seal/cosign.h"

/* A log, and two witnesses of whom it knows one. */
static struct test_log l;

struct witness {
	struct note_key key;
	unsigned char secret[SIGN_SECRET_BYTES];
};
static struct witness known, stranger;

static struct witness
witness_new(const char *name, unsigned char seed_byte)
{
	unsigned char seed[SIGN_SEED_BYTES], public[SIGN_PUBLIC_BYTES];
	struct witness w;
	struct err err;

	memset(seed, seed_byte, sizeof seed);
	sign_pair(seed, public, w.secret);
	assert_int_equal(cosign_key_make(str_from(name), public, &w.key, &err), RC_OK);
	return w;
}

static struct str
checkpoint_at(int size)
{
	struct err err;
	struct str note;

	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_checkpoint_make(l.db, l.keys, l.arena, &note, &err), RC_OK);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
	assert_int_equal(audit_checkpoint_of_size(l.db, size, l.arena, &note, &err), RC_OK);
	return note;
}

static struct str
text_of(struct str bytes)
{
	struct note note;
	struct err err;

	assert_int_equal(note_parse(l.arena, bytes, &note, &err), RC_OK);
	return note.text;
}

static struct str
line_by(const struct witness *w, struct str note, int64_t seconds)
{
	struct buf out;

	buf_init(&out, l.arena);
	cosign_add(&out, &w->key, w->secret, text_of(note), seconds);
	return buf_str(&out);
}

static struct str
cosigned_by(const struct witness *w, struct str note)
{
	struct str line = line_by(w, note, 100);

	return str_fmt(l.arena, "%.*s%.*s", STR_ARG(note), STR_ARG(line));
}

static enum rc
take(struct str text, struct audit_cosigned *out)
{
	struct err err;
	enum rc rc;

	assert_int_equal(db_begin(l.db, &err), RC_OK);
	rc = audit_witness_take(l.db, text, l.arena, out, &err);
	if (rc == RC_OK)
		assert_int_equal(db_commit(l.db, &err), RC_OK);
	else
		db_rollback(l.db);
	return rc;
}

static struct audit_report
verify(struct str checkpoint, enum rc want)
{
	struct audit_verify_options options = {.checkpoint = checkpoint};
	struct audit_report report;
	struct err err = {.rc = RC_OK};
	enum rc rc = audit_verify(l.db, l.keys, &options, l.arena, &report, &err);

	if (rc != want)
		print_error("%s\n", err.text);
	assert_int_equal(rc, want);
	return report;
}

static bool
has_problem(const struct audit_report *r, enum audit_problem_kind kind)
{
	for (int64_t i = 0; i < r->problem_count && i < AUDIT_PROBLEMS_KEPT; i++)
		if (r->problems[i].kind == kind)
			return true;
	return false;
}

static int
open_log(void **state)
{
	struct err err;

	(void)state;
	test_log_open(&l);
	known = witness_new("witness.example/w1", 1);
	stranger = witness_new("witness.example/w2", 2);
	assert_int_equal(
	    audit_witness_add(l.db, cosign_key_format(l.arena, &known.key), l.arena, &err), RC_OK);
	test_log_grow(&l, 0, 40);
	return 0;
}

static int
close_log(void **state)
{
	(void)state;
	test_log_close(&l);
	return 0;
}

static void
a_witness_is_asked_from_where_it_stands(void **state)
{
	struct audit_cosigned cosigned;
	struct merkle_proof proof = {.n = 0};
	struct checkpoint first, second;
	struct str body, line, note, bytes;
	struct err err;

	(void)state;
	assert_int_equal(audit_witness_request(l.db, known.key.name, l.arena, &body, &err),
			 RC_ABSENT);
	note = checkpoint_at(40);
	assert_int_equal(audit_witness_request(l.db, stranger.key.name, l.arena, &body, &err),
			 RC_ABSENT);
	assert_int_equal(audit_witness_request(l.db, known.key.name, l.arena, &body, &err), RC_OK);
	assert_true(str_starts(body, STR("old 0\n\nnode.example/log\n40\n")));
	assert_int_equal(take(line_by(&known, note, 100), &cosigned), RC_OK);
	assert_int_equal(cosigned.size, 40);
	assert_int_equal(cosigned.added, 1);
	assert_int_equal(audit_witness_request(l.db, known.key.name, l.arena, &body, &err),
			 RC_CONFLICT);
	/* Grown, the request proves that 40 leaves are a prefix of 57. */
	assert_int_equal(checkpoint_parse(l.arena, text_of(note), &first, &err), RC_OK);
	test_log_grow(&l, 40, 57);
	note = checkpoint_at(57);
	assert_int_equal(audit_witness_request(l.db, known.key.name, l.arena, &body, &err), RC_OK);
	assert_true(str_eq(str_cut(&body, '\n'), STR("old 40")));
	for (line = str_cut(&body, '\n'); line.n > 0; line = str_cut(&body, '\n')) {
		assert_true(base64_parse(l.arena, line, &bytes));
		assert_true(hash_from(bytes, &proof.at[proof.n++]));
	}
	assert_true(str_eq(body, note));
	assert_int_equal(checkpoint_parse(l.arena, text_of(body), &second, &err), RC_OK);
	assert_true(merkle_consistency_holds(40, 57, &first.root, &second.root, proof.at, proof.n));
}

static void
what_no_known_witness_signed_is_not_taken(void **state)
{
	struct str note = checkpoint_at(40), other, bent;
	struct audit_cosigned cosigned;
	char *letter;

	(void)state;
	assert_int_equal(take(line_by(&stranger, note, 100), &cosigned), RC_ABSENT);
	assert_int_equal(take(note, &cosigned), RC_ABSENT);
	assert_int_equal(take(STR("hello\n"), &cosigned), RC_INVALID);
	assert_int_equal(take(STR_NONE, &cosigned), RC_INVALID);
	/* A line for other text under our checkpoint. */
	other = str_fmt(
	    l.arena, "%.*s\n\xe2\x80\x94 x AAAAAAAA\n",
	    STR_ARG(STR("node.example/log\n39\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")));
	assert_int_equal(take(line_by(&known, other, 100), &cosigned), RC_INTEGRITY);
	/* A checkpoint of a size that was never signed here, and another tree of one that was. */
	assert_int_equal(take(cosigned_by(&known, other), &cosigned), RC_INTEGRITY);
	bent = str_copy(l.arena, note);
	/* The first letter of its root: still base64, another hash. */
	letter = (char *)(uintptr_t)bent.p + STR("node.example/log\n40\n").n;
	*letter = *letter == 'A' ? 'B' : 'A';
	assert_int_equal(take(cosigned_by(&known, bent), &cosigned), RC_INTEGRITY);
	assert_int_equal(verify(STR_NONE, RC_OK).cosigned_size, -1);
}

static void
cosignatures_stand_under_checkpoint_and_proof_and_are_verified(void **state)
{
	struct str note = checkpoint_at(40), proof, line = line_by(&known, note, 1679315147);
	struct audit_cosigned cosigned;
	struct audit_report r;
	struct str vkey;
	struct err err;
	int64_t size;

	(void)state;
	assert_int_equal(take(line, &cosigned), RC_OK);
	assert_int_equal(audit_checkpoint_latest(l.db, l.arena, &note, &size, &err), RC_OK);
	assert_true(str_ends(note, line));
	assert_int_equal(audit_prove(l.db, 5, l.arena, &proof, &err), RC_OK);
	assert_true(str_ends(proof, line));
	assert_int_equal(audit_vkey(l.db, l.arena, &vkey, &err), RC_OK);
	assert_int_equal(audit_proof_verify(l.arena, proof, vkey, NULL, &err), RC_OK);
	r = verify(note, RC_OK);
	assert_int_equal(r.cosigned_size, 40);
}

static void
any_change_of_witnesses_and_cosignatures_is_named(void **state)
{
	static const struct {
		const char *change, *back;
	} cases[] = {
	    {"UPDATE audit_cosignature SET seconds = seconds + 1",
	     "UPDATE audit_cosignature SET seconds = seconds - 1"},
	    {"UPDATE audit_cosignature SET size = size + 1",
	     "UPDATE audit_cosignature SET size = size - 1"},
	    {"UPDATE audit_cosignature SET witness = 'witness.example/w2'",
	     "UPDATE audit_cosignature SET witness = 'witness.example/w1'"},
	    {"UPDATE audit_cosignature SET vkey = 'x' || vkey",
	     "UPDATE audit_cosignature SET vkey = substr(vkey, 2)"},
	    {"UPDATE audit_cosignature SET line = replace(line, 'example/w1', 'example/w2')",
	     "UPDATE audit_cosignature SET line = replace(line, 'example/w2', 'example/w1')"},
	    {"UPDATE audit_witness SET name = 'somebody else'",
	     "UPDATE audit_witness SET name = 'witness.example/w1'"},
	    {"UPDATE audit_witness SET vkey = 'x' || vkey",
	     "UPDATE audit_witness SET vkey = substr(vkey, 2)"},
	};
	struct audit_cosigned cosigned;
	struct audit_report r;

	(void)state;
	assert_int_equal(take(line_by(&known, checkpoint_at(40), 100), &cosigned), RC_OK);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(test_sql(&l, cases[i].change));
		r = verify(STR_NONE, RC_INTEGRITY);
		assert_true(has_problem(&r, AUDIT_PROBLEM_WITNESS));
		assert_true(test_sql(&l, cases[i].back));
	}
	(void)verify(STR_NONE, RC_OK);
}

static struct audit_witnessed
compare(struct str note, enum rc want)
{
	struct audit_witnessed w;
	struct err err = {.rc = RC_OK};
	enum rc rc = audit_witness_compare(l.db, note, l.arena, &w, &err);

	if (rc != want)
		print_error("%s\n", err.text);
	assert_int_equal(rc, want);
	return w;
}

/* The database as it was at 40 leaves, brought back after the witness had cosigned 57. */
static struct str
bring_back(void)
{
	struct audit_cosigned cosigned;
	struct str note;

	(void)checkpoint_at(40);
	assert_true(test_sql(&l, "CREATE TABLE k_leaf AS SELECT * FROM audit_leaf; "
				 "CREATE TABLE k_about AS SELECT * FROM audit_about; "
				 "CREATE TABLE k_key AS SELECT * FROM audit_detail_key; "
				 "CREATE TABLE k_tile AS SELECT * FROM audit_tile; "
				 "CREATE TABLE k_head AS SELECT * FROM audit_head; "
				 "CREATE TABLE k_note AS SELECT * FROM audit_checkpoint"));
	test_log_grow(&l, 40, 57);
	note = checkpoint_at(57);
	assert_int_equal(take(line_by(&known, note, 100), &cosigned), RC_OK);
	assert_true(
	    test_sql(&l, "DELETE FROM audit_leaf; INSERT INTO audit_leaf SELECT * FROM k_leaf; "
			 "DELETE FROM audit_about; INSERT INTO audit_about SELECT * FROM k_about; "
			 "DELETE FROM audit_detail_key; "
			 "INSERT INTO audit_detail_key SELECT * FROM k_key; "
			 "DELETE FROM audit_tile; INSERT INTO audit_tile SELECT * FROM k_tile; "
			 "DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM k_head; "
			 "DELETE FROM audit_checkpoint; "
			 "INSERT INTO audit_checkpoint SELECT * FROM k_note; "
			 "DELETE FROM audit_cosignature"));
	return cosigned_by(&known, note);
}

static void
go_on_under_another_name(struct str former)
{
	struct audit_entry entry = test_entry(0);
	struct audit_origin next;
	struct audit_group *g;
	struct err err = {.rc = RC_OK};

	assert_int_equal(db_begin(l.db, &err), RC_OK);
	assert_int_equal(audit_origin_next(l.db, l.keys, former, l.arena, &next, &err), RC_OK);
	entry.action = AUDIT_ORIGIN;
	entry.has_record = entry.has_body = false;
	entry.plain = audit_origin_plain(l.arena, &next);
	assert_int_equal(audit_group_begin(l.db, l.keys, &g, &err), RC_OK);
	assert_int_equal(audit_append(g, &entry, &next.from, &err), RC_OK);
	assert_int_equal(audit_group_end(g, &err), RC_OK);
	audit_group_free(g);
	assert_int_equal(audit_origin_save(l.db, &next, &err), RC_OK);
	assert_int_equal(db_commit(l.db, &err), RC_OK);
}

static void
a_log_brought_back_is_seen_to_be_behind_or_forked(void **state)
{
	struct str former = bring_back();
	struct audit_witnessed w = compare(former, RC_OK);

	(void)state;
	assert_int_equal(w.standing, AUDIT_BEHIND);
	assert_int_equal(w.size, 57);
	assert_int_equal(w.here, 40);
	(void)compare(str_sub(former, 0, former.n - line_by(&known, former, 100).n), RC_ABSENT);
	/* It grew past the witness's size with other leaves: two histories under one name. */
	test_log_grow(&l, 40, 60);
	assert_int_equal(compare(former, RC_OK).standing, AUDIT_FORKED);
	assert_int_equal(compare(cosigned_by(&known, checkpoint_at(60)), RC_OK).standing,
			 AUDIT_STANDS);
}

static void
it_goes_on_under_another_name_and_its_first_leaf_says_why(void **state)
{
	struct str former = bring_back(), note, body, kept_40 = checkpoint_at(40), vkey;
	struct audit_cosigned cosigned;
	struct audit_report r;
	struct err err;

	(void)state;
	go_on_under_another_name(former);
	test_log_grow(&l, 41, 50);
	note = checkpoint_at(50);
	assert_true(str_starts(note, STR("node.example/log/2\n50\n")));
	(void)verify(STR_NONE, RC_OK);
	(void)verify(kept_40, RC_OK);
	(void)verify(note, RC_OK);
	/* What was lost is told to who kept it. */
	r = verify(former, RC_INTEGRITY);
	assert_int_equal(r.problem_count, 1);
	assert_non_null(strstr(str_z(l.arena, r.problems[0].text), "leaf 40 says so"));
	/* The witness knows nothing under this name yet; nobody signs under the old one. */
	assert_int_equal(audit_witness_request(l.db, known.key.name, l.arena, &body, &err), RC_OK);
	assert_true(str_starts(body, STR("old 0\n\nnode.example/log/2\n50\n")));
	assert_int_equal(take(line_by(&known, note, 200), &cosigned), RC_OK);
	(void)compare(former, RC_INVALID);
	assert_int_equal(audit_vkey(l.db, l.arena, &vkey, &err), RC_OK);
	assert_true(str_starts(vkey, STR("node.example/log/2+")));
	assert_int_equal(verify(STR_NONE, RC_OK).cosigned_size, 50);
}

static void
any_change_of_the_later_name_is_named(void **state)
{
	static const char *const changes[] = {
	    "UPDATE audit_origin_later SET from_leaf = 39",
	    "UPDATE audit_origin_later SET from_leaf = 41",
	    "UPDATE audit_origin_later SET origin = 'node.example/log/3'",
	    "UPDATE audit_origin_later SET vkey = 'x' || vkey",
	    "UPDATE audit_origin_later SET former = 'x' || former",
	    "DELETE FROM audit_origin_later",
	    "UPDATE audit_origin SET id = 2",
	};
	struct audit_report r;

	(void)state;
	go_on_under_another_name(bring_back());
	test_log_grow(&l, 41, 50);
	(void)checkpoint_at(50);
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		assert_true(test_sql(&l, "CREATE TABLE k1 AS SELECT * FROM audit_origin_later; "
					 "CREATE TABLE k2 AS SELECT * FROM audit_origin"));
		assert_true(test_sql(&l, changes[i]));
		r = verify(STR_NONE, RC_INTEGRITY);
		assert_true(has_problem(&r, AUDIT_PROBLEM_ORIGIN));
		assert_true(test_sql(&l, "DELETE FROM audit_origin_later; "
					 "INSERT INTO audit_origin_later SELECT * FROM k1; "
					 "DELETE FROM audit_origin; "
					 "INSERT INTO audit_origin SELECT * FROM k2; "
					 "DROP TABLE k1; DROP TABLE k2"));
	}
	(void)verify(STR_NONE, RC_OK);
}

static void
witnesses_are_entered_once_and_taken_away(void **state)
{
	struct str vkey = cosign_key_format(l.arena, &stranger.key);
	struct audit_witness_list list;
	struct err err;

	(void)state;
	assert_int_equal(audit_witness_add(l.db, STR("w+00000000+AAAA"), l.arena, &err),
			 RC_INVALID);
	assert_int_equal(audit_witness_add(l.db, vkey, l.arena, &err), RC_OK);
	assert_int_equal(audit_witness_add(l.db, vkey, l.arena, &err), RC_CONFLICT);
	assert_int_equal(audit_witnesses(l.db, l.arena, &list, &err), RC_OK);
	assert_int_equal(list.n, 2);
	assert_int_equal(audit_witness_remove(l.db, stranger.key.name, &err), RC_OK);
	assert_int_equal(audit_witness_remove(l.db, stranger.key.name, &err), RC_ABSENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_witness_is_asked_from_where_it_stands, open_log,
					    close_log),
	    cmocka_unit_test_setup_teardown(what_no_known_witness_signed_is_not_taken, open_log,
					    close_log),
	    cmocka_unit_test_setup_teardown(
		cosignatures_stand_under_checkpoint_and_proof_and_are_verified, open_log,
		close_log),
	    cmocka_unit_test_setup_teardown(any_change_of_witnesses_and_cosignatures_is_named,
					    open_log, close_log),
	    cmocka_unit_test_setup_teardown(a_log_brought_back_is_seen_to_be_behind_or_forked,
					    open_log, close_log),
	    cmocka_unit_test_setup_teardown(
		it_goes_on_under_another_name_and_its_first_leaf_says_why, open_log, close_log),
	    cmocka_unit_test_setup_teardown(any_change_of_the_later_name_is_named, open_log,
					    close_log),
	    cmocka_unit_test_setup_teardown(witnesses_are_entered_once_and_taken_away, open_log,
					    close_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
