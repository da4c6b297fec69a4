#include "base/arena.h"
#include "text/skeleton.h"
#include "text/token.h"
#include "text/translit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes as a name: keys stay within their promise, originals within the name. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct translit *translit;
	struct str name = {(const char *)data, size};
	struct name_tokens tokens;
	struct arena *a = arena_new(0);

	if (translit == NULL)
		must(translit_open(&translit, NULL) == RC_OK);
	token_split(translit, a, name, &tokens);
	must(tokens.n <= NAME_TOKENS_MAX);
	for (size_t i = 0; i < tokens.n; i++) {
		const struct token *t = &tokens.at[i];
		char skeleton[SKELETON_MAX];

		must(t->key.n > 0 && t->key.n <= TOKEN_KEY_MAX);
		must(t->original.p >= name.p && t->original.p + t->original.n <= name.p + name.n);
		for (size_t k = 0; k < t->key.n; k++)
			must((t->key.p[k] >= 'a' && t->key.p[k] <= 'z') ||
			     (t->key.p[k] >= '0' && t->key.p[k] <= '9'));
		must(skeleton_make(t->key, skeleton) <= SKELETON_MAX);
		must(t->alternates_n <= TOKEN_ALTERNATES_MAX);
		for (size_t k = 0; k < t->alternates_n; k++) {
			struct str other = t->alternates[k];

			must(other.n > 0 && other.n <= TOKEN_KEY_MAX && !str_eq(other, t->key));
			for (size_t b = 0; b < other.n; b++)
				must((other.p[b] >= 'a' && other.p[b] <= 'z') ||
				     (other.p[b] >= '0' && other.p[b] <= '9'));
			for (size_t b = 0; b < k; b++)
				must(!str_eq(other, t->alternates[b]));
		}
	}
	arena_free(a);
	return 0;
}
