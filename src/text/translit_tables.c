#include "text/translit_tables.h"

/*
 * Cyrillic as in passports (ICAO Doc 9303 part 3, section 6) but for letters where lists of
 * names mostly write otherwise (ts, y). Row by row from U+0430.
 */
static const char *const cyrillic_small[] = {
    "a", "b",  "v",  "g", "d",	"e",  "zh", "z",  "i",	"y",	"k",  "l", "m", "n", "o",  "p",
    "r", "s",  "t",  "u", "f",	"kh", "ts", "ch", "sh", "shch", "",   "y", "",	"e", "yu", "ya",
    "e", "yo", "dj", "g", "ye", "dz", "i",  "yi", "j",	"lj",	"nj", "c", "k", "i", "u",  "dz",
};

struct letter {
	uint32_t c;
	const char *to;
};

/* Sorted. Letters that carry no vowel of their own; vowel marks where they are written. */
static const struct letter others[] = {
    {0x0491, "g"},
    {0x0493, "g"},
    {0x049b, "k"},
    {0x04a3, "n"},
    {0x04af, "u"},
    {0x04b1, "u"},
    {0x04bb, "h"},
    {0x04d9, "a"},
    {0x04e9, "o"},
    /* Hebrew; U+05B0 to U+05C7 are points. */
    {0x05d0, "a"},
    {0x05d1, "b"},
    {0x05d2, "g"},
    {0x05d3, "d"},
    {0x05d4, "h"},
    {0x05d5, "u"},
    {0x05d6, "z"},
    {0x05d7, "h"},
    {0x05d8, "t"},
    {0x05d9, "i"},
    {0x05da, "k"},
    {0x05db, "k"},
    {0x05dc, "l"},
    {0x05dd, "m"},
    {0x05de, "m"},
    {0x05df, "n"},
    {0x05e0, "n"},
    {0x05e1, "s"},
    {0x05e2, "a"},
    {0x05e3, "f"},
    {0x05e4, "p"},
    {0x05e5, "ts"},
    {0x05e6, "ts"},
    {0x05e7, "k"},
    {0x05e8, "r"},
    {0x05e9, "sh"},
    {0x05ea, "t"},
    /* Arabic, then its Persian and Urdu letters. */
    {0x0621, ""},
    {0x0622, "a"},
    {0x0623, "a"},
    {0x0624, "u"},
    {0x0625, "i"},
    {0x0626, "i"},
    {0x0627, "a"},
    {0x0628, "b"},
    {0x0629, "a"},
    {0x062a, "t"},
    {0x062b, "th"},
    {0x062c, "j"},
    {0x062d, "h"},
    {0x062e, "kh"},
    {0x062f, "d"},
    {0x0630, "dh"},
    {0x0631, "r"},
    {0x0632, "z"},
    {0x0633, "s"},
    {0x0634, "sh"},
    {0x0635, "s"},
    {0x0636, "d"},
    {0x0637, "t"},
    {0x0638, "z"},
    {0x0639, "a"},
    {0x063a, "gh"},
    {0x0640, ""},
    {0x0641, "f"},
    {0x0642, "q"},
    {0x0643, "k"},
    {0x0644, "l"},
    {0x0645, "m"},
    {0x0646, "n"},
    {0x0647, "h"},
    {0x0648, "w"},
    {0x0649, "a"},
    {0x064a, "y"},
    {0x064b, ""},
    {0x064c, ""},
    {0x064d, ""},
    {0x064e, "a"},
    {0x064f, "u"},
    {0x0650, "i"},
    {0x0651, ""},
    {0x0652, ""},
    {0x0653, ""},
    {0x0654, ""},
    {0x0655, ""},
    {0x0670, "a"},
    {0x0671, "a"},
    {0x0679, "t"},
    {0x067e, "p"},
    {0x0686, "ch"},
    {0x0688, "d"},
    {0x0691, "r"},
    {0x0698, "zh"},
    {0x06a9, "k"},
    {0x06af, "g"},
    {0x06ba, "n"},
    {0x06be, "h"},
    {0x06c0, "h"},
    {0x06c1, "h"},
    {0x06c2, "h"},
    {0x06c3, "a"},
    {0x06cc, "y"},
    {0x06d2, "e"},
    {0x06d3, "e"},
};

const char *
translit_letter(uint32_t c)
{
	size_t low = 0, high = COUNT_OF(others);

	if (c >= 0x0430 && c < 0x0430 + COUNT_OF(cyrillic_small))
		return cyrillic_small[c - 0x0430];
	if (c >= 0x05b0 && c <= 0x05c7)
		return "";
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (others[mid].c == c)
			return others[mid].to;
		if (others[mid].c < c)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}
