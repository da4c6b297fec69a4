#include "text/han.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/data/han_readings.h"
#include "text/han_names.h"
#include "text/hangul.h"
#include "text/readings.h"

static const struct han_row *
row_of(uint32_t c)
{
	size_t low = 0, high = han_row_count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (han_rows[mid].c == c)
			return &han_rows[mid];
		if (han_rows[mid].c < c)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* A word does not begin with r in the South: the surname's r is dropped, or becomes n. */
static uint32_t
without_first_r(uint32_t syllable)
{
	uint32_t at = syllable - 0xac00, lead = at / 588, vowel = at / 28 % 21;
	bool before_i = vowel == 2 || vowel == 3 || vowel == 6 || vowel == 7 || vowel == 12 ||
			vowel == 17 || vowel == 20;

	if (lead != 5)
		return syllable;
	return syllable - (before_i ? 5u - 11u : 5u - 2u) * 588;
}

static void
add_korean(struct arena *a, uint32_t syllable, bool surname, struct readings *out)
{
	struct readings korean = {.n = 0};

	if (syllable == 0)
		return;
	hangul_read(a, surname ? without_first_r(syllable) : syllable, surname, &korean);
	readings_add(out, korean.at[0]);
}

void
han_read(struct arena *a, uint32_t c, bool surname, struct readings *out)
{
	const struct han_row *row = row_of(c);
	const char *known = surname ? han_surname(c) : NULL;

	if (known != NULL)
		readings_add_words(out, known);
	if (row == NULL)
		return;
	readings_add(out, str_from(han_mandarin[row->mandarin]));
	readings_add(out, str_from(han_lyu[row->mandarin]));
	if (known == NULL)
		readings_add(out, str_from(han_cantonese[row->cantonese]));
	readings_add(out, str_from(han_wade[row->mandarin]));
	add_korean(a, row->hangul, surname, out);
	readings_add(out, str_from(han_japanese[row->on]));
	readings_add(out, str_from(han_japanese[row->kun]));
}

size_t
han_japanese_family(struct arena *a, struct str s, struct readings *out)
{
	size_t bytes;
	const char *family = han_family(s, &bytes);
	struct buf mandarin, korean;

	if (family == NULL)
		return 0;
	buf_init(&mandarin, a);
	buf_init(&korean, a);
	for (size_t i = 0, used; i < bytes; i += used) {
		const struct han_row *row = row_of(utf8_decode(s.p + i, s.n - i, &used));
		struct readings spoken = {.n = 0};

		if (row == NULL)
			continue;
		buf_add_z(&mandarin, han_mandarin[row->mandarin]);
		if (row->hangul != 0)
			add_korean(a, row->hangul, i == 0, &spoken);
		if (spoken.n > 0)
			buf_add(&korean, spoken.at[0]);
	}
	readings_add(out, str_from(family));
	readings_add(out, buf_str(&mandarin));
	readings_add(out, buf_str(&korean));
	return bytes;
}

#define GIVEN_MAX 3

/* The which-th word, or the first when there are fewer; *is_there says which. */
static struct str
word_of(const char *words, size_t which, bool *is_there)
{
	struct str rest = str_from(words), first = str_cut(&rest, ' '), word = first;

	for (size_t i = 0; i < which && word.p != NULL; i++)
		word = rest.p != NULL ? str_cut(&rest, ' ') : STR_NONE;
	*is_there = word.p != NULL;
	return word.p != NULL ? word : first;
}

/* Joined, the i-th character in its which-th reading, the others in their first. */
static void
add_given(struct arena *a, const char *const *words, size_t n, size_t i, size_t which,
	  struct readings *out)
{
	bool is_there = true, ignored;
	struct buf joined;

	buf_init(&joined, a);
	for (size_t k = 0; k < n; k++)
		buf_add(&joined, k == i ? word_of(words[k], which, &is_there)
					: word_of(words[k], 0, &ignored));
	if (is_there)
		readings_add(out, buf_str(&joined));
}

void
han_japanese_given(struct arena *a, struct str s, struct readings *out)
{
	const char *words[GIVEN_MAX];
	struct buf mandarin;
	size_t n = 0;

	buf_init(&mandarin, a);
	for (size_t i = 0, used; i < s.n; i += used) {
		uint32_t c = utf8_decode(s.p + i, s.n - i, &used);
		const struct han_row *row = row_of(c);

		if (n == GIVEN_MAX || (words[n++] = han_given(c)) == NULL)
			return;
		if (row != NULL)
			buf_add_z(&mandarin, han_mandarin[row->mandarin]);
	}
	if (n == 0)
		return;
	add_given(a, words, n, 0, 0, out);
	add_given(a, words, n, n - 1, 1, out);
	add_given(a, words, n, 0, 1, out);
	if (n > 1)
		add_given(a, words, n, n - 1, 2, out);
	readings_add(out, buf_str(&mandarin));
}

void
han_respell(struct str key, bool surname, struct readings *out)
{
	size_t low = 0, high = han_respelled_count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct han_respelled *row = &han_respelled[mid];
		int order = str_cmp(str_from(row->from), key);

		if (order == 0) {
			readings_add_words(out, surname ? row->surname : row->given);
			return;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
}

bool
han_is_syllable(struct str key)
{
	size_t low = 0, high = han_syllable_count;
	uint32_t code = 0;

	if (key.n < 2 || key.n > 6)
		return false;
	for (size_t i = 0; i < key.n; i++)
		code = code << 5 | ((unsigned char)key.p[i] & 31);
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (han_syllables[mid] == code)
			return true;
		if (han_syllables[mid] < code)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

size_t
han_two_syllables(struct str key)
{
	/* The longer first syllable first: "xiang" before "xi". */
	for (size_t at = key.n < 8 ? key.n - 2 : 6; key.n >= 4 && key.n <= 12 && at >= 2; at--)
		if (han_is_syllable(str_sub(key, at, key.n)) &&
		    han_is_syllable(str_sub(key, 0, at)))
			return at;
	return 0;
}
