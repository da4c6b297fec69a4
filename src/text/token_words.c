#include "text/token_words.h"

#include <string.h>

#include "text/token.h"

#define WORD_MAX 12
#define H TOKEN_HONORIFIC
#define P TOKEN_PARTICLE
#define L TOKEN_LEGAL
#define W(word, flags)                                                                             \
	{                                                                                          \
		sizeof(word) - 1, (flags), word                                                    \
	}

struct marked {
	unsigned char n, flags;
	char word[WORD_MAX + 1];
};

/* clang-format off */
/*
 * Keys, sorted. Titles and what stands beside names in documents: of English, French, German,
 * Spanish, Portuguese, Italian, Turkish, Arabic, Persian, Urdu, Hindi, Malay. Particles: the
 * usages of the German, Dutch, Romance and Scandinavian languages as the library rules list them
 * (IFLA, Names of Persons, 4th edition 1996), Arabic articles and words of descent, Malay bin and
 * binti, Turkic oglu and kizi. Legal forms: abbreviations of ISO 20275 (GLEIF's list).
 */
static const struct marked words[] = {
    W("ab", P|L), W("ad", P), W("adm", H), W("admiral", H), W("af", P), W("ag", L), W("agha", H),
    W("aka", P), W("akhund", H), W("al", P), W("alcalde", H), W("alhadji", H), W("alhaj", H),
    W("alhaji", H), W("alias", P), W("am", P), W("ambassador", H), W("an", P), W("anak", P),
    W("and", P), W("ao", L), W("ap", P), W("aps", L), W("ar", P), W("archbishop", H),
    W("as", P|L), W("asa", L), W("ash", P), W("at", P), W("ath", P), W("av", P),
    W("ayatollah", H), W("az", P), W("baroness", H), W("bat", P), W("begum", H), W("ben", P),
    W("bey", H), W("bhd", L), W("bin", P), W("bint", P), W("binti", P), W("brig", H),
    W("brigadier", H), W("bte", P), W("bv", L), W("bvba", L), W("capitaine", H), W("capitan", H),
    W("capt", H), W("captain", H), W("cardinal", H), W("cdr", H), W("chancellor", H),
    W("cia", L), W("cjsc", L), W("cmdr", H), W("co", L), W("col", H), W("colonel", H),
    W("coltd", L), W("comandante", H), W("comdt", H), W("commandant", H), W("commander", H),
    W("company", L), W("corp", L), W("corporal", H), W("corporation", L), W("cpl", H),
    W("da", P), W("dal", P), W("dalla", P), W("dame", H), W("das", P), W("datin", H),
    W("dato", H), W("datuk", H), W("de", P), W("degli", P), W("dei", P), W("del", P),
    W("della", P), W("delle", P), W("dello", P), W("den", P), W("der", P), W("des", P),
    W("di", P), W("dipl", H), W("dit", P), W("do", P), W("docteur", H), W("doctor", H),
    W("doktor", H), W("don", H), W("dona", H), W("doo", L), W("dos", P), W("dott", H),
    W("dottore", H), W("dr", H), W("dra", H), W("du", P), W("e", P), W("ead", L), W("ed", P),
    W("efendi", H), W("effendi", H), W("ehf", L), W("el", P), W("elhadj", H), W("elnok", H),
    W("encik", H), W("eng", H), W("engineer", H), W("eood", L), W("er", P), W("es", P),
    W("esq", H), W("et", P), W("eurl", L), W("ez", P), W("fi", P), W("for", P), W("frau", H),
    W("fzc", L), W("fzco", L), W("fze", L), W("fzllc", L), W("geb", P), W("gen", H),
    W("general", H), W("generale", H), W("generalmajor", H), W("gesmbh", L), W("gmbh", L),
    W("gobernador", H), W("gospodin", H), W("gospodja", H), W("gospozha", H), W("governor", H),
    W("guvernor", H), W("gyzy", P), W("hadj", H), W("hadji", H), W("haj", H), W("haji", H),
    W("hajj", H), W("hajja", H), W("hajji", H), W("herr", H), W("het", P), W("hon", H),
    W("ibn", P), W("ibnu", P), W("ii", H), W("iii", H), W("il", P), W("imam", H), W("in", P),
    W("inc", L), W("incorporated", L), W("ing", H), W("ingeniero", H), W("inh", L), W("iv", H),
    W("janab", H), W("jr", H), W("jsc", L), W("junior", H), W("kanzler", H), W("kapitan", H),
    W("kft", L), W("kg", L), W("kgaa", L), W("khanom", H), W("khanum", H), W("kizi", P),
    W("kk", L), W("kyai", H), W("kyzy", P), W("la", P), W("lady", H), W("las", P), W("le", P),
    W("les", P), W("lic", H), W("licenciado", H), W("lieut", H), W("lieutenant", H),
    W("limitada", L), W("limited", L), W("llc", L), W("llp", L), W("lo", P), W("los", P),
    W("lp", L), W("lt", H), W("ltd", L), W("ltda", L), W("ltee", L), W("madam", H),
    W("madame", H), W("mademoiselle", H), W("maj", H), W("major", H), W("marshal", H),
    W("maulana", H), W("maulavi", H), W("maulawi", H), W("maulvi", H), W("mawlana", H),
    W("mawlavi", H), W("mawlawi", H), W("mawlawy", H), W("mbh", L), W("mgr", H),
    W("minister", H), W("ministr", H), W("ministre", H), W("ministro", H), W("miss", H),
    W("mister", H), W("mlle", H), W("mme", H), W("molavi", H), W("molla", H), W("mollah", H),
    W("monsieur", H), W("moulvi", H), W("mr", H), W("mrs", H), W("ms", H), W("mulla", H),
    W("mullah", H), W("nee", P), W("nv", L), W("nyrt", L), W("oao", L), W("oaoo", L),
    W("oberst", H), W("of", P), W("oghlu", P), W("ogli", P), W("oglou", P), W("oglu", P),
    W("ogly", P), W("ohg", L), W("ojsc", L), W("ood", L), W("ooo", L), W("op", P), W("ould", P),
    W("oy", L), W("oyab", L), W("oyj", L), W("pani", H), W("pao", L), W("phd", H), W("pjsc", L),
    W("plc", L), W("prasident", H), W("predsednik", H), W("predsjednik", H), W("presedinte", H),
    W("presedintele", H), W("presiden", H), W("president", H), W("presidente", H),
    W("presidentti", H), W("prezident", H), W("prezidenti", H), W("prezydent", H), W("prof", H),
    W("professor", H), W("ps", L), W("pte", L), W("pty", L), W("puan", H), W("pvt", L),
    W("qari", H), W("qizi", P), W("rabbi", H), W("rev", H), W("reverend", H), W("sa", L),
    W("saheb", H), W("sahib", H), W("saint", H), W("sal", L), W("sargento", H), W("sarl", L),
    W("sarlau", L), W("sas", L), W("sasu", L), W("sayed", H), W("sayyed", H), W("sayyid", H),
    W("sca", L), W("scrl", L), W("scs", L), W("sdn", L), W("senator", H), W("senior", H),
    W("senor", H), W("senora", H), W("sergeant", H), W("sgt", H), W("shaikh", H),
    W("shaikha", H), W("shaykh", H), W("shaykha", H), W("sheik", H), W("sheikh", H),
    W("sheikha", H), W("shri", H), W("shrimati", H), W("sidi", P), W("sir", H), W("sl", L),
    W("smt", H), W("snc", L), W("snr", H), W("soeur", H), W("spa", L), W("spzoo", L), W("sr", H),
    W("sri", H), W("srl", L), W("srls", L), W("sro", L), W("sti", L), W("syed", H), W("tas", L),
    W("tbk", L), W("te", P), W("ten", P), W("tengku", H), W("teniente", H), W("ter", P),
    W("the", P), W("tic", L), W("tovarishch", H), W("tunku", H), W("uab", L), W("ud", P),
    W("ug", L), W("ughli", P), W("ul", P), W("uly", P), W("und", P), W("ur", P), W("us", P),
    W("ush", P), W("ustad", H), W("ustadz", H), W("ustaz", H), W("uulu", P), W("uz", P),
    W("van", P), W("vom", P), W("von", P), W("wa", P), W("walad", P), W("wald", P), W("wuld", P),
    W("y", P), W("z", P), W("zao", L), W("zoo", L), W("zrt", L), W("zu", P), W("zum", P),
    W("zur", P),
};
/* clang-format on */

unsigned
word_marks(struct str key)
{
	size_t low = 0, high = COUNT_OF(words);

	if (key.n < 1 || key.n > WORD_MAX)
		return 0;
	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct marked *m = &words[mid];
		int order = (unsigned char)m->word[0] - (unsigned char)key.p[0];

		/* The NUL behind the shorter one decides, as the lengths do. */
		if (order == 0)
			order = memcmp(m->word, key.p, m->n < key.n ? m->n : key.n);
		if (order == 0)
			order = (int)m->n - (int)key.n;
		if (order == 0)
			return m->flags;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

bool
word_marks_are_sorted(void)
{
	for (size_t i = 1; i < COUNT_OF(words); i++)
		if (strcmp(words[i - 1].word, words[i].word) >= 0)
			return false;
	return true;
}
