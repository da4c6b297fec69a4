#include "node/demo_data_name.h"

#include "base/arena.h"
#include "base/utf8.h"

/*
 * How sounds are written. Ethiopic letters stand in rows of eight, the vowel choosing the
 * place; the other scripts add a letter or sign. Han follows the usual table of transcription
 * characters (public knowledge; Xinhua's has the same ones).
 */
struct consonant {
	const char *latin, *cyrillic, *arabic, *devanagari;
	uint32_t ethiopic;
	const char *han[5], *han_coda;
};

/* clang-format off */
static const struct consonant consonants[] = {
	{ "",   "",  "",  "",  0x12A0, { "阿", "埃", "伊", "奥", "乌" }, "" },
	{ "b",  "б", "ب", "ब", 0x1260, { "巴", "贝", "比", "博", "布" }, "布" },
	{ "d",  "д", "د", "द", 0x12F0, { "达", "德", "迪", "多", "杜" }, "德" },
	{ "f",  "ф", "ف", "फ", 0x1348, { "法", "费", "菲", "福", "富" }, "夫" },
	{ "g",  "г", "غ", "ग", 0x1308, { "加", "盖", "吉", "戈", "古" }, "格" },
	{ "h",  "х", "ه", "ह", 0x1200, { "哈", "赫", "希", "霍", "胡" }, "赫" },
	{ "k",  "к", "ك", "क", 0x12A8, { "卡", "凯", "基", "科", "库" }, "克" },
	{ "l",  "л", "ل", "ल", 0x1208, { "拉", "莱", "利", "洛", "卢" }, "尔" },
	{ "m",  "м", "م", "म", 0x1218, { "马", "梅", "米", "莫", "穆" }, "姆" },
	{ "n",  "н", "ن", "न", 0x1290, { "纳", "内", "尼", "诺", "努" }, "恩" },
	{ "p",  "п", "ب", "प", 0x1350, { "帕", "佩", "皮", "波", "普" }, "普" },
	{ "r",  "р", "ر", "र", 0x1228, { "拉", "雷", "里", "罗", "鲁" }, "尔" },
	{ "s",  "с", "س", "स", 0x1230, { "萨", "塞", "西", "索", "苏" }, "斯" },
	{ "sh", "ш", "ش", "श", 0x1238, { "沙", "谢", "希", "绍", "舒" }, "什" },
	{ "t",  "т", "ت", "त", 0x1270, { "塔", "泰", "蒂", "托", "图" }, "特" },
	{ "v",  "в", "ف", "व", 0x1268, { "瓦", "韦", "维", "沃", "武" }, "夫" },
	{ "y",  "й", "ي", "य", 0x12E8, { "亚", "耶", "伊", "约", "尤" }, "伊" },
	{ "z",  "з", "ز", "ज", 0x12D8, { "扎", "泽", "齐", "佐", "祖" }, "兹" },
};
enum { NONE, B, D, F, G, H, K, L, M, N, P, R, S, SH, T, V, Y, Z };

static const struct {
	const char *latin, *cyrillic, *cyrillic_first, *cyrillic_y, *arabic, *arabic_first;
	const char *sign, *sign_first; /* Devanagari */
	uint32_t ethiopic;
} vowels[] = {
	{ "a", "а", "а", "я",  "ا", "أ",  "ा", "आ", 3 },
	{ "e", "е", "э", "е",  "ي", "إي", "े", "ए", 4 },
	{ "i", "и", "и", "йи", "ي", "إي", "ि", "इ", 2 },
	{ "o", "о", "о", "йо", "و", "أو", "ो", "ओ", 6 },
	{ "u", "у", "у", "ю",  "و", "أو", "ु", "उ", 1 },
};
enum { A, E, I, O, U };
enum { ETHIOPIC_NO_VOWEL = 5 };

/* A tongue: what starts a syllable, what may close the last one, and how long words are. */
struct tongue {
	uint8_t onsets[12], n_onsets;
	uint8_t vowels[5], n_vowels;
	uint8_t codas[6], n_codas;
	uint8_t given_min, given_max, family_min, family_max;
};
static const struct tongue tongues[] = {
	{ { V, D, R, L, M, K, S, T, Z, N }, 10, { A, E, I, O },    4, { K, N, R, S, SH }, 5, 2, 3, 3, 3 },
	{ { H, R, S, M, N, F, T, Z, B, Y }, 10, { A, I, U },       3, { M, R, N, D, F },  5, 2, 3, 3, 3 },
	{ { S, SH, L, Y, M, H, T, N, Z },    9, { A, E, I, O, U }, 5, { N },              1, 3, 3, 3, 4 },
	{ { T, K, M, G, B, S, Y, D, SH },    9, { A, E, U },       3, { T, S, L },        3, 3, 3, 3, 3 },
	{ { P, K, D, V, N, R, S, L, G },     9, { A, I, U, O },    4, { N, M, R, SH },    4, 3, 3, 3, 4 },
	{ { F, G, L, V, B, R, P, T },        8, { E, O, I, U },    4, { L, V, K, S },     4, 2, 3, 3, 3 },
};

/* Rude in some language, or common names that syllables fall into: drawn again. */
static const char *const refused_parts[] = {
	"fuk", "shit", "kok", "dik", "pis", "nig", "kunt", "fag", "put", "kak", "pede", "merd",
	"kur", "pizd", "sheg", "kus", "gay", "nazi", "hitl", "stal", "putin", "lenin", "lada",
	"maria", "marin", "nadi", "natal", "samir", "hasan", "rashid", "salim", "salam", "karim",
	"tamar", "omar", "sara", "mari", "anna", "elena", "vladi", "boris", "dari", "malik",
	"yusuf", "yasin", "fati", "nasir", "bashir", "hami", "hari", "rami", "rani", "suni",
	"kamal", "kuma", "nara", "rama", "deva", "viru", "yama", "suzu", "hiro", "naka", "tana",
	"tirelu", "sunelo", "oshmi", "taluneth", "loshkai",
};
/* clang-format on */

static const char *const orvek[DEMO_SCRIPT_COUNT] = {
    [DEMO_LATIN] = "Orvek",
    [DEMO_CYRILLIC] = "Орвек",
    [DEMO_ARABIC] = "أورفيك",
    [DEMO_HAN] = "奥尔维克",
};
static const char *const taluneth[DEMO_SCRIPT_COUNT] = {
    [DEMO_LATIN] = "Taluneth",
    [DEMO_CYRILLIC] = "Талунет",
    [DEMO_ARABIC] = "تالونيث",
    [DEMO_HAN] = "塔卢内特",
};
static const char *const dameru[DEMO_SCRIPT_COUNT] = {
    [DEMO_LATIN] = "Dameru",
    [DEMO_CYRILLIC] = "Дамеру",
    [DEMO_ARABIC] = "داميرو",
};
static const char *const loshkai[DEMO_SCRIPT_COUNT] = {
    [DEMO_LATIN] = "Loshkai",
    [DEMO_CYRILLIC] = "Лошкай",
    [DEMO_ARABIC] = "لوشكاي",
};
static const char *const orveka[DEMO_SCRIPT_COUNT] = {[DEMO_LATIN] = "Orveka"};
static const char *const talunek[DEMO_SCRIPT_COUNT] = {[DEMO_LATIN] = "Talunek"};

const struct demo_name demo_name_recruiter = {{.fixed = orvek}, {.fixed = taluneth}};
const struct demo_name demo_name_driver = {{.fixed = dameru}, {.fixed = loshkai}};
const struct demo_name demo_name_namesake = {{.fixed = orveka}, {.fixed = talunek}};

const char *
demo_script_code(enum demo_script script)
{
	static const char *const codes[DEMO_SCRIPT_COUNT] = {"Latn", "Cyrl", "Arab",
							     "Hans", "Ethi", "Deva"};

	return codes[script];
}

const char *
demo_name_change_text(enum demo_name_change change)
{
	static const char *const texts[DEMO_NAME_CHANGE_COUNT] = {
	    "as listed", "one letter dropped", "one letter doubled", "another romanisation",
	    "family name first"};

	return texts[change];
}

static void
latin_write(struct buf *b, const struct demo_word *w)
{
	for (size_t i = 0; i < w->n; i++) {
		buf_add_z(b, consonants[w->at[i].onset].latin);
		buf_add_z(b, vowels[w->at[i].vowel].latin);
		buf_add_z(b, consonants[w->at[i].coda].latin);
	}
}

static void
cyrillic_write(struct buf *b, const struct demo_word *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct demo_sound *s = &w->at[i];

		if (s->onset == Y) {
			buf_add_z(b, vowels[s->vowel].cyrillic_y);
		} else if (s->onset == NONE) {
			buf_add_z(b, vowels[s->vowel].cyrillic_first);
		} else {
			buf_add_z(b, consonants[s->onset].cyrillic);
			buf_add_z(b, vowels[s->vowel].cyrillic);
		}
		buf_add_z(b, consonants[s->coda].cyrillic);
	}
}

static void
arabic_write(struct buf *b, const struct demo_word *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct demo_sound *s = &w->at[i];

		buf_add_z(b, consonants[s->onset].arabic);
		buf_add_z(b, s->onset == NONE ? vowels[s->vowel].arabic_first
					      : vowels[s->vowel].arabic);
		buf_add_z(b, consonants[s->coda].arabic);
	}
}

static void
han_write(struct buf *b, const struct demo_word *w)
{
	for (size_t i = 0; i < w->n; i++) {
		buf_add_z(b, consonants[w->at[i].onset].han[w->at[i].vowel]);
		buf_add_z(b, consonants[w->at[i].coda].han_coda);
	}
}

static void
code_point_add(struct buf *b, uint32_t c)
{
	char text[4];

	buf_add_bytes(b, text, utf8_encode(c, text));
}

static void
ethiopic_write(struct buf *b, const struct demo_word *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct demo_sound *s = &w->at[i];

		code_point_add(b, consonants[s->onset].ethiopic + vowels[s->vowel].ethiopic);
		if (s->coda != NONE)
			code_point_add(b, consonants[s->coda].ethiopic + ETHIOPIC_NO_VOWEL);
	}
}

static void
devanagari_write(struct buf *b, const struct demo_word *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct demo_sound *s = &w->at[i];

		buf_add_z(b, consonants[s->onset].devanagari);
		buf_add_z(b,
			  s->onset == NONE ? vowels[s->vowel].sign_first : vowels[s->vowel].sign);
		if (s->coda != NONE) {
			buf_add_z(b, consonants[s->coda].devanagari);
			/* Within a word the consonant loses its own vowel; at the end readers
			 * drop it without a sign. */
			if (i + 1 < w->n)
				buf_add_z(b, "्");
		}
	}
}

/* The first letter written at offset start becomes a capital: ASCII, or U+0430 to U+044F. */
static void
capitalise(struct buf *b, size_t start)
{
	char upper[4];
	size_t used;
	uint32_t c = utf8_decode(b->p + start, b->n - start, &used);

	if ((c >= 'a' && c <= 'z') || (c >= 0x430 && c <= 0x44F)) {
		must(utf8_encode(c - 0x20, upper) == used);
		memcpy(b->p + start, upper, used);
	}
}

void
demo_word_write(struct buf *b, const struct demo_word *w, enum demo_script script)
{
	size_t start = b->n;

	if (w->fixed != NULL) {
		must(w->fixed[script] != NULL);
		buf_add_z(b, w->fixed[script]);
		return;
	}
	switch (script) {
	case DEMO_LATIN: latin_write(b, w); break;
	case DEMO_CYRILLIC: cyrillic_write(b, w); break;
	case DEMO_ARABIC: arabic_write(b, w); break;
	case DEMO_HAN: han_write(b, w); break;
	case DEMO_ETHIOPIC: ethiopic_write(b, w); break;
	case DEMO_DEVANAGARI: devanagari_write(b, w); break;
	case DEMO_SCRIPT_COUNT: must(script < DEMO_SCRIPT_COUNT);
	}
	capitalise(b, start);
}

struct str
demo_word_text(struct arena *a, const struct demo_word *w, enum demo_script script)
{
	struct buf b;

	buf_init(&b, a);
	demo_word_write(&b, w, script);
	return buf_str(&b);
}

struct str
demo_name_join(struct arena *a, enum demo_script script, struct str given, struct str family)
{
	return str_fmt(a, "%.*s%s%.*s", STR_ARG(given), script == DEMO_HAN ? "·" : " ",
		       STR_ARG(family));
}

struct str
demo_name_full(struct arena *a, const struct demo_name *n, enum demo_script script)
{
	return demo_name_join(a, script, demo_word_text(a, &n->given, script),
			      demo_word_text(a, &n->family, script));
}

static bool
word_is_refused(const struct demo_word *w)
{
	char latin[DEMO_SOUNDS_MAX * 5 + 1];
	size_t n = 0;
	struct str text;

	/* Rendered by hand, without an arena: this runs for each of 100,000 rows. */
	for (size_t i = 0; i < w->n; i++) {
		const char *parts[] = {consonants[w->at[i].onset].latin,
				       vowels[w->at[i].vowel].latin,
				       consonants[w->at[i].coda].latin};

		for (size_t j = 0; j < COUNT_OF(parts); j++)
			for (const char *p = parts[j]; *p != '\0'; p++)
				latin[n++] = *p;
	}
	text = (struct str){latin, n};
	for (size_t i = 0; i < COUNT_OF(refused_parts); i++)
		if (str_find(text, str_from(refused_parts[i])) >= 0)
			return true;
	return false;
}

static uint8_t
pick(struct demo_random *r, const uint8_t *of, size_t n)
{
	return of[demo_random_below(r, n)];
}

static void
word_draw(struct demo_random *r, const struct tongue *t, int min, int max, struct demo_word *out)
{
	do {
		*out = (struct demo_word){.n = (uint8_t)demo_random_between(r, min, max)};
		must(out->n <= DEMO_SOUNDS_MAX);
		for (size_t i = 0; i < out->n; i++) {
			struct demo_sound *s = &out->at[i];

			s->onset = i == 0 && demo_random_one_in(r, 8)
				       ? (uint8_t)NONE
				       : pick(r, t->onsets, t->n_onsets);
			s->vowel = pick(r, t->vowels, t->n_vowels);
			/* Every second word closes; some have a closed syllable before. */
			if (demo_random_one_in(r, i + 1 == out->n ? 2 : 6))
				s->coda = pick(r, t->codas, t->n_codas);
		}
	} while (word_is_refused(out));
}

void
demo_name_draw(struct demo_random *r, struct demo_name *out)
{
	const struct tongue *t = &tongues[demo_random_below(r, COUNT_OF(tongues))];

	word_draw(r, t, t->given_min, t->given_max, &out->given);
	word_draw(r, t, t->family_min, t->family_max, &out->family);
}

void
demo_word_draw(struct demo_random *r, struct demo_word *out)
{
	const struct tongue *t = &tongues[demo_random_below(r, COUNT_OF(tongues))];

	word_draw(r, t, 3, 3, out);
}

/* One syllable gets another consonant and another vowel; never the first, which people see. */
static void
word_near(struct demo_random *r, const struct demo_word *w, struct demo_word *out)
{
	must(w->fixed == NULL && w->n > 1);
	do {
		struct demo_sound *s;
		uint8_t onset, vowel;

		*out = *w;
		s = &out->at[1 + demo_random_below(r, (size_t)w->n - 1)];
		onset = (uint8_t)(1 + demo_random_below(r, COUNT_OF(consonants) - 1));
		vowel = (uint8_t)demo_random_below(r, COUNT_OF(vowels));
		if (onset == s->onset || vowel == s->vowel)
			continue;
		s->onset = onset;
		s->vowel = vowel;
		if (!word_is_refused(out))
			return;
	} while (true);
}

void
demo_name_near(struct demo_random *r, const struct demo_name *n, struct demo_name *out)
{
	word_near(r, &n->given, &out->given);
	word_near(r, &n->family, &out->family);
}

/* The last inner letter goes: never the first or the last of the word. */
static struct str
letter_dropped(struct arena *a, struct str s)
{
	size_t at = s.n / 2;

	return str_fmt(a, "%.*s%.*s", (int)at, s.p, (int)(s.n - at - 1), s.p + at + 1);
}

static struct str
letter_doubled(struct arena *a, struct str s)
{
	size_t at = s.n / 2;

	/* A vowel doubled would be another sound; a consonant doubled is a clerk's habit. */
	while (at + 1 < s.n && strchr("aeiou", s.p[at]) != NULL)
		at++;
	return str_fmt(a, "%.*s%c%.*s", (int)at, s.p, s.p[at], (int)(s.n - at), s.p + at);
}

static struct str
other_latin(struct arena *a, struct str s)
{
	static const struct {
		const char *from, *to;
	} ways[] = {{"sh", "sch"}, {"v", "w"},	{"y", "j"},  {"u", "ou"}, {"k", "c"},
		    {"ai", "ay"},  {"i", "ee"}, {"z", "dz"}, {"e", "ie"}};

	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		struct str from = str_from(ways[i].from);
		ptrdiff_t at = str_find(str_sub(s, 1, s.n), from);

		if (at >= 0) {
			size_t start = (size_t)at + 1, end = start + from.n;

			return str_fmt(a, "%.*s%s%.*s", (int)start, s.p, ways[i].to,
				       (int)(s.n - end), s.p + end);
		}
	}
	return letter_doubled(a, s);
}

void
demo_name_changed(struct arena *a, const struct demo_name *n, enum demo_script script,
		  enum demo_name_change change, struct str *given, struct str *family)
{
	struct str first = demo_word_text(a, &n->given, script);
	struct str last = demo_word_text(a, &n->family, script);

	*given = first;
	*family = last;
	must(script == DEMO_LATIN || change == DEMO_AS_IS || change == DEMO_FAMILY_FIRST);
	switch (change) {
	case DEMO_AS_IS: break;
	case DEMO_LETTER_DROPPED: *family = letter_dropped(a, last); break;
	case DEMO_LETTER_DOUBLED: *family = letter_doubled(a, last); break;
	case DEMO_OTHER_LATIN:
		*given = other_latin(a, first);
		*family = other_latin(a, last);
		break;
	case DEMO_FAMILY_FIRST:
		*given = last;
		*family = first;
		break;
	case DEMO_NAME_CHANGE_COUNT: must(change < DEMO_NAME_CHANGE_COUNT);
	}
}
