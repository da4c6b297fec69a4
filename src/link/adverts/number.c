#include "link/adverts/number.h"

#include "base/arena.h"
#include "base/vec.h"

/*
 * Own compilation of digits as they are said, zero to nine; what is also written in other ways is
 * parted by "/". A word among them may be a common word of another language: only seven and more
 * in a row make a number, and nothing but separators may stand between.
 */
static const char *const languages[] = {
    /* clang-format off */
	"zero/nought/oh one/won two three four/fore five six seven eight/ate nine/niner",
	"null eins/ein/eine zwei/zwo drei vier fuenf/fünf sechs sieben acht neun",
	"zéro un/une deux trois quatre cinq six sept huit neuf",
	"cero uno/una/un dos tres cuatro cinco seis siete ocho nueve",
	"zero uno/una due tre quattro cinque sei sette otto nove",
	"zero um/uma dois/duas tres/três quatro cinco seis/meia sete oito nove",
	"zero unu/una/unul doi/doua trei patru cinci sase/șase sapte/șapte opt noua/nouă",
	"nul een/één twee drie vier vijf zes zeven acht negen",
	"zero jeden/jedna dwa/dwie trzy cztery piec/pięć szesc/sześć siedem osiem dziewiec/dziewięć",
	"nula jedna/jeden dva/dve tri/tři ctyri/čtyři pet/pět sest/šest sedm osm devet/devět",
	"nula jedan/jedna dva/dvije tri cetiri/četiri pet sest/šest sedam osam devet",
	"nulla egy ketto/kettő/ket/két harom/három negy/négy ot/öt hat het/hét nyolc kilenc",
	"sifir/sıfır bir iki uc/üç dort/dört bes/beş alti/altı yedi sekiz dokuz",
	"zero nje/një dy tre/tri kater/katër pese/pesë gjashte/gjashtë shtate/shtatë tete/tetë nente/nëntë",
	"noll ett/en tva/två tre fyra fem sex sju atta/åtta nio",
	"нуль/ноль один/одна/раз два/две три четыре пять шесть семь восемь девять",
	"нуль один/одна два/дві три чотири пять/п'ять/пʼять шість сім вісім девять/дев'ять/девʼять",
	"нула едно/един две/два три четири пет шест седем осем девет",
	"нула један/једна два/две три четири пет шест седам осам девет",
	"μηδεν/μηδέν ενα/ένα δυο/δύο τρια/τρία τεσσερα/τέσσερα πεντε/πέντε εξι/έξι επτα/επτά/εφτα/εφτά οκτω/οκτώ/οχτω/οχτώ εννεα/εννέα/εννια/εννιά",
	"صفر واحد/واحدة اثنان/اثنين/اتنين ثلاثة/تلاتة أربعة/اربعة خمسة ستة سبعة ثمانية/تمانية تسعة",
	"صفر یک دو سه چهار پنج شش هفت هشت نه",
	"صفر ایک دو تین چار پانچ چھ سات آٹھ نو",
	"אפס אחת/אחד שתיים/שניים שלוש/שלושה ארבע/ארבעה חמש/חמישה שש/שישה שבע/שבעה שמונה תשע/תשעה",
	"शून्य एक दो तीन चार पाँच/पांच छह/छः/छे सात आठ नौ",
	"শূন্য এক দুই তিন চার পাঁচ ছয় সাত আট নয়",
	"shunya/zero ek do teen/tin char/chaar paanch/panch chhe/chah saat/sat aath/aat nau/nou",
	"ศูนย์ หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า",
	"không/khong một/mot hai ba bốn/bon năm/nam sáu/sau bảy/bay tám/tam chín/chin",
	"sero/wala isa dalawa tatlo apat lima anim pito walo siyam",
	"nol/kosong satu dua tiga empat lima enam tujuh delapan/lapan sembilan",
	"零/〇 一/壹/幺 二/贰/兩/两 三/叁 四/肆 五/伍 六/陆 七/柒 八/捌 九/玖",
	"ゼロ いち に さん よん/し ご ろく なな/しち はち きゅう",
	"영/공 일 이 삼 사 오 육/륙 칠 팔 구",
	"sifuri moja mbili tatu nne tano sita saba nane tisa",
    /* clang-format on */
};

#define WORD_LETTERS_MAX 16

struct word {
	uint32_t letter[WORD_LETTERS_MAX];
	uint8_t n;
	char digit;
};

/* Words in lists by their first letter. */
#define HEADS 256

struct number_words {
	struct {
		struct word *at;
		size_t n, cap;
	} list[HEADS];
};

static uint32_t
head_of(uint32_t c)
{
	return (c ^ c >> 8) % HEADS;
}

static void
word_add(struct number_words *w, struct arena *a, const struct letter_list *letters, char digit)
{
	struct word word = {.digit = digit};

	for (size_t i = 0; i < letters->n; i++) {
		if (letters->at[i].kind == LETTER_OTHER)
			continue;
		must(word.n < WORD_LETTERS_MAX);
		word.letter[word.n++] = letters->at[i].c;
	}
	must(word.n > 0);
	*VEC_ADD(a, &w->list[head_of(word.letter[0])]) = word;
}

struct number_words *
number_words_new(struct arena *a, struct letters *l)
{
	struct number_words *w = NEW(a, struct number_words);
	struct letter_list letters = {0};

	for (size_t i = 0; i < COUNT_OF(languages); i++) {
		struct str rest = str_from(languages[i]);
		char digit = '0';

		while (rest.p != NULL) {
			struct str ways = str_cut(&rest, ' ');

			while (ways.p != NULL) {
				letters_read(l, a, str_cut(&ways, '/'), &letters);
				word_add(w, a, &letters, digit);
			}
			digit++;
		}
		must(digit == '9' + 1);
	}
	return w;
}

size_t
number_word_at(const struct number_words *w, const struct letter *at, size_t n, char *digit)
{
	uint32_t head = head_of(at[0].c);
	size_t longest = 0;

	for (size_t i = 0; i < w->list[head].n; i++) {
		const struct word *word = &w->list[head].at[i];
		size_t k = 0;

		if (word->n > n || word->n <= longest)
			continue;
		while (k < word->n && at[k].c == word->letter[k] && at[k].kind != LETTER_DIGIT)
			k++;
		if (k == word->n) {
			longest = k;
			*digit = word->digit;
		}
	}
	return longest;
}

/* Words and digits that fill the whole. */
static size_t
words_read(const struct number_words *w, const struct letter *at, size_t n,
	   char out[NUMBER_DIGITS_MAX])
{
	size_t m = 0;

	for (size_t i = 0; i < n;) {
		char digit = 0;
		size_t used = 1;

		if (m == NUMBER_DIGITS_MAX)
			return 0;
		if (at[i].kind == LETTER_DIGIT)
			digit = (char)('0' + at[i].c);
		else
			used = number_word_at(w, at + i, n - i, &digit);
		if (used == 0)
			return 0;
		out[m++] = digit;
		i += used;
	}
	return m;
}

size_t
number_read(const struct number_words *w, const struct letter *at, size_t n,
	    char out[NUMBER_DIGITS_MAX], bool *sure)
{
	size_t digits = 0, m;

	*sure = true;
	m = words_read(w, at, n, out);
	if (m > 0 || n > NUMBER_DIGITS_MAX)
		return m;
	for (size_t i = 0; i < n; i++) {
		int digit = at[i].kind == LETTER_DIGIT ? (int)at[i].c : letter_as_digit(at[i].c);

		if (digit < 0)
			return 0;
		digits += at[i].kind == LETTER_DIGIT;
		out[i] = (char)('0' + digit);
	}
	*sure = digits * 2 >= n;
	return digits > 0 || n == 1 ? n : 0;
}
