#include "text/southeast.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "text/readings.h"

#define LETTERS_MAX 64

/* Places in the block; 0 behind the last. */
struct letters {
	unsigned char at[LETTERS_MAX + 4];
	size_t n;
};

static bool
letters_make(struct str word, uint32_t block, struct letters *out)
{
	*out = (struct letters){.n = 0};
	for (size_t i = 0, used; i < word.n; i += used) {
		uint32_t c = utf8_decode(word.p + i, word.n - i, &used);

		if (c < 0x80 || (c >= 0x2000 && c < 0x2070))
			continue;
		if (c <= block || c - block >= 0x80 || out->n == LETTERS_MAX)
			return false;
		out->at[out->n++] = (unsigned char)(c - block);
	}
	return out->n > 0;
}

/* Thai and Lao, from the first consonant. */
static const char *const thai_first[] = {
    "k",  "kh", "kh", "kh",  "kh", "kh",  "ng", "ch", "ch", "ch", "s", "ch", "y", "d",	"t", "th",
    "th", "th", "n",  "d",   "t",  "th",  "th", "th", "n",  "b",  "p", "ph", "f", "ph", "f", "ph",
    "m",  "y",	"r",  "rue", "l",  "lue", "w",	"s",  "s",  "s",  "h", "l",  "",  "h"};
static const char *const thai_last[] = {"k", "k", "k", "k", "k", "k", "ng", "t", "",  "t", "t", "",
					"n", "t", "t", "t", "t", "t", "n",  "t", "t", "t", "t", "t",
					"n", "p", "p", "",  "",	 "p", "p",  "p", "m", "i", "n", "",
					"n", "",  "o", "t", "t", "t", "",   "n", "",  ""};

enum thai {
	KO_KAI = 0x01,
	NGO = 0x07,
	YO_YING = 0x0d,
	NO_NU = 0x19,
	MO = 0x21,
	YO = 0x22,
	RO = 0x23,
	LO = 0x25,
	WO = 0x27,
	HO = 0x2b,
	O_ANG = 0x2d,
	HO_NOK = 0x2e,
	SARA_A = 0x30,
	HAN_AKAT = 0x31,
	SARA_AA = 0x32,
	SARA_I = 0x34,
	SARA_UU = 0x39,
	LAO_O = 0x3b,
	LAO_LO = 0x3c,
	LAO_IA = 0x3d,
	SARA_E = 0x40,
	SARA_AE = 0x41,
	SARA_O = 0x42,
	MAIMALAI = 0x44,
	NIKHAHIT = 0x4d,
};

static bool
is_consonant(unsigned c)
{
	return c >= KO_KAI && c <= HO_NOK;
}

/* A vowel or sign that belongs to the consonant before it. */
static bool
is_behind(unsigned c)
{
	return (c >= SARA_A && c <= LAO_IA) || c == NIKHAHIT;
}

/* Without tones, and without the letters that are marked as silent. */
static void
thai_tidy(struct letters *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		unsigned char c = l->at[i];

		if (c == 0x4c) { /* silent: the consonant, and a short vowel on it */
			if (n > 0 && is_behind(l->at[n - 1]))
				n--;
			if (n > 0 && is_consonant(l->at[n - 1]))
				n--;
		} else if (c == 0x5c || c == 0x5d) { /* Lao hn, hm */
			l->at[n++] = c == 0x5c ? NO_NU : MO;
		} else if (c == LAO_LO) {
			l->at[n++] = LO;
		} else if (!(c >= 0x47 && c <= 0x4b) && c != 0x4e && c != 0x3a) {
			l->at[n++] = c;
		}
	}
	for (size_t i = n; i < LETTERS_MAX + 4; i++)
		l->at[i] = 0;
	l->n = n;
}

static bool
may_end(const struct letters *l, size_t i)
{
	unsigned c = l->at[i];

	/* Two r are a vowel, of which this is the first consonant. */
	return is_consonant(c) && thai_last[c - KO_KAI][0] != '\0' && !is_behind(l->at[i + 1]) &&
	       !(l->at[i + 1] == RO && l->at[i + 2] == RO);
}

/* The vowel of a syllable whose first consonants end before *i; pre stands before them. */
static const char *
thai_vowel(const struct letters *l, size_t *i, unsigned pre)
{
	unsigned c = l->at[*i], next = l->at[*i + 1];

	if (pre == SARA_E) {
		if ((c == 0x35 && next == YO) || (c == 0x37 && next == O_ANG)) {
			*i += 2;
			return c == 0x35 ? "ia" : "uea";
		}
		if (c == SARA_AA) {
			*i += next == SARA_A ? 2 : 1;
			return next == SARA_A ? "o" : "ao";
		}
		if (c >= SARA_I && c <= 0x37) {
			*i += 1;
			return "oe";
		}
		if (c == O_ANG || c == YO) {
			*i += 1;
			return c == YO ? "oei" : "oe";
		}
	}
	if (pre != 0) {
		*i += c == SARA_A || (pre >= 0x43 && c == YO);
		return pre == SARA_E ? "e" : pre == SARA_AE ? "ae" : pre == SARA_O ? "o" : "ai";
	}
	if (c == HAN_AKAT) {
		*i += next == WO || next == YO ? 2 : 1;
		return next == WO ? "ua" : next == YO ? "ai" : "a";
	}
	if (c == NIKHAHIT) {
		*i += next == SARA_AA ? 2 : 1;
		return next == SARA_AA ? "am" : "o";
	}
	if (c >= SARA_A && c <= LAO_IA) {
		static const char *const marks[] = {"a",  "a", "a", "am", "i", "i", "ue",
						    "ue", "u", "u", "",	  "o", "l", "ia"};

		*i += c == 0x37 && next == O_ANG ? 2 : 1;
		return marks[c - SARA_A];
	}
	if (c == RO && next == RO) {
		*i += 2;
		return is_consonant(l->at[*i]) ? "a" : "an";
	}
	if (c == O_ANG) {
		*i += 1;
		return "o";
	}
	if (c == WO && may_end(l, *i + 1)) {
		*i += 1;
		return "ua";
	}
	/* Three bare consonants at the end: na-khon. */
	if (may_end(l, *i) && is_consonant(next) && l->at[*i + 2] == 0)
		return "a";
	return may_end(l, *i) ? "o" : "a";
}

static struct str
thai_spelled(struct arena *a, const struct letters *l)
{
	struct buf out;

	buf_init(&out, a);
	for (size_t i = 0; i < l->n;) {
		unsigned pre = l->at[i] >= SARA_E && l->at[i] <= MAIMALAI ? l->at[i] : 0, c, next;
		const char *vowel;
		size_t before;

		i += pre != 0;
		c = l->at[i];
		if (!is_consonant(c)) {
			i += pre == 0;
			continue;
		}
		next = l->at[++i];
		/* The last consonant alone is not spoken: Chinnawat(ra). */
		if (pre == 0 && i == l->n && out.n > 0)
			break;
		/* A leading h only sets the tone. */
		if (c == HO &&
		    (next == NGO || next == YO_YING || next == NO_NU || next == MO || next == YO ||
		     next == RO || next == LO || next == WO) &&
		    (pre != 0 || is_behind(l->at[i + 1]) || is_consonant(l->at[i + 1]))) {
			c = next;
			next = l->at[++i];
		}
		buf_add_z(&out, thai_first[c - KO_KAI]);
		if ((next == RO || next == LO || (next == WO && c < NGO)) &&
		    is_behind(l->at[i + 1])) {
			buf_add_z(&out, thai_first[next - KO_KAI]);
			i++;
		}
		before = i;
		vowel = thai_vowel(l, &i, pre);
		buf_add_z(&out, vowel);
		/* An a that is not written ends its syllable. */
		if (may_end(l, i) && (pre != 0 || i > before || vowel[0] != 'a'))
			buf_add_z(&out, thai_last[l->at[i++] - KO_KAI]);
	}
	return buf_str(&out);
}

/* Khmer: the consonants, then whether each is of the second series. */
static const char *const khmer_first[] = {"k",	"kh", "k",  "kh", "ng", "ch", "ch", "ch", "ch",
					  "nh", "d",  "th", "d",  "th", "n",  "t",  "th", "t",
					  "th", "n",  "b",  "ph", "p",	"ph", "m",  "y",  "r",
					  "l",	"v",  "s",  "s",  "s",	"h",  "l",  ""};
#define SECOND_SERIES 0x1fce339cu
/* Dependent vowels from U+17B6, by series; names' other habit. */
static const char *const khmer_vowels[][3] = {
    {"a", "ea", "a"},	  {"e", "i", "i"},	 {"ei", "i", "y"},   {"oe", "ue", "i"},
    {"eu", "eu", "eu"},	  {"o", "u", "u"},	 {"ou", "u", "o"},   {"uo", "uo", "ua"},
    {"aeu", "eu", "oeu"}, {"oea", "oea", "eua"}, {"ie", "ie", "ia"}, {"e", "e", "e"},
    {"ae", "ae", "e"},	  {"ai", "ei", "ai"},	 {"ao", "o", "o"},   {"au", "ov", "ao"}};

static bool
khmer_consonant(unsigned c)
{
	return c < COUNT_OF(khmer_first);
}

/* Places here count from U+1780; letters_make counts from one before it. */
static unsigned
khmer_at(const struct letters *l, size_t i)
{
	return i < l->n ? l->at[i] - 1u : 0x7fu;
}

static struct str
khmer_spelled(struct arena *a, const struct letters *l, bool habit)
{
	struct buf out;
	bool open = true; /* no final consonant yet */

	buf_init(&out, a);
	for (size_t i = 0; i < l->n; i++) {
		unsigned c = khmer_at(l, i), next;
		bool second, signed_first = false, ends;
		const char *first;

		if (c >= 0x23 && c <= 0x33) { /* independent vowels */
			buf_add_z(&out, c < 0x25 ? "a" : c < 0x28 ? "e" : c < 0x2b ? "u" : "o");
			open = true;
			continue;
		}
		if (!khmer_consonant(c))
			continue;
		second = c <= 28 ? (SECOND_SERIES >> c & 1) != 0 : false;
		next = khmer_at(l, i + 1);
		if (next == 0x49 || next == 0x4a) {
			second = next == 0x4a;
			signed_first = next == 0x49;
			next = khmer_at(l, ++i + 1);
		}
		/* Silenced. */
		if (next == 0x4d)
			continue;
		first = c == 0x14 && signed_first ? "p" : khmer_first[c];
		/* Where the syllable ends there is no breath: sok, not sokh. */
		ends = next != 0x52 && !(next >= 0x36 && next <= 0x46) && out.n > 0 && open;
		buf_add(&out, ends && str_ends(str_from(first), STR("h")) && first[0] != 'c' &&
				      first[0] != 'n'
				  ? (struct str){first, 1}
				  : str_from(first));
		while (next == 0x52 && khmer_consonant(khmer_at(l, i + 2))) {
			buf_add_z(&out, khmer_first[khmer_at(l, i + 2)]);
			i += 2;
			next = khmer_at(l, i + 1);
		}
		if (next >= 0x36 && next <= 0x45) {
			buf_add_z(&out, khmer_vowels[next - 0x36][habit ? 2 : second]);
			i++;
			if (khmer_at(l, i + 1) == 0x46) {
				buf_add_z(&out, "m");
				i++;
			}
			open = true;
		} else if (next == 0x46) {
			buf_add_z(&out, second ? "um" : "am");
			i++;
			open = true;
		} else if (ends) {
			open = false; /* a final */
		} else {
			buf_add_z(&out, second && !habit ? "o" : "a");
			open = true;
		}
	}
	return buf_str(&out);
}

/* Without h behind stops, with v for w. */
static struct str
plainer(struct arena *a, struct str s)
{
	char *out = arena_bytes(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char before = i > 0 ? s.p[i - 1] : '\0';

		if (s.p[i] == 'h' && (before == 'p' || before == 't' || before == 'k'))
			continue;
		out[n++] = s.p[i] == 'w' ? 'v' : s.p[i];
	}
	return (struct str){out, n};
}

bool
southeast_read(struct arena *a, struct str word, struct readings *out)
{
	struct letters l;
	struct str first;

	if (letters_make(word, 0x0e00, &l) || letters_make(word, 0x0e80, &l)) {
		thai_tidy(&l);
		first = thai_spelled(a, &l);
		readings_add(out, first);
		readings_add(out, plainer(a, first));
	} else if (letters_make(word, 0x177f, &l)) {
		first = khmer_spelled(a, &l, false);
		readings_add(out, first);
		readings_add(out, khmer_spelled(a, &l, true));
		readings_add(out, plainer(a, first));
	}
	return out->n > 0;
}
