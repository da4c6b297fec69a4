#include "text/hangul.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "text/readings.h"

#define FIRST 0xac00u
#define COUNT (19u * 21u * 28u)

struct spelled {
	uint32_t c;
	const char *words; /* the commonest first */
};

/*
 * Surnames as their bearers spell them, the commonest in South Korea first (own compilation from
 * general knowledge of what the National Institute of Korean Language has counted in passports,
 * not checked against its tables), then the North's spelling. Sorted.
 */
/* clang-format off */
static const struct spelled surnames[] = {
    {0xac10, "kam gam"}, {0xac15, "kang gang"}, {0xacac, "kyun gyeon"},
    {0xacbd, "kyung gyeong kyong"}, {0xacc4, "kye gye"}, {0xace0, "ko go koh goh"},
    {0xacf5, "kong gong"}, {0xacfd, "kwak gwak kwag"}, {0xad6c, "koo gu ku goo"},
    {0xad6d, "kook kuk guk gook"}, {0xad8c, "kwon gwon kweon"}, {0xae08, "keum geum kum"},
    {0xae30, "ki gi kee"}, {0xae38, "gil kil"}, {0xae40, "kim gim ghim"},
    {0xb098, "na ra nah rah"}, {0xb0a8, "nam"}, {0xb178, "noh roh no ro"}, {0xb3c4, "do to doh"},
    {0xb3c5, "dok tok"}, {0xb77c, "ra na rah"}, {0xb7c9, "ryang yang"}, {0xb824, "ryo yeo"},
    {0xb85c, "ro roh noh"}, {0xb958, "ryu yoo yu ryoo lyu"}, {0xb9ac, "ri lee yi rhee li"},
    {0xb9bc, "rim lim"}, {0xb9c8, "ma mah"}, {0xb9f9, "maeng"}, {0xba85, "myung myeong myong"},
    {0xbaa8, "mo moh"}, {0xbaa9, "mok"}, {0xbb38, "moon mun"}, {0xbbfc, "min"},
    {0xbc15, "park pak bak"}, {0xbc18, "ban pan bahn"}, {0xbc29, "bang pang"},
    {0xbc30, "bae pae bai"}, {0xbc31, "baek paik paek back"}, {0xbcc0, "byun byeon pyon byon"},
    {0xbd09, "bong pong"}, {0xbe48, "bin"}, {0xc0ac, "sa"}, {0xc11c, "seo suh so sur"},
    {0xc11d, "seok suk sok"}, {0xc120, "sun seon son"}, {0xc124, "seol sul sol"},
    {0xc131, "sung seong song"}, {0xc18c, "so soh"}, {0xc190, "son sohn"}, {0xc1a1, "song"},
    {0xc2b9, "seung sung"}, {0xc2e0, "shin sin sinn"}, {0xc2ec, "sim shim"}, {0xc548, "ahn an"},
    {0xc591, "yang ryang"}, {0xc5b4, "eo uh o"}, {0xc5c4, "um eom uhm om"},
    {0xc5ec, "yeo yuh yo"}, {0xc5f0, "yeon youn yon yun"}, {0xc5fc, "yeom youm yum yom"},
    {0xc608, "ye yeh"}, {0xc624, "oh o"}, {0xc625, "ok ock"}, {0xc640, "wa"}, {0xc655, "wang"},
    {0xc6a9, "yong"}, {0xc6b0, "woo wu u"}, {0xc6d0, "won weon"}, {0xc704, "wi wee"},
    {0xc720, "yoo yu ryu you"}, {0xc721, "yook yuk"}, {0xc724, "yoon yun youn"},
    {0xc740, "eun un"}, {0xc774, "lee yi ri rhee i"}, {0xc778, "in ihn"},
    {0xc784, "lim im rim yim"}, {0xc7a5, "jang chang"}, {0xc804, "jeon jun chun chon"},
    {0xc815, "jung jeong chung chong jong"}, {0xc81c, "je jae"}, {0xc870, "cho jo joe"},
    {0xc8fc, "joo ju chu"}, {0xc9c0, "ji chi jee"}, {0xc9c4, "jin chin"}, {0xcc28, "cha tcha"},
    {0xcc44, "chae chai"}, {0xcc9c, "cheon chun chon"}, {0xcd08, "cho"},
    {0xcd5c, "choi choe choy che"}, {0xcd94, "choo chu"}, {0xd0c1, "tak"}, {0xd0dc, "tae"},
    {0xd3b8, "pyun pyeon pyon"}, {0xd45c, "pyo"}, {0xd53c, "pi"}, {0xd558, "ha hah"},
    {0xd55c, "han hahn"}, {0xd568, "ham hahm"}, {0xd5c8, "heo hur huh ho her"},
    {0xd604, "hyun hyeon hyon"}, {0xd638, "ho"}, {0xd64d, "hong"}, {0xd669, "hwang whang"},
};

/*
 * Syllables of given names whose usual spelling no system gives. Own compilation from general
 * knowledge of how Koreans write their names abroad; the systems' forms are added behind.
 * Sorted.
 */
static const struct spelled given[] = {
    {0xac74, "kun gun geon keon"}, {0xacbd, "kyung kyoung gyeong kyong"}, {0xaddc, "kyu gyu"},
    {0xade0, "kyun gyun"}, {0xadfc, "keun geun kun"}, {0xae30, "ki gi kee"}, {0xb098, "na"},
    {0xb355, "duk deok duck tok"}, {0xb3d9, "dong tong"}, {0xb450, "doo du tu"},
    {0xb780, "ran nan"}, {0xb798, "rae nae"}, {0xb9ac, "ri lee li ree"}, {0xb9bc, "rim lim"},
    {0xba85, "myung myeong myong"}, {0xbb34, "moo mu"}, {0xbb38, "moon mun"}, {0xbbf8, "mi mee"},
    {0xbc94, "bum beom pom"}, {0xbcd1, "byung byeong byoung pyong"}, {0xbcf4, "bo po"},
    {0xbe44, "bi pi bee"}, {0xc11c, "seo suh so"}, {0xc11d, "seok suk sok suck"},
    {0xc120, "sun seon son"}, {0xc12d, "sub seop sup"}, {0xc131, "sung seong song"},
    {0xc138, "se seh"}, {0xc218, "soo su"}, {0xc219, "sook suk"}, {0xc21c, "soon sun"},
    {0xc2b9, "seung sung"}, {0xc2dd, "sik shik"}, {0xc2e0, "shin sin"}, {0xc2e4, "sil shil"},
    {0xc2ec, "sim shim"}, {0xc5b8, "eon un on"}, {0xc5f0, "yeon youn yun yon"},
    {0xc5f4, "yeol yul youl"}, {0xc601, "young yeong yong yung"}, {0xc6a9, "yong"},
    {0xc6b0, "woo u wu"}, {0xc6b1, "wook uk"}, {0xc6b4, "un woon"}, {0xc6d0, "won weon"},
    {0xc6d4, "wol"}, {0xc720, "yoo yu you"}, {0xc724, "yoon yun youn"}, {0xc740, "eun un"},
    {0xc758, "eui ui"}, {0xc774, "i yi ee"}, {0xc775, "ik"}, {0xc77c, "il"}, {0xc784, "im lim"},
    {0xc790, "ja cha"}, {0xc7ac, "jae jai je chae"}, {0xc804, "jeon jun chon"},
    {0xc815, "jung jeong jong chung chong"}, {0xc81c, "je jae"}, {0xc8fc, "joo ju chu"},
    {0xc900, "jun joon chun"}, {0xc911, "joong jung chung"}, {0xc9c0, "ji jee chi"},
    {0xc9c4, "jin chin"}, {0xcc3d, "chang"}, {0xcca0, "chul cheol chol"}, {0xcd08, "cho"},
    {0xcd98, "choon chun"}, {0xd0dc, "tae tai"}, {0xd544, "pil phil"},
    {0xd601, "hyuk hyeok hyok"}, {0xd604, "hyun hyeon hyon"}, {0xd615, "hyung hyeong hyong"},
    {0xd6c8, "hoon hun"}, {0xd718, "hwi whee"}, {0xd76c, "hee hui hi"},
};
/* clang-format on */

/* Jamo in the order of Unicode. In the North j stands for the letter that is ch elsewhere. */
static const char *const revised_leads[] = {"g",  "kk", "n", "d",  "tt", "r", "m", "b", "pp", "s",
					    "ss", "",	"j", "jj", "ch", "k", "t", "p", "h"};
static const char *const old_leads[] = {"k",  "kk", "n",  "t",	 "tt", "r", "m", "p", "pp", "s",
					"ss", "",   "ch", "tch", "ch", "k", "t", "p", "h"};
static const char *const revised_vowels[] = {"a",  "ae", "ya", "yae", "eo", "e",  "yeo",
					     "ye", "o",	 "wa", "wae", "oe", "yo", "u",
					     "wo", "we", "wi", "yu",  "eu", "ui", "i"};
static const char *const old_vowels[] = {"a",  "ae", "ya", "yae", "o",	"e",  "yo",
					 "ye", "o",  "wa", "wae", "oe", "yo", "u",
					 "wo", "we", "wi", "yu",  "u",	"ui", "i"};
/* As bearers write them: hyun, sung, kyung, soo. */
static const char *const usual_vowels[] = {"a",	 "ae", "ya", "yae", "u",  "e",	"yu",
					   "ye", "o",  "wa", "wae", "oe", "yo", "oo",
					   "wo", "we", "wi", "yu",  "eu", "ee", "i"};
static const char *const tails[] = {"",	 "k",  "k", "k", "n", "n", "n", "t", "l", "k",
				    "m", "l",  "l", "l", "p", "l", "m", "p", "p", "t",
				    "t", "ng", "t", "t", "k", "t", "p", "t"};

bool
hangul_is_syllable(uint32_t c)
{
	return c >= FIRST && c < FIRST + COUNT;
}

static const char *
find(const struct spelled *table, size_t n, uint32_t c)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (table[mid].c == c)
			return table[mid].words;
		if (table[mid].c < c)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void
add_spelled(struct arena *a, const char *lead, const char *vowel, const char *tail,
	    struct readings *out)
{
	readings_add(out, str_fmt(a, "%s%s%s", lead, vowel, tail));
}

void
hangul_read(struct arena *a, uint32_t c, bool surname, struct readings *out)
{
	uint32_t at = c - FIRST;
	uint32_t lead = at / 588, vowel = at / 28 % 21, tail = at % 28;
	const char *known = NULL;

	if (!hangul_is_syllable(c))
		return;
	if (surname)
		known = find(surnames, COUNT_OF(surnames), c);
	if (known == NULL)
		known = find(given, COUNT_OF(given), c);
	if (known != NULL)
		readings_add_words(out, known);
	else if (tail != 0)
		add_spelled(a, revised_leads[lead], usual_vowels[vowel], tails[tail], out);
	add_spelled(a, revised_leads[lead], revised_vowels[vowel], tails[tail], out);
	add_spelled(a, lead == 12 || lead == 13 ? "j" : old_leads[lead], old_vowels[vowel],
		    tails[tail], out);
	add_spelled(a, old_leads[lead], old_vowels[vowel], tails[tail], out);
	if (tail == 0)
		add_spelled(a, revised_leads[lead], usual_vowels[vowel], "", out);
}

size_t
hangul_together(struct str s, size_t at)
{
	size_t n = 0, used;

	for (; at < s.n && hangul_is_syllable(utf8_decode(s.p + at, s.n - at, &used)); at += used)
		n++;
	return n;
}

bool
hangul_has_surname(size_t together, bool first_of_name)
{
	return (together >= 2 && together <= 4) || (together == 1 && first_of_name);
}
