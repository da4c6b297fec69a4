#include "base/say.h"

#include <string.h>

#include "base/utf8.h"

static const struct {
	const char *api, *typed;
} words[] = {
    {SAY_PURPOSE, "--purpose"}, {SAY_REASON, "--reason"}, {SAY_USER, "--as LOGIN"},
    {SAY_TYPE, "--type"},	{SAY_LIST, "--list"},	  {SAY_TYPES, "`liaison model list`"},
};

/* As much as fits; a character is never cut. */
static void
replace(struct err *err, const char *api, const char *typed)
{
	char whole[sizeof err->text];
	char *at = strstr(err->text, api);
	size_t n;

	if (at == NULL)
		return;
	*at = '\0';
	(void)snprintf(whole, sizeof whole, "%s%s%s", err->text, typed, at + strlen(api));
	n = utf8_bad_at((struct str){whole, strlen(whole)});
	memcpy(err->text, whole, n);
	err->text[n] = '\0';
}

void
say_as_typed(struct err *err)
{
	/* A way is asked for once or twice in a sentence. */
	for (size_t i = 0; i < COUNT_OF(words); i++)
		for (int k = 0; k < 4; k++)
			replace(err, words[i].api, words[i].typed);
}
