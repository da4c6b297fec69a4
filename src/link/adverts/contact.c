#include "link/adverts/contact.h"

#include <string.h>

#include <unicode/uchar.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "link/adverts/number.h"

#define PHONE_DIGITS_MIN 7
#define PHONE_DIGITS_MAX 15 /* ITU-T E.164 */
#define PHONE_KEY_DIGITS 9
#define HANDLE_MAX 40
#define GAP_MAX 8 /* letters between two groups of one number */

struct word {
	uint32_t from, to;
	uint8_t digit_n;
	bool sure, spoken; /* spoken: has no digit, says one */
	char digit[NUMBER_DIGITS_MAX];
};

struct contact_reader {
	struct arena *arena;
	struct letters *letters;
	struct number_words *numbers;
	struct contact_text text;
	struct {
		struct word *at;
		size_t n, cap;
	} words;
};

const char *
contact_kind_name(enum contact_kind kind)
{
	static const char *const names[] = {"phone", "handle", "mail", "account"};

	return names[kind];
}

struct contact_reader *
contact_reader_new(struct arena *a)
{
	struct contact_reader *r = NEW(a, struct contact_reader);

	r->arena = a;
	r->letters = letters_new(a);
	r->numbers = number_words_new(a, r->letters);
	return r;
}

static const struct letter *
letter_at(const struct contact_reader *r, size_t i)
{
	return &r->text.letters.at[i];
}

static bool
is_wordy(const struct letter *l)
{
	return l->kind == LETTER_LETTER || l->kind == LETTER_DIGIT;
}

static bool
is_char(const struct contact_reader *r, size_t i, uint32_t c)
{
	return i < r->text.letters.n && letter_at(r, i)->kind == LETTER_OTHER &&
	       letter_at(r, i)->c == c;
}

static struct word *
word_add(struct contact_reader *r, size_t from, size_t to)
{
	struct word *w = VEC_ADD(r->arena, &r->words);
	bool digit = false;

	*w = (struct word){.from = (uint32_t)from, .to = (uint32_t)to};
	w->digit_n =
	    (uint8_t)number_read(r->numbers, letter_at(r, from), to - from, w->digit, &w->sure);
	for (size_t i = from; i < to; i++)
		digit = digit || letter_at(r, i)->kind == LETTER_DIGIT;
	w->spoken = !digit && w->sure && w->digit_n > 0;
	return w;
}

/* Scripts without spaces: a word that says a digit, or one letter. */
static size_t
alone_add(struct contact_reader *r, size_t i)
{
	size_t n = 1, used;
	char digit;

	while (i + n < r->text.letters.n && letter_at(r, i + n)->kind == LETTER_ALONE)
		n++;
	used = number_word_at(r->numbers, letter_at(r, i), n, &digit);
	(void)word_add(r, i, i + (used > 0 ? used : 1));
	return i + (used > 0 ? used : 1);
}

static void
words_find(struct contact_reader *r)
{
	size_t n = r->text.letters.n;

	r->words.n = 0;
	for (size_t i = 0; i < n;) {
		size_t from = i;

		if (letter_at(r, i)->kind == LETTER_ALONE) {
			i = alone_add(r, i);
			continue;
		}
		while (i < n && is_wordy(letter_at(r, i)))
			i++;
		if (i > from)
			(void)word_add(r, from, i);
		else
			i++;
	}
}

/* What may stand between the groups of a number. */
static bool
gap_is_soft(const struct contact_reader *r, size_t i)
{
	const struct word *a = &r->words.at[i - 1], *b = &r->words.at[i];
	bool single = a->digit_n == 1 && b->digit_n == 1;

	if (b->from - a->to > GAP_MAX)
		return false;
	for (size_t k = a->to; k < b->from; k++) {
		const struct letter *l = letter_at(r, k);
		bool space_before = k > a->to && letter_at(r, k - 1)->kind == LETTER_SPACE;
		bool space_after = k + 1 < b->from && letter_at(r, k + 1)->kind == LETTER_SPACE;

		if (l->kind == LETTER_BREAK)
			return false;
		if (l->kind == LETTER_SPACE)
			continue;
		switch (l->c) {
		case ',':
			if (!single)
				return false;
			break;
		case '-':
		case 0x2010:
		case 0x2013:
		case 0x2014:
			if (space_before && space_after && !single)
				return false;
			break;
		case '.':
			if (space_after && !single)
				return false;
			break;
		case ';':
		case ':':
		case '+':
		case '@':
		case '#':
		case '%':
		case '=':
		case '?':
		case '!':
		case '&': return false;
		default:
			if (u_charType((UChar32)l->c) == U_CURRENCY_SYMBOL)
				return false;
			break;
		}
	}
	return true;
}

static bool
gap_has_space(const struct contact_reader *r, size_t i)
{
	for (size_t k = r->words.at[i - 1].to; k < r->words.at[i].from; k++)
		if (letter_at(r, k)->kind == LETTER_SPACE)
			return true;
	return false;
}

/* "+" before word i, with nothing but spaces and symbols between. */
static bool
has_plus(const struct contact_reader *r, size_t i)
{
	size_t from = r->words.at[i].from;
	size_t least = i > 0 ? r->words.at[i - 1].to : 0;

	for (size_t k = from; k > least && from - k < 5; k--) {
		const struct letter *l = letter_at(r, k - 1);

		if (l->kind == LETTER_OTHER && l->c == '+')
			return true;
		if (l->kind == LETTER_BREAK ||
		    (l->kind == LETTER_OTHER && (l->c == ',' || l->c == ';' || l->c == '.')))
			return false;
	}
	return false;
}

static int
number_of(const struct word *w)
{
	int n = 0;

	for (size_t i = 0; i < w->digit_n && i < 8; i++)
		n = n * 10 + (w->digit[i] - '0');
	return n;
}

/* The one letter between words i and i + 1, or 0. */
static uint32_t
between(const struct contact_reader *r, size_t i)
{
	const struct word *a = &r->words.at[i];

	if (i + 1 >= r->words.n || r->words.at[i + 1].from != a->to + 1 ||
	    letter_at(r, a->to)->kind != LETTER_OTHER)
		return 0;
	return letter_at(r, a->to)->c;
}

/* 24.12.2025, 2025-12-24, 24/12/25: how many words, or 0. */
static size_t
date_at(const struct contact_reader *r, size_t i)
{
	const struct word *w = &r->words.at[i];
	uint32_t separator = between(r, i);
	bool year_first = w->digit_n == 4;
	int day, month, year;

	if (i + 2 >= r->words.n || (separator != '.' && separator != '/' && separator != '-') ||
	    between(r, i + 1) != separator)
		return 0;
	day = number_of(&w[year_first ? 2 : 0]);
	month = number_of(&w[1]);
	year = number_of(&w[year_first ? 0 : 2]);
	if (w[0].digit_n == 0 || w[1].digit_n == 0 || w[2].digit_n == 0 || w[1].digit_n > 2 ||
	    w[year_first ? 2 : 0].digit_n > 2)
		return 0;
	if (day < 1 || day > 31 || (separator != '/' && month > 12) || month < 1 || month > 31)
		return 0;
	if (w[year_first ? 0 : 2].digit_n == 4 ? year < 1900 || year > 2100
					       : w[2].digit_n != 2 && !year_first)
		return 0;
	/* A French telephone number goes on in pairs. */
	if (between(r, i + 2) == separator && r->words.at[i + 3].digit_n > 0)
		return 0;
	return 3;
}

static size_t
latin(const struct contact_reader *r, size_t from, size_t to, char *out, size_t max)
{
	size_t n = 0;
	bool mixed = false;

	for (size_t i = from; i < to; i++)
		mixed = mixed || letter_is_latin(letter_at(r, i)->c);
	for (size_t i = from; i < to && n < max; i++) {
		const struct letter *l = letter_at(r, i);
		uint32_t c = l->kind == LETTER_DIGIT ? '0' + l->c : letter_latin(l->c, mixed);

		if (c >= 0x80)
			return 0;
		out[n++] = (char)c;
	}
	return n;
}

/* Word i, in Latin letters, is one of these words parted by spaces. */
static bool
word_is(const struct contact_reader *r, size_t i, const char *words)
{
	char text[24];
	const struct word *w = &r->words.at[i];
	struct str rest = str_from(words), s = {text, 0};

	if (w->to - w->from > sizeof(text))
		return false;
	s.n = latin(r, w->from, w->to, text, sizeof(text));
	while (s.n > 0 && rest.p != NULL)
		if (str_eq(str_cut(&rest, ' '), s))
			return true;
	return false;
}

/* Words in other scripts, as they are after folding. */
static bool
word_is_folded(const struct contact_reader *r, size_t i, const char *words)
{
	const struct word *w = &r->words.at[i];
	struct str rest = str_from(words);

	while (rest.p != NULL) {
		struct str s = str_cut(&rest, ' ');
		struct letter_list want = {0};
		bool same;

		letters_read(r->letters, r->arena, s, &want);
		same = want.n == w->to - w->from;
		for (size_t k = 0; same && k < want.n; k++)
			same = want.at[k].c == letter_at(r, w->from + k)->c;
		if (same)
			return true;
	}
	return false;
}

#define PHONE_CUES                                                                                 \
	"tel telefon telefone telefono telefonnummer phone call text sms whatsapp whatsap wa "     \
	"viber "                                                                                   \
	"signal mobile mobil mobilnr handy cell number nummer numero numarul nr no anruf anrufen " \
	"appelez llama llamar suna sunati dzwon zadzwon chiama chiamare ligue hivj hotline imo "   \
	"zalo me"

/* One of the two words before says that a number follows. */
static bool
has_cue(const struct contact_reader *r, size_t i)
{
	for (size_t k = i; k > 0 && i - k < 2; k--) {
		const struct word *w = &r->words.at[k - 1];
		uint32_t first = letter_at(r, w->from)->c;

		if (r->words.at[k].from - w->to > GAP_MAX)
			return false;
		if (w->digit_n == 0 && word_is(r, k - 1, PHONE_CUES))
			return true;
		/* tel, phone, number, call: Cyrillic, Greek, Arabic, Hebrew */
		if ((first == 0x442 || first == 0x43d || first == 0x434 || first == 0x437 ||
		     first == 0x3c4 || first == 0x62a || first == 0x647 || first == 0x631 ||
		     first == 0x5d8) &&
		    word_is_folded(
			r, k - 1,
			"тел телефон номер дзвоніть звоните звони дзвони τηλ τηλεφωνο تلفون "
			"تليفون هاتف رقم טל טלפון"))
			return true;
	}
	return false;
}

static bool
is_price(const struct contact_reader *r, size_t first, size_t last)
{
	size_t to = r->words.at[last].to, from = r->words.at[first].from;

	for (size_t k = to; k < r->text.letters.n && k < to + 2; k++)
		if (letter_at(r, k)->kind == LETTER_OTHER &&
		    u_charType((UChar32)letter_at(r, k)->c) == U_CURRENCY_SYMBOL)
			return true;
	for (size_t k = from; k > 0 && from - k < 2; k--)
		if (letter_at(r, k - 1)->kind == LETTER_OTHER &&
		    u_charType((UChar32)letter_at(r, k - 1)->c) == U_CURRENCY_SYMBOL)
			return true;
	return last + 1 < r->words.n && r->words.at[last + 1].from - to <= 2 &&
	       word_is(
		   r, last + 1,
		   "eur euro euros euroa usd dollar dollars gbp pounds chf pln zl uah hrn rub lei "
		   "ron kc czk huf ft try tl aed dirham inr rs thb baht vnd dong php idr kr sek");
}

/* Groups of digits that hang together from word i: digits into out; *last the last word. */
static size_t
run_read(const struct contact_reader *r, size_t i, bool plus, char out[PHONE_DIGITS_MAX + 1],
	 size_t *last)
{
	const struct word *w = r->words.at;
	size_t n = 0;

	for (size_t k = i; k < r->words.n && w[k].digit_n > 0; k++) {
		bool next_single = k + 1 < r->words.n && w[k + 1].digit_n == 1;

		if (k > i && !gap_is_soft(r, k))
			break;
		if (!plus && date_at(r, k) > 0)
			break;
		if (k > i && n >= PHONE_KEY_DIGITS && w[k - 1].digit_n > 4 && gap_has_space(r, k))
			break;
		if (!w[k].sure && !(k > i && w[k - 1].digit_n == 1) && !(plus && next_single))
			break;
		if (k > i && w[k].spoken && !w[k - 1].spoken && w[k - 1].digit_n > 1 &&
		    n >= PHONE_KEY_DIGITS)
			break;
		if (n + w[k].digit_n > PHONE_DIGITS_MAX) {
			if (k == i)
				return 0;
			break;
		}
		for (size_t d = 0; d < w[k].digit_n; d++)
			out[n++] = w[k].digit[d];
		*last = k;
	}
	return n;
}

static bool
run_is_phone(const struct contact_reader *r, size_t first, size_t last, const char *digit, size_t n)
{
	const struct word *w = r->words.at;
	bool spoken = true, grouped = last - first >= 2;

	for (size_t k = first; k <= last; k++) {
		spoken = spoken && w[k].spoken;
		grouped = grouped && w[k].digit_n >= 2 && w[k].digit_n <= 4;
	}
	if (n < PHONE_DIGITS_MIN || is_price(r, first, last))
		return false;
	if (has_cue(r, first))
		return n <= 13 || digit[0] == '0';
	if (spoken)
		return true;
	if (n < PHONE_KEY_DIGITS)
		return false;
	if (digit[0] == '0')
		return n <= 12 || digit[1] == '0';
	return n <= 13 && (first == last || grouped);
}

static bool
starts(const char *digit, size_t n, const char *with)
{
	size_t m = strlen(with);

	return n >= m && memcmp(digit, with, m) == 0;
}

/* Free to call: the universal ones (ITU-T E.169.1), and what most countries start theirs with. */
static bool
is_freephone(const char *digit, size_t n, bool international)
{
	static const char *const with[] = {"800",   "1800",  "1888",   "1877",	 "1866",   "1855",
					   "1844",  "1833",  "44800",  "44808",	 "49800",  "33800",
					   "39800", "34900", "40800",  "48800",	 "43800",  "41800",
					   "31800", "32800", "380800", "359800", "373800", "7800"};

	if (!international)
		return starts(digit, n, "0800") || starts(digit, n, "0808") ||
		       starts(digit, n, "1800") || starts(digit, n, "1888");
	for (size_t i = 0; i < COUNT_OF(with); i++)
		if (starts(digit, n, with[i]))
			return true;
	/* 116 xxx: helplines (Commission Decision 2007/116/EC), also with a country code. */
	for (size_t i = 0; i + 6 <= n && i <= 3; i++)
		if (n - i == 6 && starts(digit + i, 3, "116"))
			return true;
	return false;
}

static struct contact *
contact_add(struct contact_reader *r, struct arena *a, enum contact_kind kind, struct str key,
	    size_t from, size_t to)
{
	struct contact *c = VEC_ADD(r->arena, &r->text.contacts);

	*c = (struct contact){
	    .kind = kind, .key = str_copy(a, key), .from = (uint32_t)from, .to = (uint32_t)to};
	return c;
}

/* A telephone number from word i; the word after it, or i when there is none. */
static size_t
phone_at(struct contact_reader *r, struct arena *a, size_t i)
{
	char digit[PHONE_DIGITS_MAX + 1];
	size_t last = i, n, from = r->words.at[i].from;
	bool plus = has_plus(r, i);
	struct str key;
	struct contact *c;

	if (r->words.at[i].digit_n == 0)
		return i;
	n = run_read(r, i, plus, digit, &last);
	if (n < PHONE_DIGITS_MIN || (!plus && !run_is_phone(r, i, last, digit, n)))
		return i;
	if (plus)
		while (from > 0 && !is_char(r, from, '+'))
			from--;
	key = (struct str){digit, n};
	if (n > 9 && starts(digit, n, "00")) {
		key = str_sub(key, 2, n);
		plus = true;
	}
	c = contact_add(r, a, CONTACT_PHONE,
			key.n > PHONE_KEY_DIGITS ? str_sub(key, key.n - PHONE_KEY_DIGITS, key.n)
						 : key,
			from, r->words.at[last].to);
	c->is_freephone = is_freephone(key.p, key.n, plus);
	return last + 1;
}

static bool
is_handle_char(const struct contact_reader *r, size_t i)
{
	if (i >= r->text.letters.n)
		return false;
	return is_wordy(letter_at(r, i)) || is_char(r, i, '_') ||
	       ((is_char(r, i, '.') || is_char(r, i, '-')) && i + 1 < r->text.letters.n &&
		is_wordy(letter_at(r, i + 1)));
}

/* From letter `from` on; where it ends, or 0. */
static size_t
handle_read(struct contact_reader *r, struct arena *a, size_t at, size_t from, size_t least)
{
	char text[HANDLE_MAX];
	size_t to = from, n;

	while (is_handle_char(r, to))
		to++;
	if (to - from < least || to - from > HANDLE_MAX)
		return 0;
	n = latin(r, from, to, text, sizeof(text));
	if (n < least)
		return 0;
	(void)contact_add(r, a, CONTACT_HANDLE, (struct str){text, n}, at, to);
	return to;
}

#define APPS                                                                                       \
	"telegram tg insta instagram ig snapchat snap wechat weixin skype kik line threema vk "    \
	"facebook fb messenger tiktok discord wickr session"

/* "telegram: name", "t.me/name", "instagram.com/name". */
static size_t
named_handle_at(struct contact_reader *r, struct arena *a, size_t i)
{
	const struct word *w = &r->words.at[i];
	size_t next = w->to;

	if (is_char(r, next, '.') && i + 1 < r->words.n && r->words.at[i + 1].from == next + 1 &&
	    is_char(r, r->words.at[i + 1].to, '/') && word_is(r, i + 1, "me com") &&
	    (word_is(r, i, APPS) || word_is(r, i, "t")))
		return handle_read(r, a, w->from, r->words.at[i + 1].to + 1, 4);
	if (!word_is(r, i, APPS))
		return 0;
	while (next < r->text.letters.n && letter_at(r, next)->kind == LETTER_SPACE)
		next++;
	if (!is_char(r, next, ':') && !is_char(r, next, '=') && !is_char(r, next, '/'))
		return 0;
	next++;
	while (next < r->text.letters.n && letter_at(r, next)->kind == LETTER_SPACE)
		next++;
	if (is_char(r, next, '@'))
		next++;
	return handle_read(r, a, w->from, next, 4);
}

static bool
is_mail_char(const struct contact_reader *r, size_t i)
{
	return is_handle_char(r, i) || is_char(r, i, '+');
}

/* local @ rest, with a dot in the rest; the letter after it, or 0. */
static size_t
mail_add(struct contact_reader *r, struct arena *a, size_t at, size_t sign, size_t domain,
	 size_t *from)
{
	char text[2 * HANDLE_MAX];
	size_t n = 0, to = domain, start = at;
	ptrdiff_t plus;

	while (start > 0 && sign - start < HANDLE_MAX && is_mail_char(r, start - 1))
		start--;
	while (is_handle_char(r, to) && to - domain < HANDLE_MAX)
		to++;
	n = latin(r, start, at, text, HANDLE_MAX - 1);
	if (n == 0)
		return 0;
	plus = str_chr((struct str){text, n}, '+');
	if (plus > 0)
		n = (size_t)plus;
	text[n++] = '@';
	for (size_t m = latin(r, domain, to, text + n, HANDLE_MAX); m > 0;) {
		if (str_chr((struct str){text + n, m}, '.') < 0)
			return 0;
		(void)contact_add(r, a, CONTACT_MAIL, (struct str){text, n + m}, start, to);
		*from = start;
		return to;
	}
	return 0;
}

/* name (at) place (dot) com, in words i - 1 to i + 3; the letter after it, or 0. */
static size_t
spoken_mail_at(struct contact_reader *r, struct arena *a, size_t i)
{
	char text[2 * HANDLE_MAX];
	const struct word *w = r->words.at;
	size_t n, k = i + 2;
	struct str part;

	if (i == 0 || i + 2 >= r->words.n || w[i].from - w[i - 1].to > 3 ||
	    w[i + 1].from - w[i].to > 3 || w[i - 1].to - w[i - 1].from > HANDLE_MAX / 2 ||
	    w[i + 1].to - w[i + 1].from > HANDLE_MAX / 2)
		return 0;
	if (!word_is(r, i, "at arroba kukac chiocciola") &&
	    (letter_at(r, w[i].from)->c != 0x441 || !word_is_folded(r, i, "собака")))
		return 0;
	if (!is_char(r, w[i + 1].to, '.') &&
	    (word_is(r, i + 2, "dot punkt punto point") || word_is_folded(r, i + 2, "точка")))
		k = i + 3;
	else if (!is_char(r, w[i + 1].to, '.') || w[i + 2].from != w[i + 1].to + 1)
		return 0;
	if (k >= r->words.n || w[k].to - w[k].from > 6 || w[k].from - w[k - 1].to > 3)
		return 0;
	n = latin(r, w[i - 1].from, w[i - 1].to, text, HANDLE_MAX / 2);
	if (n == 0)
		return 0;
	text[n++] = '@';
	part.n = latin(r, w[i + 1].from, w[i + 1].to, text + n, HANDLE_MAX / 2);
	n += part.n;
	text[n++] = '.';
	n += latin(r, w[k].from, w[k].to, text + n, 6);
	if (part.n == 0 || text[n - 1] == '.')
		return 0;
	(void)contact_add(r, a, CONTACT_MAIL, (struct str){text, n}, w[i - 1].from, w[k].to);
	return w[k].to;
}

/* ISO 13616: the four first to the end, letters as 10 to 35, remainder 1 of 97. */
static bool
iban_is_valid(const char *s, size_t n)
{
	unsigned rest = 0;

	for (size_t i = 0; i < n; i++) {
		char c = s[(i + 4) % n];

		rest = c <= '9' ? (rest * 10 + (unsigned)(c - '0')) % 97
				: (rest * 100 + (unsigned)(c - 'a') + 10) % 97;
	}
	return rest == 1;
}

#define IBAN_MIN 15
#define IBAN_MAX 34

static size_t
iban_at(struct contact_reader *r, struct arena *a, size_t i)
{
	char text[IBAN_MAX], copy[IBAN_MAX];
	const struct word *w = r->words.at;
	size_t n = 0, best = 0, to = 0;
	bool country = true;

	for (size_t k = 0; k < 4 && country; k++)
		country = w[i].from + k < w[i].to &&
			  (letter_at(r, w[i].from + k)->kind == LETTER_DIGIT) == (k >= 2) &&
			  (k >= 2 || letter_at(r, w[i].from + k)->upper);
	for (size_t k = i; country && k < r->words.n; k++) {
		size_t m;

		if (k > i && w[k].from - w[k - 1].to > 1)
			break;
		if (w[k].to - w[k].from > IBAN_MAX - n)
			break;
		m = latin(r, w[k].from, w[k].to, text + n, IBAN_MAX - n);
		if (m == 0)
			break;
		n += m;
		for (size_t d = 0; d < n; d++)
			copy[d] = text[d];
		if (n >= IBAN_MIN && iban_is_valid(copy, n)) {
			best = n;
			to = w[k].to;
		}
	}
	if (best == 0)
		return 0;
	(void)contact_add(r, a, CONTACT_ACCOUNT, (struct str){text, best}, w[i].from, to);
	return to;
}

static size_t
at_sign(struct contact_reader *r, struct arena *a, size_t i)
{
	size_t from, to, next = i + 1;

	if (i > 0 && is_wordy(letter_at(r, i - 1))) {
		to = mail_add(r, a, i, i, i + 1, &from);
		return to > 0 ? to : i + 1;
	}
	to = handle_read(r, a, i, next, 3);
	return to > next ? to : i + 1;
}

/* Words from `first` on that lie before letter `to`. */
static size_t
words_before(const struct contact_reader *r, size_t first, size_t to)
{
	while (first < r->words.n && r->words.at[first].from < to)
		first++;
	return first;
}

static void
contacts_find(struct contact_reader *r, struct arena *a)
{
	size_t letter = 0;

	for (size_t i = 0; i < r->words.n && r->text.contacts.n < CONTACTS_MAX;) {
		const struct word *w = &r->words.at[i];
		size_t to = 0, next;

		for (; letter < w->from; letter++)
			if (is_char(r, letter, '@') && (to = at_sign(r, a, letter)) > letter + 1)
				break;
		if (to > w->from) {
			letter = to;
			i = words_before(r, i, to);
			continue;
		}
		if ((to = iban_at(r, a, i)) == 0 && (to = named_handle_at(r, a, i)) == 0 &&
		    (to = spoken_mail_at(r, a, i)) == 0) {
			next = phone_at(r, a, i);
			letter = w->from;
			i = next > i ? next : i + 1;
			continue;
		}
		letter = to;
		i = words_before(r, i, to);
	}
}

void
contacts_read(struct contact_reader *r, struct arena *a, struct str text, struct contact_text *out)
{
	letters_read(r->letters, r->arena, text, &r->text.letters);
	r->text.contacts.n = 0;
	words_find(r);
	contacts_find(r, a);
	r->text.words.n = 0;
	for (size_t i = 0; i < r->words.n; i++) {
		struct contact_word *w = VEC_ADD(r->arena, &r->text.words);

		*w = (struct contact_word){.from = r->words.at[i].from,
					   .to = r->words.at[i].to,
					   .contact = -1,
					   .is_number = r->words.at[i].digit_n > 0 &&
							r->words.at[i].sure &&
							!r->words.at[i].spoken};
		for (size_t c = 0; c < r->text.contacts.n; c++)
			if (r->text.contacts.at[c].from <= w->from &&
			    w->to <= r->text.contacts.at[c].to)
				w->contact = (int32_t)c;
	}
	*out = r->text;
}
