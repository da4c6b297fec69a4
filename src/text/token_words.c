#include "text/token_words.h"

#include <stdlib.h>

/* clang-format off */
/* Sorted, as keys (ASCII, lower case). */
static const char *const honorifics[] = {
    "agha", "ayatollah", "brig", "capt", "captain", "col", "colonel", "don", "dona", "dr",
    "eng", "engineer", "gen", "general", "gospodin", "haj", "haji", "hajj", "hajji", "herr",
    "hon", "imam", "ing", "lic", "lt", "madame", "maj", "major", "maulana", "maulavi",
    "mawlana", "mawlawi", "miss", "mme", "molavi", "mr", "mrs", "ms", "mullah", "prof",
    "professor", "rev", "saint", "sayed", "sayyed", "sayyid", "senor", "senora", "sgt",
    "shaikh", "shaykh", "sheik", "sheikh", "sir", "sr", "syed", "ustad", "ustaz",
};

static const char *const particles[] = {
    "ad", "af", "al", "an", "ap", "ar", "as", "ash", "at", "ath", "az", "ben", "bin",
    "bint", "binti", "da", "das", "de", "degli", "dei", "del", "della", "den", "der", "di",
    "do", "dos", "du", "e", "ed", "el", "et", "ez", "ibn", "la", "las", "le", "les", "lo",
    "los", "ould", "sidi", "ter", "ul", "und", "ur", "van", "von", "wa", "walad", "wald",
    "y", "z", "zu",
};

static const char *const legals[] = {
    "ab", "ag", "ao", "aps", "as", "asa", "bhd", "bv", "bvba", "cia", "cjsc", "co",
    "company", "corp", "corporation", "doo", "ead", "eood", "eurl", "fzc", "fzco", "fze",
    "fzllc", "gmbh", "inc", "incorporated", "jsc", "kft", "kg", "kk", "limitada", "limited",
    "llc", "llp", "lp", "ltd", "ltda", "mbh", "nv", "oao", "ojsc", "ood", "ooo", "oy",
    "oyj", "pao", "pjsc", "plc", "ps", "pte", "pty", "pvt", "sa", "sal", "sarl", "sas",
    "sasu", "sca", "scs", "sdn", "sl", "snc", "spa", "spzoo", "srl", "sro", "sti", "tas",
    "tic", "uab", "ug", "zao", "zoo",
};

/* clang-format on */

static int
compare(const void *key, const void *item)
{
	struct str word = *(const struct str *)key;

	return str_cmp(word, str_from(*(const char *const *)item));
}

#define IN(table, key) (bsearch(&(key), (table), COUNT_OF(table), sizeof *(table), compare) != NULL)

bool
word_is_honorific(struct str key)
{
	return IN(honorifics, key);
}

bool
word_is_particle(struct str key)
{
	return IN(particles, key);
}

bool
word_is_legal_form(struct str key)
{
	return IN(legals, key);
}
