#include "link/incidents/explain.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "format/json.h"
#include "link/incidents/corridor.h"

#define TIES_MAX 20
#define HUB_CASES 3	/* a value that so many other cases have is shared */
#define SAYS_LEAST 0.05 /* bits that are worth a line */

static void
number(struct json_out *j, struct arena *a, const char *key, double x)
{
	json_out_key(j, str_from(key));
	json_out_raw(j, str_fmt(a, "%.3f", isfinite(x) ? x : 0));
}

static struct str
day_of(struct arena *a, int32_t day)
{
	return day == NO_DAY ? STR_NONE : day_format(a, (int64_t)day * 86400000);
}

struct tie {
	uint32_t value, here, elsewhere, cases;
	double bits;
};

static int
by_bits(const void *a, const void *b)
{
	const struct tie *x = a, *y = b;

	return x->bits != y->bits ? (x->bits < y->bits) - (x->bits > y->bits)
				  : (x->value > y->value) - (x->value < y->value);
}

/* What more than one incident of the case has, by how much likelier it is here. */
static size_t
ties_of(struct arena *a, const struct cases *c, uint32_t one, struct tie **out)
{
	VEC(struct tie) all = {0};

	for (uint32_t v = 0; v < c->t->values.n; v++) {
		const struct tally *y = &c->tallies[v];
		uint32_t here = tally_of(y, one), total = y->cased + y->outside;
		enum evidence_kind k = c->t->values.at[v].kind;
		double rate, share;

		if (here < 2 || c->t->values.at[v].is_helper)
			continue;
		rate = (total - here + 0.5) / ((double)c->cased[k] + c->outside[k] + 1);
		share = (double)here / c->at[one].mentions[k];
		*VEC_ADD(a, &all) =
		    (struct tie){v, here, total - here, y->n - 1, here * log2(share / rate)};
	}
	if (all.n > 0)
		qsort(all.at, all.n, sizeof *all.at, by_bits);
	*out = all.at;
	return all.n;
}

static void
tie_write(struct json_out *j, struct arena *a, const struct cases *c, const struct tie *tie)
{
	const struct value *v = &c->t->values.at[tie->value];
	const struct form *f = &c->t->forms.at[v->form];

	json_out_object(j);
	json_out_key_str(j, "kind", str_from(evidence_kind_name(v->kind)));
	json_out_key_str(j, "value", f->shown.n > 0 ? f->shown : f->text);
	json_out_key_int(j, "incidents", tie->here);
	json_out_key_int(j, "elsewhere", tie->elsewhere);
	json_out_key_int(j, "other_cases", tie->cases);
	number(j, a, "bits", tie->bits);
	json_out_object_end(j);
}

static void
ties_write(struct json_out *j, struct arena *a, const struct cases *c, uint32_t one)
{
	struct tie *tie;
	size_t n = ties_of(a, c, one, &tie);

	for (int hubs = 0; hubs < 2; hubs++) {
		size_t shown = 0;

		json_out_key(j, hubs ? STR("shared_hubs") : STR("evidence"));
		json_out_array(j);
		for (size_t i = 0; i < n && shown < TIES_MAX; i++) {
			enum evidence_kind k = c->t->values.at[tie[i].value].kind;
			bool is_hub =
			    tie[i].cases >= HUB_CASES && k != EVIDENCE_PLACE && k != EVIDENCE_MODE;

			if (is_hub != hubs || (!hubs && tie[i].bits < SAYS_LEAST))
				continue;
			tie_write(j, a, c, &tie[i]);
			shown++;
		}
		json_out_array_end(j);
	}
}

static void
weighed_write(struct json_out *j, struct arena *a, const struct cases *c, const struct weighed *w)
{
	json_out_object(j);
	if (w->form == UINT32_MAX)
		json_out_key_str(j, "kind", STR("time"));
	else {
		const struct form *f = &c->t->forms.at[w->form];

		json_out_key_str(j, "kind", str_from(evidence_kind_name(w->kind)));
		json_out_key_str(j, "value", f->shown.n > 0 ? f->shown : f->text);
		json_out_key_int(j, "others", w->shared);
	}
	number(j, a, "bits", w->bits);
	json_out_object_end(j);
}

static void
member_write(struct json_out *j, struct arena *a, const struct cases *c, uint32_t incident)
{
	struct weighed w[INCIDENT_MENTIONS_MAX + 1];
	uint32_t one = c->of[incident];
	size_t n = cases_weigh(c, incident, one, w);

	json_out_object(j);
	json_out_key_str(j, "id", c->t->incidents.at[incident].id);
	number(j, a, "bits", cases_score(c, incident, one, NO_CASE) / log(2));
	for (int against = 0; against < 2; against++) {
		json_out_key(j, against ? STR("against") : STR("for"));
		json_out_array(j);
		for (size_t i = 0; i < n; i++)
			if (against ? w[i].bits <= -SAYS_LEAST : w[i].bits >= SAYS_LEAST)
				weighed_write(j, a, c, &w[i]);
		json_out_array_end(j);
	}
	json_out_object_end(j);
}

static void
case_write(struct json_out *j, struct arena *a, const struct cases *c, uint32_t one)
{
	struct corridor r;

	json_out_object(j);
	json_out_key_int(j, "case", one + 1);
	json_out_key_int(j, "incidents", c->at[one].n);
	json_out_key_str(j, "first", day_of(a, c->at[one].first));
	json_out_key_str(j, "last", day_of(a, c->at[one].last));
	corridor_find(a, c, one, &r);
	json_out_key(j, STR("route"));
	json_out_array(j);
	for (size_t i = 0; i < r.n; i++)
		json_out_str(j, place_shown(c->t, r.place[i]));
	json_out_array_end(j);
	ties_write(j, a, c, one);
	json_out_key(j, STR("members"));
	json_out_array(j);
	for (uint32_t i = 0; i < c->t->incidents.n; i++)
		if (c->of[i] == one)
			member_write(j, a, c, i);
	json_out_array_end(j);
	json_out_object_end(j);
}

void
cases_explain(struct arena *a, const struct cases *c, struct buf *out)
{
	struct json_out j = {.buf = out};

	json_out_object(&j);
	json_out_key_str(&j, "says", STR("A case is a proposal and a lead, never evidence."));
	json_out_key_int(&j, "incidents", (int64_t)c->t->incidents.n);
	number(&j, a, "base_rate",
	       c->t->incidents.n > 0 ? (double)c->in_cases / (double)c->t->incidents.n : 0);
	json_out_key(&j, STR("own_share"));
	json_out_object(&j);
	for (size_t k = 0; k < EVIDENCE_KIND_COUNT; k++)
		number(&j, a, evidence_kind_name((enum evidence_kind)k), c->own[k]);
	json_out_object_end(&j);
	json_out_key(&j, STR("cases"));
	json_out_array(&j);
	for (uint32_t k = 0; k < c->n; k++)
		case_write(&j, a, c, k);
	json_out_array_end(&j);
	json_out_object_end(&j);
	buf_add_byte(out, '\n');
}
