#include "seal/cosign.h"

#include "base/arena.h"
#include "seal/note_inside.h"

enum rc
cosign_key_parse(struct arena *a, struct str vkey, struct note_key *out, struct err *err)
{
	return note_key_parse_as(a, vkey, NOTE_TYPE_COSIGNATURE, out, err);
}

struct str
cosign_key_format(struct arena *a, const struct note_key *key)
{
	return note_key_format_as(a, key, NOTE_TYPE_COSIGNATURE);
}

enum rc
cosign_key_make(struct str name, const unsigned char public[SIGN_PUBLIC_BYTES],
		struct note_key *out, struct err *err)
{
	return note_key_make_as(name, public, NOTE_TYPE_COSIGNATURE, out, err);
}

static struct str
signed_message(struct arena *a, int64_t seconds, struct str text)
{
	struct buf out;

	buf_init(&out, a);
	buf_addf(&out, "cosignature/v1\ntime %lld\n", (long long)seconds);
	buf_add(&out, text);
	return buf_str(&out);
}

/* RC_INTEGRITY: not 72 bytes, a time beyond 2^63-1, or not the witness's. */
static enum rc
check_one(const struct note *note, const struct note_signature *s, const struct note_key *witness,
	  int64_t *seconds, struct err *err)
{
	struct arena *a;
	uint64_t time = 0;
	bool good;

	if (s->signature.n != COSIGN_SIGNATURE_BYTES)
		return fail(err, RC_INTEGRITY, "signature", "a cosignature has a wrong length");
	for (int i = 0; i < 8; i++)
		time = time << 8 | (unsigned char)s->signature.p[i];
	if (time > INT64_MAX)
		return fail(err, RC_INTEGRITY, "signature", "a cosignature has an impossible time");
	a = arena_new(0);
	good = sign_is_good(witness->public, signed_message(a, (int64_t)time, note->text),
			    (const unsigned char *)s->signature.p + 8);
	arena_free(a);
	if (!good)
		return fail(err, RC_INTEGRITY, "signature",
			    "a cosignature by a known witness does not hold");
	*seconds = (int64_t)time;
	return RC_OK;
}

enum rc
cosign_verify(const struct note *note, const struct note_key *witness, int64_t *seconds,
	      struct err *err)
{
	for (size_t i = 0; i < note->count; i++) {
		const struct note_signature *s = &note->signatures[i];

		if (s->key_id == witness->id && str_eq(s->name, witness->name))
			return check_one(note, s, witness, seconds, err);
	}
	return fail(err, RC_ABSENT, "signature", "this witness has not signed the checkpoint");
}

void
cosign_add(struct buf *out, const struct note_key *witness,
	   const unsigned char secret[SIGN_SECRET_BYTES], struct str text, int64_t seconds)
{
	unsigned char bytes[COSIGN_SIGNATURE_BYTES];

	must(seconds >= 0);
	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)((uint64_t)seconds >> (8 * (7 - i)));
	sign_make(secret, signed_message(out->arena, seconds, text), bytes + 8);
	note_add_signature_line(out, witness, (struct str){(char *)bytes, sizeof bytes});
}
