#include "base/arena.h"
#include "base/utf8.h"
#include "link/adverts/contact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One advert: contacts lie in the text in order, and their keys have the form of their kind. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct arena *a = arena_new(0);
	struct contact_text t;
	uint32_t before = 0;

	text.n = utf8_bad_at(text);
	contacts_read(contact_reader_new(a), a, text, &t);
	must(t.contacts.n <= CONTACTS_MAX + 1);
	for (size_t i = 0; i < t.contacts.n; i++) {
		const struct contact *c = &t.contacts.at[i];

		must(c->from < c->to && c->to <= t.letters.n && c->from >= before);
		must(c->key.n > 0 && c->key.n <= 96);
		for (size_t k = 0; k < c->key.n; k++) {
			char x = c->key.p[k];

			must((x >= '0' && x <= '9') ||
			     (c->kind != CONTACT_PHONE && x > ' ' && x < 0x7f));
		}
		must(c->kind != CONTACT_PHONE || (c->key.n >= 7 && c->key.n <= 9));
		before = c->from;
	}
	for (size_t i = 0; i < t.words.n; i++)
		must(t.words.at[i].from < t.words.at[i].to && t.words.at[i].to <= t.letters.n &&
		     t.words.at[i].contact < (int32_t)t.contacts.n);
	arena_free(a);
	return 0;
}
