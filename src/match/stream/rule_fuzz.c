#include "base/arena.h"
#include "match/stream/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Whatever is taken has a purpose, an authorisation, an end, and an indicator of conduct. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new(0);
	struct rules rules = {0};
	struct rule_faults faults = {0};
	struct event e = {.kind = EVENT_PERSON};

	if (rules_read(a, "fuzz", (struct str){(const char *)p, n}, &rules, &faults, NULL) == RC_OK)
		for (size_t i = 0; i < rules.n; i++) {
			const struct rule *r = &rules.at[i];
			bool specific = false;

			must(r->purpose.n > 0 && r->authorisation.n > 0 && r->expires_ms > 0);
			for (size_t k = 0; k < r->when.n; k++)
				for (size_t j = 0; j < r->when.at[k].n; j++)
					specific = specific ||
						   field_rows[r->when.at[k].at[j].field].rests ==
						       RESTS_ON_CONDUCT;
			must(specific);
			(void)rule_holds(r, &e, 0.9);
		}
	else
		for (size_t i = 0; i < faults.n; i++)
			must(faults.at[i].text[0] != '\0');
	arena_free(a);
	return 0;
}
