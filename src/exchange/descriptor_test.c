#include "base/test.h"

#include "base/arena.h"
#include "base/clock.h"
#include "exchange/descriptor.h"
#include "exchange/endpoint.h"
#include "exchange/lines.h"
#include "exchange/sheet.h"
#include "seal/keys_exchange.h"

static struct arena *arena;
static struct err err;
static unsigned char root_secret[SIGN_SECRET_BYTES], identity_secret[SIGN_SECRET_BYTES];
static const int64_t november = INT64_C(1795399834000);
#define DAY_MS INT64_C(86400000)

static void
pair_of(unsigned char number, unsigned char public[32], unsigned char secret[64])
{
	unsigned char seed[32] = {number}, own[64];

	sign_pair(seed, public, secret != NULL ? secret : own);
}

static struct descriptor
good(void)
{
	struct descriptor d = {.name = STR("North Coast Police"),
			       .country = STR("QN"),
			       .kind = STR("police"),
			       .regime = STR("LED"),
			       .version = 3,
			       .from_ms = november,
			       .until_ms = november + 90 * DAY_MS,
			       .protocol_min = 1,
			       .protocol_max = 2};

	pair_of(1, d.root, root_secret);
	pair_of(2, d.identity, identity_secret);
	pair_of(3, d.tls, NULL);
	pair_of(4, d.log, NULL);
	*VEC_ADD(arena, &d.endpoints) = STR("https://node.north.example:8443");
	*VEC_ADD(arena, &d.endpoints) = STR("https://[2001:db8::7]:8443");
	*VEC_ADD(arena, &d.features) = STR("envelopes");
	*VEC_ADD(arena, &d.features) = STR("sheets");
	descriptor_sign(&d, root_secret);
	return d;
}

static struct str
text_of(const struct descriptor *d)
{
	struct buf b;

	buf_init(&b, arena);
	descriptor_format(d, false, &b);
	return buf_str(&b);
}

/* The first `from` in it becomes `to`; an empty `from` puts `to` at the end. */
static struct str
with(struct str text, const char *from, const char *to)
{
	struct str what = str_from(from);
	ptrdiff_t at = what.n == 0 ? (ptrdiff_t)text.n : str_find(text, what);
	struct buf b;

	assert_true(at >= 0);
	buf_init(&b, arena);
	buf_add(&b, str_sub(text, 0, (size_t)at));
	buf_add(&b, str_from(to));
	buf_add(&b, str_sub(text, (size_t)at + what.n, text.n));
	return buf_str(&b);
}

static void
what_a_node_says_of_itself_is_read_as_it_was_written(void **state)
{
	struct descriptor d = good(), again;
	struct buf draft;

	(void)state;
	assert_int_equal(descriptor_parse(arena, text_of(&d), false, &again, &err), RC_OK);
	assert_int_equal(descriptor_changes(&d, &again), 0);
	assert_int_equal(descriptor_check(&again, november, &err), RC_OK);
	assert_int_equal(descriptor_check(&again, november - 1, &err), RC_CONFLICT);
	assert_int_equal(descriptor_check(&again, november + 90 * DAY_MS - 1, &err), RC_OK);
	assert_int_equal(descriptor_check(&again, november + 90 * DAY_MS, &err), RC_CONFLICT);
	/* A draft is no descriptor, and a descriptor no draft. */
	buf_init(&draft, arena);
	descriptor_format(&d, true, &draft);
	assert_int_equal(descriptor_parse(arena, buf_str(&draft), true, &again, &err), RC_OK);
	assert_int_equal(descriptor_parse(arena, buf_str(&draft), false, &again, &err), RC_INVALID);
	assert_int_equal(descriptor_parse(arena, text_of(&d), true, &again, &err), RC_INVALID);
	/* A node without an inbound port, and with nothing to offer yet. */
	d.endpoints.n = d.features.n = 0;
	descriptor_sign(&d, root_secret);
	assert_int_equal(descriptor_parse(arena, text_of(&d), false, &again, &err), RC_OK);
	assert_int_equal(again.endpoints.n, 0);
}

static void
other_forms_are_refused_each_by_its_line(void **state)
{
	static const struct {
		const char *from, *to, *key;
	} cases[] = {
	    {"liaison descriptor 1", "liaison descriptor 2", "text"},
	    {"liaison descriptor 1\n", "\n", "text"},
	    {"liaison descriptor 1\n", "liaison descriptor 1\r\n", "text"},
	    {"", "x\n", "text"},
	    {"", "\n", "text"},
	    {"name North Coast Police\n", "", "name"},
	    {"name North Coast Police", "name ", "name"},
	    {"name North", "name  North", "name"},
	    {"Police\n", "Police \n", "name"},
	    {"North Coast", "North  Coast", "name"},
	    {"North Coast", "North\tCoast", "name"},
	    {"North Coast",
	     "North\xe2\x80\xae"
	     "Coast",
	     "name"}, /* turns the text round */
	    {"North Coast",
	     "North\xe2\x80\x8b"
	     "Coast",
	     "name"}, /* no width */
	    {"North Coast",
	     "North\xc2\xa0"
	     "Coast",
	     "name"}, /* a space that is none */
	    {"North Coast", "North\xff", "text"},
	    {"name North Coast Police\ncountry QN\n", "country QN\nname North Coast Police\n",
	     "name"},
	    {"country QN\n", "country QN\ncountry QN\n", "kind"},
	    {"country QN", "country QNRX", "country"},
	    {"country QN", "country Q N", "country"},
	    {"kind police", "kind po/lice", "kind"},
	    {"regime LED", "regime", "regime"},
	    {"version 3", "version 0", "version"},
	    {"version 3", "version -3", "version"},
	    {"version 3", "version 03", "text"},
	    {"version 3", "version +3", NULL},
	    {"version 3", "version 99999999999999999999", "version"},
	    {"from 2026", "from 1026", "from"},
	    {"from 2026", "from 2025", "until"}, /* more than 90 days */
	    {"until 2027", "until 2026", "until"},
	    {"until 2027", "until 10027", "until"},
	    {"00Z", "00+00:00", NULL},
	    {"root ", "root 00", "root"},
	    {"root ", "root G", "root"},
	    {"root ", "root  ", "root"},
	    {"endpoint https://node", "endpoint http://node", "endpoint"},
	    {"endpoint https://node.north", "endpoint https://Node.north", "endpoint"},
	    {".example:8443", ".example", "endpoint"},
	    {".example:8443", ".example:08443", "endpoint"},
	    {".example:8443", ".example:84430", "endpoint"},
	    {".example:8443", ".example:0", "endpoint"},
	    {".example:8443", ".example:8443/", "endpoint"},
	    {".example:8443", ".example:8443?x=1", "endpoint"},
	    {"https://node", "https://user@node", "endpoint"},
	    {"https://node", "https://user:x@node", "endpoint"},
	    {"https://[2001:db8::7]:8443", "https://2001:db8::7:8443", "endpoint"},
	    {"https://[2001:db8::7]:8443", "https://node.north.example:8443", "endpoint"},
	    {"protocol 1 2", "protocol 2 1", "protocol"},
	    {"protocol 1 2", "protocol 0 1", "protocol"},
	    {"protocol 1 2", "protocol 1", "protocol"},
	    {"protocol 1 2", "protocol 1 2 3", "protocol"},
	    {"protocol 1 2", "protocol 1 20000", "protocol"},
	    {"feature envelopes\nfeature sheets", "feature sheets\nfeature envelopes", "endpoint"},
	    {"feature sheets", "feature envelopes", "endpoint"},
	    {"feature sheets", "feature she ets", "endpoint"},
	    {"signature ", "signature 0", "signature"},
	    {"signature ", "Signature ", "signature"},
	};
	struct descriptor d = good(), out;
	struct str text = text_of(&d);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str bent = with(text, cases[i].from, cases[i].to);
		enum rc rc = descriptor_parse(arena, bent, false, &out, &err);

		if (rc != RC_INVALID)
			fail_msg("case %zu (%s) gave %d", i, cases[i].to, (int)rc);
		if (cases[i].key != NULL && strcmp(err.key, cases[i].key) != 0)
			fail_msg("case %zu (%s) names %s", i, cases[i].to, err.key);
		/* No value of it comes back in what is said: it may hold anything. */
		assert_null(strstr(err.text, "North"));
	}
	/* Cut anywhere, it is none. */
	for (size_t n = 0; n < text.n; n++)
		assert_int_not_equal(
		    descriptor_parse(arena, str_sub(text, 0, n), false, &out, &err), RC_OK);
	/* Five endpoints, seventeen features, too much altogether. */
	for (size_t i = 0; i < 3; i++)
		*VEC_ADD(arena, &d.endpoints) = str_fmt(arena, "https://n%zu.example:1", i);
	assert_int_equal(descriptor_parse(arena, text_of(&d), false, &out, &err), RC_INVALID);
	d.endpoints.n = d.features.n = 0;
	for (size_t i = 0; i < 17; i++)
		*VEC_ADD(arena, &d.features) = str_fmt(arena, "f%02zu", i);
	assert_int_equal(descriptor_parse(arena, text_of(&d), false, &out, &err), RC_INVALID);
	d.name = str_fmt(arena, "%017000d", 7);
	assert_int_equal(descriptor_parse(arena, text_of(&d), false, &out, &err), RC_TOO_LARGE);
}

static void
one_digit_of_any_line_and_the_signature_fails(void **state)
{
	struct descriptor d = good(), out;
	struct str text = text_of(&d);
	int refused = 0;

	(void)state;
	for (size_t i = 0; i < text.n; i++) {
		char *bent = str_z(arena, text);

		if (bent[i] < '0' || bent[i] > '9')
			continue;
		bent[i] = bent[i] == '9' ? '8' : (char)(bent[i] + 1);
		if (descriptor_parse(arena, (struct str){bent, text.n}, false, &out, &err) ==
		    RC_OK) {
			assert_int_equal(descriptor_check(&out, november + DAY_MS, &err),
					 RC_DENIED);
			refused++;
		}
	}
	assert_true(refused > 200);
	/* Signed by somebody else who names this root. */
	descriptor_sign(&d, identity_secret);
	assert_int_equal(descriptor_check(&d, november, &err), RC_DENIED);
	/* Signed by the root, but as something else. */
	sign_make(root_secret, text, d.signature);
	assert_int_equal(descriptor_check(&d, november, &err), RC_DENIED);
	/* One key for two uses. */
	d = good();
	memcpy(d.tls, d.identity, sizeof d.tls);
	descriptor_sign(&d, root_secret);
	assert_int_equal(descriptor_parse(arena, text_of(&d), false, &out, &err), RC_INVALID);
}

static void
another_root_or_place_blocks_and_another_key_by_the_same_root_does_not(void **state)
{
	struct descriptor was = good(), now = good();

	(void)state;
	assert_int_equal(descriptor_changes(&was, &now), 0);
	now.version = 4;
	pair_of(9, now.identity, NULL);
	assert_int_equal(descriptor_changes(&was, &now) & DESCRIPTOR_BLOCKS, 0);
	assert_true((descriptor_changes(&was, &now) & DESCRIPTOR_KEYS) != 0);
	assert_true((descriptor_changes(&was, &now) & DESCRIPTOR_OLDER) == 0);
	now.version = 3;
	assert_true((descriptor_changes(&was, &now) & DESCRIPTOR_OLDER) != 0);
	now = good();
	now.version = 4;
	pair_of(9, now.root, NULL);
	assert_int_equal(descriptor_changes(&was, &now) & DESCRIPTOR_BLOCKS, DESCRIPTOR_ROOT);
	now = good();
	now.version = 4;
	now.endpoints.at[0] = STR("https://node.south.example:8443");
	assert_int_equal(descriptor_changes(&was, &now) & DESCRIPTOR_BLOCKS, DESCRIPTOR_ENDPOINT);
	now.name = STR("South Coast Police");
	assert_true(str_eq(descriptor_changes_text(arena, descriptor_changes(&was, &now)),
			   STR("where it is found and who it says it is")));
	now = good();
	now.version = 4;
	now.country = STR("QR");
	assert_int_equal(descriptor_changes(&was, &now) & DESCRIPTOR_BLOCKS, DESCRIPTOR_WHO);
	now = good();
	now.version = 4;
	now.regime = STR("other");
	assert_int_equal(descriptor_changes(&was, &now) & DESCRIPTOR_BLOCKS, DESCRIPTOR_WHO);
}

static void
a_fingerprint_is_thirty_digits_that_people_may_group_as_they_like(void **state)
{
	struct descriptor d = good();
	struct str digits = root_fingerprint(arena, d.root), other;
	unsigned char root[32];

	(void)state;
	assert_int_equal(digits.n, 35);
	assert_true(root_fingerprint_is(d.root, digits));
	assert_true(root_fingerprint_is(d.root, with(digits, " ", "")));
	assert_true(root_fingerprint_is(d.root, with(digits, " ", " - ")));
	assert_false(root_fingerprint_is(d.root, str_sub(digits, 0, 34)));
	assert_false(root_fingerprint_is(d.root, str_fmt(arena, "%.*s1", STR_ARG(digits))));
	assert_false(root_fingerprint_is(d.root, str_fmt(arena, "x%.*s", STR_ARG(digits))));
	assert_false(root_fingerprint_is(d.root, STR_NONE));
	pair_of(9, root, NULL);
	other = root_fingerprint(arena, root);
	assert_false(str_eq(digits, other));
	assert_false(root_fingerprint_is(d.root, other));
}

static struct sheet
good_sheet(void)
{
	const struct descriptor d = good();
	struct sheet s = {.week = november / SEALING_WEEK_MS};
	struct buf b;

	memcpy(s.root, d.root, 32);
	memcpy(s.identity, d.identity, 32);
	s.from_ms = s.week * SEALING_WEEK_MS;
	s.until_ms = s.from_ms + 14 * DAY_MS;
	memset(s.sealing, 7, sizeof s.sealing);
	buf_init(&b, arena);
	sheet_format_signed(&s, &b);
	sign_domain_make(identity_secret, exchange_word_domain(EXCHANGE_WORD_SHEET), buf_str(&b),
			 s.signature);
	return s;
}

static void
a_sheet_is_good_in_its_time_for_its_identity_alone(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
	    {"liaison sheet 1", "liaison sheet 2"},
	    {"week ", "week 1"},
	    {"week ", "week -"},
	    {"week 29", "week 19"},
	    {"until 2026-12-03", "until 2026-12-04"}, /* fifteen days */
	    {"until 2026-12-03", "until 2026-11-01"},
	    {"sealing 0707", "sealing 07"},
	    {"signature ", "sig "},
	    {"", "x\n"},
	};
	struct sheet s = good_sheet(), out;
	struct descriptor d = good();
	struct str text;
	struct buf b;

	(void)state;
	buf_init(&b, arena);
	sheet_format(&s, &b);
	text = buf_str(&b);
	assert_int_equal(sheet_parse(arena, text, &out, &err), RC_OK);
	assert_int_equal(sheet_check(&out, d.root, d.identity, s.from_ms, &err), RC_OK);
	assert_int_equal(sheet_check(&out, d.root, d.identity, s.from_ms - 1, &err), RC_CONFLICT);
	assert_int_equal(sheet_check(&out, d.root, d.identity, s.until_ms, &err), RC_CONFLICT);
	assert_int_equal(sheet_check(&out, d.root, d.tls, s.from_ms, &err), RC_DENIED);
	assert_int_equal(sheet_check(&out, d.tls, d.identity, s.from_ms, &err), RC_DENIED);
	out.sealing[0] ^= 1;
	assert_int_equal(sheet_check(&out, d.root, d.identity, s.from_ms, &err), RC_DENIED);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(
		    sheet_parse(arena, with(text, cases[i].from, cases[i].to), &out, &err),
		    RC_INVALID);
	/* Signed in another domain by the same key. */
	buf_init(&b, arena);
	sheet_format_signed(&s, &b);
	sign_domain_make(identity_secret, exchange_word_domain(EXCHANGE_WORD_HELLO), buf_str(&b),
			 s.signature);
	assert_int_equal(sheet_check(&s, d.root, d.identity, s.from_ms, &err), RC_DENIED);
	memset(s.sealing, 0, sizeof s.sealing);
	buf_init(&b, arena);
	sheet_format(&s, &b);
	assert_int_equal(sheet_parse(arena, buf_str(&b), &out, &err), RC_INVALID);
}

static void
the_root_alone_ends_a_key(void **state)
{
	const struct descriptor d = good();
	struct revocation r = {.at_ms = november}, out;
	struct buf b;

	(void)state;
	memcpy(r.root, d.root, 32);
	memcpy(r.key, d.identity, 32);
	revocation_sign(&r, root_secret);
	buf_init(&b, arena);
	revocation_format(&r, &b);
	assert_int_equal(revocation_parse(arena, buf_str(&b), &out, &err), RC_OK);
	assert_int_equal(revocation_check(&out, &err), RC_OK);
	out.key[31] ^= 1;
	assert_int_equal(revocation_check(&out, &err), RC_DENIED);
	revocation_sign(&r, identity_secret);
	assert_int_equal(revocation_check(&r, &err), RC_DENIED);
	assert_int_equal(
	    revocation_parse(arena, with(buf_str(&b), "revoke 1", "revoke 2"), &out, &err),
	    RC_INVALID);
	assert_int_equal(revocation_parse(arena, with(buf_str(&b), "key ", "key x"), &out, &err),
			 RC_INVALID);
	assert_int_equal(revocation_parse(arena, with(buf_str(&b), "", "x"), &out, &err),
			 RC_INVALID);
}

static void
addresses_that_only_this_machine_or_its_neighbours_reach_are_near(void **state)
{
	static const char *const near[] = {
	    "https://127.0.0.1:1",
	    "https://localhost:1",
	    "https://node.localhost:1",
	    "https://node:1",
	    "https://printer.local:1",
	    "https://10.1.2.3:1",
	    "https://172.31.0.1:1",
	    "https://192.168.1.1:1",
	    "https://169.254.169.254:1",
	    "https://100.64.0.1:1",
	    "https://0.0.0.0:1",
	    "https://[::1]:1",
	    "https://[fe80::1]:1",
	    "https://[fd00::1]:1",
	    "https://[::]:1",
	    "https://[::ffff:127.0.0.1]:1",
	    "https://224.0.0.1:1",
	};
	static const char *const far[] = {"https://node.example:1", "https://192.0.2.1:1",
					  "https://172.32.0.1:1", "https://[2001:db8::1]:1"};
	static const char *const none[] = {
	    "https://127.1:1",
	    "https://0x7f000001:1",
	    "https://2130706433:1",
	    "https://127.0.0.01:1",
	    "https://:1",
	    "https://-a.example:1",
	    "https://a..example:1",
	    "https://a.example.:1",
	    "https://[127.0.0.1]:1",
	    "https://[::1%25lo]:1",
	    "https://a_b.example:1",
	    "https://[::1]1",
	    "https://a.example:1#x",
	    "https://a.example: 1",
	};
	struct endpoint e;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(near); i++)
		if (!endpoint_parse(str_from(near[i]), &e) || !endpoint_is_near(e.host))
			fail_msg("%s is near", near[i]);
	for (size_t i = 0; i < COUNT_OF(far); i++)
		if (!endpoint_parse(str_from(far[i]), &e) || endpoint_is_near(e.host))
			fail_msg("%s is far", far[i]);
	for (size_t i = 0; i < COUNT_OF(none); i++)
		if (endpoint_parse(str_from(none[i]), &e))
			fail_msg("%s is none", none[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
	    T(what_a_node_says_of_itself_is_read_as_it_was_written),
	    T(other_forms_are_refused_each_by_its_line),
	    T(one_digit_of_any_line_and_the_signature_fails),
	    T(another_root_or_place_blocks_and_another_key_by_the_same_root_does_not),
	    T(a_fingerprint_is_thirty_digits_that_people_may_group_as_they_like),
	    T(a_sheet_is_good_in_its_time_for_its_identity_alone),
	    T(the_root_alone_ends_a_key),
	    T(addresses_that_only_this_machine_or_its_neighbours_reach_are_near),
	};
	int failed;

	arena = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return failed;
}
