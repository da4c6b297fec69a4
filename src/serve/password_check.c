#include "serve/password.h"

#include "base/arena.h"
#include "base/buf.h"
#include "net/target.h"
#include "text/normal.h"

/*
 * Long passwords that everybody thinks of first, folded: the lists that are guessed from
 * hold few this long, since each is a short one twice, a run of keys, or a famous phrase.
 * Repetitions and runs are found by rule below; here are phrases.
 */
static const char *const common[] = {
    "correcthorsebatterystaple",
    "correct horse battery staple",
    "passwordpassword",
    "administrator123",
    "administratoradministrator",
    "changemechangeme",
    "changethispassword",
    "iloveyouforever",
    "iloveyousomuch1",
    "letmeinletmeinplease",
    "letmeinplease123",
    "mypasswordismypassword",
    "mypasswordispassword",
    "mysecretpassword",
    "mysupersecretpassword",
    "newpassword12345",
    "nopasswordneeded",
    "passw0rdpassw0rd",
    "password12345678",
    "password123456789",
    "password1234567890",
    "passwordforliaison",
    "pleaseletmein123",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl",
    "qwertyuiopasdfghjklzxcvbnm",
    "supersecretpassword",
    "temporarypassword",
    "test1234test1234",
    "thequickbrownfox",
    "the quick brown fox",
    "thequickbrownfoxjumpsoverthelazydog",
    "the quick brown fox jumps over the lazy dog",
    "thisismypassword",
    "this is my password",
    "thisisnotapassword",
    "this is not a password",
    "tobeornottobe123",
    "to be or not to be",
    "tobeornottobethatisthequestion",
    "trustno1trustno1",
    "welcome123welcome123",
    "welcometothejungle",
    "whatisthepassword",
    "what is the password",
    "zxcvbnmasdfghjkl",
    "maytheforcebewithyou",
    "may the force be with you",
    "inthebeginning123",
    "in the beginning was the word",
    "onceuponatime123",
    "once upon a time",
};

/* Runs of neighbours on keyboards and in alphabets, both ways. */
static const char *const runs[] = {
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiop",
    "poiuytrewq",
    "asdfghjkl",
    "lkjhgfdsa",
    "zxcvbnm",
    "mnbvcxz",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn",
};

static size_t
characters(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

/* Bytes left when what anybody could foresee is struck out: a word, a repetition, a run. */
static struct str
without(struct arena *a, struct str s, struct str word)
{
	struct buf b;

	if (word.n < 3)
		return s;
	buf_init(&b, a);
	while (s.n > 0) {
		ptrdiff_t at = str_find(s, word);

		buf_add(&b, at < 0 ? s : str_sub(s, 0, (size_t)at));
		s = at < 0 ? STR_NONE : str_sub(s, (size_t)at + word.n, s.n);
	}
	return buf_str(&b);
}

/* A short piece over and over: "abcabcabcabcabc" says "abc". */
static size_t
period(struct str s)
{
	for (size_t p = 1; p <= s.n / 2; p++) {
		size_t i = p;

		while (i < s.n && s.p[i] == s.p[i - p])
			i++;
		if (i == s.n)
			return p;
	}
	return s.n;
}

static bool
in_run(const char *pair)
{
	for (size_t r = 0; r < COUNT_OF(runs); r++)
		if (str_find(str_from(runs[r]), (struct str){pair, 2}) >= 0)
			return true;
	return false;
}

/* How many bytes do not follow from the one before. */
static size_t
steps(struct str s)
{
	size_t n = s.n > 0;

	for (size_t i = 1; i < s.n; i++)
		n += s.p[i] != s.p[i - 1] && !in_run(s.p + i - 1);
	return n;
}

#define FORESEEN_LEFT_MIN 8

static bool
is_foreseeable(struct arena *a, struct str folded, const struct str *words, size_t n)
{
	struct str rest = folded;

	for (size_t i = 0; i < COUNT_OF(common); i++)
		if (str_eq_z(folded, common[i]))
			return true;
	for (size_t i = 0; i < n; i++)
		rest = without(a, rest, text_fold(a, words[i]));
	rest = without(a, rest, STR("password"));
	rest = without(a, rest, STR("liaison"));
	return rest.n < FORESEEN_LEFT_MIN || period(rest) < FORESEEN_LEFT_MIN ||
	       steps(rest) < FORESEEN_LEFT_MIN;
}

enum rc
password_check(struct arena *a, struct str password, const struct str *words, size_t n,
	       struct err *err)
{
	struct str text;

	if (password.n > PASSWORD_BYTES_MAX)
		return fail(err, RC_INVALID, "password", "takes %d bytes at most",
			    PASSWORD_BYTES_MAX);
	if (!text_is_plain(password, false))
		return fail(err, RC_INVALID, "password", "takes text without control characters");
	text = text_compose(a, password);
	if (characters(text) < PASSWORD_CHARACTERS_MIN)
		return fail(err, RC_INVALID, "password",
			    "takes %d characters at least; several words that do not belong "
			    "together are easily kept in mind",
			    PASSWORD_CHARACTERS_MIN);
	return is_foreseeable(a, text_fold(a, text), words, n)
		   ? fail(err, RC_INVALID, "password",
			  "is one that is guessed early: a common phrase, a repetition, a run of "
			  "keys, or your name; take several words that do not belong together")
		   : RC_OK;
}
