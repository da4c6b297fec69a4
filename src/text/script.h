#ifndef TEXT_SCRIPT_H
#define TEXT_SCRIPT_H

#include "base/str.h"

/*
 * script: which writing system a code point or a token belongs to, as far as names need it
 * (UAX 24). Digits, punctuation, spaces and marks have no script of their own and go with
 * what stands around them.
 */
enum script {
	SCRIPT_NONE, /* nothing but digits, marks, punctuation */
	SCRIPT_LATIN,
	SCRIPT_CYRILLIC,
	SCRIPT_ARABIC,
	SCRIPT_HEBREW,
	SCRIPT_GREEK,
	SCRIPT_HAN,
	SCRIPT_HANGUL,
	SCRIPT_KANA,
	SCRIPT_DEVANAGARI,
	SCRIPT_ETHIOPIC,
	SCRIPT_OTHER,
	SCRIPT_COUNT
};

enum script script_of(uint32_t c);

/* The script of the first code point that has one. */
enum script script_of_text(struct str s);

/* Written without vowels (Arabic, Hebrew): compare by consonants, see text/skeleton.h. */
bool script_is_abjad(enum script script);

/*
 * Cut the first run of one script off *rest (valid UTF-8) and say which; code points without
 * a script go with the run before them. Returns an empty view when *rest is empty.
 */
struct str script_cut(struct str *rest, enum script *script);

#endif
