#include "text/script.h"

#include <unicode/uscript.h>

#include "base/utf8.h"

enum script
script_of(uint32_t c)
{
	UErrorCode code = U_ZERO_ERROR;
	UScriptCode icu;

	if (c < 0x80)
		return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? SCRIPT_LATIN : SCRIPT_NONE;
	icu = uscript_getScript((UChar32)c, &code);
	if (U_FAILURE(code) || icu == USCRIPT_COMMON || icu == USCRIPT_INHERITED ||
	    icu == USCRIPT_UNKNOWN)
		return SCRIPT_NONE;
	if (icu == USCRIPT_LATIN)
		return SCRIPT_LATIN;
	if (icu == USCRIPT_CYRILLIC)
		return SCRIPT_CYRILLIC;
	if (icu == USCRIPT_ARABIC)
		return SCRIPT_ARABIC;
	if (icu == USCRIPT_HEBREW)
		return SCRIPT_HEBREW;
	if (icu == USCRIPT_GREEK)
		return SCRIPT_GREEK;
	if (icu == USCRIPT_HAN)
		return SCRIPT_HAN;
	if (icu == USCRIPT_HANGUL)
		return SCRIPT_HANGUL;
	if (icu == USCRIPT_HIRAGANA || icu == USCRIPT_KATAKANA)
		return SCRIPT_KANA;
	if (icu == USCRIPT_DEVANAGARI)
		return SCRIPT_DEVANAGARI;
	return icu == USCRIPT_ETHIOPIC ? SCRIPT_ETHIOPIC : SCRIPT_OTHER;
}

enum script
script_of_text(struct str s)
{
	for (size_t i = 0, used; i < s.n; i += used) {
		enum script script = script_of(utf8_decode(s.p + i, s.n - i, &used));

		if (script != SCRIPT_NONE)
			return script;
	}
	return SCRIPT_NONE;
}

bool
script_is_abjad(enum script script)
{
	return script == SCRIPT_ARABIC || script == SCRIPT_HEBREW;
}

struct str
script_cut(struct str *rest, enum script *script)
{
	struct str run;
	size_t i, used;

	*script = SCRIPT_NONE;
	for (i = 0; i < rest->n; i += used) {
		enum script next = script_of(utf8_decode(rest->p + i, rest->n - i, &used));

		if (next == SCRIPT_NONE)
			continue;
		if (*script == SCRIPT_NONE)
			*script = next;
		else if (next != *script)
			break;
	}
	run = str_sub(*rest, 0, i);
	*rest = str_sub(*rest, i, rest->n);
	return run;
}
