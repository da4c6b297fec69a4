#include "base/test.h"

#include "base/arena.h"
#include "exchange/invitation.h"

static struct arena *arena;
static struct err err;
static const int64_t november = INT64_C(1795399834000);

static struct invitation
good(void)
{
	struct invitation i = {.until_ms = november + 3600000};
	struct descriptor *d = &i.descriptor;
	unsigned char root[SIGN_SECRET_BYTES], other[SIGN_SECRET_BYTES];
	const unsigned char seeds[4][32] = {{1}, {2}, {3}, {4}};
	struct buf b;

	*d = (struct descriptor){.name = STR("Coast House"),
				 .country = STR("QN"),
				 .kind = STR("ngo"),
				 .regime = STR("GDPR"),
				 .version = 1,
				 .from_ms = november,
				 .until_ms = november + 86400000,
				 .protocol_min = 1,
				 .protocol_max = 1};
	sign_pair(seeds[0], d->root, root);
	sign_pair(seeds[1], d->identity, other);
	sign_pair(seeds[2], d->tls, other);
	sign_pair(seeds[3], d->log, other);
	descriptor_sign(d, root);
	memset(i.secret, 9, sizeof i.secret);
	buf_init(&b, arena);
	descriptor_format(d, false, &b);
	i.descriptor_text = buf_str(&b);
	return i;
}

static struct str
with(struct str text, const char *from, const char *to)
{
	ptrdiff_t at = str_find(text, str_from(from));

	assert_true(at >= 0);
	return str_fmt(arena, "%.*s%s%.*s", (int)at, text.p, to,
		       (int)(text.n - (size_t)at - strlen(from)), text.p + at + strlen(from));
}

static void
an_invitation_is_read_as_it_was_written_and_in_no_other_form(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
	    {"invitation 1", "invitation 2"},
	    {"secret 09", "secret 9"},
	    {"secret 09", "secret 0A"},
	    {"secret ", "secre "},
	    {"until ", "until x"},
	    {"liaison descriptor 1\n", ""},
	    {"signature ", "signature 0"},
	    {"name Coast", "name  Coast"},
	};
	const struct invitation i = good();
	struct invitation out;
	struct str text;
	struct buf b;

	(void)state;
	buf_init(&b, arena);
	invitation_format(&i, &b);
	text = buf_str(&b);
	assert_true(invitation_is(text));
	assert_int_equal(invitation_parse(arena, text, &out, &err), RC_OK);
	assert_memory_equal(out.secret, i.secret, sizeof i.secret);
	assert_int_equal(descriptor_changes(&out.descriptor, &i.descriptor), 0);
	for (size_t k = 0; k < COUNT_OF(cases); k++)
		if (invitation_parse(arena, with(text, cases[k].from, cases[k].to), &out, &err) !=
		    RC_INVALID)
			fail_msg("case %zu", k);
	for (size_t n = 0; n < text.n; n++)
		assert_int_not_equal(invitation_parse(arena, str_sub(text, 0, n), &out, &err),
				     RC_OK);
	assert_false(invitation_is(i.descriptor_text));
}

static void
a_reply_proves_that_its_writer_had_the_invitation(void **state)
{
	const struct invitation i = good();
	struct reply_file r = {.descriptor_text = i.descriptor_text, .descriptor = i.descriptor};
	struct reply_file out;
	unsigned char other[PAIR_SECRET_BYTES] = {9}, mark[32];
	struct buf b;

	(void)state;
	reply_file_prove(&r, i.secret);
	buf_init(&b, arena);
	reply_file_format(&r, &b);
	assert_int_equal(reply_file_parse(arena, buf_str(&b), &out, &err), RC_OK);
	assert_true(reply_file_is_proved(&out, i.secret));
	assert_false(reply_file_is_proved(&out, other));
	invitation_mark(i.secret, mark);
	assert_memory_equal(mark, out.mark, sizeof mark);
	/* Nothing of the secret stands in it. */
	assert_true(str_find(buf_str(&b), STR("09090909")) < 0);
	/* Another's descriptor under this proof. */
	out.descriptor_text = with(i.descriptor_text, "Coast House", "Coast Mouse");
	assert_false(reply_file_is_proved(&out, i.secret));
	assert_int_equal(
	    reply_file_parse(arena, with(buf_str(&b), "proof ", "proof 0"), &out, &err),
	    RC_INVALID);
	assert_int_equal(
	    reply_file_parse(arena, with(buf_str(&b), "reply 1", "reply 2"), &out, &err),
	    RC_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_invitation_is_read_as_it_was_written_and_in_no_other_form),
	    cmocka_unit_test(a_reply_proves_that_its_writer_had_the_invitation),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
