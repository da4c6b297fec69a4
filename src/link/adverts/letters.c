#include "link/adverts/letters.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "base/vec.h"

/* What is known of a code point: kind << 24 | capital << 23 | code point. */
#define KNOWN_MAX 0x10000
#define KNOWN(kind, upper, c) ((uint32_t)((kind) + 1) << 24 | (uint32_t)(upper) << 23 | (c))
#define EXPANDS 14 /* becomes several: asked anew each time */
#define DROPPED 13 /* marks, joiners, selectors */
#define EXPANSION_MAX 18

struct letters {
	const UNormalizer2 *form;
	uint32_t known[KNOWN_MAX];
};

struct letters *
letters_new(struct arena *a)
{
	struct letters *l = NEW(a, struct letters);
	UErrorCode code = U_ZERO_ERROR;

	l->form = unorm2_getNFKDInstance(&code);
	must(U_SUCCESS(code));
	return l;
}

static bool
is_written_without_spaces(UChar32 c)
{
	switch (u_getIntPropertyValue(c, UCHAR_LINE_BREAK)) {
	case U_LB_IDEOGRAPHIC:
	case U_LB_COMPLEX_CONTEXT:
	case U_LB_CONDITIONAL_JAPANESE_STARTER: return true;
	default: return false;
	}
}

/* One code point that decomposes no further. */
static uint32_t
plain(UChar32 c, bool was_upper)
{
	int digit = u_charDigitValue(c);
	bool upper = was_upper || u_isUUppercase(c);

	if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029)
		return KNOWN(LETTER_BREAK, false, (uint32_t)c);
	if (u_isUWhiteSpace(c))
		return KNOWN(LETTER_SPACE, false, ' ');
	if (digit >= 0 && digit <= 9)
		return KNOWN(LETTER_DIGIT, false, (uint32_t)digit);
	if ((U_MASK(u_charType(c)) & (U_GC_M_MASK | U_GC_CF_MASK)) != 0 ||
	    u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
	    (c >= 0x1f3fb && c <= 0x1f3ff))
		return KNOWN(DROPPED, false, 0);
	if (!u_isUAlphabetic(c))
		return KNOWN(LETTER_OTHER, false, (uint32_t)c);
	c = u_foldCase(c, U_FOLD_CASE_DEFAULT);
	switch (c) {
	case 0x131: /* dotless i, crossed l, o and d: they decompose to nothing */ c = 'i'; break;
	case 0x142: c = 'l'; break;
	case 0xf8: c = 'o'; break;
	case 0x111: c = 'd'; break;
	case 0x3c2: c = 0x3c3; break;
	default: break;
	}
	return KNOWN(is_written_without_spaces(c) ? LETTER_ALONE : LETTER_LETTER, upper,
		     (uint32_t)c);
}

/* All that c stands for; n at most EXPANSION_MAX. */
static size_t
expand(const struct letters *l, UChar32 c, uint32_t out[EXPANSION_MAX])
{
	UErrorCode code = U_ZERO_ERROR;
	UChar to[EXPANSION_MAX];
	bool upper = u_isUUppercase(c);
	int32_t n = -1;
	size_t m = 0;

	if (c == 0xdf || c == 0x1e9e) {
		out[0] = out[1] = KNOWN(LETTER_LETTER, false, 's');
		return 2;
	}
	/* Hangul stays in syllables. */
	if (c < 0xac00 || c > 0xd7a3)
		n = unorm2_getDecomposition(l->form, c, to, EXPANSION_MAX, &code);
	if (n < 0 || U_FAILURE(code)) {
		out[0] = plain(c, upper);
		return out[0] >> 24 == DROPPED + 1 ? 0 : 1;
	}
	for (int32_t i = 0; i < n && m < EXPANSION_MAX;) {
		UChar32 d = to[i++];
		uint32_t p;

		if (U16_IS_LEAD((uint32_t)d) && i < n)
			d = (UChar32)U16_GET_SUPPLEMENTARY(d, to[i++]);
		p = plain(d, upper);
		if (p >> 24 != DROPPED + 1)
			out[m++] = p;
	}
	return m;
}

static bool
is_apostrophe(const struct letter *l)
{
	return l->kind == LETTER_OTHER && (l->c == '\'' || l->c == 0x2019 || l->c == '`');
}

/* An apostrophe between two letters is part of the word, and nothing of it. */
static void
add(struct arena *a, struct letter_list *out, uint32_t known, size_t at)
{
	if (known >> 24 == LETTER_LETTER + 1 && out->n > 1 && is_apostrophe(&out->at[out->n - 1]) &&
	    out->at[out->n - 2].kind == LETTER_LETTER)
		out->n--;
	*VEC_ADD(a, out) = (struct letter){.c = known & 0x1fffff,
					   .at = (uint32_t)at,
					   .kind = (uint8_t)((known >> 24) - 1),
					   .upper = (known >> 23 & 1) != 0};
}

void
letters_read(struct letters *l, struct arena *a, struct str s, struct letter_list *out)
{
	uint32_t many[EXPANSION_MAX];
	size_t used;

	out->n = 0;
	for (size_t i = 0; i < s.n && i < LETTERS_TEXT_MAX; i += used) {
		uint32_t c = utf8_decode(s.p + i, s.n - i, &used), known;
		size_t n;

		known = c < KNOWN_MAX ? l->known[c] : 0;
		if (known == 0) {
			n = expand(l, (UChar32)c, many);
			known = n == 1	 ? many[0]
				: n == 0 ? KNOWN(DROPPED, false, 0)
					 : KNOWN(EXPANDS, false, 0);
			if (c < KNOWN_MAX)
				l->known[c] = known;
		}
		if (known >> 24 == DROPPED + 1)
			continue;
		if (known >> 24 != EXPANDS + 1) {
			add(a, out, known, i);
			continue;
		}
		n = expand(l, (UChar32)c, many);
		for (size_t k = 0; k < n; k++)
			add(a, out, many[k], i);
	}
}

/* Sorted by the first; the third looks so only as a capital. */
static const struct {
	uint16_t c;
	char latin, capital;
} alike[] = {
    /* clang-format off */
	{ 0x3b1, 'a', 'a' }, { 0x3b2, 0, 'b' },   { 0x3b5, 0, 'e' },   { 0x3b6, 0, 'z' },   { 0x3b7, 0, 'h' },
	{ 0x3b9, 'i', 'i' }, { 0x3ba, 'k', 'k' }, { 0x3bc, 0, 'm' },   { 0x3bd, 'v', 'n' }, { 0x3bf, 'o', 'o' },
	{ 0x3c1, 'p', 'p' }, { 0x3c4, 0, 't' },   { 0x3c5, 'u', 'y' }, { 0x3c7, 'x', 'x' },
	{ 0x430, 'a', 'a' }, { 0x432, 0, 'b' },   { 0x435, 'e', 'e' }, { 0x43a, 'k', 'k' }, { 0x43c, 0, 'm' },
	{ 0x43d, 0, 'h' },   { 0x43e, 'o', 'o' }, { 0x440, 'p', 'p' }, { 0x441, 'c', 'c' }, { 0x442, 0, 't' },
	{ 0x443, 'y', 'y' }, { 0x445, 'x', 'x' }, { 0x455, 's', 's' }, { 0x456, 'i', 'i' }, { 0x458, 'j', 'j' },
	{ 0x4af, 'y', 'y' }, { 0x4bb, 'h', 'h' }, { 0x4cf, 'l', 'l' }, { 0x501, 'd', 'd' }, { 0x51b, 'q', 'q' },
	{ 0x51d, 'w', 'w' }, { 0x561, 0, 'w' },   { 0x570, 'h', 'h' }, { 0x578, 'n', 'n' }, { 0x57d, 'u', 'u' },
	{ 0x581, 'g', 'g' }, { 0x585, 'o', 'o' },
    /* clang-format on */
};

uint32_t
letter_latin(uint32_t c, bool mixed)
{
	if (c < 0x3b1 || c > 0x585)
		return c == 0x251 ? 'a' : c == 0x261 ? 'g' : c;
	for (size_t i = 0; i < COUNT_OF(alike); i++)
		if (alike[i].c == c) {
			char to = alike[i].latin != 0 ? alike[i].latin : alike[i].capital;

			return alike[i].latin != 0 || mixed ? (uint32_t)(unsigned char)to : c;
		}
	return c;
}

bool
letter_is_latin(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xdf && c < 0x370);
}

int
letter_as_digit(uint32_t c)
{
	switch (c) {
	case 'o':
	case 0x43e:
	case 0x3bf:
	case 0x585: return 0;
	case 'l':
	case 'i':
	case '|':
	case '!':
	case 0x456:
	case 0x4cf:
	case 0x3b9: return 1;
	case 'z': return 2;
	case 0x437: /* Cyrillic ze */
	case 0x25c: return 3;
	case 0x447: /* Cyrillic che */ return 4;
	case 's':
	case 0x455: return 5;
	case 0x431: /* Cyrillic be */ return 6;
	case 'b':
	case 0x432: return 8;
	case 'g':
	case 'q': return 9;
	default: return -1;
	}
}
