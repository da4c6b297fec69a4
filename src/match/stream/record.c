#include "match/stream/record.h"

#include "base/arena.h"
#include "format/json.h"
#include "format/ndjson.h"
#include "match/explain.h"
#include "match/stream/alert.h"

static void
clear_pairs(struct arena *a, json_t *alert, struct map *cleared)
{
	json_t *hits = json_object_get(alert, "hits"), *hit;
	size_t i;

	json_array_foreach (hits, i, hit) {
		struct str key = alert_cleared_key(a, json_member_str(hit, "document"),
						   json_member_str(hit, "listing"));

		if (key.n > 0)
			(void)map_put(cleared, key, cleared);
	}
}

static bool
take_decision(struct arena *a, json_t *alert, const struct rules *rules,
	      struct stream_record *record, struct map *cleared)
{
	struct str decision = json_member_str(alert, "decision");
	struct str rule = json_member_str(alert, "rule");
	bool is_false = str_eq_z(decision, "false");

	if (!is_false && !str_eq_z(decision, "confirmed"))
		return false;
	for (size_t i = 0; i < rules->n; i++)
		if (rule.n > 0 && str_eq(rules->at[i].id, rule)) {
			record->rules[i].confirmed += !is_false;
			record->rules[i].false_hits += is_false;
		}
	if (is_false)
		clear_pairs(a, alert, cleared);
	return true;
}

enum rc
record_decisions(struct arena *a, const char *path, const struct rules *rules,
		 struct stream_record *record, struct map *cleared, FILE *diag, struct err *err)
{
	FILE *in = fopen(path, "rbe");
	struct ndjson *lines;
	json_t *alert;
	long line;
	enum rc rc;

	if (in == NULL)
		return fail(err, RC_ABSENT, "decided", "the file \"%s\" cannot be opened", path);
	lines = ndjson_new(a, source_file(in, path), NDJSON_REALS, NULL);
	while ((rc = ndjson_next(lines, &alert, &line, err)) != RC_ABSENT) {
		bool taken = rc == RC_OK && take_decision(a, alert, rules, record, cleared);

		json_decref(rc == RC_OK ? alert : NULL);
		if (rc != RC_OK && !ndjson_can_go_on(lines))
			break;
		if (!taken)
			fprintf(diag, "%s:%ld: is no alert with a decision, confirmed or false\n",
				path, line);
		record->undecided_lines += !taken;
	}
	(void)fclose(in);
	return rc == RC_ABSENT ? RC_OK : rc;
}

static double
per_10000(int64_t part, int64_t all)
{
	return all > 0 ? (double)part * 10000 / (double)all : 0;
}

static void
tell_rule(const struct rule *r, const struct rule_record *x, FILE *diag)
{
	fprintf(diag, "rule %.*s: looked at %lld, hits %lld (%.1f in 10,000", STR_ARG(r->id),
		(long long)x->screened, (long long)x->hits, per_10000(x->hits, x->screened));
	if (r->expected_hits >= 0 || r->expected_false >= 0)
		fprintf(diag, "; expected %.1f and %.1f false",
			r->expected_hits >= 0 ? r->expected_hits : 0,
			r->expected_false >= 0 ? r->expected_false : 0);
	fprintf(diag, "); decided: %lld confirmed, %lld false; %s %.*s%s\n",
		(long long)x->confirmed, (long long)x->false_hits,
		x->expired ? "DID NOT RUN, expired" : "expires", STR_ARG(r->expires),
		x->confirmed + x->false_hits == 0 ? "; nobody has decided on any yet" : "");
}

static void
tell_text(const struct stream_record *record, const struct rules *rules, FILE *diag)
{
	fprintf(diag,
		"screened: %lld people, %lld itineraries, %lld payments; %lld lines skipped, %lld "
		"events in part; %lld alerts, of these %lld by lists\n",
		(long long)record->events[EVENT_PERSON], (long long)record->events[EVENT_ITINERARY],
		(long long)record->events[EVENT_PAYMENT], (long long)record->skipped,
		(long long)record->partly, (long long)record->alerts,
		(long long)record->listing_alerts);
	for (size_t i = 0; i < rules->n; i++)
		tell_rule(&rules->at[i], &record->rules[i], diag);
}

static void
write_rule(struct json_out *out, const struct rule *r, const struct rule_record *x)
{
	json_out_object(out);
	json_out_key_str(out, "id", r->id);
	json_out_key_str(out, "purpose", r->purpose);
	json_out_key_str(out, "authorisation", r->authorisation);
	json_out_key_str(out, "expires", r->expires);
	json_out_key_bool(out, "expired", x->expired);
	json_out_key_int(out, "screened", x->screened);
	json_out_key_int(out, "hits", x->hits);
	json_out_key(out, STR("hits_per_10000"));
	explain_number(out, per_10000(x->hits, x->screened));
	if (r->expected_hits >= 0) {
		json_out_key(out, STR("expected_hits"));
		explain_number(out, r->expected_hits);
	}
	if (r->expected_false >= 0) {
		json_out_key(out, STR("expected_false_hits"));
		explain_number(out, r->expected_false);
	}
	json_out_key_int(out, "confirmed", x->confirmed);
	json_out_key_int(out, "false_hits", x->false_hits);
	json_out_object_end(out);
}

static void
tell_json(const struct stream_record *record, const struct rules *rules, FILE *diag)
{
	struct arena *a = arena_new(0);
	struct buf b;
	struct json_out out = {.buf = &b};

	buf_init(&b, a);
	json_out_object(&out);
	json_out_key_int(&out, "people", record->events[EVENT_PERSON]);
	json_out_key_int(&out, "itineraries", record->events[EVENT_ITINERARY]);
	json_out_key_int(&out, "payments", record->events[EVENT_PAYMENT]);
	json_out_key_int(&out, "skipped", record->skipped);
	json_out_key_int(&out, "in_part", record->partly);
	json_out_key_int(&out, "alerts", record->alerts);
	json_out_key_int(&out, "listing_alerts", record->listing_alerts);
	json_out_key(&out, STR("rules"));
	json_out_array(&out);
	for (size_t i = 0; i < rules->n; i++)
		write_rule(&out, &rules->at[i], &record->rules[i]);
	json_out_array_end(&out);
	json_out_object_end(&out);
	buf_add_byte(&b, '\n');
	(void)fwrite(b.p, 1, b.n, diag);
	arena_free(a);
}

void
record_tell(const struct stream_record *record, const struct rules *rules, bool json, FILE *diag)
{
	if (json)
		tell_json(record, rules, diag);
	else
		tell_text(record, rules, diag);
}
