#ifndef NODE_DEMO_DATA_NAME_H
#define NODE_DEMO_DATA_NAME_H

#include "base/buf.h"
#include "node/demo_data_random.h"

/*
 * demo_name: a name of nobody, kept as sounds, so that one name can be written in six
 * scripts. The sounds, endings and shapes follow no single people's names: several invented
 * "tongues" each have their own, so that the set looks like names from many places.
 */
enum demo_script {
	DEMO_LATIN,
	DEMO_CYRILLIC,
	DEMO_ARABIC,
	DEMO_HAN,
	DEMO_ETHIOPIC,
	DEMO_DEVANAGARI,
	DEMO_SCRIPT_COUNT
};

enum { DEMO_SOUNDS_MAX = 5 };

/* One syllable: consonant, vowel, closing consonant; consonants are 0 where there is none. */
struct demo_sound {
	uint8_t onset, vowel, coda;
};

struct demo_word {
	uint8_t n;
	struct demo_sound at[DEMO_SOUNDS_MAX];
	const char *const *fixed; /* the story's names: text per script; else NULL */
};

struct demo_name {
	struct demo_word given, family;
};

/* What was done to a name before it was written into a row. */
enum demo_name_change {
	DEMO_AS_IS,
	DEMO_LETTER_DROPPED,
	DEMO_LETTER_DOUBLED,
	DEMO_OTHER_LATIN, /* another romanisation of the same sounds */
	DEMO_FAMILY_FIRST,
	DEMO_NAME_CHANGE_COUNT
};

extern const struct demo_name demo_name_recruiter; /* Orvek Taluneth */
extern const struct demo_name demo_name_driver;	   /* Dameru Loshkai */
extern const struct demo_name demo_name_namesake;  /* Orveka Talunek; Latin only */

/* ISO 15924 code: "Latn". */
const char *demo_script_code(enum demo_script script);
const char *demo_name_change_text(enum demo_name_change change);

/* Any name; words that mean something rude, or are common names, are drawn again. */
void demo_name_draw(struct demo_random *r, struct demo_name *out);
/* A name that resembles n in sound, one syllable of each word being another one. */
void demo_name_near(struct demo_random *r, const struct demo_name *n, struct demo_name *out);
/* A word alone, for organisations and vessels. */
void demo_word_draw(struct demo_random *r, struct demo_word *out);

/* Append the word; the first letter is a capital where the script has them. */
void demo_word_write(struct buf *b, const struct demo_word *w, enum demo_script script);
struct str demo_word_text(struct arena *a, const struct demo_word *w, enum demo_script script);
/* "Given Family"; in Han parted by U+00B7. */
struct str demo_name_full(struct arena *a, const struct demo_name *n, enum demo_script script);
/* The two words as the change leaves them; changes of letters are for Latin only. */
void demo_name_changed(struct arena *a, const struct demo_name *n, enum demo_script script,
		       enum demo_name_change change, struct str *given, struct str *family);
/* The two parts as one full name, as demo_name_full does. */
struct str demo_name_join(struct arena *a, enum demo_script script, struct str given,
			  struct str family);

#endif
