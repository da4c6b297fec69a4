#include "text/token.h"

#include <unicode/uchar.h>

#include "base/utf8.h"
#include "text/normal.h"
#include "text/token_make.h"
#include "text/token_words.h"

enum part { PART_INSIDE, PART_DROPPED, PART_BETWEEN };

/* What a code point does to the part it stands in. */
static enum part
part_of(uint32_t c)
{
	if (c < 0x80) {
		if (c == '\'' || c == '`')
			return PART_DROPPED;
		return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9')
			   ? PART_INSIDE
			   : PART_BETWEEN;
	}
	switch (c) {
	case 0x02b9:
	case 0x02bb:
	case 0x02bc:
	case 0x02bd:
	case 0x02be:
	case 0x02bf:
	case 0x02c8:
	case 0x2018:
	case 0x2019:
	case 0x201b:
	case 0x2032:
	case 0x00b4:
	case 0xff07:
	case 0x05f3:
	case 0x200c:
	case 0x200d:
	case 0x200e:
	case 0x200f:
	case 0x00ad:
	case 0xfeff: return PART_DROPPED;
	default: break;
	}
	if (u_isalnum((UChar32)c) || (U_GET_GC_MASK((UChar32)c) & U_GC_M_MASK) != 0)
		return PART_INSIDE;
	return PART_BETWEEN;
}

static bool
is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

unsigned
token_flags_of(struct str key)
{
	unsigned flags = 0;

	if (is_digits(key))
		return TOKEN_NUMBER;
	if (key.n == 1)
		flags |= TOKEN_INITIAL;
	return flags | word_marks(key);
}

/* A part without punctuation around it; dropped signs may still be inside. */
static void
add_part(struct translit *t, struct arena *a, struct name_tokens *out, struct str part)
{
	enum script script;

	if (text_is_ascii(part)) {
		token_add_ascii(t, a, part, out);
		return;
	}
	while (part.n > 0) {
		struct str run = script_cut(&part, &script);

		token_add_run(t, a, run, script, out);
	}
}

void
token_split(struct translit *t, struct arena *a, struct str name, struct name_tokens *out)
{
	size_t start = 0, bad = utf8_bad_at(name);

	out->n = 0;
	out->cut = bad < name.n || name.n > NAME_BYTES_MAX;
	name.n = bad;
	if (name.n > NAME_BYTES_MAX) {
		name.n = NAME_BYTES_MAX;
		while ((name.p[name.n] & 0xc0) == 0x80)
			name.n--;
	}
	for (size_t i = 0, used; i <= name.n; i += used) {
		uint32_t c = i < name.n ? utf8_decode(name.p + i, name.n - i, &used) : ' ';

		if (i == name.n)
			used = 1;
		if (part_of(c) != PART_BETWEEN)
			continue;
		if (i > start)
			add_part(t, a, out, str_sub(name, start, i));
		start = i + used;
	}
	token_whole(a, out);
}
