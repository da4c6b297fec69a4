#ifndef TEXT_DATA_HAN_READINGS_H
#define TEXT_DATA_HAN_READINGS_H

#include <stddef.h>
#include <stdint.h>

/*
 * han_readings: tables made by tools/han_readings.py (its source and licence there). For those
 * who read characters: text/han.h.
 */
struct han_row {
	uint16_t c;	    /* code point, the rows' order */
	uint16_t mandarin;  /* of han_mandarin, han_wade and han_lyu, which go together */
	uint16_t cantonese; /* of han_cantonese; 0 none */
	uint16_t hangul;    /* code point of the syllable; 0 none */
	uint16_t on, kun;   /* of han_japanese; 0 none */
};

/* A spelling to one or two syllables of pinyin; sorted. */
struct han_respelled {
	const char *from, *surname, *given; /* parted by spaces; empty: none */
};

extern const struct han_respelled han_respelled[];
extern const size_t han_respelled_count;

/* Every syllable of pinyin and every such spelling, five bits a letter; sorted. */
extern const uint32_t han_syllables[];
extern const size_t han_syllable_count;

extern const char *const han_mandarin[], *const han_wade[], *const han_lyu[];
extern const char *const han_cantonese[], *const han_japanese[];
extern const struct han_row han_rows[];
extern const size_t han_row_count;

#endif
