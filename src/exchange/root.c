#include "exchange/root.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/hex.h"
#include "seal/hash.h"
#include "seal/random.h"
#include "seal/secret.h"

#define WHOLE "liaison root secret 1 "
#define PUBLIC "liaison root key 1 "

void
root_make(unsigned char seed[SIGN_SEED_BYTES], unsigned char public[SIGN_PUBLIC_BYTES])
{
	unsigned char secret[SIGN_SECRET_BYTES];

	random_bytes(seed, SIGN_SEED_BYTES);
	sign_pair(seed, public, secret);
	secret_wipe(secret, sizeof secret);
}

static void
name_of(const unsigned char public[SIGN_PUBLIC_BYTES], unsigned char name[SHARE_NAME_BYTES])
{
	struct hash h;

	sha256((struct str){(const char *)public, SIGN_PUBLIC_BYTES}, &h);
	memcpy(name, h.b, SHARE_NAME_BYTES);
}

void
root_parts(const unsigned char seed[SIGN_SEED_BYTES], const unsigned char public[SIGN_PUBLIC_BYTES],
	   struct shares *out)
{
	unsigned char name[SHARE_NAME_BYTES];

	name_of(public, name);
	share_make(seed, name, out);
}

struct str
root_whole(struct arena *a, const unsigned char seed[SIGN_SEED_BYTES])
{
	return str_fmt(a, WHOLE "%.*s", STR_ARG(hex_format(a, seed, SIGN_SEED_BYTES)));
}

static enum rc
join_parts(struct arena *a, const struct str_list *texts,
	   const unsigned char public[SIGN_PUBLIC_BYTES], unsigned char seed[SIGN_SEED_BYTES],
	   struct err *err)
{
	unsigned char name[SHARE_NAME_BYTES];
	struct err why = {.rc = RC_OK};
	struct buf lines;
	enum rc rc;

	buf_init(&lines, a);
	for (size_t i = 0; i < texts->n; i++) {
		buf_add(&lines, str_trim(texts->at[i]));
		buf_add_byte(&lines, '\n');
	}
	name_of(public, name);
	rc = share_join(buf_str(&lines), name, seed, &why);
	if (rc == RC_DENIED)
		return fail(err, RC_DENIED, "part",
			    "takes two different ones of the three parts of this very root key");
	return rc == RC_OK ? RC_OK : fail(err, rc, "part", "is no part, or one typed wrongly");
}

enum rc
root_join(struct arena *a, const struct str_list *texts,
	  const unsigned char public[SIGN_PUBLIC_BYTES], unsigned char secret[SIGN_SECRET_BYTES],
	  struct err *err)
{
	unsigned char seed[SIGN_SEED_BYTES] = {0}, is[SIGN_PUBLIC_BYTES];
	struct str first = texts->n > 0 ? str_trim(texts->at[0]) : STR_NONE;
	enum rc rc = RC_OK;

	if (texts->n == 1 && str_starts(first, STR(WHOLE))) {
		if (!hex_parse(str_sub(first, sizeof WHOLE - 1, first.n), seed, sizeof seed))
			rc = fail(err, RC_INVALID, "part", "is no root key");
	} else {
		rc = join_parts(a, texts, public, seed, err);
	}
	if (rc == RC_OK) {
		sign_pair(seed, is, secret);
		if (!secret_eq((struct str){(const char *)is, sizeof is},
			       (struct str){(const char *)public, SIGN_PUBLIC_BYTES})) {
			secret_wipe(secret, SIGN_SECRET_BYTES);
			rc = fail(err, RC_DENIED, "part", "is of another root key");
		}
	}
	secret_wipe(seed, sizeof seed);
	return rc;
}

struct str
root_public_format(struct arena *a, const unsigned char public[SIGN_PUBLIC_BYTES])
{
	return str_fmt(a, PUBLIC "%.*s\n", STR_ARG(hex_format(a, public, SIGN_PUBLIC_BYTES)));
}

enum rc
root_public_parse(struct str text, unsigned char public[SIGN_PUBLIC_BYTES], struct err *err)
{
	struct str s = str_trim(text);

	if (str_starts(s, STR(PUBLIC)))
		s = str_sub(s, sizeof PUBLIC - 1, s.n);
	return hex_parse(s, public, SIGN_PUBLIC_BYTES)
		   ? RC_OK
		   : fail(err, RC_INVALID, "root",
			  "is no root key: \"liaison root key 1\" and 64 digits");
}
