#ifndef TEXT_TRANSLIT_H
#define TEXT_TRANSLIT_H

#include "base/rc.h"
#include "base/str.h"

struct arena;

/*
 * translit: any script to lower-case ASCII letters, digits and spaces. Cyrillic (Russian,
 * Ukrainian, Belarusian, Serbian, Macedonian letters), Arabic with its Persian and Urdu letters,
 * Hebrew and Hangul by tables of ours; the rest by ICU's Any-Latin; Han as Mandarin.
 * Han and Hangul syllables come out parted by spaces; Arabic and Hebrew as what is written,
 * mostly consonants.
 * Creating ICU's transliterators takes tens of milliseconds: open one translit per worker and
 * keep it. It remembers what it has seen (bounded). Never shared between threads.
 */
struct translit;

/* *out is the caller's; end it with translit_close(). RC_FAILED: ICU's data are missing. */
MUST_USE enum rc translit_open(struct translit **out, struct err *err);

/* NULL does nothing. */
void translit_close(struct translit *t);

/*
 * The ASCII form of s, in the arena. s is folded first (text_fold), so any case and form will
 * do; it may hold spaces. Letters that have no ASCII form are left out; the result may be
 * empty. At most TEXT_INPUT_MAX bytes of s are read.
 */
struct str translit_ascii(struct translit *t, struct arena *a, struct str s);

#endif
