#include "base/arena.h"
#include "match/screening/index.h"
#include "match/screening/score.h"
#include "match/screening/weights.h"
#include "text/ident.h"
#include "text/normal.h"

#include <math.h>

static void
score_dob(struct str text, const struct listed_entry *entry, struct screen_explanation *out)
{
	enum edtf_agreement best = EDTF_AGREEMENT_COUNT;
	struct edtf asked;
	size_t at = 0;
	double bits;

	if (entry->dob_count == 0 || !edtf_parse(str_trim(text), &asked))
		return;
	for (size_t i = 0; i < entry->dob_count; i++) {
		enum edtf_agreement level = edtf_compare(&asked, &entry->dobs[i]);

		if (best == EDTF_AGREEMENT_COUNT ||
		    screen_weights.dob[level] > screen_weights.dob[best]) {
			best = level;
			at = i;
		}
	}
	bits = screen_weights.dob[best];
	if (bits > 0 && entry->dob_count > 1) {
		bits += screen_weights.dob_cost * log2((double)entry->dob_count);
		bits = bits < 0 ? 0 : bits;
	}
	score_add(out, SCREEN_WHAT_DOB, text, entry->dob_texts[at], edtf_agreement_name(best),
		  bits);
}

/* One holds the other: "congo" and "democratic republic of the congo". */
static bool
countries_fit(struct str a, struct str b)
{
	return a.n <= b.n ? str_find(b, a) >= 0 : str_find(a, b) >= 0;
}

static void
score_country(struct str text, const struct listed_entry *entry, struct screen_explanation *out)
{
	struct arena *a;
	struct str folded;

	text = str_trim(text);
	if (text.n < 2 || entry->countries.n == 0)
		return;
	a = arena_new(0);
	folded = text_fold(a, text);
	for (size_t i = 0; i < entry->countries.n; i++) {
		if (entry->folded_countries.at[i].n < 2 ||
		    !countries_fit(folded, entry->folded_countries.at[i]))
			continue;
		score_add(out, SCREEN_WHAT_COUNTRY, text, entry->countries.at[i], "same",
			  screen_weights.country_fits);
		arena_free(a);
		return;
	}
	arena_free(a);
	score_add(out, SCREEN_WHAT_COUNTRY, text, entry->countries.at[0], "other",
		  screen_weights.country_other);
}

static void
score_type(const struct screen_query *query, const struct listed_entry *entry,
	   struct screen_explanation *out)
{
	if (query->type.n > 0 && entry->type.n > 0) {
		if (!str_eq_ascii_case(query->type, entry->type))
			score_add(out, SCREEN_WHAT_TYPE, query->type, entry->type, "other type",
				  screen_weights.type_other);
	} else if (query->dob.n > 0 && !entry->is_person) {
		score_add(out, SCREEN_WHAT_TYPE, query->dob, entry->type,
			  "only people have a birth date", screen_weights.type_undated);
	}
}

static bool
score_ids(const struct screen_query *query, const struct listed_entry *entry,
	  struct screen_explanation *out)
{
	bool found = false;
	struct arena *a;

	if (query->id_count == 0 || entry->ids.n == 0)
		return false;
	a = arena_new(0);
	for (size_t i = 0; i < query->id_count && !found; i++) {
		struct str canonical = ident_canonical(a, query->ids[i]);

		for (size_t k = 0; k < entry->ids.n && !found; k++) {
			/* A number of four digits is anybody's. */
			if (canonical.n < 5 || !str_eq(canonical, entry->canonical_ids.at[k]))
				continue;
			score_add(out, SCREEN_WHAT_IDENTIFIER, query->ids[i], entry->ids.at[k],
				  "same", screen_weights.identifier);
			found = true;
		}
	}
	arena_free(a);
	return found;
}

void
score_rest(const struct screen_query *query, const struct listed_entry *entry, double name_bits,
	   struct screen_explanation *out)
{
	double before = out->bits, lift, most;

	score_add(out, SCREEN_WHAT_PRIOR, STR_NONE, STR_NONE, "before any evidence",
		  screen_weights.prior);
	if (entry->names > 1)
		score_add(out, SCREEN_WHAT_PRIOR, STR_NONE, STR_NONE, "many names are listed",
			  screen_weights.alias_cost * log2((double)entry->names));
	before = out->bits;
	score_dob(query->dob, entry, out);
	score_country(query->country, entry, out);
	score_type(query, entry, out);
	/* A birth year or a country fits thousands: it may support a name, not replace it. */
	lift = out->bits - before;
	most = (name_bits > 0 ? name_bits : 0) * screen_weights.guard_share;
	if (lift > most)
		score_add(out, SCREEN_WHAT_GUARD, STR_NONE, STR_NONE,
			  "too little in the name to support", most - lift);
	score_ids(query, entry, out);
}
