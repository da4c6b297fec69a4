#include "exchange/descriptor.h"

#include "base/arena.h"
#include "exchange/endpoint.h"
#include "exchange/lines.h"
#include "seal/hash.h"
#include "seal/secret.h"

#define HEAD "liaison descriptor 1"
#define DOMAIN STR("liaison/descriptor/1")
#define DAY_MS INT64_C(86400000)

static enum rc
bad(const char *key, const char *why, struct err *err)
{
	return fail(err, RC_INVALID, key, "%s", why);
}

static bool
lists_are_good(const struct descriptor *d)
{
	struct endpoint e;

	if (d->endpoints.n > DESCRIPTOR_ENDPOINTS_MAX || d->features.n > DESCRIPTOR_FEATURES_MAX)
		return false;
	for (size_t i = 0; i < d->endpoints.n; i++) {
		if (!endpoint_parse(d->endpoints.at[i], &e))
			return false;
		for (size_t k = 0; k < i; k++)
			if (str_eq(d->endpoints.at[i], d->endpoints.at[k]))
				return false;
	}
	for (size_t i = 0; i < d->features.n; i++)
		if (!lines_code_is_good(d->features.at[i]) ||
		    (i > 0 && str_cmp(d->features.at[i - 1], d->features.at[i]) >= 0))
			return false;
	return true;
}

/* Four keys for four uses. */
static bool
keys_differ(const struct descriptor *d)
{
	const unsigned char *const keys[] = {d->root, d->identity, d->tls, d->log};

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		for (size_t k = 0; k < i; k++)
			if (memcmp(keys[i], keys[k], SIGN_PUBLIC_BYTES) == 0)
				return false;
	return true;
}

enum rc
descriptor_form(const struct descriptor *d, struct err *err)
{
	if (!lines_name_is_good(d->name))
		return bad("name", "is empty, too long, or holds what cannot be seen", err);
	if (!lines_code_is_good(d->country) || d->country.n > 3)
		return bad("country", "is not a code of a country", err);
	if (!lines_code_is_good(d->kind))
		return bad("kind", "is not a code", err);
	if (!lines_code_is_good(d->regime))
		return bad("regime", "is not a code", err);
	if (d->version < 1)
		return bad("version", "is 1 or more", err);
	if (d->until_ms <= d->from_ms || d->until_ms - d->from_ms > DESCRIPTOR_DAYS_MAX * DAY_MS)
		return bad("until", "is before its beginning, or more than 90 days after it", err);
	if (!keys_differ(d))
		return bad("identity", "two of its keys are the same", err);
	if (!lists_are_good(d))
		return bad("endpoint",
			   "an endpoint is https://HOST:PORT; endpoints differ, features rise",
			   err);
	if (d->protocol_min < 1 || d->protocol_max < d->protocol_min || d->protocol_max > 9999)
		return bad("protocol", "is the lowest and the highest version", err);
	return RC_OK;
}

static void
format_body(const struct descriptor *d, struct buf *b)
{
	buf_add_z(b, HEAD "\n");
	lines_add(b, "name", d->name);
	lines_add(b, "country", d->country);
	lines_add(b, "kind", d->kind);
	lines_add(b, "regime", d->regime);
	lines_add_number(b, "version", d->version);
	lines_add_time(b, "from", d->from_ms);
	lines_add_time(b, "until", d->until_ms);
	lines_add_bytes(b, "root", d->root, sizeof d->root);
	lines_add_bytes(b, "identity", d->identity, sizeof d->identity);
	lines_add_bytes(b, "tls", d->tls, sizeof d->tls);
	lines_add_bytes(b, "log", d->log, sizeof d->log);
	for (size_t i = 0; i < d->endpoints.n; i++)
		lines_add(b, "endpoint", d->endpoints.at[i]);
	buf_addf(b, "protocol %lld %lld\n", (long long)d->protocol_min, (long long)d->protocol_max);
	for (size_t i = 0; i < d->features.n; i++)
		lines_add(b, "feature", d->features.at[i]);
}

void
descriptor_format(const struct descriptor *d, bool is_draft, struct buf *out)
{
	format_body(d, out);
	if (!is_draft)
		lines_add_bytes(out, "signature", d->signature, sizeof d->signature);
}

static enum rc
parse_protocol(struct lines *l, struct descriptor *out, struct err *err)
{
	struct str text, low;
	enum rc rc = lines_text(l, "protocol", &text, err);

	if (rc != RC_OK)
		return rc;
	low = str_cut(&text, ' ');
	return str_to_i64(low, &out->protocol_min) && str_to_i64(text, &out->protocol_max)
		   ? RC_OK
		   : lines_bad(l, "protocol", "is the lowest and the highest version", err);
}

static enum rc
parse_body(struct lines *l, struct arena *a, struct descriptor *out, struct err *err)
{
	enum rc rc;

	if ((rc = lines_text(l, "name", &out->name, err)) != RC_OK ||
	    (rc = lines_text(l, "country", &out->country, err)) != RC_OK ||
	    (rc = lines_text(l, "kind", &out->kind, err)) != RC_OK ||
	    (rc = lines_text(l, "regime", &out->regime, err)) != RC_OK ||
	    (rc = lines_number(l, "version", &out->version, err)) != RC_OK ||
	    (rc = lines_time(l, "from", &out->from_ms, err)) != RC_OK ||
	    (rc = lines_time(l, "until", &out->until_ms, err)) != RC_OK ||
	    (rc = lines_key(l, "root", out->root, err)) != RC_OK ||
	    (rc = lines_key(l, "identity", out->identity, err)) != RC_OK ||
	    (rc = lines_key(l, "tls", out->tls, err)) != RC_OK ||
	    (rc = lines_key(l, "log", out->log, err)) != RC_OK ||
	    (rc = lines_list(l, a, "endpoint", DESCRIPTOR_ENDPOINTS_MAX, &out->endpoints, err)) !=
		RC_OK ||
	    (rc = parse_protocol(l, out, err)) != RC_OK)
		return rc;
	return lines_list(l, a, "feature", DESCRIPTOR_FEATURES_MAX, &out->features, err);
}

enum rc
descriptor_parse(struct arena *a, struct str text, bool is_draft, struct descriptor *out,
		 struct err *err)
{
	struct lines l;
	struct buf again;
	enum rc rc;

	*out = (struct descriptor){.version = 0};
	if ((rc = lines_begin(&l, text, HEAD, err)) != RC_OK ||
	    (rc = parse_body(&l, a, out, err)) != RC_OK ||
	    (rc = is_draft ? lines_end(&l, err) : lines_signature(&l, out->signature, err)) !=
		RC_OK ||
	    (rc = descriptor_form(out, err)) != RC_OK)
		return rc;
	buf_init(&again, a);
	descriptor_format(out, is_draft, &again);
	return lines_same(&l, buf_str(&again), err);
}

void
descriptor_sign(struct descriptor *d, const unsigned char secret[SIGN_SECRET_BYTES])
{
	struct arena *a = arena_new(0);
	struct buf b;

	buf_init(&b, a);
	format_body(d, &b);
	sign_domain_make(secret, DOMAIN, buf_str(&b), d->signature);
	arena_free(a);
}

enum rc
descriptor_check(const struct descriptor *d, int64_t now_ms, struct err *err)
{
	struct arena *a = arena_new(0);
	struct buf b;
	bool good;

	buf_init(&b, a);
	format_body(d, &b);
	good = sign_domain_is_good(d->root, DOMAIN, buf_str(&b), d->signature);
	arena_free(a);
	if (!good)
		return fail(err, RC_DENIED, "signature", "is not by the root key that it names");
	if (now_ms < d->from_ms)
		return fail(err, RC_CONFLICT, "from", "it is not good yet: is a clock wrong?");
	if (now_ms >= d->until_ms)
		return fail(err, RC_CONFLICT, "until",
			    "it is good no more: ask for the present one");
	return RC_OK;
}

static bool
same_list(const struct str_list *a, const struct str_list *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = str_eq(a->at[i], b->at[i]);
	return same;
}

static bool
same_key(const unsigned char a[SIGN_PUBLIC_BYTES], const unsigned char b[SIGN_PUBLIC_BYTES])
{
	return secret_eq((struct str){(const char *)a, SIGN_PUBLIC_BYTES},
			 (struct str){(const char *)b, SIGN_PUBLIC_BYTES});
}

unsigned
descriptor_changes(const struct descriptor *was, const struct descriptor *now)
{
	unsigned changes = 0;

	if (!same_key(was->root, now->root))
		changes |= DESCRIPTOR_ROOT;
	if (!same_list(&was->endpoints, &now->endpoints))
		changes |= DESCRIPTOR_ENDPOINT;
	if (!str_eq(was->name, now->name) || !str_eq(was->country, now->country) ||
	    !str_eq(was->kind, now->kind) || !str_eq(was->regime, now->regime))
		changes |= DESCRIPTOR_WHO;
	if (!same_key(was->identity, now->identity) || !same_key(was->tls, now->tls) ||
	    !same_key(was->log, now->log))
		changes |= DESCRIPTOR_KEYS;
	if (was->from_ms != now->from_ms || was->until_ms != now->until_ms ||
	    was->protocol_min != now->protocol_min || was->protocol_max != now->protocol_max ||
	    !same_list(&was->features, &now->features) || was->version != now->version)
		changes |= DESCRIPTOR_OTHER;
	if (changes != 0 && (changes & DESCRIPTOR_ROOT) == 0 && now->version <= was->version)
		changes |= DESCRIPTOR_OLDER;
	return changes;
}

struct str
descriptor_changes_text(struct arena *a, unsigned changes)
{
	static const struct {
		unsigned bit;
		const char *text;
	} texts[] = {{DESCRIPTOR_ROOT, "its root key"},
		     {DESCRIPTOR_ENDPOINT, "where it is found"},
		     {DESCRIPTOR_WHO, "who it says it is"}};
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if ((changes & texts[i].bit) != 0)
			buf_addf(&b, "%s%s", b.n > 0 ? " and " : "", texts[i].text);
	return buf_str(&b);
}

#define GROUPS 6
#define DIGITS (GROUPS * 5)

static void
fingerprint_digits(const unsigned char root[SIGN_PUBLIC_BYTES], char out[DIGITS + 1])
{
	struct sha256 s;
	struct hash h;

	sha256_init(&s);
	sha256_add(&s, "liaison/fingerprint/1", sizeof "liaison/fingerprint/1");
	sha256_add(&s, root, SIGN_PUBLIC_BYTES);
	sha256_end(&s, &h);
	for (size_t g = 0; g < GROUPS; g++) {
		uint64_t v = 0;

		for (size_t i = 0; i < 5; i++)
			v = v << 8 | h.b[5 * g + i];
		(void)snprintf(out + 5 * g, 6, "%05u", (unsigned)(v % 100000));
	}
}

struct str
root_fingerprint(struct arena *a, const unsigned char root[SIGN_PUBLIC_BYTES])
{
	char digits[DIGITS + 1];
	struct buf b;

	fingerprint_digits(root, digits);
	buf_init(&b, a);
	for (size_t g = 0; g < GROUPS; g++)
		buf_addf(&b, "%s%.5s", g > 0 ? " " : "", digits + 5 * g);
	return buf_str(&b);
}

bool
root_fingerprint_is(const unsigned char root[SIGN_PUBLIC_BYTES], struct str said)
{
	char digits[DIGITS + 1], given[DIGITS + 1] = "";
	size_t n = 0;

	for (size_t i = 0; i < said.n; i++) {
		char c = said.p[i];

		if (c == ' ' || c == '-')
			continue;
		if (c < '0' || c > '9' || n == DIGITS)
			return false;
		given[n++] = c;
	}
	fingerprint_digits(root, digits);
	return n == DIGITS && secret_eq((struct str){digits, DIGITS}, (struct str){given, DIGITS});
}
