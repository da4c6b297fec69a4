#include "seal/note.h"

#include "base/arena.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "seal/hash.h"
#include "seal/note_inside.h"

static bool
is_unicode_space(uint32_t c)
{
	return c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool
name_is_valid(struct str name)
{
	if (name.n == 0 || !utf8_is_valid(name))
		return false;
	for (size_t i = 0, used; i < name.n; i += used) {
		uint32_t c = utf8_decode(name.p + i, name.n - i, &used);

		if (c < 0x20 || c == '+' || is_unicode_space(c))
			return false;
	}
	return true;
}

/* Key ID = first 4 bytes of SHA-256(name, newline, type, public key). */
static uint32_t
key_id(struct str name, unsigned char type, const unsigned char public[SIGN_PUBLIC_BYTES])
{
	struct sha256 s;
	struct hash h;

	sha256_init(&s);
	sha256_add(&s, name.p, name.n);
	sha256_add(&s, "\n", 1);
	sha256_add(&s, &type, 1);
	sha256_add(&s, public, SIGN_PUBLIC_BYTES);
	sha256_end(&s, &h);
	return (uint32_t)h.b[0] << 24 | (uint32_t)h.b[1] << 16 | (uint32_t)h.b[2] << 8 | h.b[3];
}

enum rc
note_key_make_as(struct str name, const unsigned char public[SIGN_PUBLIC_BYTES], unsigned char type,
		 struct note_key *out, struct err *err)
{
	if (!name_is_valid(name))
		return fail(err, RC_INVALID, "name",
			    "a key's name is text without spaces, plus or control characters");
	out->name = name;
	memcpy(out->public, public, SIGN_PUBLIC_BYTES);
	out->id = key_id(name, type, public);
	return RC_OK;
}

enum rc
note_key_make(struct str name, const unsigned char public[SIGN_PUBLIC_BYTES], struct note_key *out,
	      struct err *err)
{
	return note_key_make_as(name, public, NOTE_TYPE_ED25519, out, err);
}

enum rc
note_key_parse_as(struct arena *a, struct str vkey, unsigned char type, struct note_key *out,
		  struct err *err)
{
	struct str rest = vkey, name = str_cut(&rest, '+'), id, key;
	unsigned char id_bytes[4];
	enum rc rc;

	if (vkey.n > 1024 || rest.p == NULL)
		return fail(err, RC_INVALID, "vkey", "a verifier key is name+id+key");
	id = str_cut(&rest, '+');
	if (rest.p == NULL || !hex_parse(id, id_bytes, 4) || !str_eq(id, str_lower_ascii(a, id)) ||
	    !base64_parse(a, rest, &key))
		return fail(err, RC_INVALID, "vkey", "a verifier key is name+id+key");
	if (key.n != 1 + SIGN_PUBLIC_BYTES || (unsigned char)key.p[0] != type)
		return fail(err, RC_INVALID, "vkey",
			    type == NOTE_TYPE_ED25519
				? "only Ed25519 verifier keys (type 1) are known here"
				: "a witness's key is Ed25519 for cosignatures (type 4)");
	rc = note_key_make_as(name, (const unsigned char *)key.p + 1, type, out, err);
	if (rc != RC_OK)
		return rc;
	if (!str_eq(id, str_fmt(a, "%08x", out->id)))
		return fail(err, RC_INVALID, "vkey", "a verifier key's id is not that of its key");
	return RC_OK;
}

enum rc
note_key_parse(struct arena *a, struct str vkey, struct note_key *out, struct err *err)
{
	return note_key_parse_as(a, vkey, NOTE_TYPE_ED25519, out, err);
}

struct str
note_key_format_as(struct arena *a, const struct note_key *key, unsigned char type)
{
	unsigned char bytes[1 + SIGN_PUBLIC_BYTES] = {type};

	memcpy(bytes + 1, key->public, SIGN_PUBLIC_BYTES);
	return str_fmt(a, "%.*s+%08x+%.*s", STR_ARG(key->name), key->id,
		       STR_ARG(base64_format(a, bytes, sizeof bytes)));
}

struct str
note_key_format(struct arena *a, const struct note_key *key)
{
	return note_key_format_as(a, key, NOTE_TYPE_ED25519);
}

static long
line_at(struct str bytes, size_t offset)
{
	long line = 1;

	for (size_t i = 0; i < offset && i < bytes.n; i++)
		line += bytes.p[i] == '\n';
	return line;
}

static enum rc
check_text(struct str bytes, struct err *err)
{
	size_t bad;

	if (bytes.n > NOTE_BYTES_MAX)
		return fail(err, RC_TOO_LARGE, "", "a note is longer than %u bytes",
			    NOTE_BYTES_MAX);
	if ((bad = utf8_bad_at(bytes)) < bytes.n)
		return fail_at(err, RC_INVALID, "", line_at(bytes, bad), 0, "",
			       "a note must be UTF-8");
	for (size_t i = 0; i < bytes.n; i++)
		if ((unsigned char)bytes.p[i] < 0x20 && bytes.p[i] != '\n')
			return fail_at(err, RC_INVALID, "", line_at(bytes, i), 0, "",
				       "a note holds no control characters");
	return RC_OK;
}

/* "— name base64" without its newline. */
static bool
parse_signature(struct arena *a, struct str line, struct note_signature *out)
{
	static const struct str dash = STR_INIT("\xe2\x80\x94 ");
	struct str bytes;

	if (!str_starts(line, dash))
		return false;
	line = str_sub(line, dash.n, line.n);
	out->name = str_cut(&line, ' ');
	if (line.p == NULL || !name_is_valid(out->name) || !base64_parse(a, line, &bytes) ||
	    bytes.n < 5)
		return false;
	out->key_id = 0;
	for (int i = 0; i < 4; i++)
		out->key_id = out->key_id << 8 | (unsigned char)bytes.p[i];
	out->signature = str_sub(bytes, 4, bytes.n);
	return true;
}

enum rc
note_parse(struct arena *a, struct str bytes, struct note *out, struct err *err)
{
	size_t cut = bytes.n;
	struct str rest;
	enum rc rc;

	*out = (struct note){.count = 0};
	if ((rc = check_text(bytes, err)) != RC_OK)
		return rc;
	if (bytes.n == 0 || bytes.p[bytes.n - 1] != '\n')
		return fail_at(err, RC_INVALID, "", line_at(bytes, bytes.n), 0, "",
			       "a note ends with a newline");
	/* The last empty line parts text and signatures. */
	while (cut >= 2 && !(bytes.p[cut - 1] == '\n' && bytes.p[cut - 2] == '\n'))
		cut--;
	if (cut < 2 || cut == bytes.n)
		return fail(err, RC_INVALID, "", "a note has an empty line, then signatures");
	out->text = str_sub(bytes, 0, cut - 1);
	rest = str_sub(bytes, cut, bytes.n - 1);
	out->signatures = NEW_N(a, struct note_signature, NOTE_SIGNATURES_MAX);
	while (rest.p != NULL) {
		struct str line = str_cut(&rest, '\n');

		if (out->count == NOTE_SIGNATURES_MAX)
			return fail(err, RC_TOO_LARGE, "", "a note has more than %d signatures",
				    NOTE_SIGNATURES_MAX);
		if (!parse_signature(a, line, &out->signatures[out->count++]))
			return fail_at(err, RC_INVALID, "",
				       line_at(bytes, (size_t)(line.p - bytes.p)), 0, "",
				       "this is no signature line");
	}
	return RC_OK;
}

void
note_begin(struct buf *out, struct str text)
{
	must(str_ends(text, STR("\n")));
	buf_add(out, text);
	buf_add_byte(out, '\n');
}

void
note_add_signature_line(struct buf *out, const struct note_key *key, struct str signature)
{
	struct buf bytes;

	buf_init(&bytes, out->arena);
	for (int i = 0; i < 4; i++)
		buf_add_byte(&bytes, (char)(unsigned char)(key->id >> (8 * (3 - i))));
	buf_add(&bytes, signature);
	buf_add_z(out, "\xe2\x80\x94 ");
	buf_add(out, key->name);
	buf_add_byte(out, ' ');
	buf_add(out, base64_format(out->arena, bytes.p, bytes.n));
	buf_add_byte(out, '\n');
}

void
note_add_signature(struct buf *out, const struct note_key *key,
		   const unsigned char signature[SIGN_BYTES])
{
	note_add_signature_line(out, key, (struct str){(const char *)signature, SIGN_BYTES});
}

enum rc
note_verify(const struct note *note, const struct note_key *keys, size_t n, struct err *err)
{
	size_t good = 0;

	for (size_t i = 0; i < note->count; i++) {
		const struct note_signature *s = &note->signatures[i];

		for (size_t k = 0; k < n; k++) {
			if (keys[k].id != s->key_id || !str_eq(keys[k].name, s->name))
				continue;
			if (s->signature.n != SIGN_BYTES ||
			    !sign_is_good(keys[k].public, note->text,
					  (const unsigned char *)s->signature.p))
				return fail(err, RC_INTEGRITY, "signature",
					    "a note's signature by a known key does not hold");
			good++;
		}
	}
	if (good == 0)
		return fail(err, RC_INTEGRITY, "signature", "no known key has signed this note");
	return RC_OK;
}
