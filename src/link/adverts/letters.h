#ifndef LINK_ADVERTS_LETTERS_H
#define LINK_ADVERTS_LETTERS_H

#include "base/str.h"

struct arena;

/*
 * letters: the text of an advert as letters and digits of one form, whatever script, case, width,
 * accent or look-alike it is written with (UAX 15 NFKD, UAX 44; look-alikes: the part of UTS 39
 * that matters between Latin, Cyrillic, Greek and Armenian). One table a thread; it fills itself.
 */
struct letters;

struct letters *letters_new(struct arena *a);

enum letter_kind {
	LETTER_OTHER,  /* punctuation, symbols, emoji, what is not known */
	LETTER_SPACE,  /* white space in a line */
	LETTER_BREAK,  /* the end of a line */
	LETTER_LETTER, /* lower case, without marks */
	LETTER_DIGIT,  /* c is 0 to 9 */
	LETTER_ALONE,  /* a letter of a script written without spaces: a word of its own */
};

struct letter {
	uint32_t c;    /* as is for LETTER_OTHER */
	uint32_t at;   /* where it starts, in bytes of the text */
	uint8_t kind;  /* enum letter_kind */
	uint8_t upper; /* was a capital */
};

/* An advert is read up to here, in bytes; the rest is left. */
#define LETTERS_TEXT_MAX 16384

struct letter_list {
	struct letter *at;
	size_t n, cap;
};

/* s: valid UTF-8. What is there already is forgotten; the memory is kept. */
void letters_read(struct letters *l, struct arena *a, struct str s, struct letter_list *out);

/*
 * The Latin letter that this folded one looks like in small letters, else itself. mixed: in a word
 * that has Latin letters too, what looks like one only as a capital counts.
 */
uint32_t letter_latin(uint32_t c, bool mixed);
/* Such a letter is Latin. */
bool letter_is_latin(uint32_t c);
/* The digit it is written for among digits (O, l, a Cyrillic ze), or -1. */
int letter_as_digit(uint32_t c);

#endif
