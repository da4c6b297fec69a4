#include "model/show.h"

#include <stdlib.h>

#include "base/arena.h"

/* One pair of periods within a class, and whoever has it. */
struct period {
	int64_t review_ms, erase_ms;
};

static int
by_erasing(const void *a, const void *b)
{
	const struct period *x = a, *y = b;

	if (x->erase_ms != y->erase_ms)
		return x->erase_ms < y->erase_ms ? -1 : 1;
	return (x->review_ms > y->review_ms) - (x->review_ms < y->review_ms);
}

static size_t
periods_of(const struct model *m, struct str class, struct period *out)
{
	size_t n = 0;

	for (size_t i = 0; i < m->type_count; i++) {
		const struct retention_rule *r = &m->types[i].retention;
		size_t k = 0;

		if (!str_eq(r->class, class))
			continue;
		while (k < n &&
		       (out[k].review_ms != r->review_ms || out[k].erase_ms != r->erase_ms))
			k++;
		if (k == n)
			out[n++] = (struct period){r->review_ms, r->erase_ms};
	}
	qsort(out, n, sizeof *out, by_erasing);
	return n;
}

static void
put_period(struct buf *out, const struct model *m, struct str class, const struct period *p)
{
	const char *comma = "";

	buf_add_z(out, "| ");
	model_duration_text(out, p->review_ms);
	buf_add_z(out, " | ");
	model_duration_text(out, p->erase_ms);
	buf_add_z(out, " | ");
	for (size_t i = 0; i < m->type_count; i++) {
		const struct record_type *t = &m->types[i];

		if (!str_eq(t->retention.class, class) || t->retention.review_ms != p->review_ms ||
		    t->retention.erase_ms != p->erase_ms)
			continue;
		buf_addf(out, "%s[%.*s](model.md#%.*s)", comma, STR_ARG(t->name), STR_ARG(t->name));
		comma = ", ";
	}
	buf_add_z(out, " |\n");
}

void
model_retention_markdown(const struct model *m, struct buf *out)
{
	const struct code_list *classes = model_list(m, STR("retention_class"));
	struct arena *a = arena_new(0);
	struct period *periods = NEW_N(a, struct period, m->type_count);

	buf_add_z(
	    out,
	    "# How long records are kept\n\n"
	    "Made by `liaison model retention` from `model/`; do not edit.\n\n"
	    "Each record has a day of review and a day of erasing, counted from the day it was "
	    "made. At its day of review somebody looks; past its day of erasing it stands in the "
	    "next plan, which two people carry out (or the node, with `retention_alone: yes`), "
	    "unless a hold keeps it or one of its clocks runs "
	    "([how](../src/oversee/retention/feature.md)).\n\n"
	    "**Each period below was set by the project; the agency must decide.** The rule named "
	    "with a class asks that records of this kind have an end or a review. It names no "
	    "period, and neither does any other source that the model follows; its wording was not "
	    "checked against the text of the law. `design` stands "
	    "where no rule was named at all. National law, and the courts of the place, may ask "
	    "for others: have them checked before real data come in.\n\n"
	    "The agency changes them\n\n"
	    "- for a type: `retention: {review: 6mo, erase: 3y}` in its overlay, which may shorten "
	    "and not lengthen ([how](add-a-record-type.md#an-agencys-own)); then "
	    "`liaison model retention --overlay DIR` prints this page with its own periods\n"
	    "- for one record: a [retention_decision](model.md#retention_decision) of two people, "
	    "never later than the type's whole period from the day of the decision\n"
	    "- for what a court needs: a [legal_hold](model.md#legal_hold), looked at again within "
	    "six months\n\n"
	    "A type whose class is `organisation` and that says nothing about anybody is reviewed, "
	    "and erased by people alone.\n");
	for (size_t i = 0; classes != NULL && i < classes->code_count; i++) {
		const struct code *c = &classes->codes[i];
		size_t n = periods_of(m, c->code, periods);

		if (n == 0)
			continue;
		buf_addf(out, "\n## %.*s\n\n%.*s. Follows: %.*s.\n\n", STR_ARG(c->code),
			 STR_ARG(label_in(&c->label, STR("en"), c->code)),
			 STR_ARG(c->source.n > 0 ? c->source : STR("nothing named")));
		buf_add_z(out, "| review after | erase after | types |\n|---|---|---|\n");
		for (size_t k = 0; k < n; k++)
			put_period(out, m, c->code, &periods[k]);
	}
	arena_free(a);
}
