#include "match/stream/alert.h"

#include "base/arena.h"
#include "format/json.h"
#include "match/explain.h"

struct screen_query
alert_query(const struct event_party *p)
{
	return (struct screen_query){.names = p->names.at,
				     .name_count = p->names.n,
				     .dob = p->birth_date,
				     .country = p->country,
				     .type = p->type,
				     .ids = p->ids.at,
				     .id_count = p->ids.n};
}

struct str
alert_cleared_key(struct arena *a, struct str document, struct str listing)
{
	if (document.n == 0 || listing.n == 0)
		return STR_NONE;
	return str_fmt(a, "%.*s\n%.*s", STR_ARG(document), STR_ARG(listing));
}

static bool
is_cleared(struct arena *a, const struct alert_list *list, const struct event_party *p,
	   struct str listing)
{
	struct str key;

	if (list->cleared == NULL || list->cleared->n == 0)
		return false;
	key = alert_cleared_key(a, p->document, listing);
	return key.n > 0 && map_find(list->cleared, key) != NULL;
}

/* The least score that anybody asks for: the list itself, or a rule with a stricter or laxer line.
 */
static double
least_score(const struct alert_list *list, const struct rules *rules, const struct event *e)
{
	double least = list->min_score;

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *r = &rules->at[i];

		if ((r->kinds & KIND_BIT(e->kind)) == 0)
			continue;
		for (size_t k = 0; k < r->when.n; k++)
			for (size_t j = 0; j < r->when.at[k].n; j++) {
				const struct rule_condition *c = &r->when.at[k].at[j];

				if (c->field == ASK_LISTED && c->number < least)
					least = c->number;
			}
	}
	return least;
}

void
alert_screen(struct arena *a, struct screen_worker *w, const struct alert_list *list,
	     const struct rules *rules, const struct event *e, struct alert_hits *out)
{
	double least = least_score(list, rules, e);

	*out = (struct alert_hits){0};
	for (size_t i = 0; i < e->parties.n && list->index != NULL; i++) {
		struct screen_query query = alert_query(&e->parties.at[i]);
		/* More than are shown: those that were cleared leave their places to others. */
		struct screen_hit hits[ALERT_HITS_MAX + ALERT_CLEARED_MAX];
		size_t n = screen_search(list->index, w, &query, COUNT_OF(hits), least, hits);
		size_t shown = 0;

		if (n == 0 && query.name_count > 0 && !said_query(w, &query))
			out->unnamed = true;
		for (size_t k = 0; k < n && shown < ALERT_HITS_MAX; k++) {
			if (is_cleared(a, list, &e->parties.at[i], hits[k].entry_id))
				continue;
			*VEC_ADD(a, out) = (struct alert_hit){i, hits[k]};
			shown++;
			if (hits[k].score > out->best)
				out->best = hits[k].score;
		}
	}
}

static void
write_hit(struct arena *a, struct screen_worker *w, const struct alert_list *list,
	  const struct event *e, const struct alert_hit *h, struct json_out *out)
{
	const struct event_party *p = &e->parties.at[h->party];
	struct screen_explanation *why = NEW(a, struct screen_explanation);
	struct screen_query query = alert_query(p);

	screen_explain(list->index, w, &query, h->hit.entry, why);
	json_out_object(out);
	json_out_key_str(out, "part", str_from(p->part));
	json_out_key_int(out, "number", (int64_t)p->number);
	if (p->names.n > 0)
		json_out_key_str(out, "name", p->names.at[0]);
	if (p->document.n > 0)
		json_out_key_str(out, "document", p->document);
	json_out_key_str(out, "listing", h->hit.entry_id);
	json_out_key_str(out, "listed_name", h->hit.name);
	json_out_key(out, STR("score"));
	explain_number(out, h->hit.score);
	json_out_key(out, STR("why"));
	explain_write(out, why, list->min_score);
	json_out_object_end(out);
}

static void
begin_line(struct json_out *out, const struct event *e, long line)
{
	json_out_object(out);
	json_out_key_str(out, "event", e->id);
	json_out_key_str(out, "kind", str_from(event_kind_name(e->kind)));
	json_out_key_int(out, "line", line);
}

static void
end_line(struct json_out *out)
{
	json_out_object_end(out);
	out->comma = false;
	buf_add_byte(out->buf, '\n');
}

/* Of several in the event who may be this entry, the likeliest; of those alike, the first. */
static bool
is_best_of_listing(const struct alert_hits *hits, size_t i)
{
	for (size_t k = 0; k < hits->n; k++)
		if (k != i && hits->at[k].hit.entry == hits->at[i].hit.entry &&
		    (hits->at[k].hit.score > hits->at[i].hit.score ||
		     (hits->at[k].hit.score == hits->at[i].hit.score && k < i)))
			return false;
	return true;
}

static size_t
listing_lines(struct arena *a, struct screen_worker *w, const struct alert_list *list,
	      const struct event *e, const struct alert_hits *hits, long line, struct json_out *out)
{
	size_t lines = 0;

	for (size_t i = 0; i < hits->n; i++) {
		const struct alert_hit *h = &hits->at[i];

		if (h->hit.score < list->min_score || !is_best_of_listing(hits, i))
			continue;
		begin_line(out, e, line);
		json_out_key_str(out, "listing", h->hit.entry_id);
		json_out_key(out, STR("score"));
		explain_number(out, h->hit.score);
		json_out_key_str(out, "level", str_from(explain_level(h->hit.score)));
		json_out_key(out, STR("hits"));
		json_out_array(out);
		write_hit(a, w, list, e, h, out);
		json_out_array_end(out);
		end_line(out);
		lines++;
	}
	return lines;
}

static void
rule_line(struct arena *a, struct screen_worker *w, const struct alert_list *list,
	  const struct rule *r, const struct event *e, const struct alert_hits *hits, long line,
	  struct json_out *out)
{
	bool asks_lists = false;
	double least = 1;

	for (size_t i = 0; i < r->when.n; i++)
		for (size_t k = 0; k < r->when.at[i].n; k++)
			if (r->when.at[i].at[k].field == ASK_LISTED) {
				asks_lists = true;
				if (r->when.at[i].at[k].number < least)
					least = r->when.at[i].at[k].number;
			}
	begin_line(out, e, line);
	json_out_key_str(out, "rule", r->id);
	json_out_key_str(out, "purpose", r->purpose);
	json_out_key_str(out, "authorisation", r->authorisation);
	json_out_key_str(out, "expires", r->expires);
	json_out_key(out, STR("because"));
	json_out_array(out);
	for (size_t i = 0; i < r->when.n; i++)
		for (size_t k = 0; k < r->when.at[i].n; k++)
			json_out_str(out, str_from(field_rows[r->when.at[i].at[k].field].name));
	json_out_array_end(out);
	json_out_key(out, STR("hits"));
	json_out_array(out);
	for (size_t i = 0; i < hits->n && asks_lists; i++)
		if (hits->at[i].hit.score >= least)
			write_hit(a, w, list, e, &hits->at[i], out);
	json_out_array_end(out);
	end_line(out);
}

size_t
alert_lines(struct arena *a, struct screen_worker *w, const struct alert_list *list,
	    const struct rules *rules, const struct event *e, const struct alert_hits *hits,
	    long line, int64_t now_ms, bool *hit, struct buf *out)
{
	struct json_out json = {.buf = out};
	size_t lines = listing_lines(a, w, list, e, hits, line, &json);

	for (size_t i = 0; i < rules->n; i++) {
		hit[i] =
		    rule_runs(&rules->at[i], now_ms) && rule_holds(&rules->at[i], e, hits->best);
		if (hit[i]) {
			rule_line(a, w, list, &rules->at[i], e, hits, line, &json);
			lines++;
		}
	}
	return lines;
}
