#include "text/compound.h"

#include <string.h>

/* Consonants that the article's l becomes. */
#define SUN "dnrstz"

static bool
is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

static bool
is_sun(char c)
{
	return strchr(SUN, c) != NULL && c != '\0';
}

static size_t
add(struct compound_part out[COMPOUND_PARTS_MAX], size_t n, struct str key, size_t from, size_t to)
{
	out[n] = (struct compound_part){key, from, to};
	return n + 1;
}

static size_t
add_view(struct compound_part out[COMPOUND_PARTS_MAX], size_t n, struct str key, size_t from,
	 size_t to)
{
	return add(out, n, str_sub(key, from, to), from, to);
}

/* "la", "lah", "llah", "lla": the end of Allah after "abdu", "nasr-u". */
static bool
is_end_of_allah(struct str s)
{
	return str_eq_z(s, "la") || str_eq_z(s, "lah") || str_eq_z(s, "llah") ||
	       str_eq_z(s, "lla") || str_eq_z(s, "laye") || str_eq_z(s, "lahi") ||
	       str_eq_z(s, "llahi");
}

/*
 * "abdul...", "abder...", "abdi...": the servant, the article in one of its forms, and whose.
 * at is where the vowels after "abd" end.
 */
static size_t
cut_servant(struct str key, struct compound_part out[COMPOUND_PARTS_MAX])
{
	size_t at = 3, rest, n = add_view(out, 0, key, 0, 3);

	while (at < key.n && at < 5 && is_vowel(key.p[at]))
		at++;
	if (at == 3 || at == key.n)
		return 0;
	if (is_end_of_allah(str_sub(key, at, key.n)))
		return add(out, n, key.p[key.n - 1] == 'i' ? STR("allahi") : STR("allah"), 3,
			   key.n);
	/* Alone, the other part follows: "abdul", "abdur". */
	if (at + 1 == key.n)
		return key.p[at] == 'l' || is_sun(key.p[at]) ? add(out, n, STR("al"), 3, key.n) : 0;
	rest = at;
	if (key.p[at] == 'l' || (is_sun(key.p[at]) && key.p[at + 1] == key.p[at]))
		rest++;
	if (key.n - rest < (rest == at ? 5u : 3u))
		return 0;
	n = add(out, n, STR("al"), 3, rest);
	return add_view(out, n, key, rest, key.n);
}

/* The length of the longest of these ends, 0 for none. */
static size_t
end_of(struct str key, const char *const *ends, size_t n, size_t base_min)
{
	size_t longest = 0;

	for (size_t i = 0; i < n; i++) {
		struct str end = str_from(ends[i]);

		if (end.n > longest && key.n >= end.n + base_min && str_ends(key, end))
			longest = end.n;
	}
	return longest;
}

static const char *const allahs[] = {"ullah",  "allah",	 "ollah", "illah",
				     "oullah", "eullah", "ulla"};
static const char *const dins[] = {
    "uddin",  "eddin",	 "addin",  "iddin",  "oddin",  "ouddin", "eddine", "uddine", "addine",
    "oddine", "ouddine", "uddeen", "addeen", "eddeen", "aldin",	 "aldine", "aldeen", "eldin",
    "eldine", "eldeen",	 "uldin",  "ettin",  "uttin",  "alddin", "eldden"};
/* One d, so a longer name before it: "saifudin", "nuredin". */
static const char *const short_dins[] = {"udin", "udeen", "udine"};
static const char *const rahmans[] = {"urrahman", "irrahman", "arrahman", "errahman", "urahman",
				      "irahman",  "urrehman", "urehman",  "irehman",  "alrahman",
				      "elrahman", "ulrahman", "urrahim",  "urrahmon"};

static size_t
cut_end(struct str key, struct compound_part out[COMPOUND_PARTS_MAX])
{
	size_t end, n, base;

	if ((end = end_of(key, allahs, COUNT_OF(allahs), 3)) > 0) {
		n = add_view(out, 0, key, 0, key.n - end);
		return add(out, n, STR("allah"), key.n - end, key.n);
	}
	end = end_of(key, dins, COUNT_OF(dins), 3);
	if (end == 0)
		end = end_of(key, short_dins, COUNT_OF(short_dins), 4);
	if (end > 0) {
		base = key.n - end;
		n = add_view(out, 0, key, 0, base);
		n = add(out, n, STR("al"), base, base + 2);
		return add(out, n, STR("din"), base + 2, key.n);
	}
	if ((end = end_of(key, rahmans, COUNT_OF(rahmans), 3)) > 0) {
		size_t name = key.n - (str_ends(key, STR("rahim")) ? 5 : 6);

		if (str_ends(key, STR("rahmon")))
			name = key.n - 6;
		base = key.n - end;
		n = add_view(out, 0, key, 0, base);
		n = add(out, n, STR("al"), base, name);
		return add_view(out, n, key, name, key.n);
	}
	return 0;
}

static size_t
cut_father(struct str key, struct compound_part out[COMPOUND_PARTS_MAX])
{
	static const char *const fathers[] = {"aboul", "abul", "abol", "abuel", "abual"};

	for (size_t i = 0; i < COUNT_OF(fathers); i++) {
		struct str father = str_from(fathers[i]);
		size_t n;

		if (!str_starts(key, father) || (key.n > father.n && key.n < father.n + 4))
			continue;
		n = add(out, 0, STR("abu"), 0, father.n - 1);
		n = add(out, n, STR("al"), father.n - 1, father.n);
		return key.n > father.n ? add_view(out, n, key, father.n, key.n) : n;
	}
	return 0;
}

size_t
compound_cut(struct str key, struct compound_part out[COMPOUND_PARTS_MAX])
{
	char last;

	if (key.n < 4)
		return 0;
	if (key.p[0] == 'a' && key.p[1] == 'b') {
		if (key.p[2] == 'd')
			return key.n >= 5 ? cut_servant(key, out) : 0;
		return cut_father(key, out);
	}
	/* Most names end here: what is looked for ends in one of these. */
	last = key.p[key.n - 1];
	if (key.n < 7 || (last != 'h' && last != 'n' && last != 'e' && last != 'a' && last != 'm'))
		return 0;
	return cut_end(key, out);
}

bool
compound_is_article(struct str key, struct str next)
{
	if (key.n < 2 || key.n > 3 || !is_vowel(key.p[0]) || next.n < 2)
		return false;
	if (key.n == 2 && key.p[1] == 'l')
		return key.p[0] != 'o';
	if (!is_sun(key.p[1]) || key.p[1] != next.p[0])
		return false;
	return key.n == 2 || (key.p[2] == 'h' && next.p[1] == 'h');
}
