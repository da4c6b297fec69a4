#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "serve/cli_fake.h"
#include "serve/cli_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define WORDS_MAX 64

/* Words of a command line parted by NUL, of any bytes; what they are refused with is harmless. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	char *argv[WORDS_MAX + 2] = {str_z(a, STR("liaison"))};
	struct str rest = {(const char *)p, n};
	struct cli_words words;
	struct buf b;
	struct err err = {.text = ""};
	int argc = 1;

	while (rest.p != NULL && argc <= WORDS_MAX) {
		struct str word = str_cut(&rest, '\0');

		argv[argc] = arena_bytes(a, word.n + 1);
		if (word.n > 0)
			memcpy(argv[argc], word.p, word.n);
		argv[argc++][word.n] = '\0';
	}
	buf_init(&b, a);
	if (cli_parse(a, fake_features, argc, argv, &words, &err) != RC_OK) {
		must(err.text[0] != '\0');
		text_harmless(&b, str_from(err.text), false);
	} else if (words.ask == CLI_HELP) {
		cli_help(a, fake_features, &words, &b);
	}
	must(utf8_is_valid(buf_str(&b)));
	arena_free(a);
	return 0;
}
